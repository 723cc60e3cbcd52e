"""The desk as a command sees it: settings, an open database of the newest schema, the clock, the bell."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from crisis import config, errors
from crisis.jobs import app as jobs_app
from crisis.jobs import bell
from crisis.store import clock, db

#: Who acts, in the record, when a command changes something.
ACTOR = "cli"

_BELL_SECONDS = 2.0


@dataclass(frozen=True)
class Desk:
    settings: config.Settings
    clock: clock.Clock

    def now(self) -> datetime:
        """This instant: aware, UTC."""
        return self.clock.now()


@contextmanager
def opened(*, newest_schema: bool = True) -> Iterator[Desk]:
    """The desk of this process's settings, for the length of a command.

    Rings of ``bell.ring`` are given up to 2 s to leave before the command ends; what does not leave is
    rung by the metronome.

    Raises:
        InvalidSetting: a setting is wrong; the text names it.
        Unavailable: the database can't be reached, or its schema is not the newest.
    """
    settings = config.load()
    with db.opened(settings):
        if newest_schema and not db.schema_is_newest():
            raise errors.Unavailable("The database's schema is not this version's. Run `crisis migrate`, then retry.")
        bell.hang(jobs_app.publisher(settings))
        try:
            yield Desk(settings, clock.DatabaseClock())
        finally:
            bell.close(_BELL_SECONDS)

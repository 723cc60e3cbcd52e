"""Where a newcomer stands in the story that the first page of the demo tells."""

from dataclasses import dataclass
from itertools import islice

from crisis.demo import cast, mailbox
from crisis.store import agenda
from crisis.web import desk
from crisis.web.demo.routes import blueprint
from crisis.workflows import declare

_LOOKED_THROUGH = 400  # messages; an exercise sends about a hundred


@dataclass(frozen=True, slots=True)
class Story:
    """The newest exercise, if there was one, and the message in it that waits for the reader."""

    ref: str = ""
    is_over: bool = False
    mail_id: str = ""
    recipient: str = ""


@blueprint.app_template_global("demo_story")
def tell() -> Story:
    """How far the newest exercise has come."""
    session = desk.session()
    running = agenda.open_refs(session, exercises=True)
    ended = [one for one in agenda.ended_refs(session, limit=10) if one.startswith(f"{declare.EXERCISE_PREFIX}-")]
    ref = next(iter([*running, *ended]), "")
    if not ref:
        return Story()
    box = mailbox.of(desk.settings())
    waiting = [one for one in islice(box.newest(), _LOOKED_THROUGH) if one.recipient in cast.YOURS and one.ref == ref]
    if not waiting:
        return Story(ref, ref not in running)
    first = min(waiting, key=lambda one: (cast.YOURS.index(one.recipient), one.id))
    return Story(ref, ref not in running, first.id, first.recipient)

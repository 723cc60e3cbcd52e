"""A round: one message to many at one moment, put into words and planned at once."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.domain import alert, outgoing
from crisis.store import keys, outbox
from crisis.store.models import Incident


class Writer(Protocol):
    """Puts alerts of an incident into words, one at a time; ``drafting`` adds to ``texts``."""

    @property
    def now(self) -> datetime: ...

    @property
    def fingerprint(self) -> Callable[[UUID, int], str]: ...

    def drafting(
        self,
        recipients: Iterable[outgoing.Recipient],
        texts: dict[outgoing.TextKey, outgoing.Text],
        *,
        cause: str,
        purpose: alert.Purpose,
        new_id: Callable[[], UUID],
    ) -> Iterator[outgoing.Draft]: ...


def plan(
    session: Session,
    owner: Incident,
    to: Iterable[outgoing.Recipient],
    *,
    writer: Writer,
    cause: str,
    purpose: alert.Purpose,
    fresh: bool = False,
) -> list[outgoing.Draft]:
    """Plan an alert to each recipient who has none of this cause yet; returns what is new.

    Args:
        fresh: as for ``outbox.put``: nobody can have any yet.
    """
    texts: dict[outgoing.TextKey, outgoing.Text] = {}
    drafts = writer.drafting(to, texts, cause=cause, purpose=purpose, new_id=keys.endless().__next__)
    return outbox.put(session, owner.id, drafts, texts, fingerprint=writer.fingerprint, now=writer.now, fresh=fresh)

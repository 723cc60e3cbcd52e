"""The writer of an incident's messages: puts alerts into words, and knows the hash of each link's token."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crisis.config import Settings
from crisis.domain import alert
from crisis.domain.outgoing import Draft, Recipient, Text, TextKey
from crisis.notify import facts, links, messages


@dataclass(frozen=True, slots=True)
class Writer:
    """``fingerprint``: from (link id, generation) to the hash under which its token is found."""

    facts: facts.Facts
    fingerprint: Callable[[UUID, int], str]
    now: datetime

    def drafting(
        self,
        recipients: Iterable[Recipient],
        texts: dict[TextKey, Text],
        *,
        cause: str,
        purpose: alert.Purpose,
        new_id: Callable[[], UUID],
    ) -> Iterator[Draft]:
        """As ``messages.drafting``, of this incident and moment."""
        return messages.drafting(
            recipients, texts, cause=cause, purpose=purpose, facts=self.facts, new_id=new_id, now=self.now
        )


def of(owner: facts.Incident, settings: Settings, *, now: datetime) -> Writer:
    """The writer for an incident that is in the database."""
    return Writer(facts.of(owner, settings), links.fingerprint_with(settings.secret_key), now)

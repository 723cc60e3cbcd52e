"""The sender of a channel: what it is given, and what it says of each attempt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from crisis.domain import alert


@dataclass(frozen=True, slots=True)
class Envelope:
    """One alert ready for the wire. ``rendering.Templates`` makes it; the same inputs give the same payload."""

    alert_id: UUID
    channel: alert.Channel
    address: str  # as sent: mailbox, webhook URL, Apprise URL
    payload: bytes  # mail: the whole message; webhook: the JSON body; apprise: the text in UTF-8
    started_at: datetime  # of this attempt (UTC); signed into a webhook
    subject: str = ""  # apprise only
    secret: str = ""  # webhook only: ``whsec_…``


@dataclass(frozen=True, slots=True)
class Result:
    """How one attempt ended. ``detail`` is what the other side said, shortened; never an address or a secret.

    ``unknown``: the message may have arrived. Both durations count from the call of ``send``.
    """

    outcome: alert.Outcome
    detail: str
    size: int  # bytes sent
    sha256: str  # of the bytes sent, hexadecimal; empty where none were
    started_after: timedelta
    finished_after: timedelta


class Sender(Protocol):
    """Puts alerts of one channel on the wire, several at once, and gives each result as it comes."""

    def send(self, envelopes: Sequence[Envelope]) -> Iterator[tuple[UUID, Result]]:
        """Exactly one result for each envelope, in the order in which they end.

        Never raises for what the other side does. Everything has been put on the wire, or was given
        up, when the iterator ends.
        """
        ...

    def close(self) -> None:
        """Let connections and threads go; no ``send`` may follow."""
        ...

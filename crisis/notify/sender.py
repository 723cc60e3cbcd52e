"""The sender of a channel: what it is given, and what it says of each attempt."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

from crisis.domain import alert


class Envelope(NamedTuple):
    """One alert ready for the wire. ``rendering.Templates`` makes it; the same inputs give the same payload."""

    alert_id: UUID
    channel: alert.Channel
    address: str  # as sent: mailbox, webhook URL, Apprise URL
    payload: bytes  # mail: the whole message; webhook: the JSON body; apprise: the text in UTF-8
    started_at: datetime  # of this attempt (UTC); signed into a webhook
    provider: str = ""  # whose limits hold; as ``domain.provider`` names it
    subject: str = ""  # apprise only
    secrets: tuple[str, ...] = ()  # webhook only: ``whsec_…``; several while one replaces another
    return_path: str = ""  # mail only: where reports about this one mail go; empty: to the desk's address


class Result(NamedTuple):
    """How one attempt ended. ``detail`` is what the other side said, shortened; never an address or a secret.

    ``unknown``: the message may have arrived. Both durations count from the call of ``submit``.
    """

    outcome: alert.Outcome
    detail: str
    size: int  # bytes sent
    sha256: str  # of the bytes sent, hexadecimal; empty where none were
    started_after: timedelta
    finished_after: timedelta
    code: int | None = None  # of SMTP or HTTP
    remote_id: str = ""  # the name that the other side gave the message, such as a queue id
    evidence: str = ""  # what acceptance proves: "our_relay" or "their_server"
    retire: bool = False  # the receiver has ended this address for good


class Results(Protocol):
    """Where results go, each as it comes; many senders may share one."""

    def put(self, result: tuple[UUID, Result], /) -> None:
        """Take the result of one alert; called on any thread."""
        ...


class Sender(Protocol):
    """Puts alerts of one channel on the wire, many at once; safe to call from any thread."""

    def room(self, provider: str, /) -> int:
        """How many more envelopes it takes for ``provider`` now; more than that would only wait here."""
        ...

    def submit(self, envelopes: Sequence[Envelope], into: Results) -> None:
        """Return at once; ``into`` gets exactly one result for each envelope, in the order in which they end.

        Never raises for what the other side does.
        """
        ...

    def close(self) -> None:
        """Let connections and threads go; no ``submit`` may follow."""
        ...

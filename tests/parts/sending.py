"""A room whose senders keep what they were given and answer as they are told."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from crisis import config
from crisis.domain import alert
from crisis.notify.sender import Envelope, Result
from tests.parts.clock import FakeClock

NODE = "mail@tests"


def accepted(_envelope: Envelope) -> alert.Outcome:
    return alert.Outcome.ACCEPTED


class Died(BaseException):
    """The process was killed between the wire and the database."""


@dataclass
class KeepingSender:
    """Accepts everything unless ``answer`` says otherwise; ``sent`` holds all that went on the wire, in order."""

    answer: Callable[[Envelope], alert.Outcome] = accepted
    sent: list[Envelope] = field(default_factory=list)
    dies_after: int | None = None  # so many went on the wire, then the process is gone

    def send(self, envelopes: Sequence[Envelope]) -> Iterator[tuple[UUID, Result]]:
        for envelope in envelopes:
            if self.dies_after is not None and len(self.sent) >= self.dies_after:
                raise Died
            self.sent.append(envelope)
            yield (
                envelope.alert_id,
                Result(
                    outcome=self.answer(envelope),
                    detail="250 kept",
                    size=len(envelope.payload),
                    sha256=hashlib.sha256(envelope.payload).hexdigest(),
                    started_after=timedelta(0),
                    finished_after=timedelta(milliseconds=10),
                ),
            )

    def close(self) -> None:
        return None


@dataclass
class KeepingRoom:
    """What a sending process has, with one sender for every channel."""

    settings: config.Settings
    clock: FakeClock
    sender: KeepingSender = field(default_factory=KeepingSender)
    owner: str = f"{NODE}/boot-1/1"

    @property
    def senders(self) -> Mapping[alert.Channel, KeepingSender]:
        return dict.fromkeys(alert.Channel, self.sender)

    def addresses(self) -> list[str]:
        """The addresses written to, in order."""
        return [envelope.address for envelope in self.sender.sent]

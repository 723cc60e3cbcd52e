"""A room whose senders keep what they were given and answer as they are told."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask, current_app

from crisis import config
from crisis.domain import alert
from crisis.notify.sender import Envelope, Result, Results
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
    apart: bool = False  # answers one after the other in a thread of its own, instead of all at once

    def room(self, _provider: str) -> int:
        return 1_000

    def submit(self, envelopes: Sequence[Envelope], into: Results) -> None:
        if self.apart:
            app = current_app._get_current_object()  # type: ignore[attr-defined]
            threading.Thread(target=self._answer_within, args=(app, envelopes, into), daemon=True).start()
        else:
            self._answer_all(envelopes, into)

    def close(self) -> None:
        return None

    def _answer_within(self, app: Flask, envelopes: Sequence[Envelope], into: Results) -> None:
        with app.app_context():
            self._answer_all(envelopes, into)

    def _answer_all(self, envelopes: Sequence[Envelope], into: Results) -> None:
        for envelope in envelopes:
            if self.dies_after is not None and len(self.sent) >= self.dies_after:
                raise Died
            self.sent.append(envelope)
            into.put((envelope.alert_id, self._result(envelope)))

    def _result(self, envelope: Envelope) -> Result:
        return Result(
            outcome=self.answer(envelope),
            detail="250 kept",
            size=len(envelope.payload),
            sha256=hashlib.sha256(envelope.payload).hexdigest(),
            started_after=timedelta(0),
            finished_after=timedelta(milliseconds=10),
        )


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

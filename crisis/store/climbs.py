"""Climbs: a timer of a platform's ladder, read together with the request and the steps that it is about."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crisis.domain import ladder, notice
from crisis.store.models import Notice
from crisis.store.timers import Fired


@dataclass(frozen=True, slots=True)
class Climb:
    """A timer of a platform's ladder with what it is about."""

    timer: Fired
    about: Notice
    table: ladder.Table
    name: ladder.Ladder
    batch: int

    @property
    def step(self) -> ladder.Step:
        return self.table[self.name][self.timer.step]

    @property
    def is_hurried(self) -> bool:
        silence = self.name is ladder.Ladder.SILENCE
        return silence and self.timer.due_at < self.timer.starts_at + timedelta(minutes=self.step.after)

    def due_later(self, now: datetime) -> datetime | None:
        """When a step of outcomes is due in truth, which only its acknowledgement decides."""
        if self.name is not ladder.Ladder.OUTCOME or notice.State(self.about.state) in notice.FINISHED:
            return None
        since, acknowledged_at = self.timer.starts_at, self.about.acknowledged_at
        return ladder.postponed(self.step, starts_at=since, acknowledged_at=acknowledged_at, now=now)

    def following(self) -> ladder.Due | None:
        """The next step of this ladder, counted from what its minutes count from."""
        index = self.timer.step + 1
        if index >= len(self.table[self.name]):
            return None
        step = self.table[self.name][index]
        base = ladder.counted_from(step, starts_at=self.timer.starts_at, acknowledged_at=self.about.acknowledged_at)
        return ladder.due(self.table, self.name, index, base)

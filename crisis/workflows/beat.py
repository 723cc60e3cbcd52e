"""Beat: note that a process of ours is alive, so that readiness and `crisis check` can see it."""

from datetime import datetime, timedelta

from crisis.store import alerts, db, processes

_KEPT = timedelta(days=1)


def beat(role: str, *, node: str, boot: str, now: datetime) -> None:
    """A sign of life of ``role`` (``metronome``, ``worker:mail``, ``worker:other``)."""
    with db.transaction() as session:
        processes.beat(session, role=role, node=node, boot=boot, now=now)


def take_over(*, node: str, boot: str, now: datetime) -> int:
    """A process has started: give back what earlier boots of its node still hold; returns how many alerts."""
    with db.transaction() as session:
        processes.forget_old(session, before=now - _KEPT)
        return alerts.free_earlier_boots(session, node=node, boot=boot, now=now)

"""Alarms: which faults of the desk are raised, and which process tells the operators of each."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store.models import Alarm

_TIME = Alarm.told_at.type


def raise_(session: Session, fault: str, *, now: datetime, again_after: timedelta) -> bool:
    """Note that the fault is there; whether the caller is the one who tells of it now.

    True for the first process that finds it, and again for one of them once ``again_after`` has passed.
    """
    session.execute(
        sa.update(Alarm).where(Alarm.fault == fault).values(seen_at=now).execution_options(synchronize_session=False)
    )
    statement = sa.text(
        "INSERT INTO alarm (fault, raised_at, seen_at, told_at, ended_at) VALUES (:fault, :now, :now, :now, NULL) "
        "ON CONFLICT (fault) DO UPDATE SET told_at = :now, ended_at = NULL, "
        "raised_at = CASE WHEN alarm.ended_at IS NULL THEN alarm.raised_at ELSE :now END "
        "WHERE alarm.ended_at IS NOT NULL OR alarm.told_at <= :before RETURNING fault"
    ).bindparams(sa.bindparam("now", type_=_TIME), sa.bindparam("before", type_=_TIME))
    return session.execute(statement, {"fault": fault, "now": now, "before": now - again_after}).first() is not None


def end(session: Session, present: Iterable[str], *, now: datetime, unseen_for: timedelta) -> Sequence[str]:
    """End the alarms whose fault is not among ``present`` and was not seen for a while; the caller tells of them."""
    statement = (
        sa.update(Alarm)
        .where(Alarm.ended_at.is_(None), Alarm.fault.not_in(list(present)), Alarm.seen_at <= now - unseen_for)
        .values(ended_at=now)
        .returning(Alarm.fault)
        .execution_options(synchronize_session=False)
    )
    return sorted(session.scalars(statement))


def untold(session: Session, faults: Iterable[str], *, told_at: datetime) -> None:
    """The telling failed: let the next look, of any process, count from ``told_at``."""
    session.execute(
        sa.update(Alarm)
        .where(Alarm.fault.in_(list(faults)))
        .values(told_at=told_at)
        .execution_options(synchronize_session=False)
    )


def raised(session: Session) -> Sequence[Alarm]:
    """Those that are raised now, the oldest first."""
    return session.scalars(sa.select(Alarm).where(Alarm.ended_at.is_(None)).order_by(Alarm.raised_at)).all()

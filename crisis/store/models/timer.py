"""Timers: rows that say what fires when; each fired exactly once."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crisis.store import keys
from crisis.store.models.base import Base


class Timer(Base):
    """One step of one ladder of one notice. Firing arms the next in the same transaction."""

    __tablename__ = "timer"
    __table_args__ = (
        sa.UniqueConstraint("notice_id", "ladder", "step"),
        sa.Index(
            "uq_timer_notice_id_ladder_armed",
            "notice_id",
            "ladder",
            unique=True,
            postgresql_where=sa.text("state = 'armed'"),
            sqlite_where=sa.text("state = 'armed'"),
        ),
        sa.Index(
            "ix_timer_due",
            "due_at",
            postgresql_where=sa.text("state = 'armed'"),
            sqlite_where=sa.text("state = 'armed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    incident_id: Mapped[UUID]
    notice_id: Mapped[UUID]
    ladder: Mapped[str]  # <ladder>:<batch number>, such as silence:1
    step: Mapped[int]  # index in the ladder's table, from 0
    action: Mapped[str]
    starts_at: Mapped[datetime]  # what the minutes of the table are counted from
    due_at: Mapped[datetime]
    state: Mapped[str]  # armed, fired, cancelled
    ended_at: Mapped[datetime | None]

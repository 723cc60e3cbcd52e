"""Matters: what needs an officer of the desk, who was told of it, and who took it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crisis.store import keys
from crisis.store.models.base import Base


class Matter(Base):
    """One reason why an officer is needed for one request; open until somebody takes it or it is over."""

    __tablename__ = "matter"
    __table_args__ = (
        sa.Index(
            "ix_matter_open",
            "incident_id",
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    incident_id: Mapped[UUID] = mapped_column(sa.ForeignKey("incident.id"), index=True)
    notice_id: Mapped[UUID] = mapped_column(sa.ForeignKey("notice.id"), index=True)
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    how: Mapped[str | None]  # taken, acted, over
    ended_by: Mapped[str | None]  # actor; none where it was over by itself


class Told(Base):
    """An officer was told of a matter; the first time counts."""

    __tablename__ = "matter_told"

    matter_id: Mapped[UUID] = mapped_column(sa.ForeignKey("matter.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("app_user.id"), primary_key=True)
    told_at: Mapped[datetime]

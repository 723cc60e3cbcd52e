"""What one platform is asked in one incident, and the items that it is asked about."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crisis.store import keys
from crisis.store.models.base import Base


class Notice(Base):
    """One platform, one instrument, one incident. Its times are facts; what follows from them is computed."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.Index(
            "uq_notice_incident_id_platform_id",
            "incident_id",
            "platform_id",
            unique=True,
            postgresql_where=sa.text("instrument = 'alert'"),
            sqlite_where=sa.text("instrument = 'alert'"),
        ),
        sa.Index(
            "ix_notice_answered",
            "platform_id",
            "acknowledged_at",
            postgresql_where=sa.text("acknowledged_at IS NOT NULL"),
            sqlite_where=sa.text("acknowledged_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    incident_id: Mapped[UUID] = mapped_column(index=True)
    platform_id: Mapped[UUID]
    platform_name: Mapped[str]  # as it was when asked
    instrument: Mapped[str]
    number: Mapped[int | None]  # of an order or referral; an alert has none
    ask: Mapped[str]
    state: Mapped[str]
    named_at: Mapped[datetime]  # when it was first asked
    target_at: Mapped[datetime | None]  # of the latest batch; none where only informed
    # the first acknowledgement: claimed by nobody, recorded by us
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]  # the name typed
    # the first time of done, kept when new items reopen it: when it is said to have been, when we wrote it down
    done_at: Mapped[datetime | None]
    done_recorded_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # of the present finished state; none while open
    search_result: Mapped[str | None]  # "none", "found:<n>" or "cannot": the one answer owed for shared hashes
    contradiction: Mapped[bool] = mapped_column(default=False)
    question: Mapped[bool] = mapped_column(default=False)  # waits for the officer


class NoticeItem(Base):
    """One item as asked of one platform."""

    __tablename__ = "notice_item"
    __table_args__ = (sa.UniqueConstraint("notice_id", "item_id"), sa.Index("ix_notice_item_item_id", "item_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    notice_id: Mapped[UUID]
    item_id: Mapped[UUID]
    batch_id: Mapped[UUID]
    reason: Mapped[str]  # host, assigned, shared
    named_at: Mapped[datetime]
    target_at: Mapped[datetime]
    state: Mapped[str]
    happened_at: Mapped[datetime | None]  # when the present outcome is said to have been
    recorded_at: Mapped[datetime | None]  # when we wrote it down

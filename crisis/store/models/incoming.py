"""What comes back: mails in the desk's mailbox, and what hosts and providers say of alerts."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crisis.store import keys
from crisis.store.models.base import Base
from crisis.store.types import Json

_OPEN = sa.text("state = 'open'")
_PENDING = sa.text("settled_at IS NULL")


class Mail(Base):
    """One mail that came in, kept without its attachments. A person's stays open until an officer has decided."""

    __tablename__ = "mail"
    __table_args__ = (
        sa.Index("ix_mail_open", "incident_id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        sa.Index("ix_mail_received_at", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    key: Mapped[str] = mapped_column(unique=True)  # digest of what its writer made: the same mail again is no other
    sha256: Mapped[str]  # of the bytes as they came
    size: Mapped[int]  # bytes
    message_id: Mapped[str]
    received_at: Mapped[datetime]
    kind: Mapped[str]  # a mail_kind.Kind
    matched_by: Mapped[str | None]  # return_path, reference, ref: how we know what it is about
    alert_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("alert.id"), index=True)
    notice_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("notice.id"), index=True)
    incident_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("incident.id"))
    sender: Mapped[str]
    sender_name: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    shortened: Mapped[bool]
    attachments: Mapped[Any] = mapped_column(Json)  # [{kind, size, sha256}, …]; never their content or names
    original: Mapped[str]  # headers and texts as they came
    status: Mapped[str | None]  # of a report: a receipt.Status, with its code and what the host said
    code: Mapped[str | None]
    detail: Mapped[str | None]
    case_number: Mapped[str | None]  # found in it
    state: Mapped[str]  # open, filed, answered, set_aside
    answer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("answer.id"))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]  # actor


class Receipt(Base):
    """One thing that a mail host or a provider said of an alert after it was accepted."""

    __tablename__ = "receipt"
    __table_args__ = (
        sa.Index("ix_receipt_about", "about"),
        sa.Index("ix_receipt_pending", "received_at", postgresql_where=_PENDING, sqlite_where=_PENDING),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    key: Mapped[str] = mapped_column(unique=True)  # the same thing said again changes nothing
    source: Mapped[str]  # mail, twilio, signed
    about: Mapped[str]  # the id by which the source knows the alert
    alert_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("alert.id"), index=True)  # once it is known
    status: Mapped[str]  # a receipt.Status
    code: Mapped[str]
    detail: Mapped[str]
    said_at: Mapped[datetime | None]  # by the source's clock
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]  # none while it waits for its alert
    result: Mapped[str | None]  # applied, nothing, unknown

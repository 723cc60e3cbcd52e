"""Messages, the alerts that carry them, and every attempt to send one: the row is the queue."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crisis.store import keys
from crisis.store.models.base import Base
from crisis.store.types import Json


class Message(Base):
    """A text with named slots for one round, language and channel; written once, never changed."""

    __tablename__ = "message"
    __table_args__ = (sa.UniqueConstraint("incident_id", "round", "ask", "language", "channel"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    incident_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("incident.id"))  # none for a probe
    round: Mapped[str]  # the cause of the alerts that carry it
    ask: Mapped[str]
    language: Mapped[str]  # of the text; English where the contact's own is not translated
    channel: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    created_at: Mapped[datetime]


class Alert(Base):
    """One message to one endpoint for one notice; or, without a notice, to an officer of the desk.

    Without an incident it is a probe of delivery itself, which belongs to no figure.

    ``fence`` grows with each claim; whoever finishes with an older one changes nothing. Its references are
    checked by triggers, all rows of a statement at once, as those of the other tables of a fan-out.
    """

    __tablename__ = "alert"
    __table_args__ = (
        sa.CheckConstraint("((notice_id IS NULL) <> (user_id IS NULL)) OR incident_id IS NULL", name="one_recipient"),
        sa.Index(
            "uq_alert_notice_id_endpoint_id_cause",
            "notice_id",
            "endpoint_id",
            "cause",
            unique=True,
            postgresql_where=sa.text("notice_id IS NOT NULL"),
            sqlite_where=sa.text("notice_id IS NOT NULL"),
            postgresql_with={"fillfactor": 50},  # so has the primary key: each result adds an entry beside the first
        ),
        # those of an incident lie together: the pages they are in are enough, and no alert needs an entry
        sa.Index(
            "ix_alert_incident_id",
            "incident_id",
            postgresql_using="brin",
            postgresql_with={"autosummarize": "on"},
        ),
        sa.Index(  # and those of none are anywhere
            "ix_alert_probe",
            "id",
            postgresql_where=sa.text("incident_id IS NULL"),
            sqlite_where=sa.text("incident_id IS NULL"),
        ),
        sa.Index(
            "uq_alert_incident_id_user_id_cause",
            "incident_id",
            "user_id",
            "cause",
            unique=True,
            postgresql_where=sa.text("user_id IS NOT NULL"),
            sqlite_where=sa.text("user_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_alert_remote_id",
            "remote_id",
            postgresql_where=sa.text("remote_id IS NOT NULL"),
            sqlite_where=sa.text("remote_id IS NOT NULL"),
        ),
        sa.Index(  # has nothing that a claim changes: with room in its page, the claim writes the row alone
            "ix_alert_open",
            "queue",
            "priority",
            "due_at",
            "id",
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        ),
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    incident_id: Mapped[UUID | None]  # none for a probe
    notice_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    endpoint_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    link_id: Mapped[UUID | None]
    message_id: Mapped[UUID]
    reply_to_id: Mapped[UUID | None]  # the first alert to this endpoint, for References
    cause: Mapped[str]
    purpose: Mapped[str]
    channel: Mapped[str]
    queue: Mapped[str]
    provider: Mapped[str] = mapped_column(server_default="")  # whose limits hold, as in domain/provider.py
    address: Mapped[str]  # as sent
    contact_name: Mapped[str]  # as sent
    slots: Mapped[Any] = mapped_column(Json)  # values for the named slots of the message
    state: Mapped[str]
    priority: Mapped[int]
    planned_at: Mapped[datetime]
    due_at: Mapped[datetime]
    owner: Mapped[str | None]  # node/boot/process
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)  # started on the wire
    started_at: Mapped[datetime | None]  # of the newest attempt; none from the next claim until it starts
    first_attempt_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    evidence: Mapped[str | None]  # what its acceptance proves: our_relay or their_server
    remote_id: Mapped[str | None]  # by which a provider's receipt names it; never of a mail
    delivered_at: Mapped[datetime | None]
    delivered_by: Mapped[str | None]  # delivery_report or provider_receipt
    ended_at: Mapped[datetime | None]  # none while it is open: due, claimed or started
    detail: Mapped[str | None]  # of the last result
    possible_repeat: Mapped[bool] = mapped_column(default=False)


class Attempt(Base):
    """One try to put an alert on the wire, written with its result; until then the alert is ``started``."""

    __tablename__ = "attempt"
    __table_args__ = (
        sa.UniqueConstraint("alert_id", "number"),
        sa.Index(
            "ix_attempt_unknown",
            "finished_at",
            postgresql_where=sa.text("outcome = 'unknown'"),
            sqlite_where=sa.text("outcome = 'unknown'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    alert_id: Mapped[UUID]  # checked by triggers, as the references of an alert
    number: Mapped[int]  # from 1
    fence: Mapped[int]
    owner: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    outcome: Mapped[str]
    code: Mapped[int | None]  # of the reply: SMTP or HTTP
    remote_id: Mapped[str | None]  # that the other side gave it
    detail: Mapped[str | None]  # what the other side said, shortened
    size: Mapped[int | None]  # bytes sent
    sha256: Mapped[str | None]  # of the bytes sent
    # what it said after its lease had run out and it had been written down as unknown; filled once too
    late_outcome: Mapped[str | None]
    late_detail: Mapped[str | None]
    late_at: Mapped[datetime | None]

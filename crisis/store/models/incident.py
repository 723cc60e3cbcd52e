"""An incident with its batches, items and updates; and the counter that its reference comes from."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crisis.store import keys
from crisis.store.models.base import Base
from crisis.store.types import Json


class Incident(Base):
    """What a duty officer declares. Texts and numbers that it used are kept with it."""

    __tablename__ = "incident"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    ref: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]  # real, exercise, single
    instrument: Mapped[str]
    kind: Mapped[str]
    severity: Mapped[str]
    tlp: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    summary: Mapped[str]
    authority_name: Mapped[str]  # who authors
    desk_name: Mapped[str]  # who transmits
    desk_phone: Mapped[str]
    member_states: Mapped[str]  # two letters each, separated by spaces
    audience: Mapped[Any] = mapped_column(Json)
    occurred_at: Mapped[datetime | None]
    declared_at: Mapped[datetime]
    declared_by: Mapped[str]  # actor
    target_at: Mapped[datetime]  # of the first batch
    aim_minutes: Mapped[int]
    stood_down_at: Mapped[datetime | None]
    stand_down_reason: Mapped[str | None]
    ladder_id: Mapped[UUID] = mapped_column(sa.ForeignKey("version.id"))
    texts_id: Mapped[UUID] = mapped_column(sa.ForeignKey("version.id"))


class Batch(Base):
    """The items named at one moment, with a target of their own."""

    __tablename__ = "batch"
    __table_args__ = (sa.UniqueConstraint("incident_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    incident_id: Mapped[UUID] = mapped_column(sa.ForeignKey("incident.id"))
    number: Mapped[int]  # from 1
    named_at: Mapped[datetime]
    target_at: Mapped[datetime]
    named_by: Mapped[str]  # actor


class Item(Base):
    """One piece of content: the exact address as given, its key, its hashes. Never the content."""

    __tablename__ = "item"
    __table_args__ = (
        sa.UniqueConstraint("incident_id", "content_key"),
        sa.Index("ix_item_content_key", "content_key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    incident_id: Mapped[UUID] = mapped_column(sa.ForeignKey("incident.id"))
    batch_id: Mapped[UUID] = mapped_column(sa.ForeignKey("batch.id"))
    position: Mapped[int]  # order in the incident, from 1
    url: Mapped[str | None]  # as given; what is sent
    content_key: Mapped[str]  # of the URL, or algorithm:hash where there is none
    host: Mapped[str | None]  # IDNA, lower case
    sha256: Mapped[str | None]
    md5: Mapped[str | None]
    pdq: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]


class Spelling(Base):
    """Another way in which an item was given, merged because its key is the same."""

    __tablename__ = "spelling"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("item.id"), index=True)
    batch_id: Mapped[UUID] = mapped_column(sa.ForeignKey("batch.id"))
    url: Mapped[str | None]
    why: Mapped[str]  # what differed, such as "utm_source dropped"


class Update(Base):
    """A message of the officer to those alerted."""

    __tablename__ = "incident_update"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    incident_id: Mapped[UUID] = mapped_column(sa.ForeignKey("incident.id"), index=True)
    text: Mapped[str]
    sent_at: Mapped[datetime]
    sent_by: Mapped[str]  # actor


class RefCounter(Base):
    """The last number given out for a prefix and a UTC year; gaps are allowed."""

    __tablename__ = "ref_counter"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]

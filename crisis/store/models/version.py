"""Versions of ladders and texts: immutable rows; an incident names the ones it used."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crisis.store import keys
from crisis.store.models.base import Base
from crisis.store.types import Json


class Version(Base):
    __tablename__ = "version"
    __table_args__ = (sa.UniqueConstraint("kind", "digest"), sa.UniqueConstraint("kind", "number"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    kind: Mapped[str]  # ladder, texts
    number: Mapped[int]  # from 1
    body: Mapped[Any] = mapped_column(Json)
    digest: Mapped[str]  # SHA-256 of the body, hexadecimal
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(server_default="desk")  # actor


class ActiveVersion(Base):
    """Which version of a kind a new incident uses; without a row the one of the code."""

    __tablename__ = "active_version"

    kind: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("version.id"))
    since: Mapped[datetime]
    activated_by: Mapped[str]  # actor

"""Access of programs: bearer tokens, and the answers already given to a repeated request."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crisis.store import keys
from crisis.store.models.base import Base


class ApiToken(Base):
    """A bearer token; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256, hexadecimal
    scopes: Mapped[str]  # separated by spaces
    platform_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("platform.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """The first answer to a key of a caller, written in the transaction of what it did."""

    __tablename__ = "idempotency_key"

    principal: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    status: Mapped[int]
    answer: Mapped[str]
    created_at: Mapped[datetime]

"""The links in alerts: one for each notice, contact and endpoint; only the hash of its token is kept."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crisis.store import keys
from crisis.store.models.base import Base


class Link(Base):
    """The token itself is derived again from the key, this row's id and its generation."""

    __tablename__ = "link"
    __table_args__ = (sa.UniqueConstraint("notice_id", "endpoint_id", "generation"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    notice_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    endpoint_id: Mapped[UUID]
    generation: Mapped[int] = mapped_column(default=1)
    token_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256, hexadecimal
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # set when the incident ends
    revoked_at: Mapped[datetime | None]

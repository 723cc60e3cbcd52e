"""Tasks for people of the desk: who does one now, and how often a portal was used."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crisis.store import keys
from crisis.store.models.base import Base


class Claim(Base):
    """One officer does one task now; a row that has run out means nothing."""

    __tablename__ = "claim"

    notice_id: Mapped[UUID] = mapped_column(sa.ForeignKey("notice.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)  # phone, portal
    claimed_by: Mapped[str]  # actor
    claimed_until: Mapped[datetime]


class PortalUse(Base):
    """One request that an officer entered at a platform's own reporting portal."""

    __tablename__ = "portal_use"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    notice_id: Mapped[UUID] = mapped_column(sa.ForeignKey("notice.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(sa.ForeignKey("contact.id"))
    endpoint_id: Mapped[UUID] = mapped_column(sa.ForeignKey("endpoint.id"))
    url: Mapped[str]  # as used
    number: Mapped[str]  # that the portal gave
    used_at: Mapped[datetime]
    used_by: Mapped[str]  # actor

"""The registry: platforms with their domains, contacts and endpoints; retired, never deleted."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crisis.domain import registry
from crisis.store import keys
from crisis.store.models.base import Base


class Platform(Base):
    """A registered hosting service or other organisation."""

    __tablename__ = "platform"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    registry_id: Mapped[str] = mapped_column(unique=True)  # text of the registry file, such as p-001
    name: Mapped[str]
    kind: Mapped[str]
    service: Mapped[str]
    home_state: Mapped[str]
    languages: Mapped[str]  # separated by spaces
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    domains: Mapped[list["Domain"]] = relationship(
        back_populates="platform", order_by="Domain.position", cascade="all, delete-orphan"
    )
    contacts: Mapped[list["Contact"]] = relationship(back_populates="platform", order_by="Contact.position")


class Domain(Base):
    """A domain that a platform owns; it has one owner."""

    __tablename__ = "domain"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    platform_id: Mapped[UUID] = mapped_column(sa.ForeignKey("platform.id"), index=True)
    position: Mapped[int]  # order in the registry file, from 0
    name: Mapped[str]  # as given, may be Unicode
    ascii_name: Mapped[str] = mapped_column(unique=True)  # IDNA, lower case

    platform: Mapped[Platform] = relationship(back_populates="domains")


class Contact(Base):
    """A person or a desk of a platform."""

    __tablename__ = "contact"
    __table_args__ = (
        sa.Index(
            "uq_contact_platform_id_position",
            "platform_id",
            "position",
            unique=True,
            postgresql_where=sa.text("retired_at IS NULL"),
            sqlite_where=sa.text("retired_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    platform_id: Mapped[UUID] = mapped_column(sa.ForeignKey("platform.id"), index=True)
    position: Mapped[int]  # order in the ladder, from 1
    name: Mapped[str]
    language: Mapped[str]
    time_zone: Mapped[str]
    hours: Mapped[str]  # 24/7, or like Mon-Fri 08:00-18:00, in the contact's zone
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    platform: Mapped[Platform] = relationship(back_populates="contacts")
    endpoints: Mapped[list["Endpoint"]] = relationship(
        back_populates="contact", order_by="Endpoint.created_at, Endpoint.id"
    )


class Endpoint(Base):
    """One address of a contact on one channel."""

    __tablename__ = "endpoint"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    contact_id: Mapped[UUID] = mapped_column(sa.ForeignKey("contact.id"), index=True)
    channel: Mapped[str]
    provider: Mapped[str] = mapped_column(server_default="")  # whose limits hold, as in domain/provider.py
    address: Mapped[str]  # sealed where it is a secret itself, as in domain/sealed.py
    address_index: Mapped[str | None]  # by which a sealed one is found again
    verified_on: Mapped[date | None]
    secret_generation: Mapped[int] = mapped_column(default=1)  # of a webhook's derived secret
    secret_renewed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    contact: Mapped[Contact] = relationship(back_populates="endpoints")

    @property
    def secret(self) -> registry.Secret:
        """Which of its secrets hold."""
        return registry.secret(self.secret_generation, self.secret_renewed_at)

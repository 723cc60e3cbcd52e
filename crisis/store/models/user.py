"""People who log in, with their roles; the only model that knows Flask-Security."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crisis.store import keys
from crisis.store.models.base import Base

user_role = sa.Table(
    "user_role",
    Base.metadata,
    sa.Column("user_id", sa.ForeignKey("app_user.id"), primary_key=True),
    sa.Column("role_id", sa.ForeignKey("role.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    """officer, manager, registrar, auditor or admin."""

    __tablename__ = "role"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)  # type: ignore[assignment]  # the mixin says int
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]


class User(Base, UserMixin):
    """A person of the desk. ``notify_address`` is where the desk itself reaches an officer."""

    __tablename__ = "app_user"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)  # type: ignore[assignment]  # the mixin says int
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password: Mapped[str | None]
    active: Mapped[bool]
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    notify_address: Mapped[str | None]
    duty_order: Mapped[int | None]  # who is told first, from 1; none is behind all others
    language: Mapped[str]
    time_zone: Mapped[str]
    created_at: Mapped[datetime]
    setup_hash: Mapped[str | None]  # SHA-256 of the one-time set-up token
    setup_expires_at: Mapped[datetime | None]

    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]  # the mixin says list of mixins
        secondary=user_role, lazy="selectin"
    )

"""People of the desk: rows of users and their roles."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store.models import Role, User


def by_id(session: Session, user_id: UUID) -> User | None:
    return session.get(User, user_id)


def by_email(session: Session, email: str) -> User | None:
    """Case does not count: no mail system of today tells ``Ann@`` from ``ann@``."""
    return session.scalars(sa.select(User).where(sa.func.lower(User.email) == email.lower())).one_or_none()


def by_setup_hash(session: Session, digest: str) -> User | None:
    return session.scalars(sa.select(User).where(User.setup_hash == digest)).one_or_none()


def all_of(session: Session) -> Sequence[User]:
    return session.scalars(sa.select(User).order_by(sa.func.lower(User.email))).all()


def with_role(session: Session, name: str) -> Sequence[User]:
    """The active people with a role."""
    query = sa.select(User).where(User.active, User.roles.any(Role.name == name)).order_by(User.email)
    return session.scalars(query).all()


def any_can_log_in(session: Session) -> bool:
    return session.scalar(sa.select(sa.exists().where(User.active, User.password.is_not(None)))) or False


def roles(session: Session, names: Iterable[str]) -> list[Role]:
    """The rows of these roles, made where they are missing."""
    wanted = list(dict.fromkeys(names))
    found = {role.name: role for role in session.scalars(sa.select(Role).where(Role.name.in_(wanted)))}
    for name in wanted:
        if name not in found:
            found[name] = Role(name=name)
            session.add(found[name])
    return [found[name] for name in wanted]


def names_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """What to show for people whom the record knows by id."""
    query = sa.select(User.id, User.name, User.email).where(User.id.in_(list(ids)))
    return {user_id: name or email for user_id, name, email in session.execute(query)}


def offer_setup(user: User, *, digest: str, expires_at: datetime) -> None:
    """A new one-time link for ``user``; the one before it stops working."""
    user.setup_hash, user.setup_expires_at = digest, expires_at

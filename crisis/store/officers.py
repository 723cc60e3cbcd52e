"""Officers of the desk: who is told of what an incident needs, and in which order."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.domain.outgoing import Recipient
from crisis.store.models import Role, User, user_role


def order(session: Session, declared_by: str) -> list[UUID]:
    """Those to tell of a matter, the first one first: who declared (an actor), by the order of duty, by name."""
    declarer = _user_of(declared_by)
    query = sa.select(User.id, User.duty_order, User.email).where(_is_told(declarer))
    found = [
        (one.id != declarer, one.duty_order is None, one.duty_order or 0, one.email, one.id)
        for one in session.execute(query)
    ]
    return [one[-1] for one in sorted(found)]


def recipients(session: Session, declared_by: str) -> list[Recipient]:
    """The same people as they are written to, in no order."""
    query = sa.select(User).where(_is_told(_user_of(declared_by))).order_by(User.id)
    return [
        Recipient(
            channel=alert.Channel.EMAIL,
            address=user.notify_address or user.email,
            name=user.name,
            language=user.language,
            time_zone=user.time_zone,
            user_id=user.id,
        )
        for user in session.scalars(query)
    ]


def _is_told(declarer: UUID | None) -> sa.ColumnElement[bool]:
    """Whoever declared, and every officer with an address for the desk's own messages."""
    is_officer = (
        sa.select(user_role.c.user_id)
        .join(Role, Role.id == user_role.c.role_id)
        .where(user_role.c.user_id == User.id, Role.name == "officer")
        .exists()
    )
    reachable = sa.and_(is_officer, User.notify_address.is_not(None), User.notify_address != "")
    return sa.and_(User.active, reachable if declarer is None else sa.or_(reachable, User.id == declarer))


def _user_of(actor: str) -> UUID | None:
    return UUID(actor.removeprefix("user:")) if actor.startswith("user:") else None

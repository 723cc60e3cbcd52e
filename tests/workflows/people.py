"""Officers of the desk, for tests of who is told."""

from uuid import UUID

import sqlalchemy as sa

from crisis.store import db
from crisis.store.models import Role, User
from tests.parts import samples


def with_officer(address: str = "officer@desk.example", *, duty_order: int | None = None) -> UUID:
    """An officer who is told by mail; the name is the address."""
    with db.transaction() as session:
        role = session.scalars(sa.select(Role).where(Role.name == "officer")).one_or_none() or Role(name="officer")
        user = User(
            email=address,
            name=address,
            active=True,
            fs_uniquifier=address,
            notify_address=address,
            language="en",
            time_zone="Europe/Brussels",
            created_at=samples.CREATED_AT,
            duty_order=duty_order,
            roles=[role],
        )
        session.add(user)
        session.flush()
        return user.id

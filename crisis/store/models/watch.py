"""What the desk remembers of watching itself: whose turn it is, and of which faults the operators know."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from crisis.store.models.base import Base


class Rota(Base):
    """When something that several processes could do was last done by one of them."""

    __tablename__ = "rota"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Alarm(Base):
    """A fault of the desk that operators are told of; the row stays when it is well again."""

    __tablename__ = "alarm"

    fault: Mapped[str] = mapped_column(primary_key=True)  # as domain/watch.py names it
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # the last look that found it
    told_at: Mapped[datetime]  # when a process took it upon itself to tell
    ended_at: Mapped[datetime | None]

"""Signs of life of our own processes: beats, and probes that a worker marks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from crisis.store import keys
from crisis.store.models.base import Base


class Beat(Base):
    """The last time that a process of a role on a node was alive."""

    __tablename__ = "beat"

    role: Mapped[str] = mapped_column(primary_key=True)  # metronome, worker:mail, worker:other
    node: Mapped[str] = mapped_column(primary_key=True)
    boot: Mapped[str]  # changes with each start
    at: Mapped[datetime]


class Probe(Base):
    """A row that a task marks: proof that broker, worker and database work together."""

    __tablename__ = "probe"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    queue: Mapped[str]
    asked_at: Mapped[datetime]
    marked_at: Mapped[datetime | None]

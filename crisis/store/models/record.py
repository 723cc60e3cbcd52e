"""The record: the append-only account of facts, one gapless numbering a stream."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from crisis.store.models.base import Base


class Event(Base):
    """One fact. Inserted only; a trigger on both databases refuses anything else."""

    __tablename__ = "event"

    stream: Mapped[str] = mapped_column(primary_key=True)  # an incident's id, "registry" or "access"
    n: Mapped[int] = mapped_column(primary_key=True)  # from 1, no gaps, in the order of commits
    kind: Mapped[str]
    actor: Mapped[str]
    occurred_at: Mapped[datetime]  # when it is said to have happened
    recorded_at: Mapped[datetime]  # when we wrote it down
    body: Mapped[str]  # canonical JSON text; people and addresses only as ids
    schema: Mapped[int]  # version of the body's shape
    prev_hash: Mapped[str | None]
    hash: Mapped[str | None]


class StreamHead(Base):
    """The number of the last event of a stream; its row lock puts writers in a line."""

    __tablename__ = "stream_head"

    stream: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]

"""What contacts said: answers, acknowledgements, outcomes of items, calls; and that a page was opened."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crisis.store import keys
from crisis.store.models.base import Base


class Answer(Base):
    """One form sent by a contact, or one answer that an officer took by phone. A correction is a new row."""

    __tablename__ = "answer"
    __table_args__ = (sa.UniqueConstraint("link_id", "form_key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    notice_id: Mapped[UUID] = mapped_column(sa.ForeignKey("notice.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(sa.ForeignKey("contact.id"))
    link_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("link.id"))
    form_key: Mapped[str | None]  # digest of what was sent: the same form again changes nothing
    kind: Mapped[str]  # a notice.Answer, or "show_list", or "items"
    confirmed: Mapped[bool]
    doubt: Mapped[str | None]  # why it is unconfirmed: too_fast, unsigned, foreign_origin
    name: Mapped[str]  # typed
    case_number: Mapped[str | None]
    note: Mapped[str | None]
    reason: Mapped[str | None]  # with will_not_act
    better_contact: Mapped[str | None]  # with wrong_contact: proposed to the officer
    happened_at: Mapped[datetime | None]  # claimed
    recorded_at: Mapped[datetime]


class Acknowledgement(Base):
    """The first time that one contact acknowledged one notice."""

    __tablename__ = "acknowledgement"

    notice_id: Mapped[UUID] = mapped_column(sa.ForeignKey("notice.id"), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(sa.ForeignKey("contact.id"), primary_key=True)
    at: Mapped[datetime]


class ItemOutcome(Base):
    """One outcome said for one item; the latest is the state of the item."""

    __tablename__ = "item_outcome"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    notice_item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("notice_item.id"), index=True)
    answer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("answer.id"))
    contact_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("contact.id"))
    outcome: Mapped[str]
    happened_at: Mapped[datetime]  # claimed
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]  # actor
    note: Mapped[str | None]  # where it is restricted, why it can't be done


class Call(Base):
    """One call by an officer to one phone number."""

    __tablename__ = "call"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=keys.new)
    notice_id: Mapped[UUID] = mapped_column(sa.ForeignKey("notice.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(sa.ForeignKey("contact.id"))
    endpoint_id: Mapped[UUID] = mapped_column(sa.ForeignKey("endpoint.id"))
    number: Mapped[str]  # as called
    outcome: Mapped[str]  # reached, no_answer, wrong_number
    note: Mapped[str | None]
    called_at: Mapped[datetime]
    called_by: Mapped[str]  # actor


class Opening(Base):
    """That the page of a link was opened in a minute: a sign of life, never evidence."""

    __tablename__ = "opening"

    link_id: Mapped[UUID] = mapped_column(sa.ForeignKey("link.id"), primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)

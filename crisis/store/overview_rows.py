"""What one incident looks like at a moment: a fixed number of queries, whatever its size."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store import timers
from crisis.store.models import (
    Acknowledgement,
    Alert,
    Answer,
    Attempt,
    Batch,
    Call,
    Contact,
    Endpoint,
    Incident,
    Item,
    Link,
    Mail,
    Matter,
    Notice,
    NoticeItem,
    Opening,
    Platform,
    PortalUse,
    Spelling,
    Timer,
    Told,
    User,
    Version,
)

Row = sa.Row[*tuple[Any, ...]]
Rows = Sequence[Row]

_ALERT = (
    Alert.id,
    Alert.notice_id,
    Alert.contact_id,
    Alert.contact_name,
    Alert.channel,
    Alert.address,
    Alert.purpose,
    Alert.cause,
    Alert.state,
    Alert.planned_at,
    Alert.due_at,
    Alert.started_at,
    Alert.first_attempt_at,
    Alert.accepted_at,
    Alert.ended_at,
    Alert.attempts,
    Alert.detail,
    Alert.possible_repeat,
    Alert.evidence,
    Alert.delivered_at,
    Alert.delivered_by,
)

_CONTACT = (
    Contact.platform_id,
    Contact.id,
    Contact.position,
    Contact.name,
    Contact.language,
    Contact.time_zone,
    Contact.hours,
)
_ENDPOINT = (Endpoint.id.label("endpoint_id"), Endpoint.channel, Endpoint.address, Endpoint.verified_on)


def incident(session: Session, ref: str) -> Row | None:
    """The incident as ``.Incident`` with ``body`` and ``number`` of its ladder and counts; ``None`` if there is none.

    The counts: ``items``, ``withdrawn``, ``unrouted`` (URLs that no platform is asked about), ``merged`` (spellings).
    """
    here = Item.incident_id == Incident.id
    routed = sa.exists().where(NoticeItem.item_id == Item.id)
    counts = (
        sa.select(sa.func.count()).select_from(Item).where(here).scalar_subquery().label("items"),
        sa.select(sa.func.count())
        .select_from(Item)
        .where(here, Item.withdrawn_at.is_not(None))
        .scalar_subquery()
        .label("withdrawn"),
        sa.select(sa.func.count())
        .select_from(Item)
        .where(here, Item.url.is_not(None), Item.withdrawn_at.is_(None), ~routed)
        .scalar_subquery()
        .label("unrouted"),
        sa.select(sa.func.count())
        .select_from(Spelling)
        .join(Item, Item.id == Spelling.item_id)
        .where(here)
        .scalar_subquery()
        .label("merged"),
    )
    query = sa.select(Incident, Version.body, Version.number, *counts).join(Version, Version.id == Incident.ladder_id)
    return session.execute(query.where(Incident.ref == ref)).one_or_none()


def notices(session: Session, incident_id: UUID) -> Rows:
    """Every column of each notice with the ``registry_id``, ``home_state``, ``languages`` of its platform, by name."""
    query = (
        sa.select(*Notice.__table__.columns, Platform.registry_id, Platform.home_state, Platform.languages)
        .join(Platform, Platform.id == Notice.platform_id)
        .where(Notice.incident_id == incident_id)
        .order_by(sa.func.lower(Notice.platform_name), Notice.id)
    )
    return session.execute(query).all()


def contacts(session: Session, incident_id: UUID) -> Rows:
    """Each contact with each endpoint (or none) of every platform asked, by the ladder; retired ones left out."""
    asked = sa.select(Notice.platform_id).where(Notice.incident_id == incident_id)
    query = (
        sa.select(*_CONTACT, *_ENDPOINT)
        .join(Endpoint, sa.and_(Endpoint.contact_id == Contact.id, Endpoint.retired_at.is_(None)), isouter=True)
        .where(Contact.platform_id.in_(asked), Contact.retired_at.is_(None))
        .order_by(Contact.platform_id, Contact.position, Endpoint.created_at, Endpoint.id)
    )
    return session.execute(query).all()


def item_states(session: Session, incident_id: UUID) -> Rows:
    """How many items a notice has in each state: ``notice_id, reason, state, how_many``, ``last_named_at``."""
    query = (
        sa.select(
            NoticeItem.notice_id,
            NoticeItem.reason,
            NoticeItem.state,
            sa.func.count().label("how_many"),
            sa.func.max(NoticeItem.named_at, type_=NoticeItem.named_at.type).label("last_named_at"),
        )
        .join(Notice, Notice.id == NoticeItem.notice_id)
        .where(Notice.incident_id == incident_id)
        .group_by(NoticeItem.notice_id, NoticeItem.reason, NoticeItem.state)
    )
    return session.execute(query).all()


def alerts(
    session: Session,
    incident_id: UUID,
    *,
    after: UUID | None = None,
    limit: int | None = None,
    notice_id: UUID | None = None,
) -> Rows:
    """Alerts to contacts (officers' own left out), in the order in which they were planned."""
    query = sa.select(*_ALERT).where(Alert.incident_id == incident_id, Alert.notice_id.is_not(None)).order_by(Alert.id)
    if after is not None:
        query = query.where(Alert.id > after)
    if notice_id is not None:
        query = query.where(Alert.notice_id == notice_id)
    return session.execute(query if limit is None else query.limit(limit)).all()


def attempts(session: Session, alert_ids: Sequence[UUID]) -> Sequence[Attempt]:
    """Every attempt of these alerts, in order; asks once for each 500 alerts."""
    found: list[Attempt] = []
    for start in range(0, len(alert_ids), 500):
        some = alert_ids[start : start + 500]
        found += session.scalars(
            sa.select(Attempt).where(Attempt.alert_id.in_(some)).order_by(Attempt.alert_id, Attempt.number)
        )
    return found


def calls(session: Session, incident_id: UUID) -> Sequence[Call]:
    query = (
        sa.select(Call)
        .join(Notice, Notice.id == Call.notice_id)
        .where(Notice.incident_id == incident_id)
        .order_by(Call.called_at, Call.id)
    )
    return session.scalars(query).all()


def portal_uses(session: Session, incident_id: UUID) -> Sequence[PortalUse]:
    query = (
        sa.select(PortalUse)
        .join(Notice, Notice.id == PortalUse.notice_id)
        .where(Notice.incident_id == incident_id)
        .order_by(PortalUse.used_at, PortalUse.id)
    )
    return session.scalars(query).all()


def answers(session: Session, incident_id: UUID) -> Rows:
    """``.Answer`` with the ``contact_name`` of who gave it, in the order in which they were recorded."""
    query = (
        sa.select(Answer, Contact.name.label("contact_name"))
        .join(Notice, Notice.id == Answer.notice_id)
        .join(Contact, Contact.id == Answer.contact_id)
        .where(Notice.incident_id == incident_id)
        .order_by(Answer.recorded_at, Answer.id)
    )
    return session.execute(query).all()


_BEGINNING = 700  # characters of a mail's text that the page of an incident shows


def mails(session: Session, incident_id: UUID) -> Rows:
    """The mails that came in about requests of the incident, in order; of their text only the ``beginning``."""
    wanted = (Mail.id, Mail.notice_id, Mail.alert_id, Mail.kind, Mail.state, Mail.received_at, Mail.sender,
              Mail.sender_name, Mail.subject, Mail.attachments, Mail.status, Mail.code, Mail.detail, Mail.case_number,
              Mail.settled_by)  # fmt: skip
    query = (
        sa.select(*wanted, sa.func.substr(Mail.text, 1, _BEGINNING).label("beginning"))
        .where(Mail.incident_id == incident_id, Mail.notice_id.is_not(None))
        .order_by(Mail.received_at, Mail.id)
    )
    return session.execute(query).all()


def acknowledgements(session: Session, incident_id: UUID) -> Sequence[Acknowledgement]:
    query = (
        sa.select(Acknowledgement)
        .join(Notice, Notice.id == Acknowledgement.notice_id)
        .where(Notice.incident_id == incident_id)
        .order_by(Acknowledgement.at)
    )
    return session.scalars(query).all()


def last_openings(session: Session, incident_id: UUID) -> Rows:
    """The last minute in which a link of a notice was opened: ``notice_id, minute``."""
    query = (
        sa.select(Link.notice_id, sa.func.max(Opening.minute, type_=Opening.minute.type).label("minute"))
        .join(Opening, Opening.link_id == Link.id)
        .join(Notice, Notice.id == Link.notice_id)
        .where(Notice.incident_id == incident_id)
        .group_by(Link.notice_id)
    )
    return session.execute(query).all()


def armed_timers(session: Session, incident_id: UUID) -> Sequence[Timer]:
    """What fires next, soonest first."""
    query = sa.select(Timer).where(timers.armed_in(incident_id)).order_by(Timer.due_at)
    return session.scalars(query).all()


def batches(session: Session, incident_id: UUID) -> Sequence[Batch]:
    return session.scalars(sa.select(Batch).where(Batch.incident_id == incident_id).order_by(Batch.number)).all()


def matters(session: Session, incident_id: UUID) -> Rows:
    """Each matter as ``.Matter`` with each officer who was told (``user_id``, ``name``, ``told_at``), or none."""
    query = (
        sa.select(Matter, Told.user_id, sa.func.coalesce(sa.func.nullif(User.name, ""), User.email), Told.told_at)
        .outerjoin(Told, Told.matter_id == Matter.id)
        .outerjoin(User, User.id == Told.user_id)
        .where(Matter.incident_id == incident_id)
        .order_by(Matter.opened_at, Matter.id, Told.told_at, User.email)
    )
    return session.execute(query).all()

"""Who a later message goes to: endpoints already alerted, or a contact of the ladder."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, notice, registry
from crisis.domain.first_round import Send
from crisis.domain.outgoing import Recipient
from crisis.store import arrays
from crisis.store.models import Alert, Contact, Endpoint, Notice, NoticeItem

#: What can't have reached anybody. What is claimed may be on the wire before we look again.
_NEVER_SENT = (alert.State.PLANNED, alert.State.CANCELLED)


def hold(session: Session, incident_id: UUID) -> None:
    """Let nobody claim a planned alert of the incident until the transaction ends.

    Call it before ``alerted`` where its answer decides who is told that something is over: what were
    claimed between the two would be sent, and nobody told.
    """
    planned = sa.select(Alert.id).where(Alert.incident_id == incident_id, Alert.state == alert.State.PLANNED.value)
    session.execute(planned.order_by(Alert.id).with_for_update()).all()


def alerted(
    session: Session, incident_id: UUID, *, notice_ids: Collection[UUID] | None = None, attempted: bool = True
) -> list[Recipient]:
    """Every endpoint in use that was alerted for these notices (all of the incident's by default), once each.

    Args:
        attempted: only those to which something went on the wire, or was about to; otherwise the planned ones too.
    """
    query = (
        sa.select(Alert.id, Alert.attempts, Alert.state, Notice, Contact, Endpoint)
        .join(Notice, Notice.id == Alert.notice_id)
        .join(Contact, Contact.id == Alert.contact_id)
        .join(Endpoint, Endpoint.id == Alert.endpoint_id)
        .where(
            Endpoint.retired_at.is_(None),
            Contact.retired_at.is_(None),
            Notice.ask != notice.Ask.INFORM.value,  # who is only informed gets one mail and nothing else
            Notice.state.not_in([notice.State.WITHDRAWN.value, notice.State.VOID.value]),
        )
        .order_by(Alert.id)
    )
    whose = Alert.incident_id == incident_id if notice_ids is None else arrays.among(Alert.notice_id, "notices")
    first: dict[tuple[UUID, UUID], Recipient] = {}
    reached: set[tuple[UUID, UUID]] = set()
    for alert_id, attempts, state, asked, contact, endpoint in session.execute(
        query.where(whose), {"notices": notice_ids}
    ):
        if state == alert.State.CANCELLED and not attempts:
            continue
        pair = (asked.id, endpoint.id)
        first.setdefault(pair, _recipient(asked, contact, endpoint, first_alert_id=alert_id))
        if attempts or state not in _NEVER_SENT:
            reached.add(pair)
    wanted = [one for pair, one in first.items() if not attempted or pair in reached]
    return _with_counts(session, wanted)


def of_sends(session: Session, sends: Iterable[tuple[Notice, Send]]) -> list[Recipient]:
    """Messages of steps of the ladder, in order; the first alert to each endpoint, where there was one."""
    found = [_recipient(asked, send.contact, send.endpoint) for asked, send in sends]
    return _with_counts(session, with_first(session, found)) if found else []


def _recipient(
    asked: Notice,
    who: Contact | registry.Contact,
    endpoint: Endpoint | registry.Endpoint,
    *,
    first_alert_id: UUID | None = None,
) -> Recipient:
    return Recipient(
        channel=alert.Channel(endpoint.channel),
        provider=endpoint.provider,
        address=endpoint.address,
        secret=endpoint.secret,
        name=who.name,
        language=who.language,
        time_zone=who.time_zone,
        notice_id=asked.id,
        platform_name=asked.platform_name,
        ask=notice.Ask(asked.ask),
        contact_id=who.id,
        endpoint_id=endpoint.id,
        named_at=asked.named_at,
        target_at=asked.target_at,
        first_alert_id=first_alert_id,
    )


def with_first(session: Session, found: Sequence[Recipient]) -> list[Recipient]:
    """The same recipients, each with the first alert to its endpoint for its notice, where there was one."""
    if not found:
        return []
    notice_ids = {one.notice_id for one in found}
    query = sa.select(Alert.notice_id, Alert.endpoint_id, Alert.id).where(arrays.among(Alert.notice_id, "notices"))
    rows = session.execute(query.order_by(Alert.id.desc()), {"notices": notice_ids})
    first = {(asked, endpoint): alert_id for asked, endpoint, alert_id in rows}
    return [one._replace(first_alert_id=first.get((one.notice_id, one.endpoint_id))) for one in found]


def _with_counts(session: Session, found: Sequence[Recipient]) -> list[Recipient]:
    """With how many items each platform is asked about now, withdrawn ones left out."""
    if not found:
        return []
    shared = NoticeItem.reason == "shared"
    query = (
        sa.select(
            NoticeItem.notice_id,
            sa.func.sum(sa.case((shared, 0), else_=1)),
            sa.func.sum(sa.case((shared, 1), else_=0)),
        )
        .where(arrays.among(NoticeItem.notice_id, "notices"), NoticeItem.state != "withdrawn")
        .group_by(NoticeItem.notice_id)
    )
    rows = session.execute(query, {"notices": {one.notice_id for one in found}})
    counts = {notice_id: (int(items), int(hashes)) for notice_id, items, hashes in rows}
    nothing = (0, 0)
    return [
        one._replace(items=counts.get(one.notice_id, nothing)[0], hashes=counts.get(one.notice_id, nothing)[1])
        for one in found
        if one.notice_id is not None
    ]

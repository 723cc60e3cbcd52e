"""Rows of contacts, alerts, answers, calls and items as the values that doors show."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from crisis.domain import alert, hours, item
from crisis.domain.shown import (
    AlertView,
    AnswerView,
    AttemptView,
    CallView,
    ContactView,
    EndpointView,
    ItemView,
    MailView,
    PortalView,
)
from crisis.store import overview_rows as rows
from crisis.store.models import Answer, Attempt, Call, Item, NoticeItem, PortalUse

Mask = Callable[[alert.Channel, str], str]


def contacts_of(
    found: Iterable[rows.Row],
    *,
    alerted: set[UUID],
    acknowledged: Mapping[UUID, datetime],
    now: datetime,
    mask: Mask,
) -> tuple[ContactView, ...]:
    """The contacts of one platform with their endpoints, at the hour they have."""
    by_contact: dict[UUID, list[rows.Row]] = {}
    for row in found:
        by_contact.setdefault(row.id, []).append(row)
    return tuple(
        ContactView(
            id=one.id,
            position=one.position,
            name=one.name,
            language=one.language,
            time_zone=one.time_zone,
            hours=one.hours,
            local_time=now.astimezone(ZoneInfo(one.time_zone)),
            on_duty=hours.covers(one.hours, one.time_zone, now),
            acknowledged_at=acknowledged.get(one.id),
            alerted=one.id in alerted,
            endpoints=tuple(_endpoint_of(row, mask) for row in (one, *others) if row.endpoint_id is not None),
        )
        for one, *others in by_contact.values()
    )


def alert_of(row: rows.Row, platforms: Mapping[UUID, tuple[str, str]], *, mask: Mask) -> AlertView:
    """``platforms`` gives the registry id and the name behind each notice."""
    channel = alert.Channel(row.channel)
    platform_id, platform_name = platforms[row.notice_id]
    return AlertView(
        id=row.id,
        notice_id=row.notice_id,
        platform_id=platform_id,
        platform_name=platform_name,
        contact_id=row.contact_id,
        contact=row.contact_name,
        channel=channel,
        address=mask(channel, row.address),
        purpose=alert.Purpose(row.purpose),
        cause=row.cause,
        state=alert.State(row.state),
        planned_at=row.planned_at,
        due_at=row.due_at,
        first_attempt_at=row.first_attempt_at,
        accepted_at=row.accepted_at,
        ended_at=row.ended_at,
        attempts_started=row.attempts,
        detail=row.detail,
        possible_repeat=row.possible_repeat,
        evidence=row.evidence,
        delivered_at=row.delivered_at,
        delivered_by=row.delivered_by,
    )


def attempt_of(one: Attempt) -> AttemptView:
    """An attempt that has ended."""
    return AttemptView(
        number=one.number,
        started_at=one.started_at,
        finished_at=one.finished_at,
        outcome=alert.Outcome(one.outcome),
        detail=one.detail,
        size=one.size,
        sha256=one.sha256,
    )


def under_way(row: rows.Row) -> tuple[AttemptView, ...]:
    """The attempt of an alert that is on the wire; nobody knows its end yet."""
    if row.state != alert.State.STARTED.value or row.started_at is None:
        return ()
    started = AttemptView(
        row.attempts, row.started_at, finished_at=None, outcome=None, detail=None, size=None, sha256=None
    )
    return (started,)


def call_of(one: Call, names: Mapping[UUID, str]) -> CallView:
    """``names`` are those of contacts in use; a retired one is shown by its number alone."""
    return CallView(
        id=one.id,
        contact_name=names.get(one.contact_id, ""),
        number=one.number,
        outcome=one.outcome,
        note=one.note,
        called_at=one.called_at,
        called_by=one.called_by,
    )


def portal_of(one: PortalUse) -> PortalView:
    return PortalView(id=one.id, url=one.url, number=one.number, used_at=one.used_at, used_by=one.used_by)


def answer_of(row: rows.Row) -> AnswerView:
    one: Answer = row.Answer
    return AnswerView(
        id=one.id,
        contact_id=one.contact_id,
        contact_name=row.contact_name,
        kind=one.kind,
        confirmed=one.confirmed,
        doubt=one.doubt,
        name=one.name,
        case_number=one.case_number,
        note=one.note,
        reason=one.reason,
        better_contact=one.better_contact,
        happened_at=one.happened_at,
        recorded_at=one.recorded_at,
    )


def mail_of(row: rows.Row) -> MailView:
    return MailView(
        id=row.id,
        notice_id=row.notice_id,
        alert_id=row.alert_id,
        kind=row.kind,
        state=row.state,
        received_at=row.received_at,
        sender=row.sender,
        sender_name=row.sender_name,
        subject=row.subject,
        beginning=row.beginning,
        attachments=len(row.attachments),
        status=row.status,
        code=row.code,
        detail=row.detail,
        case_number=row.case_number,
        settled_by=row.settled_by,
    )


def item_of(asked: NoticeItem, one: Item) -> ItemView:
    return ItemView(
        id=one.id,
        notice_item_id=asked.id,
        position=one.position,
        url=one.url,
        host=one.host,
        sha256=one.sha256,
        md5=one.md5,
        pdq=one.pdq,
        reason=asked.reason,
        named_at=asked.named_at,
        target_at=asked.target_at,
        outcome=item.Outcome(asked.state),
        happened_at=asked.happened_at,
        recorded_at=asked.recorded_at,
    )


def _endpoint_of(row: rows.Row, mask: Mask) -> EndpointView:
    channel = alert.Channel(row.channel)
    address = row.address if channel in alert.BY_PEOPLE else mask(channel, row.address)
    return EndpointView(id=row.endpoint_id, channel=channel, address=address, verified_on=row.verified_on)

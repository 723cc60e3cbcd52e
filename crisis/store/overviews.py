"""An incident as it looks at one moment, put together from its rows."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import alert, duty, evidence, incident, ladder, ladder_body, notice, standing, totals
from crisis.domain.overview import IncidentView, NextStep, NoticeView
from crisis.domain.shown import AlertView, AnswerView, AttemptView, CallView, MailView, PortalView
from crisis.store import overview_parts as parts
from crisis.store import overview_rows as rows
from crisis.store import records, shown_parts
from crisis.store.models import Incident
from crisis.store.shown_parts import Mask

_FINISHED = {state.value for state in notice.FINISHED}


@dataclass(frozen=True, slots=True)
class _Facts:
    """All rows of one incident, by notice or by platform."""

    incident: Incident
    ladders: ladder.Ladders
    item_states: Mapping[UUID, list[rows.Row]]
    alerts: Mapping[UUID, list[AlertView]]
    calls: Mapping[UUID, list[CallView]]
    portal_uses: Mapping[UUID, list[PortalView]]
    answers: Mapping[UUID, list[AnswerView]]
    mails: Mapping[UUID, list[MailView]]
    acknowledged: Mapping[UUID, dict[UUID, datetime]]
    opened: Mapping[UUID, datetime]
    steps: Mapping[UUID, NextStep]
    contacts: Mapping[UUID, list[rows.Row]]
    call_asked: Collection[UUID]


def load(session: Session, ref: str, *, now: datetime, mask: Mask) -> IncidentView:
    """The incident with every notice; fifteen queries, whatever its size.

    Raises:
        NotFound: there is no incident with that reference.
    """
    found = None if "\x00" in ref else rows.incident(session, ref)  # PostgreSQL refuses a query that holds NUL
    if found is None:
        raise errors.NotFound(f"There is no incident {ref[:40]!r}. Check the reference; it looks like INC-2026-0007.")
    one: Incident = found.Incident
    asked = rows.notices(session, one.id)
    matters = rows.matters(session, one.id)
    facts = _facts(session, found, asked, matters, mask=mask)
    notices = tuple(_notice(row, facts, now=now, mask=mask) for row in asked)
    return IncidentView(
        **parts.incident_columns(one),
        now=now,
        head=records.heads(session, [str(one.id)]).get(str(one.id), 0),
        batches=tuple(parts.batch_of(batch) for batch in rows.batches(session, one.id)),
        notices=notices,
        ladder_number=found.number,
        ladder=facts.ladders.by_severity[incident.Severity(one.severity)],
        matters=parts.matters_of(matters, {row.id: row.platform_name for row in asked}),
        totals=totals.of(
            notices, items=found.items, withdrawn=found.withdrawn, unrouted=found.unrouted, merged=found.merged
        ),
    )


def alerts_of(
    session: Session,
    incident_id: UUID,
    *,
    mask: Mask,
    after: UUID | None = None,
    limit: int | None = None,
    notice_id: UUID | None = None,
) -> list[AlertView]:
    """Alerts with all their attempts and the one under way, in the order in which they were planned."""
    platforms = _platforms(rows.notices(session, incident_id))
    found = rows.alerts(session, incident_id, after=after, limit=limit, notice_id=notice_id)
    tries: dict[UUID, list[AttemptView]] = defaultdict(list)
    for attempt in rows.attempts(session, [row.id for row in found]):
        tries[attempt.alert_id].append(shown_parts.attempt_of(attempt))
    return [
        replace(shown_parts.alert_of(row, platforms, mask=mask), attempts=(*tries[row.id], *shown_parts.under_way(row)))
        for row in found
    ]


def _facts(session: Session, found: rows.Row, asked: rows.Rows, matters: rows.Rows, *, mask: Mask) -> _Facts:
    one: Incident = found.Incident
    platforms = _platforms(asked)
    contacts = parts.grouped(rows.contacts(session, one.id), lambda row: row.platform_id)
    names = {row.id: row.name for group in contacts.values() for row in group}
    alerts = (shown_parts.alert_of(row, platforms, mask=mask) for row in rows.alerts(session, one.id))
    calls = parts.grouped(rows.calls(session, one.id), lambda call: call.notice_id)
    uses = parts.grouped(rows.portal_uses(session, one.id), lambda use: use.notice_id)
    answers = parts.grouped(rows.answers(session, one.id), lambda row: row.Answer.notice_id)
    acknowledged = parts.grouped(rows.acknowledgements(session, one.id), lambda ack: ack.notice_id)
    return _Facts(
        incident=one,
        ladders=ladder_body.from_json(found.body),
        item_states=parts.grouped(rows.item_states(session, one.id), lambda row: row.notice_id),
        alerts=parts.grouped(alerts, lambda view: view.notice_id),
        calls={key: [shown_parts.call_of(call, names) for call in group] for key, group in calls.items()},
        portal_uses={key: [shown_parts.portal_of(use) for use in group] for key, group in uses.items()},
        answers={key: [shown_parts.answer_of(row) for row in group] for key, group in answers.items()},
        mails=parts.grouped(map(shown_parts.mail_of, rows.mails(session, one.id)), lambda view: view.notice_id),
        acknowledged={key: {ack.contact_id: ack.at for ack in group} for key, group in acknowledged.items()},
        opened={row.notice_id: row.minute for row in rows.last_openings(session, one.id)},
        steps=parts.next_steps(rows.armed_timers(session, one.id)),
        contacts=contacts,
        call_asked={row.Matter.notice_id for row in matters if row.Matter.reason == duty.CALL},
    )


def _notice(one: rows.Row, facts: _Facts, *, now: datetime, mask: Mask) -> NoticeView:
    alerts = facts.alerts.get(one.id, [])
    calls, answers = facts.calls.get(one.id, []), facts.answers.get(one.id, [])
    uses = facts.portal_uses.get(one.id, [])
    named = facts.item_states.get(one.id, [])
    item_states, items, shared = parts.items_of(named)
    alert_states = Counter(view.state.value for view in alerts)
    proofs = standing.evidence_of(alerts, calls, answers, uses)
    sign_at, sign = standing.last_sign(calls, answers, facts.opened.get(one.id))
    view = NoticeView(
        **parts.notice_columns(one),
        **parts.clocks_of(one, facts.incident, named, now=now),
        evidence=proofs,
        received_at=evidence.received_at(proofs),
        items=items,
        item_states=item_states,
        shared_hashes=shared,
        flags=(),
        contacts=shown_parts.contacts_of(
            facts.contacts.get(one.platform_id, []),
            alerted={alert_view.contact_id for alert_view in alerts},
            acknowledged=facts.acknowledged.get(one.id, {}),
            now=now,
            mask=mask,
        ),
        alerts=tuple(alerts),
        alert_states=alert_states,
        calls=tuple(calls),
        portal_uses=tuple(uses),
        answers=tuple(answers),
        mails=tuple(facts.mails.get(one.id, ())),
        last_sign_at=sign_at,
        last_sign=sign,
        next_step=None if one.state in _FINISHED else facts.steps.get(one.id),
        call_asked=one.id in facts.call_asked,
    )
    return replace(view, flags=_flags(view, one, facts, now=now))


def _writable(view: NoticeView) -> int:
    """How many of its contacts the ladder can reach by itself."""
    return sum(any(way.channel not in alert.BY_PEOPLE for way in one.endpoints) for one in view.contacts)


def _flags(view: NoticeView, one: rows.Row, facts: _Facts, *, now: datetime) -> tuple[str, ...]:
    until = facts.incident.stood_down_at or now
    table = facts.ladders.table(incident.Severity(facts.incident.severity), view.platform_id)
    return standing.flags(
        state=view.state,
        items=view.items,
        contradiction=one.contradiction,
        question=one.question,
        unreachable=standing.is_unreachable(
            view.state, view.alert_states, view.evidence, has_task=bool(view.phones or view.portals)
        ),
        silent=standing.is_silent(
            view.ask,
            view.state,
            named_at=one.named_at,
            silent_after=ladder.silent_after(table, contacts=_writable(view)),
            until=until,
        ),
        answers=view.answers,
        mails=view.mails,
    )


def _platforms(asked: rows.Rows) -> dict[UUID, tuple[str, str]]:
    """The registry id and the name behind each notice."""
    return {row.id: (row.registry_id, row.platform_name) for row in asked}

"""Declare an incident: one transaction writes it with everything that follows, then the caller rings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.config import Settings
from crisis.domain import fan_out, incident, records
from crisis.domain.declaration import Declaration
from crisis.notify import addresses, messages, writer
from crisis.store import behind, db, incidents, keys, launches, platforms, versions
from crisis.store import records as record
from crisis.store.models import Incident

#: The prefix of exercises; counted apart, so that no figure mixes them.
EXERCISE_PREFIX = "EX"


@dataclass(frozen=True, slots=True)
class Declared:
    """A new incident: its reference and what it set in motion."""

    ref: str
    incident_id: UUID
    declared_at: datetime
    exercise: bool
    counts: Mapping[str, int]  # notices, alerts, items, merged_items, unrouted_items


def _nothing(_session: Session, _declared: Declared) -> None:
    return None


def declare(
    declaration: Declaration,
    *,
    settings: Settings,
    now: datetime,
    actor: str,
    seen: frozenset[str] | None = None,
    alongside: Callable[[Session, Declared], None] = _nothing,
) -> Declared:
    """Write the incident, its items, notices, alerts, timers and record in one transaction.

    The caller rings afterwards; if it dies before, the sweep does.

    Args:
        seen: references of open incidents with the same items that the officer was shown;
            ``None`` for callers that have no preview.
        alongside: runs in the same transaction, with the result.

    Raises:
        SeenMeanwhile: another open incident holds some of the items and was not shown.
        NobodyToReach: not one contact of the audience has a usable address; nothing was written.
    """
    with db.transaction() as session:
        prefix = EXERCISE_PREFIX if declaration.exercise else settings.ref_prefix
        ref = incidents.next_ref(session, prefix, now=now)  # from here on, one declaration after the other
        plan = _plan(session, declaration, now=now)
        _refuse_unseen(session, plan, declaration, seen)
        _refuse_unless_reached(plan)
        owner = _incident(session, declaration, ref, settings=settings, actor=actor, now=now)
        batch = incidents.new_batch(session, owner, target_at=owner.target_at, actor=actor, now=now)
        words = writer.of(owner, settings, now=now)
        with behind.behind(session):
            launched = launches.launch(session, owner, batch, plan, writer=words)
            declared = Declared(
                ref=ref,
                incident_id=owner.id,
                declared_at=now,
                exercise=declaration.exercise,
                counts=launched.counts,
            )
            happened = [(records.Kind.INCIDENT_DECLARED, _body(owner)), *launched.happened]
            facts = record.at_once(happened, actor=actor, now=now)
            record.append(session, str(owner.id), facts, now=now, fresh=True)
            alongside(session, declared)
    return declared


def _plan(session: Session, declaration: Declaration, *, now: datetime) -> fan_out.Plan:
    """Where the items go."""
    return fan_out.plan(
        declaration.items,
        platforms=platforms.snapshot(session),
        audience=declaration.audience,
        assign=declaration.assign,
        now=now,
        to_ascii=addresses.to_ascii,
    )


def _refuse_unseen(session: Session, plan: fan_out.Plan, declaration: Declaration, seen: frozenset[str] | None) -> None:
    if seen is None:
        return
    purpose = incident.Purpose.EXERCISE if declaration.exercise else incident.Purpose.REAL
    holding = incidents.open_with(session, (one.content_key for one in plan.items), purpose=purpose)
    unseen = sorted(set(holding) - seen)
    if unseen:
        raise errors.SeenMeanwhile(
            f"{', '.join(unseen)} was declared meanwhile and names some of these items. "
            "Look at it before you send; nothing was sent."
        )


def _refuse_unless_reached(plan: fan_out.Plan) -> None:
    if not plan.reaches_anyone:
        raise errors.NobodyToReach(
            "Nobody would be reached: no platform of this audience has a contact with a usable address. "
            "Correct the registry, or choose another audience. Nothing was sent."
        )


def _incident(
    session: Session, declaration: Declaration, ref: str, *, settings: Settings, actor: str, now: datetime
) -> Incident:
    purpose = incident.Purpose.EXERCISE if declaration.exercise else incident.Purpose.REAL
    row = Incident(
        id=keys.new(),
        ref=ref,
        purpose=purpose.value,
        instrument=declaration.instrument.value,
        kind=declaration.kind.value,
        severity=declaration.severity.value,
        tlp=declaration.tlp.value,
        state=incident.advance(incident.State.DRAFT, incident.Event.DECLARE).value,
        title=declaration.title,
        summary=declaration.summary,
        authority_name=declaration.authority or settings.author,
        desk_name=settings.desk_name,
        desk_phone=settings.desk_phone,
        member_states=" ".join(declaration.member_states),
        audience=declaration.audience.as_json(),
        occurred_at=declaration.occurred_at,
        declared_at=now,
        declared_by=actor,
        target_at=now + settings.aim,
        aim_minutes=settings.aim_minutes,
        ladder_id=versions.active_ladder(session, now=now).id,
        texts_id=versions.current(session, "texts", messages.version_body(), now=now).id,
    )
    session.add(row)
    session.flush()
    return row


def _body(owner: Incident) -> Mapping[str, object]:
    return {
        "ref": owner.ref,
        "purpose": owner.purpose,
        "instrument": owner.instrument,
        "kind": owner.kind,
        "severity": owner.severity,
        "tlp": owner.tlp,
        "audience": owner.audience,
        "member_states": owner.member_states.split(),
        "aim_minutes": owner.aim_minutes,
        "target_at": record.moment(owner.target_at),
        "ladder": str(owner.ladder_id),
        "texts": str(owner.texts_id),
    }

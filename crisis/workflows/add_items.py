"""Name more items in an open incident: a new batch, routed and alerted like the first, one message a platform."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crisis import errors
from crisis.config import Settings
from crisis.domain import audience, exercise, fan_out, incident, urls
from crisis.domain.declaration import GivenItem
from crisis.notify import addresses, writer
from crisis.store import db, incidents, launches, platforms
from crisis.store import records as record
from crisis.store.models import Incident


@dataclass(frozen=True, slots=True)
class Added:
    """A new batch and what it set in motion."""

    ref: str
    batch: int
    named_at: datetime
    target_at: datetime
    counts: Mapping[str, int]  # notices, alerts, items, merged_items, unrouted_items


def _nothing(_session: Session, _added: Added) -> None:
    return None


def add(
    ref: str,
    items: Sequence[GivenItem],
    *,
    settings: Settings,
    now: datetime,
    actor: str,
    assign: Mapping[str, str] | None = None,
    alongside: Callable[[Session, Added], None] = _nothing,
) -> Added:
    """Add items to a declared incident; those it holds already are merged. The caller rings.

    Raises:
        NotFound: no such incident.
        WrongState: it is not declared any more; reactivate it first.
        InvalidInput: nothing new is among the items.
    """
    with db.transaction() as session:
        owner = incidents.by_ref(session, ref, lock=True)
        _refuse_unless_declared(owner)
        _refuse_real_hosts(owner, items)
        known = incidents.items_by_name(session, owner.id)
        plan = _plan(session, owner, items, known=known, assign=assign or {}, now=now)
        batch = incidents.new_batch(session, owner, target_at=now + settings.aim, actor=actor, now=now)
        words = writer.of(owner, settings, now=now)
        launched = launches.launch(session, owner, batch, plan, writer=words, known=known)
        added = Added(
            ref=ref,
            batch=batch.number,
            named_at=now,
            target_at=batch.target_at,
            counts=launched.counts,
        )
        alongside(session, added)
        record.append(session, str(owner.id), record.at_once(launched.happened, actor=actor, now=now), now=now)
    return added


def _plan(
    session: Session,
    owner: Incident,
    items: Sequence[GivenItem],
    *,
    known: Collection[str],
    assign: Mapping[str, str],
    now: datetime,
) -> fan_out.Plan:
    """Where the new ones among the items go."""
    plan = fan_out.plan(
        items,
        platforms=platforms.snapshot(session),
        audience=audience.from_json(owner.audience),
        assign=assign,
        now=now,
        to_ascii=addresses.to_ascii,
        known=frozenset(known),
    )
    if not plan.items:
        raise errors.InvalidInput(
            f"{owner.ref} holds every one of these items already; nothing was added.",
            fields={"items": "all of them were named before"},
        )
    return plan


def _refuse_unless_declared(owner: Incident) -> None:
    if owner.state != incident.State.DECLARED.value:
        raise errors.WrongState(
            f"{owner.ref} is {owner.state.replace('_', ' ')}; items can be named only while it is declared. "
            "Reactivate it first."
        )


def _refuse_real_hosts(owner: Incident, items: Sequence[GivenItem]) -> None:
    """An exercise can do no harm, whoever adds to it and by which door."""
    if owner.purpose != incident.Purpose.EXERCISE.value:
        return
    named = [urls.key(one.url, addresses.to_ascii).host for one in items if one.url is not None]
    real = sorted({host for host in named if not exercise.may_name(host)})
    if real:
        raise errors.InvalidInput(
            f"{owner.ref} is an exercise: {', '.join(real[:3])} may be real. "
            "Use reserved domains such as pixelly.example.",
            fields={"items": "an exercise names reserved domains only"},
        )

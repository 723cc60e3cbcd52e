"""Rehearse: if declared now or at a chosen time, how one platform would be reached, minute by minute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, render_template, request

from crisis import errors
from crisis.domain import access, ladder, ladder_body, rehearsal
from crisis.domain.first_round import Send
from crisis.domain.incident import Severity
from crisis.domain.registry import Platform
from crisis.notify import addresses
from crisis.store import officers, platforms, users, versions
from crisis.web import desk, guards, times
from crisis.web.incidents import waiting, words
from crisis.web.language import gettext
from crisis.web.registry import ladder_words


@dataclass(frozen=True, slots=True)
class Way:
    """One message or call: to whom, how, on their clock."""

    contact: str
    position: int
    channel: str  # in words
    wire: str
    address: str  # masked
    local: datetime
    on_duty: bool
    is_call: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One moment of the timeline."""

    minute: int
    at: datetime
    action: str  # as the timer calls it
    text: str
    ways: tuple[Way, ...]
    reasons: tuple[str, ...]  # in words
    told: tuple[str, ...]
    officers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A rehearsal as the page shows it. ``named_at`` is when it would be declared."""

    platform: Platform
    named_at: datetime
    acknowledged_after: int | None
    lines: tuple[Line, ...]


def add(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/platforms/<registry_id>/rehearsal", "rehearsal", page)


@guards.may(access.Action.READ_REGISTRY)
def page(registry_id: str) -> str:
    """With the ladders that a new incident uses."""
    found = versions.stored_ladder(desk.session())
    ladders = ladder_body.from_json(found.body) if found else ladder.DEFAULT
    severity = request.args.get("severity", Severity.EXTREME.value)
    if severity not in set(Severity):
        severity = Severity.EXTREME.value
    wrong: dict[str, str] = {}
    shown = None
    try:
        given = {**request.args, "platform": registry_id}
        shown = of_form(given, ladders, ladders.table(Severity(severity), registry_id), registry_id)
    except errors.InvalidInput as error:
        wrong = dict(error.fields or {})
    return render_template(
        "registry/rehearsal.html",
        platform=platforms.by_registry_id(desk.session(), registry_id),
        rehearsal=shown,
        wrong=wrong,
        given=request.args,
        severity=severity,
        severities=[(one.value, words.severity(one.value)) for one in Severity],
        version=found,
        is_own=registry_id in ladders.by_platform,
    )


def of_form(form: Mapping[str, str], ladders: ladder.Ladders, table: ladder.Table, registry_id: str = "") -> Shown:
    """A rehearsal for the platform, the time and the acknowledgement that the form names.

    Raises:
        InvalidInput: the platform is unknown or retired, or a time can't be read.
    """
    registry_id = registry_id or form.get("platform", "").strip()
    found = platforms.snapshot(desk.session(), registry_ids=[registry_id]) if registry_id else []
    if not found:
        raise _wrong("platform", gettext("Give the id of a platform that is in the registry, such as p-001."))
    named_at, after = _moment(form.get("at", "")), _minutes(form.get("acknowledged", ""))
    session = desk.session()
    declarer = desk.actor() if desk.allowed(access.Action.WRITE_INCIDENTS) else ""  # a program declares nothing here
    order = officers.order(session, declarer)
    names = users.names_of(session, order)
    moments = rehearsal.rehearse(
        found[0],
        ladders,
        table,
        named_at=named_at,
        officers=[(one, names[one]) for one in order],
        acknowledged_after=after,
    )
    return Shown(found[0], named_at, after, tuple(_line(one, named_at) for one in moments))


def _line(one: rehearsal.Moment, named_at: datetime) -> Line:
    reasons = waiting.reasons()
    return Line(
        one.minute(named_at),
        one.at,
        one.action,
        _text(one.action),
        (*_ways(one.sends, one.at, is_call=False), *_ways(one.calls, one.at, is_call=True)),
        tuple(reasons.get(reason, reason) for reason in one.tells),
        one.tells,
        one.officers,
    )


def _text(action: str) -> str:
    known = {str(key): text for key, text in ladder_words.actions().items()} | {
        rehearsal.FIRST: gettext("first alert"),
        "tell_next_officer": gettext("nobody has taken it: tell the next officer"),
        "tell_all_officers": gettext("nobody has taken it: tell all officers"),
    }
    return known[action]


def _ways(sends: Sequence[Send], at: datetime, *, is_call: bool) -> list[Way]:
    channels = ladder_words.channels()
    made = []
    for send in sends:
        clock = rehearsal.clock(send.contact, at)
        masked = addresses.mask(send.endpoint.channel, send.endpoint.address)
        channel = send.endpoint.channel
        made.append(
            Way(
                send.contact.name,
                send.contact.position,
                channels[channel],
                channel.value,
                masked,
                clock.local,
                clock.on_duty,
                is_call,
            )
        )
    return made


def _moment(text: str) -> datetime:
    """A time of the desk's zone as a browser writes it; now where none is given."""
    if not text.strip():
        return desk.now()
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=times.zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _wrong("at", gettext("Write the time like 2026-11-21 03:00, in the zone of the desk.")) from None


def _minutes(text: str) -> int | None:
    given = text.strip()
    if not given:
        return None
    if not given.isascii() or not given.isdecimal() or int(given[:5]) > 600:
        raise _wrong("acknowledged", gettext("Give whole minutes, at most 600, or leave it empty."))
    return int(given)


def _wrong(field: str, text: str) -> errors.InvalidInput:
    return errors.InvalidInput(text, fields={field: text})

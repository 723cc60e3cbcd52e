"""A declaration: what an officer or a program hands in, checked field by field."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crisis import errors
from crisis.domain import audience as audiences
from crisis.domain import exercise as rules_of_exercises
from crisis.domain import hashes, incident, notice, urls
from crisis.domain.audience import Audience, AudienceMode
from crisis.domain.fields import Fields

__all__ = ["Audience", "AudienceMode", "Declaration", "GivenItem", "parse", "read_items"]

#: Characters, and entries.
MAX_TITLE = 200
MAX_SUMMARY = 4000
MAX_ITEMS = 10_000

#: How far the clock of whoever says when something happened may be ahead of ours.
MAX_AHEAD = timedelta(minutes=2)

#: *Source:* codes of the EU's Interinstitutional Style Guide, in which Greece is EL.
MEMBER_STATES = tuple(
    "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class GivenItem:
    """One item as somebody gave it: an address, hashes, or both.

    ``exact`` keeps the address as it is for its key: the way to split what was merged. ``line`` is
    where it stood in a pasted text, from 1.
    """

    url: str | None = None
    sha256: str | None = None
    md5: str | None = None
    pdq: str | None = None
    exact: bool = False
    line: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The item as a part of a declaration's body."""
        texts = {"url": self.url, "sha256": self.sha256, "md5": self.md5, "pdq": self.pdq}
        body: dict[str, Any] = {name: value for name, value in texts.items() if value is not None}
        return {**body, "exact": True} if self.exact else body


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration without a fault in its form. ``occurred_at`` is UTC.

    ``assign`` maps content keys of addresses without an owner to registry ids.
    """

    title: str
    summary: str
    kind: incident.Kind
    severity: incident.Severity
    instrument: notice.Instrument
    exercise: bool
    tlp: incident.Tlp
    occurred_at: datetime | None
    member_states: tuple[str, ...]
    audience: Audience
    items: tuple[GivenItem, ...]
    assign: Mapping[str, str] = field(default_factory=dict)
    authority: str | None = None


def parse(body: object, *, now: datetime, to_ascii: urls.ToAscii) -> Declaration:
    """The declaration in a body of JSON values, as the contract writes it.

    ``title kind severity instrument exercise tlp audience items`` must be there; ``summary occurred_at
    member_states assign authority`` may be.

    Raises:
        InvalidInput: one for all faults, each named by its field, such as ``items[3].url``.
    """
    fields = Fields(body)
    fields.only(*(name.name for name in dataclasses.fields(Declaration)))
    instrument = fields.choice("instrument", notice.Instrument)
    if instrument is not notice.Instrument.ALERT:
        fields.fault("instrument", "only an alert can be declared; referrals and orders are not built yet")
    exercise = fields.flag("exercise")
    declaration = Declaration(
        title=fields.text("title", most=MAX_TITLE),
        summary=fields.text("summary", most=MAX_SUMMARY, required=False, lines=True),
        kind=fields.choice("kind", incident.Kind),
        severity=fields.choice("severity", incident.Severity),
        instrument=instrument,
        exercise=exercise,
        tlp=fields.choice("tlp", incident.Tlp),
        occurred_at=_occurred_at(fields, now),
        member_states=_member_states(fields),
        audience=audiences.read(fields),
        items=read_items(fields, exercise=exercise, to_ascii=to_ascii),
        assign=_assign(fields),
        authority=fields.text("authority", most=MAX_TITLE, required=False) or None,
    )
    fields.finish("The declaration")
    return declaration


def read_items(fields: Fields, *, exercise: bool, to_ascii: urls.ToAscii) -> tuple[GivenItem, ...]:
    """The items of the field ``items``; faults go to ``fields``. An exercise names reserved hosts only."""
    items = []
    for position, value in enumerate(fields.array("items", most=MAX_ITEMS)):
        part = fields.part(value, f"items[{position}]")
        part.only("url", *hashes.Algorithm, "exact")
        values = {algorithm.value: _hash(part, algorithm) for algorithm in hashes.Algorithm}
        url = part.verbatim("url") or None
        if url is not None:
            _check_url(part, url, exercise=exercise, to_ascii=to_ascii)
        elif not any(part.body.get(algorithm) for algorithm in hashes.Algorithm):
            part.fault("", "names neither an address nor a hash")
        exact = part.flag("exact", required=False)
        items.append(GivenItem(url, values["sha256"], values["md5"], values["pdq"], exact))
    return tuple(items)


def _check_url(part: Fields, url: str, *, exercise: bool, to_ascii: urls.ToAscii) -> None:
    try:
        host = urls.key(url, to_ascii).host
    except errors.InvalidInput as wrong:
        part.fault("url", str(wrong))
        return
    if exercise and not rules_of_exercises.may_name(host):
        part.fault("url", "an exercise names only reserved hosts: .example, .test, .invalid, .localhost, example.com")


def _hash(part: Fields, algorithm: hashes.Algorithm) -> str | None:
    value = part.text(algorithm.value, most=200, required=False)
    if not value:
        return None
    try:
        return hashes.check(algorithm, value)
    except errors.InvalidInput as wrong:
        part.fault(algorithm.value, str(wrong))
        return None


def _occurred_at(fields: Fields, now: datetime) -> datetime | None:
    at = fields.instant("occurred_at")
    if at is not None and at > now + MAX_AHEAD:
        fields.fault("occurred_at", "lies in the future; check the date and the zone")
    return at


def _member_states(fields: Fields) -> tuple[str, ...]:
    states = fields.array("member_states", most=len(MEMBER_STATES), required=False)
    for position, state in enumerate(states):
        if state not in MEMBER_STATES:
            fields.fault(f"member_states[{position}]", "expected one of: " + " ".join(MEMBER_STATES))
    return tuple(dict.fromkeys(str(state) for state in states))


def _assign(fields: Fields) -> dict[str, str]:
    part = fields.part(fields.body.get("assign") or {}, "assign")
    for content_key, registry_id in part.body.items():
        if not isinstance(content_key, str) or not isinstance(registry_id, str):
            part.fault("", "expected the ids of platforms by the address of the item")
    return {str(content_key): str(registry_id) for content_key, registry_id in part.body.items()}

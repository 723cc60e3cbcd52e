"""The form of a declaration: what was typed, its faults by field, and the declaration that it makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from crisis import errors
from crisis.domain import declaration, incident
from crisis.domain.declaration import Declaration
from crisis.notify import addresses
from crisis.web import times
from crisis.web.incidents import words
from crisis.web.incidents.content import Content
from crisis.web.language import gettext

#: What stands for a text that is not written yet, while only the reach is asked.
_STAND_INS = {"title": "–", "kind": "other", "severity": "unknown", "tlp": "RED", "exercise": False}
_FAULTS_LISTED = 5
_CHOSEN = ("kind", "severity", "tlp")


@dataclass(frozen=True, slots=True)
class Form:
    """As typed. ``exercise`` is ``real``, ``exercise`` or empty: there is no default."""

    title: str = ""
    summary: str = ""
    kind: str = ""
    severity: str = ""
    tlp: str = ""
    occurred_at: str = ""
    member_states: str = ""
    authority: str = ""
    audience: str = "all"
    platforms: tuple[str, ...] = ()
    exercise: str = ""


def empty() -> Form:
    return Form()


def read(form: "MultiDict[str, str]") -> Form:
    """What came back from the browser."""
    texts = {name: form.get(name, "").strip() for name in Form.__dataclass_fields__ if name != "platforms"}
    return Form(**texts, platforms=tuple(form.getlist("platforms")))


def choices() -> Mapping[str, Sequence[tuple[str, str]]]:
    """The values of each field that is chosen, with their words."""
    return {
        "kind": [(one.value, words.kind(one.value)) for one in incident.Kind],
        "severity": [(one.value, words.severity(one.value)) for one in incident.Severity],
        "tlp": [(one.value, f"TLP:{one.value}") for one in incident.Tlp],
    }


def parse(form: Form, given: Content, *, now: datetime, only_content: bool = False) -> Declaration:
    """The declaration that the form makes.

    Args:
        only_content: stand-ins for all but items and audience, to ask whom it would reach.

    Raises:
        InvalidInput: with every fault by its field in the declaration.
    """
    body = _body(form, given)
    if only_content:
        body = {name: body[name] for name in ("instrument", "audience", "items", "assign")} | _STAND_INS
    parsed = declaration.parse(body, now=now, to_ascii=addresses.to_ascii)
    lines = [replace(item, line=source.line) for item, source in zip(parsed.items, given.items, strict=True)]
    return replace(parsed, items=tuple(lines), exercise=form.exercise == "exercise")


def faults(form: Form, given: Content, *, now: datetime, is_final: bool) -> dict[str, str]:
    """What has to be corrected, by field of the form, in the order of the form.

    Unless it ``is_final``, what is still empty is no fault yet.
    """
    found: dict[str, str] = {}
    try:
        parse(form, given, now=now)
    except errors.InvalidInput as error:
        found = _by_field(error.fields, given)
    if given.fault:
        found["items"] = given.fault
    if _instant(form.occurred_at) == "":
        found["occurred_at"] = gettext("Happened at: write it like 2026-11-21 03:02")
    for name in _CHOSEN:
        if name in found and not getattr(form, name):
            found[name] = gettext("%(field)s: choose one", field=_labels()[name])
    if not is_final:
        found = {name: text for name, text in found.items() if getattr(form, name, "typed")}
    elif form.exercise not in ("real", "exercise"):
        found["exercise"] = gettext("Choose: real, or an exercise")
    order = list(_labels())
    return dict(sorted(found.items(), key=lambda pair: order.index(pair[0])))


def _body(form: Form, given: Content) -> dict[str, Any]:
    audience: dict[str, Any] = {form.audience: True}
    if form.audience == "platforms":
        audience = {"platforms": list(form.platforms)}
    return {
        "title": form.title,
        "summary": form.summary.replace("\r\n", "\n"),
        "kind": form.kind,
        "severity": form.severity,
        "instrument": "alert",
        "exercise": form.exercise == "exercise",
        "tlp": form.tlp,
        "occurred_at": _instant(form.occurred_at) or None,
        "member_states": form.member_states.upper().replace(",", " ").split(),
        "audience": audience,
        "items": [one.as_json() for one in given.items],
        "assign": dict(given.assign),
        "authority": form.authority or None,
    }


def _instant(text: str) -> str | None:
    """Desk time as typed, in RFC 3339; ``None`` where nothing was typed, empty where it is no time."""
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return ""
    aware = local if local.tzinfo else local.replace(tzinfo=times.zone())
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _labels() -> dict[str, str]:
    return {
        "title": gettext("Title"),
        "summary": gettext("Summary"),
        "kind": gettext("Kind"),
        "severity": gettext("Severity"),
        "occurred_at": gettext("Happened at"),
        "member_states": gettext("States affected"),
        "tlp": gettext("Sharing"),
        "authority": gettext("Author"),
        "items": gettext("Content"),
        "audience": gettext("Who is alerted"),
        "exercise": gettext("Real or exercise"),
    }


def _by_field(fields: Mapping[str, str], given: Content) -> dict[str, str]:
    """Faults by field of the form: those of items by line, a few of them in words."""
    labels = _labels()
    found: dict[str, list[str]] = {}
    for path, reason in fields.items():
        name = path.partition("[")[0].partition(".")[0]
        name = "items" if name in ("items", "assign") or name not in labels else name
        found.setdefault(name, []).append(_place(path, given) + _reason(reason))
    texts = {}
    for name, reasons in found.items():
        listed = "; ".join(dict.fromkeys(reasons[:_FAULTS_LISTED]))
        rest = len(reasons) - _FAULTS_LISTED
        more = gettext(" and %(num)s more", num=rest) if rest > 0 else ""
        texts[name] = f"{labels[name]}: {listed}{more}"
    return texts


def _place(path: str, given: Content) -> str:
    if not path.startswith("items["):
        return ""
    position = int(path.partition("[")[2].partition("]")[0])
    line = given.items[position].line if position < len(given.items) else None
    return gettext("line %(number)s ", number=line) if line else ""


def _reason(reason: str) -> str:
    return {
        "is missing": gettext("is missing"),
        "lies in the future; check the date and the zone": gettext("is still to come; check the date"),
    }.get(reason, reason)

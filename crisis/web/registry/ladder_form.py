"""The form of one part of the ladders: read from a request, turned into a version, asked again where it is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from crisis import errors
from crisis.domain import ladder_body
from crisis.domain.incident import Severity
from crisis.domain.ladder import Action, Ladder, Ladders, Since, Step, Table

Form = MultiDict[str, str]

_PLATFORM = "platform:"


@dataclass(slots=True)
class Row:
    """One step as it was typed."""

    after: str = ""
    action: str = ""
    contact: str = ""
    channels: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """One part: ``key`` is a severity, or ``platform:`` with an id; ``severities`` are all it is meant for."""

    key: str
    severities: list[str]
    officer_minutes: str
    rows: dict[Ladder, list[Row]]
    outcome_since: str = Since.ACKNOWLEDGED.value

    @property
    def registry_id(self) -> str:
        """The platform whose own steps these are; empty for those of severities."""
        return self.key.removeprefix(_PLATFORM) if self.key.startswith(_PLATFORM) else ""


def of(ladders: Ladders, key: str) -> Draft:
    """The part as it is now; a platform without steps of its own begins with those of the gravest incidents.

    Raises:
        NotFound: there is no such severity.
    """
    if key.startswith(_PLATFORM):
        table = ladders.by_platform.get(key.removeprefix(_PLATFORM)) or ladders.by_severity[Severity.EXTREME]
        same: list[str] = []
    elif key in set(Severity):
        table = ladders.by_severity[Severity(key)]
        same = [one.value for one in Severity if ladders.by_severity[one] == table]
    else:
        raise errors.NotFound("There is no such ladder. Look at the list.")
    rows = {name: [_row(step) for step in table[name]] for name in Ladder}
    since = [step.since.value for step in table[Ladder.OUTCOME]] or [Since.ACKNOWLEDGED.value]
    return Draft(key, same, str(ladders.officer_minutes), rows, since[0])


def read(form: Form) -> Draft:
    """The part as it was typed, with rows added or taken out as the button that was pressed says."""
    rows = {name: _rows(form, name) for name in Ladder}
    do, _, rest = form.get("do", "").partition(":")
    name, _, place = rest.partition(":")
    if do == "add" and name in set(Ladder) and len(rows[Ladder(name)]) < ladder_body.MOST_STEPS:
        rows[Ladder(name)].append(Row(action=_USUAL[Ladder(name)].value))
    if do == "remove" and name in set(Ladder) and place.isdecimal() and int(place) < len(rows[Ladder(name)]):
        del rows[Ladder(name)][int(place)]
    since = form.get("outcome_since", Since.ACKNOWLEDGED.value)
    return Draft(form.get("part", ""), form.getlist("severity"), form.get("officer_minutes", "").strip(), rows, since)


def body(draft: Draft, ladders: Ladders, *, dropped: bool = False) -> dict[str, Any]:
    """The whole version with this part replaced, to be read again; ``dropped`` takes a platform's own steps away.

    Raises:
        InvalidInput: no severity is chosen.
    """
    made = ladder_body.as_json(ladders)
    made["officer_minutes"] = _number(draft.officer_minutes)
    table = {name.value: [_step(row) for row in draft.rows[name]] for name in Ladder}
    for step in table[Ladder.OUTCOME.value]:
        step["since"] = draft.outcome_since
    if draft.registry_id:
        made["platforms"].pop(draft.registry_id, None)
        if not dropped:
            made["platforms"][draft.registry_id] = table
        return made
    chosen = [one for one in draft.severities if one in set(Severity)]
    if not chosen:
        raise errors.InvalidInput("Choose for which severities these steps are.", fields={"severity": "choose one"})
    made["severities"] |= dict.fromkeys(chosen, table)
    return made


def faults(error: errors.InvalidInput) -> dict[str, str]:
    """What is wrong by the field of the form: ``severities.extreme.silence[0].after`` is ``silence-0-after``."""
    found: dict[str, str] = {}
    for place, text in (error.fields or {"": str(error)}).items():
        parts = place.split(".")
        start = next((at for at, part in enumerate(parts) if part.partition("[")[0] in set(Ladder)), None)
        name = place if start is None else "-".join(parts[start:]).replace("[", "-").replace("]", "")
        found.setdefault(name, text)
    return found


def table(draft: Draft, ladders: Ladders) -> Table:
    """The steps of this part in a version that was read."""
    if draft.registry_id:
        return ladders.by_platform[draft.registry_id]
    return ladders.by_severity[Severity(next(one for one in draft.severities if one in set(Severity)))]


_USUAL: Mapping[Ladder, Action] = {
    Ladder.SILENCE: Action.NEXT_CONTACT,
    Ladder.OUTCOME: Action.REMIND_UNFINISHED,
    Ladder.WARNING: Action.LAST_WARNING,
}


def _row(step: Step) -> Row:
    contact = "" if step.contact is None else str(step.contact)
    return Row(str(step.after), step.action.value, contact, [one.value for one in step.channels])


def _rows(form: Form, name: Ladder) -> list[Row]:
    rows: list[Row] = []
    while f"{name}-{len(rows)}-after" in form and len(rows) < 2 * ladder_body.MOST_STEPS:
        start = f"{name}-{len(rows)}"
        rows.append(
            Row(
                form.get(f"{start}-after", "").strip(),
                form.get(f"{start}-action", ""),
                form.get(f"{start}-contact", "").strip(),
                form.getlist(f"{start}-channels"),
            )
        )
    return rows


def _step(row: Row) -> dict[str, Any]:
    made: dict[str, Any] = {"after": _number(row.after), "action": row.action}
    if row.action == Action.CONTACT:
        made["contact"] = _number(row.contact)
    if row.channels and row.action in (Action.NEXT_CONTACT, Action.CONTACT, Action.ALL_ON_DUTY):
        made["channels"] = row.channels
    return made


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else text

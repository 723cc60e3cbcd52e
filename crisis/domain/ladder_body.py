"""A version of the ladders as JSON: written, read again, refused with the field that is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from crisis import errors
from crisis.domain import alert
from crisis.domain.incident import Severity
from crisis.domain.ladder import ACTIONS, Action, Ladder, Ladders, Since, Step, Table

LONGEST_MINUTES = 24 * 60
MOST_STEPS = 12  # of one ladder; more would be a flood
CHANNELS = (alert.Channel.EMAIL, alert.Channel.WEBHOOK, alert.Channel.APPRISE)

_SINCE = {Ladder.SILENCE: Since.NAMED, Ladder.OUTCOME: Since.ACKNOWLEDGED, Ladder.WARNING: Since.NAMED}


def as_json(ladders: Ladders) -> dict[str, Any]:
    """The body of a version row."""
    return {
        "officer_minutes": ladders.officer_minutes,
        "platforms": {key: _table_json(table) for key, table in sorted(ladders.by_platform.items())},
        "severities": {severity.value: _table_json(ladders.by_severity[severity]) for severity in Severity},
    }


def from_json(body: Any) -> Ladders:
    """The ladders of a version row; the shape of the first version too, whose minutes all count from the naming.

    Raises:
        InvalidInput: something is missing or makes no sense; ``fields`` names each place, such as
            ``severities.extreme.silence[1].after``.
    """
    if isinstance(body, Mapping) and "severities" not in body and Ladder.SILENCE.value in body:
        return _first_shape(body)
    wrong: dict[str, str] = {}
    given = _mapping(body, "ladders", wrong)
    severities = _mapping(given.get("severities"), "severities", wrong)
    wrong |= {
        f"severities.{name}": "there is no such severity"
        for name in severities
        if name not in {one.value for one in Severity}
    }
    by_severity = {one: _table(severities.get(one.value), f"severities.{one.value}", wrong) for one in Severity}
    platforms = _mapping(given.get("platforms", {}), "platforms", wrong)
    by_platform = {str(key): _table(table, f"platforms.{key}", wrong) for key, table in platforms.items()}
    minutes = given.get("officer_minutes", 3)
    if not _whole(minutes, 1, 60):
        wrong["officer_minutes"] = "give whole minutes, 1 to 60"
    if wrong:
        raise errors.InvalidInput("The ladder can't be used; look at the steps named.", fields=wrong)
    return Ladders(by_severity, by_platform, minutes)


def steps_json(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The steps of one ladder; what is as usual is left out."""
    return [
        {
            "after": step.after,
            "action": step.action.value,
            **({"contact": step.contact} if step.contact is not None else {}),
            **({"channels": [channel.value for channel in step.channels]} if step.channels else {}),
            **({"since": step.since.value} if step.since is not _SINCE[_ladder_of(step)] else {}),
        }
        for step in steps
    ]


def _table_json(table: Table) -> dict[str, Any]:
    return {name.value: steps_json(table[name]) for name in Ladder}


def _ladder_of(step: Step) -> Ladder:
    return next(name for name, actions in ACTIONS.items() if step.action in actions)


def _first_shape(body: Mapping[str, Any]) -> Ladders:
    """``{"silence": [[5, "next_contact"], …], "outcome": …}``, the same for every severity."""
    shaped: dict[str, Any] = {}
    for name in Ladder:
        steps = body.get(name.value, [])
        pairs = (
            [one for one in steps if isinstance(one, list | tuple) and len(one) == 2] if isinstance(steps, list) else []
        )
        shaped[name.value] = [{"after": minutes, "action": action, "since": "named"} for minutes, action in pairs]
    wrong: dict[str, str] = {}
    table = _table(shaped, "ladder", wrong)
    if not table.get(Ladder.OUTCOME):
        wrong["ladder.outcome"] = "has no steps"
    if wrong:
        raise errors.InvalidInput("The ladder can't be used; look at the steps named.", fields=wrong)
    return Ladders(dict.fromkeys(Severity, table))


def _table(given: Any, place: str, wrong: dict[str, str]) -> Table:
    table = _mapping(given, place, wrong)
    known = {name.value for name in Ladder}
    wrong |= {f"{place}.{name}": "there is no such ladder" for name in table if name not in known}
    found = {name: _steps(table.get(name.value, []), name, f"{place}.{name.value}", wrong) for name in Ladder}
    if not found[Ladder.SILENCE] and place not in wrong:
        wrong.setdefault(f"{place}.silence", "needs at least one step: silence must end with somebody")
    return found


def _steps(given: Any, name: Ladder, place: str, wrong: dict[str, str]) -> tuple[Step, ...]:
    if not isinstance(given, list):
        wrong[place] = "give a list of steps"
        return ()
    if len(given) > MOST_STEPS:
        wrong[place] = f"at most {MOST_STEPS} steps"
        return ()
    read = [_step(one, name, f"{place}[{index}]", wrong) for index, one in enumerate(given)]
    steps = [one for one in read if one is not None]
    for index in range(1, len(steps)):
        if steps[index].after <= steps[index - 1].after:
            wrong.setdefault(f"{place}[{index}].after", "minutes must rise from step to step")
        if steps[index].since is not steps[0].since:
            wrong.setdefault(f"{place}[{index}].since", "all steps of a ladder count from the same")
    return tuple(steps)


def _step(given: Any, name: Ladder, place: str, wrong: dict[str, str]) -> Step | None:
    if not isinstance(given, Mapping):
        wrong[place] = "give the minutes and the action"
        return None
    faults: dict[str, str] = {}
    actions = [one.value for one in ACTIONS[name]]
    minutes, action, contact = given.get("after"), given.get("action"), given.get("contact")
    channels, since = given.get("channels", []), given.get("since", _SINCE[name].value)
    if not _whole(minutes, 1, LONGEST_MINUTES):
        faults["after"] = f"give whole minutes, 1 to {LONGEST_MINUTES}"
    if action not in actions:
        faults["action"] = f"choose one of {', '.join(actions)}"
    elif action == Action.CONTACT and not _whole(contact, 1, 1000):
        faults["contact"] = "say which contact, by its place in the registry"
    elif action != Action.CONTACT and contact is not None:
        faults["contact"] = "only for the action contact"
    names = [one.value for one in CHANNELS]
    if not isinstance(channels, list) or any(one not in names for one in channels):
        faults["channels"] = f"choose among {', '.join(names)}; none means all"
    if since not in {one.value for one in Since} or (name is not Ladder.OUTCOME and since != Since.NAMED):
        faults["since"] = "named, or for the outcome ladder acknowledged"
    faults |= {str(key): "unknown" for key in given if key not in {"after", "action", "contact", "channels", "since"}}
    if faults:
        wrong |= {f"{place}.{key}": text for key, text in faults.items()}
        return None
    return Step(
        int(minutes or 0),
        Action(str(action)),
        contact,
        tuple(one for one in CHANNELS if one.value in channels),
        Since(since),
    )


def _mapping(given: Any, place: str, wrong: dict[str, str]) -> Mapping[str, Any]:
    if isinstance(given, Mapping):
        return given
    wrong[place] = "is missing" if given is None else "give an object"
    return {}


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most

"""Ladders in words: a step as a sentence, what two versions differ in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crisis.domain import ladder
from crisis.domain.alert import Channel
from crisis.domain.incident import Severity
from crisis.domain.ladder import Action, Ladder, Ladders, Since, Step, Table
from crisis.web.incidents import words
from crisis.web.language import gettext


@dataclass(frozen=True, slots=True)
class Part:
    """Steps that several severities share, or those of one platform. ``key`` is how the form names it."""

    key: str
    title: str
    table: Table


@dataclass(frozen=True, slots=True)
class Difference:
    """What one part lost and gained."""

    title: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


def ladders() -> dict[Ladder, str]:
    return {
        Ladder.SILENCE: gettext("Without acknowledgement"),
        Ladder.OUTCOME: gettext("Acknowledged, without a result"),
        Ladder.WARNING: gettext("Last warnings"),
    }


def counts_from(steps: Sequence[Step]) -> str:
    """What the minutes of a ladder count from."""
    if steps and steps[0].since is Since.ACKNOWLEDGED:
        return gettext("minutes since the acknowledgement")
    return gettext("minutes since the items were named")


def actions() -> dict[Action, str]:
    return {
        Action.NEXT_CONTACT: gettext("write to the next contact"),
        Action.CONTACT: gettext("write to the contact with number"),
        Action.ALL_ON_DUTY: gettext("write to all on duty"),
        Action.CALL: gettext("have a person call"),
        Action.TELL_OFFICER: gettext("tell the officer"),
        Action.REMIND_WITHOUT_OUTCOME: gettext("remind, if there is no outcome"),
        Action.REMIND_UNFINISHED: gettext("remind, if it is not finished"),
        Action.LAST_WARNING: gettext("warn the contacts and the officer"),
    }


def channels() -> dict[Channel, str]:
    return {
        Channel.EMAIL: gettext("Mail"),
        Channel.WEBHOOK: gettext("Webhook"),
        Channel.APPRISE: gettext("Chat, push, SMS"),
        Channel.PHONE: gettext("Phone"),
        Channel.PORTAL: gettext("Portal"),
    }


def step(one: Step) -> str:
    """The step behind its minutes, such as “write to the contact with number 3, by Webhook”."""
    said = actions()[one.action]
    if one.contact is not None:
        said = f"{said} {one.contact}"
    if one.channels:
        known = channels()
        said = gettext("%(what)s, by %(channels)s", what=said, channels=", ".join(known[way] for way in one.channels))
    return said


def parts(found: Ladders) -> list[Part]:
    """Severities with the same steps as one part each, then the platforms with steps of their own."""
    grouped: list[tuple[Table, list[Severity]]] = []
    for severity in Severity:
        table = found.by_severity[severity]
        same = next((some for other, some in grouped if other == table), None)
        if same is None:
            grouped.append((table, [severity]))
        else:
            same.append(severity)
    return [
        *(Part(some[0].value, ", ".join(words.severity(one.value) for one in some), table) for table, some in grouped),
        *(Part(f"platform:{key}", key, table) for key, table in sorted(found.by_platform.items())),
    ]


def differences(before: Ladders, after: Ladders) -> list[Difference]:
    """What changed from one version to another; parts with the same change are said together."""
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for title, old, new in _pairs(before, after):
        gone = tuple(one for one in old if one not in new)
        more = tuple(one for one in new if one not in old)
        if gone or more:
            found.setdefault((gone, more), []).append(title)
    return [Difference(", ".join(titles), gone, more) for (gone, more), titles in found.items()]


def _pairs(before: Ladders, after: Ladders) -> Iterator[tuple[str, list[str], list[str]]]:
    for severity in Severity:
        yield words.severity(severity.value), _lines(before.by_severity[severity]), _lines(after.by_severity[severity])
    for key in sorted({*before.by_platform, *after.by_platform}):
        yield key, _lines(before.by_platform.get(key, {})), _lines(after.by_platform.get(key, {}))
    yield (
        gettext("Officers"),
        [gettext("the next one after %(num)s minutes", num=before.officer_minutes)],
        [gettext("the next one after %(num)s minutes", num=after.officer_minutes)],
    )


def _lines(table: Mapping[Ladder, Sequence[Step]]) -> list[str]:
    titles = ladders()
    return [
        gettext("%(ladder)s, %(minutes)s min: %(what)s", ladder=titles[name], minutes=one.after, what=step(one))
        for name in ladder.Ladder
        for one in table.get(name, ())
    ]

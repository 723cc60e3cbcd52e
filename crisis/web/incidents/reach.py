"""Whom a declaration would reach, as the form shows it beside what was understood."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from crisis.domain import estimate, fan_out, notice
from crisis.domain.declaration import GivenItem
from crisis.web.incidents import words, written
from crisis.web.incidents.content import Content
from crisis.web.language import gettext, ngettext
from crisis.workflows.preview import Preview

_MOST_ITEMS_LISTED = 6
_SECONDS_SHOWN = 90


@dataclass(frozen=True, slots=True)
class MergedLine:
    """Lines that are one item; ``given`` is what was merged, so that it can be split."""

    lines: Sequence[int]
    why: str
    given: GivenItem


@dataclass(frozen=True, slots=True)
class Reach:
    """A preview with the figures that the form names. ``digest`` tells two of them apart."""

    preview: Preview
    digest: str
    asked: int
    informed: int
    messages: int
    owned_items: int
    owners: int
    shared: int
    merged: Sequence[MergedLine]
    languages: Sequence[str]
    in_english: Sequence[str]
    most_items: Sequence[tuple[str, str, int]]  # platform, its first domain, number of items
    last_out: str  # how long until then, in words
    times: Sequence[str]  # the same for each channel, and the calls

    @property
    def plan(self) -> fan_out.Plan:
        return self.preview.plan

    @property
    def platforms(self) -> int:
        """Everybody who gets something."""
        return len(self.plan.requests)


def of(preview: Preview, given: Content) -> Reach:
    plan = preview.plan
    acting = [one for one in plan.requests if one.ask is notice.Ask.ACT]
    by_items = sorted(acting, key=lambda one: (-len(one.items), one.platform.name.casefold()))
    return Reach(
        preview=preview,
        digest=_digest(plan, given),
        asked=preview.asked_to_act + preview.asked_to_search,
        informed=preview.informed,
        messages=sum(preview.channels.values()),
        owned_items=sum(len(one.items) for one in acting),
        owners=len(acting),
        shared=len({item.content_key for one in plan.requests for item in one.shared}),
        merged=[MergedLine(_lines(one, given), one.why, one.given) for one in plan.merged],
        languages=[written.language(code) for code in preview.languages],
        in_english=[written.language(code) for code in preview.languages if not words.written_in(code)],
        most_items=[
            (one.platform.name, (one.platform.domains or ("",))[0], len(one.items))
            for one in by_items[:_MOST_ITEMS_LISTED]
        ],
        last_out=_about(estimate.last_out(preview.times)),
        times=_times(preview),
    )


def _times(preview: Preview) -> list[str]:
    lines = []
    for one in preview.times:
        channel = words.channel(one.channel.value) + (f" ({one.service})" if one.service else "")
        told = ngettext("%(num)s message, %(time)s", "%(num)s messages, %(time)s", one.count, time=_about(one.seconds))
        lines.append(f"{channel}: {told}")
    if preview.phones:
        lines.append(ngettext("%(num)s call by people", "%(num)s calls by people", preview.phones))
    if not all(one.measured for one in preview.times):
        assumed = dict.fromkeys(words.channel(one.channel.value) for one in preview.times if not one.measured)
        lines.append(gettext("Assumed for want of messages in the last day: %(channels)s", channels=", ".join(assumed)))
    return lines


def _about(seconds: float) -> str:
    """Whole seconds, from a minute and a half on whole minutes; it is an estimate."""
    if seconds <= _SECONDS_SHOWN:
        return gettext("about %(num)s\N{NO-BREAK SPACE}s", num=max(1, math.ceil(seconds)))
    return gettext("about %(num)s\N{NO-BREAK SPACE}min", num=math.ceil(seconds / 60))


def _lines(merged: fan_out.Merged, given: Content) -> list[int]:
    return [line for line in (given.first_lines.get(merged.kept), merged.given.line) if line]


def _digest(plan: fan_out.Plan, given: Content) -> str:
    """The same for the same consequences: who is asked what about how much."""
    told = [(one.platform.registry_id, one.ask.value, len(one.items), len(one.shared)) for one in plan.requests]
    left = [one.content_key for one in (*plan.unrouted, *plan.outside)]
    return hashlib.sha256(repr((told, left, sorted(given.exact), len(plan.items))).encode()).hexdigest()[:16]

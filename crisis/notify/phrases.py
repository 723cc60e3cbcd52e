"""Phrases: the values of a message's slots for one alert, in the contact's language and zone."""

import functools
from datetime import UTC, datetime
from typing import NamedTuple

from crisis.domain import alert, notice
from crisis.domain.outgoing import Recipient
from crisis.notify import languages, moments, plain
from crisis.notify.facts import Facts

_PLATFORMS_SHOWN = 20
#: Messages that name a platform.
_NAMING = frozenset({alert.Purpose.ESCALATION, alert.Purpose.OFFICER})


class _Counts(NamedTuple):
    purpose: alert.Purpose
    ask: notice.Ask
    items: int
    hashes: int
    batch: int
    open: int | None


def reading(to: Recipient, purpose: alert.Purpose) -> tuple[object, ...]:
    """The same for two recipients of one round only if text and values of their messages are the same."""
    named: tuple[object, ...] = ()
    if to.channel is alert.Channel.WEBHOOK:
        named = (to.endpoint_id, to.named_at)
    if to.extra or purpose in _NAMING:
        named += (to.platform_name, *sorted(to.extra.items()))
    return to.language, to.time_zone, to.channel, to.ask, to.items, to.hashes, to.batch, to.target_at, named


def of(to: Recipient, purpose: alert.Purpose, facts: Facts, *, now: datetime) -> dict[str, str]:
    """The values by slot; those of the English part below end in ``_en``. No link: that is made when it is sent.

    ``extra`` may hold ``previous`` (an escalation: the contact who did not answer), ``open`` (a reminder:
    items without outcome), ``count`` (a correction: items withdrawn, else 1) and ``platforms`` (to
    officers: names, one a line).
    """
    if to.channel is alert.Channel.WEBHOOK:
        return _for_a_program(to)
    language = languages.chosen(to.language)
    counts = _counts(to, purpose)
    values = _in(language, to, counts, facts, now)
    values |= {"what": _what(language, counts), "ref": facts.ref}
    if language != "en" and to.channel is alert.Channel.EMAIL:
        values.update((f"{name}_en", value) for name, value in _in("en", to, counts, facts, now).items())
    return values


def _for_a_program(to: Recipient) -> dict[str, str]:
    values = {"items_count": str(to.items), "hashes_count": str(to.hashes), "batch": str(to.batch)}
    if to.endpoint_id is not None:  # whose secret signs it
        values |= {"endpoint_id": str(to.endpoint_id), "secret_generation": str(to.secret.generation)}
    times = {"named_at": to.named_at, "target_at": to.target_at, "secret_previous_until": to.secret.previous_until}
    return values | {name: _stamp(at) for name, at in times.items() if at is not None}


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _in(language: str, to: Recipient, counts: _Counts, facts: Facts, now: datetime) -> dict[str, str]:
    moment = functools.partial(moments.moment, zone=to.time_zone, language=language)
    values = {"line": _line(language, counts), "sent": moment(now)}
    if to.target_at is not None:
        values["aim"] = moment(to.target_at, near=now)
    if facts.occurred_at is not None:
        values["occurred"] = moment(facts.occurred_at)
    if counts.purpose is not alert.Purpose.FIRST:
        values["declared"] = moment(facts.declared_at)
    return values | _of_purpose(language, to, counts)


def _of_purpose(language: str, to: Recipient, counts: _Counts) -> dict[str, str]:
    words = languages.words(language)
    match counts.purpose:
        case alert.Purpose.ESCALATION:
            return {"previous": _previous(words, to)}
        case alert.Purpose.CORRECTION:
            return {"wrong": _wrong(words, counts.items)}
        case alert.Purpose.OFFICER:
            names = plain.lines(str(to.extra.get("platforms", to.platform_name)))
            more = [f"+ {len(names) - _PLATFORMS_SHOWN}"] if len(names) > _PLATFORMS_SHOWN else []
            return {"platforms": ", ".join([*names[:_PLATFORMS_SHOWN], *more])}
        case _:
            return {}


def _previous(words: languages.Words, to: Recipient) -> str:
    _ = words.gettext
    platform, name = plain.line(to.platform_name), plain.line(str(to.extra.get("previous", "")))
    if not name:
        return _("We have had no answer from %(platform)s yet. You are its next contact.", platform=platform)
    return _(
        "We have had no answer from %(name)s. You are the next contact of %(platform)s.", name=name, platform=platform
    )


def _wrong(words: languages.Words, count: int) -> str:
    return words.ngettext(
        "One address was wrong: do not act on it.", "%(num)d addresses were wrong: do not act on them.", count
    )


def _counts(to: Recipient, purpose: alert.Purpose) -> _Counts:
    left = to.extra.get("open")
    items = int(to.extra.get("count", 1)) if purpose is alert.Purpose.CORRECTION else to.items
    return _Counts(purpose, to.ask, items, to.hashes, to.batch, None if left is None else int(left))


@functools.lru_cache(maxsize=8192)
def _what(language: str, counts: _Counts) -> str:
    """What stands in the subject behind the tag."""
    words = languages.words(language)
    _ = words.gettext
    asked = _asked(words, counts)
    match counts.purpose:
        case alert.Purpose.FIRST:
            return asked
        case alert.Purpose.REMINDER:
            return _("reminder, %(asked)s", asked=asked)
        case alert.Purpose.ESCALATION:
            return _("no answer yet, %(asked)s", asked=asked)
        case alert.Purpose.ITEMS:
            return _("%(more)s, batch %(batch)d", more=_more(words, counts), batch=counts.batch)
        case alert.Purpose.UPDATE:
            return _("update")
        case alert.Purpose.CORRECTION:
            return _("correction, do not act on %(addresses)s", addresses=_addresses(words, counts.items))
        case alert.Purpose.STAND_DOWN:
            return _("ended")
        case alert.Purpose.OFFICER:
            return _("the desk is needed")
        case alert.Purpose.TEST:
            return _("nothing to do")


@functools.lru_cache(maxsize=8192)
def _line(language: str, counts: _Counts) -> str:
    """Which message this is, and how much it is about."""
    words = languages.words(language)
    _ = words.gettext
    count = _counted(words, counts)
    match counts.purpose:
        case alert.Purpose.FIRST if counts.ask is notice.Ask.ACT:
            return _("First message, %(count)s, batch %(batch)d", count=count, batch=counts.batch)
        case alert.Purpose.FIRST:
            return _("First message, %(count)s", count=count)
        case alert.Purpose.REMINDER if counts.open is not None:
            return _("Reminder, %(count)s, %(open)d open", count=count, open=counts.open)
        case alert.Purpose.REMINDER:
            return _("Reminder, %(count)s", count=count)
        case alert.Purpose.ESCALATION:
            return _("To the next contact, %(count)s", count=count)
        case alert.Purpose.ITEMS:
            return _("%(more)s, batch %(batch)d", more=_more(words, counts), batch=counts.batch)
        case alert.Purpose.UPDATE:
            return _("Update to those alerted")
        case alert.Purpose.CORRECTION:
            return _("Correction, %(addresses)s", addresses=_addresses(words, counts.items))
        case alert.Purpose.STAND_DOWN:
            return _("Stand-down, to those alerted")
        case alert.Purpose.OFFICER:
            return _("To the officers of the desk")
        case alert.Purpose.TEST:
            return _("Test message")


def _asked(words: languages.Words, counts: _Counts) -> str:
    if counts.ask is notice.Ask.ACT:
        return words.ngettext("%(num)d address on your service", "%(num)d addresses on your service", counts.items)
    return _counted(words, counts)


def _counted(words: languages.Words, counts: _Counts) -> str:
    if counts.ask is notice.Ask.INFORM:
        return words.gettext("for your information")
    hashes = words.ngettext("%(num)d hash to look for", "%(num)d hashes to look for", counts.hashes)
    if counts.ask is notice.Ask.SEARCH:
        return hashes
    addresses = _addresses(words, counts.items)
    return f"{addresses}, {hashes}" if counts.hashes else addresses


def _addresses(words: languages.Words, count: int) -> str:
    return words.ngettext("%(num)d address", "%(num)d addresses", count)


def _more(words: languages.Words, counts: _Counts) -> str:
    if counts.ask is notice.Ask.SEARCH:
        return words.ngettext("%(num)d more hash to look for", "%(num)d more hashes to look for", counts.hashes)
    return words.ngettext("%(num)d more address", "%(num)d more addresses", counts.items)

"""Climbing: whom a step of the ladder writes to, by the contacts' order, their ways and their hours."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crisis.domain import first_round, hours
from crisis.domain.alert import Channel
from crisis.domain.first_round import Send
from crisis.domain.ladder import Action, Step
from crisis.domain.registry import Contact, Platform


@dataclass(frozen=True, slots=True)
class Reach:
    """``sends`` leave at once; ``calls`` are the phones of a contact whose turn it is and whom nothing else reaches."""

    sends: tuple[Send, ...] = ()
    calls: tuple[Send, ...] = ()


def reach(platform: Platform | None, step: Step, *, tried: Collection[UUID], now: datetime) -> Reach:
    """Whom ``step`` writes to at ``now``; nobody where the platform was retired or has nobody left.

    Whoever is chosen is written to at any hour; out of their hours the next contact on duty joins them.

    Args:
        tried: contacts that were alerted before.
    """
    if platform is None:
        return Reach()
    contacts = [one for one in platform.by_position() if one.endpoints]
    if step.action is Action.ALL_ON_DUTY:
        return _reach(_all_on_duty(contacts, now), step)
    untried = [one for one in contacts if one.id not in tried]
    if step.action is Action.CONTACT:
        named = next((one for one in contacts if one.position == step.contact and first_round.messages(one)), None)
        if named is not None:
            return _reach(_with_company(named, untried, now), step)
    return _reach(_with_company(untried[0], untried[1:], now), step) if untried else Reach()


def has_phone(platform: Platform | None) -> bool:
    """Whether a person can call anybody there."""
    ways = (way for one in platform.contacts for way in one.endpoints) if platform is not None else ()
    return any(way.channel is Channel.PHONE for way in ways)


def _all_on_duty(contacts: list[Contact], now: datetime) -> list[Contact]:
    """Everybody on duty who can be written to; everybody at all where nobody is."""
    writable = [one for one in contacts if first_round.messages(one)]
    return [one for one in writable if hours.on_duty(one, now)] or writable


def _with_company(chosen: Contact, others: Sequence[Contact], now: datetime) -> list[Contact]:
    """The chosen one; behind a phone only, whoever would be chosen next; off duty, also the next on duty."""
    behind = [one for one in others if one.id != chosen.id and first_round.messages(one)]
    if behind and not first_round.messages(chosen):
        return [chosen, *_with_company(behind[0], behind[1:], now)]
    company = [] if hours.on_duty(chosen, now) else [one for one in behind if hours.on_duty(one, now)][:1]
    return [chosen, *company]


def _reach(contacts: Iterable[Contact], step: Step) -> Reach:
    chosen = list(contacts)
    return Reach(
        tuple(send for one in chosen for send in _ways(one, step.channels)),
        tuple(send for one in chosen if not first_round.messages(one) for send in first_round.calls(one)),
    )


def _ways(contact: Contact, channels: tuple[Channel, ...]) -> tuple[Send, ...]:
    """The contact's ways among ``channels``; all of them where it has none of these."""
    every = first_round.messages(contact)
    return tuple(send for send in every if send.endpoint.channel in channels) or every

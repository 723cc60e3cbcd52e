"""The first round of a notice: which contacts of a platform are alerted at once, and who comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from crisis.domain import hours
from crisis.domain.alert import BY_PEOPLE, Channel
from crisis.domain.registry import Contact, Endpoint, Platform


class Send(NamedTuple):
    """One message to one endpoint of a contact; with a phone or a portal, one task of the desk."""

    contact: Contact
    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class OutOfHours:
    """A first contact that is off duty; ``also`` is who on duty is alerted as well, if anybody is."""

    platform: Platform
    contact: Contact
    also: Contact | None


def alert(platform: Platform, now: datetime) -> tuple[tuple[Send, ...], tuple[Send, ...]]:
    """Messages, and calls, that start at once when the platform is asked to act or to search.

    The first contact on all its endpoints; out of its hours also the next contact on duty. Where these
    have phones only, the next contact with an address for messages joins them.
    """
    contacts = _first_contacts(platform, now)
    sends = [send for contact in contacts for send in messages(contact)]
    if contacts and not sends:
        more = (one for one in platform.by_position() if one.position > contacts[0].position and messages(one))
        contacts += [contact for contact in [next(more, None)] if contact is not None]
        sends = [send for contact in contacts for send in messages(contact)]
    return tuple(sends), tuple(send for contact in contacts for send in calls(contact))


def inform(platform: Platform) -> tuple[Send, ...]:
    """The one mail to a platform that is only informed: to the first contact with a mail address."""
    for contact in platform.by_position():
        for send in messages(contact):
            if send.endpoint.channel is Channel.EMAIL:
                return (send,)
    return ()


def out_of_hours(platform: Platform, now: datetime) -> OutOfHours | None:
    """The first contact, if ``now`` is out of its hours; ``None`` if it is on duty or there is none."""
    contacts = _first_contacts(platform, now)
    if not contacts or hours.on_duty(contacts[0], now):
        return None
    return OutOfHours(platform, contacts[0], contacts[1] if len(contacts) > 1 else None)


def messages(contact: Contact) -> tuple[Send, ...]:
    """The contact's endpoints that take messages."""
    return tuple([Send(contact, one) for one in contact.endpoints if one.channel not in BY_PEOPLE])


def calls(contact: Contact) -> tuple[Send, ...]:
    """The contact's phones and portals: what people of the desk do."""
    return tuple([Send(contact, one) for one in contact.endpoints if one.channel in BY_PEOPLE])


def _first_contacts(platform: Platform, now: datetime) -> list[Contact]:
    """The first contact with any endpoint; if it is off duty, the next one on duty as well."""
    reachable = [contact for contact in platform.by_position() if contact.endpoints]
    if not reachable or hours.on_duty(reachable[0], now):
        return reachable[:1]
    on_duty = next((contact for contact in reachable[1:] if hours.on_duty(contact, now)), None)
    return [reachable[0], *([on_duty] if on_duty else [])]

"""What the record says of the registry, in words."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crisis.store.models import Event
from crisis.web import actors
from crisis.web.language import gettext


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact: when, what, who."""

    n: int
    at: datetime
    text: str
    who: str


def entries(session: Session, events: Iterable[Event]) -> list[Entry]:
    """In the order given."""
    found = list(events)
    names = actors.names(session, (event.actor for event in found))
    return [Entry(event.n, event.recorded_at, _words(event), names[event.actor]) for event in found]


def outcome(value: str) -> str:
    """How an attempt ended, in words."""
    words = {
        "accepted": gettext("accepted"),
        "temporary": gettext("not taken, perhaps later"),
        "permanent": gettext("refused"),
        "unknown": gettext("no answer, it may have arrived"),
    }
    return words.get(value, value)


def _words(event: Event) -> str:
    body = json.loads(event.body)
    fields = ", ".join(str(field).replace("_", " ") for field in body.get("fields", []))
    words = {
        "platform.added": gettext("Platform added"),
        "platform.changed": gettext("Platform changed: %(fields)s", fields=fields),
        "platform.retired": gettext("Platform retired"),
        "domain.added": gettext("Domain added: %(domain)s", domain=body.get("domain", "")),
        "domain.removed": gettext("Domain removed: %(domain)s", domain=body.get("domain", "")),
        "contact.added": gettext("Contact added"),
        "contact.changed": gettext("Contact changed: %(fields)s", fields=fields),
        "contact.retired": gettext("Contact retired"),
        "endpoint.added": gettext("Address added (%(channel)s)", channel=body.get("channel", "")),
        "endpoint.changed": gettext("Address changed: %(fields)s", fields=fields),
        "endpoint.retired": gettext("Address retired: its receiver has ended it")
        if body.get("reason")
        else gettext("Address retired"),
        "endpoint.secret_renewed": gettext("New secret of a webhook"),
        "endpoint.tested": gettext("Test message sent: %(outcome)s", outcome=outcome(body.get("outcome", ""))),
    }
    return words.get(event.kind, event.kind)

"""The registry as JSON: from the body of a request to the cells of a row, and from rows to an answer."""

from collections.abc import Mapping

from crisis import errors
from crisis.domain.fields import Fields
from crisis.reports.shapes import Shape, moment
from crisis.store.models import Contact, Endpoint, Platform
from crisis.store.registrations import present
from crisis.workflows import register

_LONGEST = 2000

#: Field of the API → cell of the registry file; those in ``_LISTS`` are lists, separated by spaces in the cell.
PLATFORM = {
    "id": "platform_id",
    "name": "platform_name",
    "kind": "kind",
    "service": "service",
    "domains": "domains",
    "home_state": "home_state",
    "languages": "languages",
}
CONTACT = {
    "order": "contact_order",
    "name": "contact_name",
    "language": "contact_language",
    "time_zone": "time_zone",
    "hours": "hours",
}
ENDPOINT = {"channel": "channel", "address": "address", "verified_on": "verified_on"}
_LISTS = frozenset({"domains", "languages"})
_NUMBERS = frozenset({"order"})


def read(body: object, names: Mapping[str, str], *, retirable: bool = False) -> tuple[dict[str, str], bool]:
    """The cells that a body names, and whether it asks to retire.

    Raises:
        InvalidInput: a field is unknown or of the wrong type.
    """
    fields = Fields(body)
    fields.only(*names, *(("retired",) if retirable else ()))
    cells = {cell: _cell(fields, name) for name, cell in names.items() if name in fields.body}
    retired = fields.flag("retired", required=False) if retirable else False
    if retired and cells:
        fields.fault("retired", "send it alone; nothing else of it changes")
    fields.finish("The entry")
    return cells, retired


def renamed(wrong: errors.InvalidInput, names: Mapping[str, str]) -> errors.InvalidInput:
    """The same fault with the fields named as the API does."""
    back = {cell: name for name, cell in names.items()}
    return errors.InvalidInput(str(wrong), fields={back.get(name, name): text for name, text in wrong.fields.items()})


def cells_of_platform(one: Platform) -> dict[str, str]:
    """What a platform says now, for a change of a part of it."""
    return {
        "platform_name": one.name,
        "kind": one.kind,
        "service": one.service,
        "domains": " ".join(domain.name for domain in one.domains),
        "home_state": one.home_state,
        "languages": one.languages,
    }


def cells_of_contact(one: Contact) -> dict[str, str]:
    return {
        "contact_order": str(one.position),
        "contact_name": one.name,
        "contact_language": one.language,
        "time_zone": one.time_zone,
        "hours": one.hours,
    }


def cells_of_endpoint(one: Endpoint) -> dict[str, str]:
    verified_on = one.verified_on.isoformat() if one.verified_on is not None else ""
    return {"channel": one.channel, "address": register.shown_address(one), "verified_on": verified_on}


def platform(one: Platform) -> Shape:
    return {
        "id": one.registry_id,
        "name": one.name,
        "kind": one.kind,
        "service": one.service,
        "domains": [domain.name for domain in one.domains],
        "home_state": one.home_state,
        "languages": one.languages.split(),
        "retired_at": moment(one.retired_at),
        "contacts": [contact(person) for person in present(one.contacts)],
    }


def contact(one: Contact) -> Shape:
    return {
        "id": str(one.id),
        "order": one.position,
        "name": one.name,
        "language": one.language,
        "time_zone": one.time_zone,
        "hours": one.hours,
        "retired_at": moment(one.retired_at),
        "endpoints": [endpoint(way) for way in present(one.endpoints)],
    }


def endpoint(one: Endpoint) -> Shape:
    return {
        "id": str(one.id),
        "channel": one.channel,
        "address": register.shown_address(one),
        "verified_on": one.verified_on.isoformat() if one.verified_on is not None else None,
        "retired_at": moment(one.retired_at),
    }


def _cell(fields: Fields, name: str) -> str:
    if name in _LISTS:
        given = fields.array(name, most=1000)
        if not all(isinstance(one, str) and one and not set(one) & set(" \t\r\n") for one in given):
            fields.fault(name, "expected a list of texts without blanks")
            return ""
        return " ".join(given)
    if name in _NUMBERS:
        number = fields.body[name]
        if not isinstance(number, int) or isinstance(number, bool):
            fields.fault(name, "expected a whole number")
            return ""
        return str(number)
    return fields.text(name, most=_LONGEST, required=False)

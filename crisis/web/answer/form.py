"""What a contact typed: read, tidied and checked, with everything kept for a page that comes back."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from crisis.domain import answering, claimed, notice
from crisis.domain.claimed import Moment, Unclear, UnclearTime
from crisis.web.language import gettext, ngettext

#: Characters of a field that a page carries on; what is longer is cut where nobody types so much.
_CARRIED = 10_000

_CHOICES = {one.value: one for one in notice.Answer}

#: Fields that travel with the page: its signature, and a file, which is carried and counted apart.
_OWN = frozenset({"form", "results_text"})


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the answer form, tidy but unchecked."""

    name: str = ""
    answer: str = ""
    case_number: str = ""
    note: str = ""
    reason: str = ""
    better: str = ""
    happened_at: str = ""

    @property
    def choice(self) -> notice.Answer | None:
        """The answer chosen, if it is one of the seven."""
        return _CHOICES.get(self.answer)


def typed(fields: Mapping[str, str]) -> Typed:
    """The answer form as it was sent."""
    there = [name for name in Typed.__slots__ if name in fields]
    return Typed(**{name: _field(fields, name, lines=name == "note") for name in there})


def name_of(fields: Mapping[str, str]) -> str:
    """The name typed, tidy."""
    return _field(fields, "name")


def _field(fields: Mapping[str, str], name: str, *, lines: bool = False) -> str:
    return answering.tidy(fields.get(name, "")[:_CARRIED], lines=lines)


def faults(sent: Typed, *, with_answer: bool = True) -> dict[str, str]:
    """What has to be corrected, by field, in the reader's language; nothing if it can be recorded."""
    found = name_faults(sent.name)
    if with_answer and sent.choice is None:
        found["answer"] = gettext("Choose one answer.")
    for field, text, most in (
        ("case_number", sent.case_number, answering.CASE_LENGTH),
        ("note", sent.note, answering.NOTE_LENGTH),
        ("better", sent.better, answering.NAME_LENGTH),
        ("reason", sent.reason, answering.NAME_LENGTH),
    ):
        if len(text) > most:
            found[field] = too_long(most)
    return found


def name_faults(name: str) -> dict[str, str]:
    """What is wrong with the name."""
    if not name:
        return {"name": gettext("Give your name, so that the desk knows who answered.")}
    return {"name": too_long(answering.NAME_LENGTH)} if len(name) > answering.NAME_LENGTH else {}


def too_long(most: int) -> str:
    return str(ngettext("At most %(num)s character.", "At most %(num)s characters.", most))


def moment(text: str, *, zone: ZoneInfo, named_at: datetime, now: datetime) -> tuple[Moment | None, dict[str, str]]:
    """When it is said to have happened, or what is wrong with that; an empty text is neither."""
    if not text:
        return None, {}
    try:
        return claimed.read(text, zone=zone, named_at=named_at, now=now), {}
    except UnclearTime as unclear:
        return None, {"happened_at": why(unclear.why)}


def why(unclear: Unclear) -> str:
    """Why a time can't be used, and what to write instead."""
    texts: dict[Unclear, str] = {
        Unclear.UNREADABLE: gettext("Write the time as 03:10, or with its date as 2026-11-21 03:10."),
        Unclear.FUTURE: gettext("That time is still to come. If it was yesterday, write the date too."),
        Unclear.TWICE: gettext("The clock was turned back then: that time came twice. Write it in UTC: 01:30 UTC."),
        Unclear.SKIPPED: gettext("The clock was turned forward then: that time never came. Look at the hour again."),
    }
    return texts[unclear]


def key(signed: str, fields: MultiDict[str, str], *more: bytes) -> str:
    """The digest of one form: equal for the same words on the same page, and for nothing else."""
    words = sorted((name, value) for name, value in fields.items(multi=True) if name not in _OWN)
    digest = hashlib.sha256(json.dumps([signed[:200], words]).encode("utf-8", "surrogatepass"))
    for part in more:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def carried(fields: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The fields for a page that asks once more: everything but what belonged to the page itself."""
    return [(name[:100], value) for name, value in fields.items(multi=True) if name not in _OWN and value]

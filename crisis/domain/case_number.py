"""The number under which a platform keeps our request in its own system: found in a mail, fit for a subject."""

import re

from crisis.domain import text

#: Characters. Longer ones are no numbers that anybody repeats.
LONGEST = 40

#: A word that announces a number. Languages of the desk's neighbours; a word more costs nothing.
_WORDS = (
    r"case|ticket|request|incident|issue|reference|vorgang|fall|anfrage|dossier|demande|zaak|"
    r"aanvraag|caso|solicitud|richiesta|pratica|sprawa|zgłoszenie|ärende|sag|tapaus"
)
_SIGN = (
    r"(?:\s*(?:number|no|nr|n|num|numéro|nummer|número|numero|id|ref)\b\.?(?:\s+(?:is|ist|lautet|est|es|è)\b)?)?"
    r"\s*[:#=°º]*\s*#?\s*"
)
#: Letters, then digits; or digits alone. At least three signs with a digit: “case 1” is a list, no number.
_NUMBER = r"((?:[A-Z]{2,8}[-_/]?)?\d[\d-]{2,20}(?:[-_/][A-Z0-9]{1,10})?)"
_ANNOUNCED = re.compile(rf"\b(?i:(?:{_WORDS}){_SIGN}){_NUMBER}\b")
_IN_BRACKETS = re.compile(rf"\[(?:(?i:(?:{_WORDS}){_SIGN})|#\s?){_NUMBER}\]|\[([A-Z]{{2,8}}-\d{{2,12}})\]")
_WITH_SIGN = re.compile(r"(?<![\w&/#])#(\d{4,20})\b")


def find(subject: str, body: str, *, ours: str = "") -> str | None:
    """The case number in a mail; ``None`` where nothing is plainly one.

    Args:
        ours: our own reference, which mails quote and which is nobody's case number.
    """
    for where, patterns in ((subject, (_IN_BRACKETS, _ANNOUNCED, _WITH_SIGN)), (_own_words(body), (_ANNOUNCED,))):
        for pattern in patterns:
            for found in pattern.finditer(where):
                number = next(one for one in found.groups() if one)
                if number != ours and not _is_ours(number) and not _is_date(number):
                    return safe(number)
    return None


def safe(number: str) -> str | None:
    """The number if it can stand in a subject: one short line, nothing that hides or begins a header."""
    tidy = number.strip()
    if not tidy or len(tidy) > LONGEST or text.forbidden(tidy) is not None or not tidy.isprintable():
        return None
    return None if set(tidy) & set("[]⟦⟧<>\\") else tidy


def in_subject(what: str, number: str) -> str:
    """The end of a subject with the platform's number, so that its own system files our mail with the others."""
    shown = safe(number)
    return f"{what} [case {shown}]" if shown else what


def _own_words(body: str) -> str:
    """The lines that the writer wrote: quoted ones hold our own words."""
    lines = [line for line in body[:20_000].splitlines() if not line.lstrip().startswith(">")]
    return "\n".join(lines)[:4000]


def _is_ours(number: str) -> bool:
    return re.fullmatch(r"[A-Z]{2,8}-20\d\d-\d{4,}", number) is not None


def _is_date(number: str) -> bool:
    return re.fullmatch(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?", number) is not None

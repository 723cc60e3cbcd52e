"""How each state is shown: one glyph, one tone and one word, together; a new state needs an entry here."""

from dataclasses import dataclass

from flask_babel import lazy_gettext
from markupsafe import Markup, escape

from crisis.web import sprite
from crisis.web.language import gettext


@dataclass(frozen=True, slots=True)
class Look:
    """``fill``: a person has something to do. Glyph and word always stand together."""

    glyph: str
    tone: str
    word: object  # lazy text
    fill: bool = False


def _(text: str) -> object:
    return lazy_gettext(text)


_LOOKS: dict[str, dict[str, Look]] = {
    "incident": {
        "draft": Look("draft", "none", _("Draft")),
        "declared": Look("late", "late", _("Declared"), fill=True),
        "stood_down": Look("ack", "open", _("Stood down")),
        "closed": Look("done", "done", _("Closed")),
        "cancelled": Look("void", "none", _("Cancelled")),
    },
    "notice": {
        "awaiting": Look("await", "await", _("Awaiting")),
        "acknowledged": Look("ack", "ack", _("Acknowledged")),
        "in_progress": Look("prog", "prog", _("In progress")),
        "done": Look("done", "done", _("Done")),
        "will_not_act": Look("warn", "warn", _("Will not act"), fill=True),
        "not_ours": Look("none", "none", _("Not ours")),
        "withdrawn": Look("dash", "none", _("Withdrawn")),
        "void": Look("void", "none", _("Void")),
        # derived from times or answers, never stored
        "silent": Look("warn", "warn", _("Silent"), fill=True),
        "question": Look("unk", "warn", _("Question"), fill=True),
        "contradiction": Look("warn", "warn", _("Contradiction"), fill=True),
        "unreachable": Look("cut", "cut", _("Unreachable"), fill=True),
        "informed": Look("info", "none", _("Informed")),
    },
    "order": {"overdue": Look("late", "late", _("No report of execution within the hour"), fill=True)},
    "item": {
        "named": Look("await", "await", _("Named")),
        "removed": Look("done", "done", _("Removed")),
        "disabled_in_eu": Look("eu", "done", _("Disabled in all Member States")),
        "restricted": Look("ack", "open", _("Restricted")),
        "already_gone": Look("eu", "none", _("Already gone before we asked")),
        "kept": Look("info", "open", _("Kept")),
        "not_ours": Look("none", "none", _("Not ours")),
        "cant_find": Look("unk", "warn", _("Can't find"), fill=True),
        "question": Look("unk", "warn", _("Question"), fill=True),
        "cant_comply": Look("warn", "warn", _("Can't comply"), fill=True),
        "withdrawn": Look("dash", "none", _("Withdrawn by us")),
        "restored": Look("back", "open", _("Restored")),
    },
    "alert": {
        "planned": Look("draft", "none", _("Planned")),
        "claimed": Look("await", "none", _("Claimed")),
        "started": Look("ack", "open", _("Started")),
        "accepted": Look("prog", "open", _("Accepted")),
        "delivered": Look("done", "done", _("Delivered")),
        "waiting_retry": Look("warn", "warn", _("Waiting to retry"), fill=True),
        "failed": Look("cut", "cut", _("Failed"), fill=True),
        "unknown": Look("unk", "warn", _("Unknown"), fill=True),
        "cancelled": Look("dash", "none", _("Cancelled")),
    },
    "part": {
        "ok": Look("done", "ok", _("Works")),
        "warn": Look("warn", "warn", _("Degraded"), fill=True),
        "bad": Look("cut", "cut", _("Broken"), fill=True),
    },
}


def look(kind: str, value: str) -> Look:
    """How a state is shown.

    Raises:
        KeyError: there is no entry; add one with its word, its glyph and its reason.
    """
    return _LOOKS[kind][str(value)]


def known(kind: str) -> frozenset[str]:
    """The states of a kind that can be shown."""
    return frozenset(_LOOKS[kind])


def word(kind: str, value: str) -> str:
    """The word of a state in the reader's language."""
    return str(look(kind, value).word)


def show(kind: str, value: str, text: str | None = None, *, fill: bool | None = None) -> Markup:
    """Glyph and word of a state; ``text`` instead of the word, such as “Restricted: DE, FR”."""
    shown = look(kind, value)
    filled = shown.fill if fill is None else fill
    words = str(shown.word) if text is None else text
    return Markup('<span class="st st-{}{}">{}{}</span>').format(
        shown.tone, " fill" if filled else "", sprite.icon(shown.glyph), escape(words)
    )


def ask(value: str) -> str:
    """What a platform is asked, in a word."""
    return {"act": gettext("Act"), "search": gettext("Search"), "inform": gettext("Informed")}[str(value)]

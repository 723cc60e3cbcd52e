"""Spoken: what an officer says on the phone, and pastes into a portal; no content, no address of an item."""

from dataclasses import dataclass

from crisis.domain import notice
from crisis.notify import languages, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What may be said about one request; ``written``: a message went to somebody of the platform."""

    ref: str
    exercise: bool
    authority: str
    desk_name: str
    desk_phone: str
    ask: notice.Ask
    items: int
    hashes: int
    written: bool


def call(told: Told, language: str) -> tuple[str, ...]:
    """What to say, sentence by sentence, in ``language``, or in English where we have no texts in it."""
    words = languages.words(languages.chosen(language))
    _ = words.gettext
    if told.written:
        ask = _("Please open our message and answer by its link: half a minute.")
    else:
        ask = _("We have no way to write to you. Please give me a mail address for such requests.")
    said = [
        _headline(words, told),
        _("Good day, this is %(sender)s.", sender=_sender(words, told)),
        _("We have a request for you, reference %(ref)s: %(asked)s.", ref=told.ref, asked=_asked(words, told)),
        ask,
        _("May I write down your name, and that you have the request?"),
        _("I do not speak about the content by phone. Please never send it to us."),
    ]
    if told.desk_phone:
        said.append(_("You reach us day and night: %(phone)s.", phone=plain.line(told.desk_phone)))
    return tuple(said)


def portal(told: Told, language: str) -> str:
    """The text for a platform's reporting form, in ``language`` or in English; lines, the last one ended."""
    words = languages.words(languages.chosen(language))
    _ = words.gettext
    phone = plain.line(told.desk_phone)
    if told.written:
        where = _("The list is behind the link in our message of the same reference.")
    else:
        where = _("Please answer with a mail address: we send you the link to the list.")
    if phone and told.written:
        where += " " + _("Call the desk if you have none, 24 h: %(phone)s.", phone=phone)
    lines = [
        _headline(words, told),
        _("From: %(sender)s", sender=_sender(words, told)),
        _("Reference: %(ref)s", ref=told.ref),
        _("Request: %(asked)s", asked=_asked(words, told)),
        "",
        where,
        _("Please look at it at once, decide under your own rules and law, and tell us by the link what you did."),
        _("This is a request, not a removal order under Regulation (EU) 2021/784; an order would say so."),
        _("Never send us the material itself."),
    ]
    return "\n".join(lines) + "\n"


def _headline(words: languages.Words, told: Told) -> str:
    if told.exercise:
        return words.gettext("EXERCISE EXERCISE EXERCISE") + ". " + words.gettext("Nothing has happened.")
    return words.gettext("REAL ALERT. Not an exercise.")


def _sender(words: languages.Words, told: Told) -> str:
    authority, desk = plain.line(told.authority), plain.line(told.desk_name)
    if authority == desk:
        return desk
    return words.gettext("%(authority)s, sent through %(desk)s", authority=authority, desk=desk)


def _asked(words: languages.Words, told: Told) -> str:
    hashes = words.ngettext("%(num)d hash to look for", "%(num)d hashes to look for", told.hashes)
    if told.ask is not notice.Ask.ACT:
        return hashes
    items = words.ngettext("%(num)d address on your service", "%(num)d addresses on your service", told.items)
    return f"{items}, {hashes}" if told.hashes else items

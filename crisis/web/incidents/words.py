"""The words of the glossary in the reader's language, by the value that goes over the wire."""

from collections.abc import Mapping

from crisis.notify import languages
from crisis.web.language import gettext

_WRITTEN = frozenset({"en", "fr", "de"})


def kind(value: str) -> str:
    """The harm."""
    return _find(
        value,
        {
            "terrorist-violent-extremist": gettext("Terrorist or violent extremist content"),
            "child-sexual-abuse": gettext("Child sexual abuse material"),
            "drug-trafficking": gettext("Drug trafficking"),
            "human-trafficking": gettext("Human trafficking"),
            "other": gettext("Other"),
        },
    )


def severity(value: str) -> str:
    return _find(
        value,
        {
            "extreme": gettext("Extreme"),
            "severe": gettext("Severe"),
            "moderate": gettext("Moderate"),
            "minor": gettext("Minor"),
            "unknown": gettext("Unknown"),
        },
    )


def channel(value: str) -> str:
    return _find(
        value,
        {
            "email": gettext("Mail"),
            "webhook": gettext("Webhook"),
            "apprise": gettext("Message service"),
            "phone": gettext("Phone"),
            "portal": gettext("Portal"),
        },
    )


def evidence(value: str) -> str:
    """Why we believe that a platform has the message, in rising order of strength."""
    return _find(
        value,
        {
            "our_relay": gettext("our relay took it"),
            "their_server": gettext("their server took it"),
            "delivery_report": gettext("delivery report"),
            "provider_receipt": gettext("provider receipt"),
            "machine_read": gettext("read by machine"),
            "portal": gettext("portal number"),
            "reached_by_phone": gettext("reached by phone"),
            "answered": gettext("answered"),
        },
    )


def purpose(value: str) -> str:
    """What a message is for."""
    return _find(
        value,
        {
            "first": gettext("first alert"),
            "reminder": gettext("reminder"),
            "escalation": gettext("next contact"),
            "items": gettext("more items"),
            "update": gettext("update"),
            "correction": gettext("correction"),
            "stand_down": gettext("stand-down"),
            "test": gettext("test"),
            "officer": gettext("to the officer"),
        },
    )


def answer(value: str) -> str:
    """What a contact said."""
    return _find(
        value,
        {
            "acknowledge": gettext("has it"),
            "in_progress": gettext("working on it"),
            "done": gettext("done"),
            "question": gettext("asks"),
            "not_ours": gettext("not ours"),
            "will_not_act": gettext("will not act"),
            "wrong_contact": gettext("wrong contact"),
            "show_list": gettext("looked at the list, which is no answer"),
            "items": gettext("outcomes for items"),
        },
    )


def mail(value: str) -> str:
    """What a mail is that came in."""
    return _find(
        value,
        {
            "report": gettext("report of a mail host"),
            "auto_reply": gettext("automatic reply"),
            "reply": gettext("mail of a person"),
            "own": gettext("our own mail, sent back"),
        },
    )


def mail_state(value: str) -> str:
    """What became of a person's mail."""
    return _find(
        value,
        {
            "open": gettext("waits"),
            "filed": gettext("filed"),
            "answered": gettext("made an answer"),
            "set_aside": gettext("set aside"),
        },
    )


def doubt(value: str | None) -> str:
    """Why an answer is kept as unconfirmed."""
    return _find(
        value or "",
        {
            "too_fast": gettext("sent under two seconds after the page: perhaps a machine"),
            "unsigned": gettext("came without our form"),
            "foreign_origin": gettext("came from another site"),
        },
    )


def call(value: str) -> str:
    """How a call ended."""
    return _find(
        value,
        {
            "reached": gettext("reached"),
            "no_answer": gettext("no answer"),
            "wrong_number": gettext("wrong number"),
        },
    )


def sign(value: str | None) -> str:
    """A sign of life."""
    return _find(
        value or "",
        {
            "answered": gettext("answered"),
            "reached_by_phone": gettext("reached"),
            "opened": gettext("opened"),
        },
    )


def written_in(language: str) -> bool:
    """Whether alerts are written in that language; the others get English."""
    return language in _WRITTEN


def spoken(language: str) -> str:
    """The language of ours in which somebody is spoken and written to."""
    return languages.chosen(language)


def _find(value: str, words: Mapping[str, str]) -> str:
    return words.get(str(value), str(value).replace("_", " "))

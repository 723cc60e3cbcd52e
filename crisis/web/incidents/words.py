"""The words of the glossary in the reader's language, by the value that goes over the wire."""

from crisis.notify import languages
from crisis.web.language import gettext


def _(text: str) -> str:
    """Marked for the catalogues; looked up when it is shown."""
    return text


_WORDS = {
    "kind": {
        "terrorist-violent-extremist": _("Terrorist or violent extremist content"),
        "child-sexual-abuse": _("Child sexual abuse material"),
        "drug-trafficking": _("Drug trafficking"),
        "human-trafficking": _("Human trafficking"),
        "other": _("Other"),
    },
    "severity": {
        "extreme": _("Extreme"),
        "severe": _("Severe"),
        "moderate": _("Moderate"),
        "minor": _("Minor"),
        "unknown": _("Unknown"),
    },
    "channel": {
        "email": _("Mail"),
        "webhook": _("Webhook"),
        "apprise": _("Message service"),
        "phone": _("Phone"),
        "portal": _("Portal"),
    },
    "evidence": {
        "our_relay": _("our relay took it"),
        "their_server": _("their server took it"),
        "delivery_report": _("delivery report"),
        "provider_receipt": _("provider receipt"),
        "machine_read": _("read by machine"),
        "portal": _("portal number"),
        "reached_by_phone": _("reached by phone"),
        "answered": _("answered"),
    },
    "purpose": {
        "first": _("first alert"),
        "reminder": _("reminder"),
        "escalation": _("next contact"),
        "items": _("more items"),
        "update": _("update"),
        "correction": _("correction"),
        "stand_down": _("stand-down"),
        "test": _("test"),
        "officer": _("to the officer"),
    },
    "answer": {
        "acknowledge": _("has it"),
        "in_progress": _("working on it"),
        "done": _("done"),
        "question": _("asks"),
        "not_ours": _("not ours"),
        "will_not_act": _("will not act"),
        "wrong_contact": _("wrong contact"),
        "show_list": _("looked at the list, which is no answer"),
        "items": _("outcomes for items"),
    },
    "mail": {
        "report": _("report of a mail host"),
        "auto_reply": _("automatic reply"),
        "reply": _("mail of a person"),
        "own": _("our own mail, sent back"),
    },
    "mail_state": {
        "open": _("waits"),
        "filed": _("filed"),
        "answered": _("made an answer"),
        "set_aside": _("set aside"),
    },
    "doubt": {
        "too_fast": _("sent under two seconds after the page: perhaps a machine"),
        "unsigned": _("came without our form"),
        "foreign_origin": _("came from another site"),
    },
    "call": {
        "reached": _("reached"),
        "no_answer": _("no answer"),
        "wrong_number": _("wrong number"),
    },
    "sign": {
        "answered": _("answered"),
        "reached_by_phone": _("reached"),
        "opened": _("opened"),
    },
}


def kind(value: str) -> str:
    """The harm."""
    return _find("kind", value)


def severity(value: str) -> str:
    return _find("severity", value)


def channel(value: str) -> str:
    return _find("channel", value)


def evidence(value: str) -> str:
    """Why we believe that a platform has the message, in rising order of strength."""
    return _find("evidence", value)


def purpose(value: str) -> str:
    """What a message is for."""
    return _find("purpose", value)


def answer(value: str) -> str:
    """What a contact said."""
    return _find("answer", value)


def mail(value: str) -> str:
    """What a mail is that came in."""
    return _find("mail", value)


def mail_state(value: str) -> str:
    """What became of a person's mail."""
    return _find("mail_state", value)


def doubt(value: str | None) -> str:
    """Why an answer is kept as unconfirmed."""
    return _find("doubt", value or "")


def call(value: str) -> str:
    """How a call ended."""
    return _find("call", value)


def sign(value: str | None) -> str:
    """A sign of life."""
    return _find("sign", value or "")


def written_in(language: str) -> bool:
    """Whether alerts are written in that language; the others get English."""
    return language in languages.written()


def spoken(language: str) -> str:
    """The language of ours in which somebody is spoken and written to."""
    return languages.chosen(language)


def _find(name: str, value: str) -> str:
    found = _WORDS[name].get(str(value))
    return str(value).replace("_", " ") if found is None else gettext(found)

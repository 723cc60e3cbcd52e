"""What a mail that came in is: a report of a mail host, an automatic reply, a person's words, or our own again."""

import re
from enum import StrEnum

from crisis.domain import mail_report
from crisis.domain.incoming import Mail
from crisis.domain.mail_report import Report
from crisis.domain.receipt import Status


class Kind(StrEnum):
    REPORT = "report"  # a delivery status notification, or a bounce without one
    AUTO_REPLY = "auto_reply"
    REPLY = "reply"  # a person's
    OWN = "own"  # our own mail, sent back by a loop: nobody has said anything


#: *Source:* RFC 3834: ``no`` is the only value that a person's mail has.
_BY_PERSONS = frozenset({"", "no"})
_BULK = frozenset({"bulk", "junk", "auto_reply", "auto-reply", "list"})

#: How programs begin the subject of an automatic reply, where no header says so.
_AUTOMATIC = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|"
    r"away from (?:my |the )?(?:office|mail)|réponse automatique|absence du bureau|absent du bureau|"
    r"automatische antwort|abwesenheitsnotiz|abwesenheit|automatisch antwoord|automatisch bericht|afwezigheid|"
    r"respuesta automática|fuera de la oficina|resposta automática|risposta automatica|fuori sede|fuori ufficio|"
    r"automaattinen vastaus|poissa toimistosta|autosvar|automatiskt svar|automatisk svar|frånvaro|"
    r"odpowiedź automatyczna|autoodpowiedź|automatická odpověď|automatikus válasz|răspuns automat|"
    r"αυτόματη απάντηση|автоматичен отговор|автоответ)\b",
    re.IGNORECASE,
)
_HOSTS = re.compile(r"(?:mailer[-_ ]?daemon|postmaster|mail[-_ ]?(?:delivery|system)|microsoftexchange[0-9a-f]*)", re.I)
_STILL_TRYING = re.compile(
    r"will (?:keep|continue|be) (?:on )?(?:try|retr)|still (?:try|being retried)|"
    r"\b(?:warning|temporar(?:y|ily))\b.{0,80}\bnot\b.{0,40}\bdeliver|"
    r"no action is required on your part|not yet been delivered",
    re.IGNORECASE | re.DOTALL,
)


def of(mail: Mail, *, own_address: str, came_back: bool) -> Kind:
    """The kind of a mail.

    Args:
        own_address: the sender of our alerts.
        came_back: whether it is addressed to the return path of one of our alerts.
    """
    if mail.report is not None or (mail.is_report and came_back):
        return Kind.REPORT
    if "X-Crisis-Ref" in mail.signs and mail.sender.lower() == own_address.lower():
        return Kind.OWN
    if came_back and mail.null_sender and _is_bounce(mail):
        return Kind.REPORT
    return Kind.AUTO_REPLY if _is_automatic(mail) else Kind.REPLY


def report(mail: Mail) -> Report:
    """The report that a mail of the kind REPORT makes; read from its words where its host wrote no other."""
    if mail.report is not None:
        return mail.report
    code = mail_report.code([mail.subject, mail.text])
    said = next((line for line in mail.text.splitlines() if code and code in line), mail.subject)
    trying = code.startswith("4") or (not code and _STILL_TRYING.search(mail.text[:4000]) is not None)
    return Report(Status.TRYING if trying else Status.FAILED, code, mail_report.detail(said))


def _is_bounce(mail: Mail) -> bool:
    """In nobody's name to the return path of an alert: a vacation program does that as well, a host says who it is."""
    if "X-Failed-Recipients" in mail.signs:
        return True
    return _HOSTS.search(f"{mail.sender_name} {mail.sender.partition('@')[0]}") is not None


def _is_automatic(mail: Mail) -> bool:
    if mail.null_sender or mail.is_report:
        return True
    if mail.signs.get("Auto-Submitted", "").partition(";")[0].strip().lower() not in _BY_PERSONS:
        return True
    if mail.signs.get("Precedence", "").lower() in _BULK:
        return True
    if any(name in mail.signs for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Vacation", "List-Id")):
        return True
    return _AUTOMATIC.match(mail.subject) is not None

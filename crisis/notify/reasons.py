"""Reasons: why a later message is written; the part that only its purpose has."""

from crisis.domain import alert, notice
from crisis.notify import marks, plain
from crisis.notify.languages import Words
from crisis.notify.parts import Round, Section


def why(words: Words, round_: Round, suffix: str) -> tuple[Section, ...]:
    """The part that only this purpose has; none for a first message.

    ``extra`` may hold ``text`` (an officer's words: the update, the reason of a correction or of a
    stand-down), ``why`` (a reminder: ``without_outcome``, ``unfinished``) and ``reason`` (to officers:
    what happened). They are part of the message: all alerts of one cause have the same.
    """
    _ = words.gettext
    texts = tuple(plain.lines(str(round_.extra.get("text", ""))))
    reason = tuple(_("Reason: %(reason)s", reason=text) for text in texts[:1]) + texts[1:]
    match round_.purpose:
        case alert.Purpose.FIRST:
            return ()
        case alert.Purpose.REMINDER:
            return (Section(_("Why we write again"), (_reminder(words, round_),)),)
        case alert.Purpose.ESCALATION:
            return (Section(_("Why we write to you"), (marks.mark("previous" + suffix),)),)
        case alert.Purpose.ITEMS:
            return (Section(_("What is new"), (_new_items(words, round_.ask),)),)
        case alert.Purpose.UPDATE:
            return (Section(_("Update from the desk"), (*texts, _("What we asked of you stays as it is."))),)
        case alert.Purpose.CORRECTION:
            undo = _(
                "The link shows which. If you have already acted on it, please undo that and tell us. We are sorry."
            )
            return (Section(_("What was wrong"), (marks.mark("wrong" + suffix), *reason, undo)),)
        case alert.Purpose.STAND_DOWN:
            ended = _("The desk has stood this incident down. We will name nothing new.")
            still = _("What you have begun you may finish; behind the link you can still tell us the outcomes.")
            return (Section(_("The alert has ended"), (ended, *reason, still)),)
        case alert.Purpose.TEST:
            return (
                Section(_("What we ask"), (_("Nothing, thank you. This mail shows that alerts reach this address."),)),
            )
        case alert.Purpose.OFFICER:
            return (
                Section(
                    _officer_heading(words, round_),
                    (marks.mark("platforms" + suffix), _officer(words, round_), _take(words, round_)),
                ),
            )


def _reminder(words: Words, round_: Round) -> str:
    _ = words.gettext
    if round_.extra.get("why") == "without_outcome":
        return _("You told us that you have the request. We have no outcome from you yet.")
    if round_.extra.get("why") == "last_warning":
        return _("The hour that we aim for ends soon. We have no complete answer from you yet.")
    if round_.extra.get("why") == "unfinished":
        return _("Not everything has an outcome yet.")
    return _("We have no complete answer from you yet.")


def _new_items(words: Words, ask: notice.Ask) -> str:
    _ = words.gettext
    if ask is notice.Ask.SEARCH:
        return _("There are more hashes to look for. What we asked before stays as it is.")
    return _("There is more on your service. What we asked before stays as it is.")


def _officer_heading(words: Words, round_: Round) -> str:
    _ = words.gettext
    headings = {
        "silent": _("No answer yet"),
        "no_next_contact": _("No answer yet, and no further contact"),
        "call": _("No answer yet: please call"),
        "no_phone": _("No answer yet, and no number to call"),
        "last_warning": _("The hour that we aim for ends soon"),
        "tell_failed": _("An alert could not be delivered"),
        "tell_question": _("A platform has a question"),
        "tell_reply": _("A platform has written a mail"),
        "tell_contradiction": _("Two contacts contradict each other"),
        "tell_unconfirmed": _("An answer could not be confirmed"),
        "tell_refusal": _("A platform will not act"),
        "tell_wrong_contact": _("A contact says that it is the wrong one"),
        "tell_found": _("A search has found copies"),
    }
    return headings.get(str(round_.extra.get("reason")), _("The desk is needed"))


def _officer(words: Words, round_: Round) -> str:
    _ = words.gettext
    match round_.extra.get("reason"):
        case "silent" | "no_next_contact" | "call" | "tell_failed" | "tell_unconfirmed" | "last_warning":
            return _("Please call them. The numbers are in the call list of the incident page.")
        case "tell_question" | "tell_reply":
            return _("It waits on the incident page.")
        case "tell_contradiction":
            return _("Please ask which answer holds. Both are on the incident page.")
        case _:
            return _("Please open the incident page.")


def _take(words: Words, round_: Round) -> str:
    _ = words.gettext
    if round_.extra.get("again"):
        return _("Nobody has taken this yet. One click on the incident page says that you do.")
    return _("One click on the incident page says that you take this; otherwise the next officer is told.")

"""The cast of the demo: how each simulated contact behaves, decided by address and reference alone."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Do(StrEnum):
    """One visit to the answer page."""

    OPEN = "open"  # look at the page, send nothing
    ANSWER = "answer"  # send the form
    REPORT = "report"  # ask for the list, then send outcomes for what has none yet
    HURRY = "hurry"  # send the form at once, as a link scanner would


class Mail(StrEnum):
    """What the catcher says to a recipient."""

    FINE = "fine"
    BUSY = "busy"  # refused once, taken at the next try
    UNKNOWN = "unknown"  # refused for good


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a contact does ``after`` so many seconds from the message, before ``--speed`` and chance.

    ``outcomes`` are given in turn to a ``share`` of the items without one; ``ago`` is how many seconds
    before the visit it is said to have happened; ``found`` answers for hashes to search.
    """

    after: float
    do: Do
    answer: str = ""
    note: str = ""
    case_number: str = ""
    reason: str = ""
    better: str = ""
    outcomes: tuple[str, ...] = ()
    share: float = 1.0
    ago: float | None = None
    found: str = ""  # a number, "cannot", or nothing


@dataclass(frozen=True, slots=True)
class Manner:
    """How a contact behaves: one word for it, and its acts in the order of time."""

    word: str
    acts: tuple[Act, ...] = ()


#: Seconds; before anybody was asked, whatever the speed.
LONG_AGO = 1_800.0

_REMOVED = ("removed",)
_MIXED = ("removed", "removed", "disabled_in_eu", "removed", "restricted")
_WEIGHED = ("removed", "kept", "removed", "cant_find", "already_gone")

PROMPT = Manner(
    "answers at once",
    (
        Act(6, Do.ANSWER, "acknowledge"),
        Act(24, Do.REPORT, outcomes=_REMOVED, ago=4, found="0"),
    ),
)
STEADY = Manner(
    "works through the list",
    (
        Act(18, Do.ANSWER, "acknowledge", case_number="CASE-4711"),
        Act(60, Do.REPORT, outcomes=_MIXED, share=0.5),
        Act(110, Do.REPORT, outcomes=_MIXED, ago=15, found="2"),
    ),
)
WEIGHING = Manner(
    "looks at each address",
    (
        Act(30, Do.ANSWER, "in_progress", note="Two people are looking."),
        Act(95, Do.REPORT, outcomes=_WEIGHED, found="0"),
    ),
)
SLOW = Manner(
    "takes its time",
    (
        Act(100, Do.ANSWER, "acknowledge"),
        Act(420, Do.REPORT, outcomes=_MIXED, share=0.6),
        Act(900, Do.REPORT, outcomes=_REMOVED, found="0"),
    ),
)
EARLY = Manner(
    "had it down before we asked",
    (Act(12, Do.REPORT, outcomes=_REMOVED, ago=LONG_AGO, found="0"), Act(20, Do.ANSWER, "done")),
)
ASKS = Manner(
    "asks a question",
    (
        Act(22, Do.ANSWER, "question", note="Two of these need a log-in to see. Which account do you mean?"),
        Act(80, Do.REPORT, outcomes=("removed", "question"), share=0.8),
    ),
)
DISCLAIMS = Manner("says it is not theirs", (Act(35, Do.ANSWER, "not_ours", note="This host was sold in spring."),))
REFUSES = Manner(
    "will not act",
    (Act(40, Do.ANSWER, "will_not_act", reason="context", note="Press coverage with the scene blurred."),),
)
WRONG = Manner(
    "is the wrong contact",
    (Act(28, Do.ANSWER, "wrong_contact", better="crisis-desk@parley.example", note="I have left that team."),),
)
SAYS_DONE = Manner(
    "says done",
    (Act(14, Do.ANSWER, "acknowledge"), Act(34, Do.REPORT, outcomes=_REMOVED), Act(42, Do.ANSWER, "done")),
)
SAYS_NO = Manner("says no", (Act(52, Do.ANSWER, "will_not_act", reason="lawful", note="Lawful in our view."),))
CAN_NOT_SEARCH = Manner(
    "can't search for hashes", (Act(25, Do.ANSWER, "acknowledge"), Act(45, Do.REPORT, found="cannot"))
)
FOUND = Manner("finds copies", (Act(16, Do.ANSWER, "acknowledge"), Act(70, Do.REPORT, outcomes=_REMOVED, found="7")))
OPENS = Manner("only opens the page", (Act(20, Do.OPEN), Act(140, Do.OPEN)))
SCANNER = Manner("is a machine that follows links", (Act(3, Do.HURRY, "acknowledge"),))
SILENT = Manner("does not answer")

#: Nobody simulated answers for these contacts: they are left to whoever plays with the demo, the first one first.
YOURS = (
    "soc@murmurline.example",
    "alerte@lanterne.example",
    "juridique@lanterne.example",
    "confianza@mirador.example",
)

_CAST: Mapping[str, Manner] = {
    "crisis@beaconcast.example": PROMPT,
    "desk@clipharbour.example": STEADY,
    "legal@murmurline.example": SILENT,  # the next contact, five minutes on
    "owner@pastewell.example": OPENS,
    "abuse@driftbox.example": SAYS_DONE,  # one of these two desks is out of hours whenever the exercise
    "night@driftbox.example": SAYS_NO,  # starts, so both are alerted, and they disagree
    "lead@parley.example": WRONG,
    "duty@parley.example": STEADY,
    "safety@mimicworks.example": FOUND,
    "crise@xn--djvu-1na6c.example": PROMPT,
    "abus@petitnuage.example": SLOW,
    "antenne@ondelibre.example": WEIGHING,
    "permanence@photogramme.example": EARLY,
    "bereitschaft@funkturm.example": PROMPT,
    "moderation@bilderbogen.example": ASKS,
    "abuse@kistenlager.example": SLOW,
    "recht@plauderei.example": REFUSES,
    "meldkamer@grachtenpost.example": STEADY,
    "veiligheid@vuurtoren.example": PROMPT,
    "dag@schuurplaats.example": SAYS_DONE,
    "nacht@schuurplaats.example": SAYS_NO,
    "wacht@klokhuischat.example": SCANNER,
    "moderacion@sonidonube.example": DISCLAIMS,
    "admin@pizarralibre.example": SILENT,
    "control@directoya.example": PROMPT,
    "presidio@lanternavideo.example": WEIGHING,
    "abusi@cassetto.example": SILENT,
    "reperibile@cassetto.example": STEADY,
    "moderacja@gawedziarz.example": ASKS,
    "abuse@skrzynka.example": SILENT,
    "asfaleia@kymalive.example": SLOW,
    "analysts@hotlineaurora.example": FOUND,
    "meldestelle@netzkompass.example": CAN_NOT_SEARCH,
    "secretaria@redclara.example": CAN_NOT_SEARCH,
    **dict.fromkeys(YOURS, SILENT),
}

#: For contacts that somebody has added.
_OTHERS = (PROMPT, STEADY, STEADY, WEIGHING, SLOW, SILENT)

_MAIL: Mapping[str, Mail] = {
    "bezpieczenstwo@echolot.example": Mail.UNKNOWN,
    "sicurezza@immaginario.example": Mail.BUSY,
}

#: Webhooks whose receiver is down.
_BROKEN_HOOKS = ("hooks.kistenlager.example",)


def manner_of(address: str) -> Manner:
    """How the contact with this mail address behaves; the same each time."""
    known = _CAST.get(address.lower())
    return known if known is not None else _OTHERS[int(chance(address) * len(_OTHERS))]


def mail_of(address: str) -> Mail:
    """What the catcher says to this recipient."""
    return _MAIL.get(address.lower(), Mail.FINE)


def hook_works(host: str) -> bool:
    """Whether the receiver of webhooks at this host takes them."""
    return host not in _BROKEN_HOOKS


def at_speed(act: Act, speed: float) -> Act:
    """The act where everything goes ``speed`` times as fast."""
    return act if act.ago in (None, LONG_AGO) else replace(act, ago=act.ago / speed)


def waits(act: Act, *, address: str, ref: str, speed: float) -> float:
    """Seconds from the message to the act: the same each time, a little different for everybody."""
    return act.after * (0.7 + 0.6 * chance(f"{address} {ref}")) / speed


def chance(text: str) -> float:
    """A number from 0 to 1 (1 excluded) that depends on nothing but the text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48

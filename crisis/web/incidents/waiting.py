"""What waits for an officer: matters of one kind that the same people were told of, taken with one click."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crisis.domain.overview import IncidentView, MatterView
from crisis.web.language import gettext

_ENDED_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Group:
    """Matters that look alike; ``told``: names with times, the first one first."""

    words: str
    matters: tuple[MatterView, ...]
    told: tuple[tuple[str, datetime], ...]

    @property
    def opened_at(self) -> datetime:
        return self.matters[0].opened_at


def groups(view: IncidentView) -> list[Group]:
    """What nobody has taken, the oldest first."""
    found: dict[tuple[object, ...], list[MatterView]] = {}
    for one in view.matters:
        if one.ended_at is None:
            found.setdefault((one.reason, one.told), []).append(one)
    words = reasons()
    return [
        Group(words.get(some[0].reason, gettext("The desk is needed")), tuple(some), some[0].told)
        for some in found.values()
    ]


def ended(view: IncidentView) -> Sequence[tuple[str, MatterView]]:
    """The last ones that somebody took or that are over, the newest first, with what they were about."""
    words = reasons()
    over = sorted((one for one in view.matters if one.ended_at), key=lambda one: str(one.ended_at), reverse=True)
    return [(words.get(one.reason, gettext("The desk is needed")), one) for one in over[:_ENDED_SHOWN]]


def reasons() -> dict[str, str]:
    """Why an officer is needed, in the reader's language."""
    return {
        "silent": gettext("No answer yet"),
        "no_next_contact": gettext("No answer yet, and no further contact"),
        "call": gettext("No answer yet: please call"),
        "no_phone": gettext("No answer yet, and no number to call"),
        "last_warning": gettext("The hour that we aim for ends soon"),
        "tell_failed": gettext("An alert could not be delivered"),
        "tell_question": gettext("A platform has a question"),
        "tell_reply": gettext("A platform has written a mail"),
        "tell_contradiction": gettext("Two contacts contradict each other"),
        "tell_unconfirmed": gettext("An answer could not be confirmed"),
        "tell_refusal": gettext("A platform will not act"),
        "tell_wrong_contact": gettext("A contact says that it is the wrong one"),
        "tell_found": gettext("A search has found copies"),
    }

"""One piece of content as asked of one platform: outcomes and their state machine.

named ─▶ removed · disabled_in_eu · restricted · already_gone · kept · not_ours ·
         cant_find · question · cant_comply          (what the platform says)
any   ─▶ withdrawn                                   (the officer's correction)
removed · disabled_in_eu · restricted ─▶ restored    (put back, for example after a complaint)
"""

from enum import StrEnum

from crisis import errors


class Outcome(StrEnum):
    NAMED = "named"
    REMOVED = "removed"
    DISABLED_IN_EU = "disabled_in_eu"
    RESTRICTED = "restricted"
    ALREADY_GONE = "already_gone"
    KEPT = "kept"
    NOT_OURS = "not_ours"
    CANT_FIND = "cant_find"
    QUESTION = "question"
    CANT_COMPLY = "cant_comply"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"


#: What a platform may say; ``restored`` only after it had taken something down.
SAID_BY_PLATFORM = (
    Outcome.REMOVED,
    Outcome.DISABLED_IN_EU,
    Outcome.RESTRICTED,
    Outcome.ALREADY_GONE,
    Outcome.KEPT,
    Outcome.NOT_OURS,
    Outcome.CANT_FIND,
    Outcome.QUESTION,
    Outcome.CANT_COMPLY,
)

#: Taken down after we asked. ``already_gone`` is not in it: that was before we asked.
TAKEN_DOWN = frozenset({Outcome.REMOVED, Outcome.DISABLED_IN_EU, Outcome.RESTRICTED})

#: The platform still owes an answer.
OPEN = frozenset({Outcome.NAMED, Outcome.QUESTION})


def advance(state: Outcome, outcome: Outcome) -> Outcome:
    """The state after somebody said ``outcome``.

    Raises:
        WrongState: a withdrawn item takes no outcome; only what was taken down can be restored;
            nothing goes back to named.
    """
    if state is Outcome.WITHDRAWN:
        raise errors.WrongState("This item was withdrawn by the desk; no outcome is needed any more.")
    if outcome is Outcome.NAMED:
        raise errors.WrongState("An outcome can't be taken back; say the outcome that is true now.")
    if outcome is Outcome.RESTORED and state not in TAKEN_DOWN:
        raise errors.WrongState("Only an item that was taken down can be restored.")
    return outcome


def is_done(state: Outcome) -> bool:
    """Whether nothing more is owed for the item: it has an outcome, or it was withdrawn."""
    return state not in OPEN

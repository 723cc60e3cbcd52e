"""Ladders of any shape that a registrar may save, for properties; and those of the first version."""

from hypothesis import strategies as st

from crisis.domain import ladder_body
from crisis.domain.incident import Severity
from crisis.domain.ladder import ACTIONS, Action, Ladder, Ladders, Since, Step, Table

_CHANNELS = st.sampled_from([(), (), *((one,) for one in ladder_body.CHANNELS), ladder_body.CHANNELS[:2]])
_MOST = 4

_FIRST: Table = {
    Ladder.SILENCE: (Step(5, Action.NEXT_CONTACT), Step(15, Action.TELL_OFFICER)),
    Ladder.OUTCOME: (Step(30, Action.REMIND_WITHOUT_OUTCOME), Step(45, Action.REMIND_UNFINISHED)),
    Ladder.WARNING: (),
}

#: The first version, whose incidents can still be read: reminders counted from the naming, no last warning.
V1 = Ladders(dict.fromkeys(Severity, _FIRST))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    return {name: _steps(draw, name) for name in Ladder}


def _steps(draw: st.DrawFn, name: Ladder) -> tuple[Step, ...]:
    least = 1 if name is Ladder.SILENCE else 0
    minutes = sorted(draw(st.sets(st.integers(1, 90), min_size=least, max_size=_MOST)))
    since = draw(st.sampled_from(Since)) if name is Ladder.OUTCOME else Since.NAMED
    return tuple(_step(draw, name, after, since) for after in minutes)


def _step(draw: st.DrawFn, name: Ladder, after: int, since: Since) -> Step:
    action = draw(st.sampled_from(ACTIONS[name]))
    contact = draw(st.integers(1, 4)) if action is Action.CONTACT else None
    channels = draw(_CHANNELS) if name is Ladder.SILENCE else ()
    return Step(after, action, contact, channels, since)

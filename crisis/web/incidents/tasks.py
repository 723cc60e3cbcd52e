"""Tasks as pages show them: each with who has it, what to say or to paste, the next one first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from crisis.domain import alert, tasks
from crisis.domain.overview import ContactView, IncidentView, NoticeView
from crisis.notify import spoken
from crisis.store.tasks import Held
from crisis.web import actors, desk

Keys = Mapping[tuple[UUID, alert.Channel], Held]


@dataclass(frozen=True, slots=True)
class Line:
    """One task. ``say`` and ``paste`` make the texts, which a panel without room for them never asks for."""

    task: tasks.Task
    held: Held | None
    holder: str  # their name
    mine: bool
    say: Callable[[str], Sequence[str]]
    paste: Callable[[str], str]

    @property
    def key(self) -> str:
        return f"{self.task.about.id.hex}-{self.task.channel.value}"

    @property
    def is_call(self) -> bool:
        return self.task.channel is alert.Channel.PHONE

    @property
    def first(self) -> ContactView:
        """Whom to try next."""
        return self.task.ways[0][0]


def lines(view: IncidentView, held: Keys, name_of: Callable[[str], str]) -> list[Line]:
    """The tasks of an open incident, in order."""
    return [_line(one, view, held.get((one.about.id, one.channel)), name_of) for one in tasks.of(view.notices)]


def _line(one: tasks.Task, view: IncidentView, held: Held | None, name_of: Callable[[str], str]) -> Line:
    told = _told(one.about, view)
    return Line(
        one,
        held,
        name_of(held.by) if held else "",
        held is not None and held.by == desk.actor(),
        partial(spoken.call, told),
        partial(spoken.portal, told),
    )


def _told(one: NoticeView, view: IncidentView) -> spoken.Told:
    return spoken.Told(
        ref=view.ref,
        exercise=view.exercise,
        authority=view.authority_name,
        desk_name=view.desk_name,
        desk_phone=view.desk_phone,
        ask=one.ask,
        items=one.items.open,
        hashes=one.shared_hashes,
        written=bool(one.alerts),
    )


def names(held: Keys) -> Callable[[str], str]:
    """How to call those who have a task."""
    found = actors.names(desk.session(), {one.by for one in held.values()}) if held else {}
    return lambda actor: found.get(actor, actor)

"""Tasks for people of the desk: whom to call and at which portal to enter a request, the next one first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from crisis.domain import alert, notice
from crisis.domain.overview import ContactView, EndpointView, NoticeView

#: How long a task stays with the officer who took it: a call, its note, and a second number.
HOLD = timedelta(minutes=5)

#: Outcomes of a call.
REACHED, NO_ANSWER, WRONG_NUMBER = "reached", "no_answer", "wrong_number"


@dataclass(frozen=True, slots=True)
class Task:
    """What a person should do for one request; ``ways`` are the numbers or pages, the one to try next first."""

    channel: alert.Channel
    about: NoticeView
    ways: tuple[tuple[ContactView, EndpointView], ...]


def of(notices: Iterable[NoticeView]) -> list[Task]:
    """Every task, in the order in which to do them.

    Those that were not tried yet come before the others, those to whom nothing else got through before
    the rest, then whoever is silent longest, then whoever has most to look at.
    """
    found = []
    for one in notices:
        if needs_call(one):
            found.append(Task(alert.Channel.PHONE, one, numbers(one)))
        if needs_portal(one):
            found.append(Task(alert.Channel.PORTAL, one, _next_first(one.portals, Counter())))
    return sorted(found, key=_place)


def needs_call(one: NoticeView) -> bool:
    """Whether a call is what may help: no answer, no way through but a person, nobody reached by phone yet."""
    if any(call.outcome == REACHED for call in one.calls):
        return False
    return _needs_a_person(one) and bool(numbers(one))


def needs_portal(one: NoticeView) -> bool:
    """Whether the request should be entered at the platform's portal: as for a call, and not entered yet."""
    return _needs_a_person(one) and bool(one.portals) and not one.portal_uses


def numbers(one: NoticeView) -> tuple[tuple[ContactView, EndpointView], ...]:
    """The phones to try, in order: on duty first, then those tried least, then by the contacts' order.

    A number that somebody said was wrong is left out.
    """
    wrong = {call.number for call in one.calls if call.outcome == WRONG_NUMBER}
    tried = Counter(call.number for call in one.calls)
    return _next_first([(contact, way) for contact, way in one.phones if way.address not in wrong], tried)


def _needs_a_person(one: NoticeView) -> bool:
    if not one.asked or one.state is not notice.State.AWAITING:
        return False
    return "silent" in one.flags or "unreachable" in one.flags or not one.alerts or one.call_asked


def _next_first(
    ways: Iterable[tuple[ContactView, EndpointView]], tried: Counter[str]
) -> tuple[tuple[ContactView, EndpointView], ...]:
    return tuple(sorted(ways, key=lambda one: (not one[0].on_duty, tried[one[1].address], one[0].position)))


def _place(task: Task) -> tuple[object, ...]:
    one = task.about
    tries = len(one.calls) if task.channel is alert.Channel.PHONE else 0
    urgent = "unreachable" in one.flags or not one.alerts
    return (tries, not urgent, one.named_at, -one.items.open, one.platform_name.casefold(), task.channel)

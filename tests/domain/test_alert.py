"""Every step of an alert, its rank and its queue."""

import pytest

from crisis import errors
from crisis.domain import alert
from crisis.domain.alert import Channel, Event, Purpose, Queue, State
from tests.domain import machines

STEPS = """
               claim    release  start    accept    deliver    retry          fail    lose     cancel     resume
planned        claimed  -        -        -         -          -              failed  -        cancelled  -
claimed        claimed  planned  started  -         -          -              failed  -        cancelled  -
started        -        -        -        accepted  -          waiting_retry  failed  unknown  -          -
accepted       -        -        -        -         delivered  -              failed  -        -          -
delivered      -        -        -        -         -          -              failed  -        -          -
waiting_retry  claimed  -        -        -         -          -              -       -        cancelled  -
failed         -        -        -        -         delivered  -              -       -        -          -
unknown        claimed  -        -        -         -          -              failed  -        cancelled  -
cancelled      -        -        -        -         -          -              -       -        -          planned
"""


def test_every_step_is_as_drawn() -> None:
    assert machines.walked(alert.advance, State, Event) == machines.read(STEPS)


def test_a_result_after_its_lease_is_refused() -> None:
    with pytest.raises(errors.WrongState, match="unknown can't take the step “accept”"):
        alert.advance(State.UNKNOWN, Event.ACCEPT)


def test_the_engine_has_work_in_these_states() -> None:
    assert {state.value for state in alert.OPEN} == {"planned", "claimed", "started", "waiting_retry", "unknown"}


def test_a_correction_goes_first_and_a_test_last() -> None:
    ranked = sorted(Purpose, key=alert.priority)
    assert ranked[0] is Purpose.CORRECTION
    assert ranked[-1] is Purpose.TEST
    assert alert.priority(Purpose.FIRST) < alert.priority(Purpose.REMINDER)


@pytest.mark.parametrize(
    ("channel", "queue"), [(Channel.EMAIL, Queue.MAIL), (Channel.WEBHOOK, Queue.OTHER), (Channel.APPRISE, Queue.OTHER)]
)
def test_mail_has_a_queue_of_its_own(channel: Channel, queue: Queue) -> None:
    assert alert.queue(channel) is queue


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.PORTAL])
def test_phones_and_portals_are_for_people(channel: Channel) -> None:
    with pytest.raises(ValueError, match="task of the desk"):
        alert.queue(channel)


def test_the_words_of_the_wire_are_these() -> None:
    assert [one.value for one in Channel] == ["email", "webhook", "phone", "apprise", "portal"]
    assert [one.value for one in alert.Outcome] == ["accepted", "temporary", "permanent", "unknown"]
    assert {one.value for one in Purpose} == {
        "first", "reminder", "escalation", "items", "update", "correction", "stand_down", "test", "officer",
    }  # fmt: skip

"""Mail that comes back: reports move alerts, people's words wait for an officer, nothing counts twice or is lost."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from flask import current_app

from crisis import config, errors
from crisis.domain import alert, canary, notice, receipt
from crisis.notify import canary as canary_texts
from crisis.store import canaries, db, mails
from crisis.store.models import Acknowledgement, Alert, Answer, Event, Mail, Notice, Receipt, Timer
from crisis.workflows import declare, deliver, escalate, overview, receive_mail, receive_receipt, settle_mail, update
from tests.parts import samples
from tests.parts.letters import letter
from tests.parts.rows import rows
from tests.parts.sending import KeepingRoom

Declare = Callable[..., declare.Declared]

pytestmark = pytest.mark.usefixtures("desk_db")


class Desk:
    """One platform with two contacts, alerted; what comes back is handed to it."""

    def __init__(self, declared: Declare, settings: config.Settings, room: KeepingRoom) -> None:
        second = samples.contact(2, endpoints=["night@pixelly.example"])
        samples.add(samples.platform(contacts=[samples.contact(1, endpoints=["desk-1@pixelly.example"]), second]))
        self.done = declared()
        self.settings, self.room, self.clock = settings, room, room.clock

    @property
    def alert(self) -> Alert:
        return rows(Alert, Alert.purpose == "first")[0]

    @property
    def notice(self) -> Notice:
        return rows(Notice)[0]

    def send(self) -> None:
        deliver.drain(alert.Queue.MAIL, room=self.room)

    def take(self, name: str, **replaced: str) -> receive_mail.Received:
        self.clock.advance(seconds=20)
        raw = letter(name, self.alert.id, ref=self.done.ref, **replaced)
        return receive_mail.take(raw, settings=self.settings, now=self.clock.now())

    def kinds(self) -> list[str]:
        return [one.kind for one in rows(Event, Event.stream == str(self.done.incident_id))]

    def view(self) -> overview.NoticeView:
        return overview.incident(self.done.ref, now=self.clock.now()).notices[0]


@pytest.fixture
def desk(declared: Declare, settings: config.Settings, room: KeepingRoom) -> Desk:
    made = Desk(declared, settings, room)
    made.send()
    return made


@pytest.mark.parametrize(
    "name", ["postfix-failed", "exim-failed", "exchange-failed", "gmail-failed", "exim-old-bounce", "qmail-bounce"]
)
def test_a_bounce_fails_the_alert_and_tells_the_officer(desk: Desk, name: str) -> None:
    assert desk.alert.state == "accepted"
    taken = desk.take(name)
    assert (taken.kind, taken.matched_by, taken.waits) == ("report", "return_path", False)
    assert desk.alert.state == "failed"
    assert desk.alert.ended_at == desk.clock.now()
    assert "5." in desk.alert.detail
    assert [one.action for one in rows(Timer, Timer.ladder == "failure")] == ["tell_failed"]
    assert desk.kinds()[-2:] == ["mail.received", "alerts.failed"]
    assert desk.view().evidence == ()


def test_after_a_bounce_the_ladder_waits_no_longer(desk: Desk) -> None:
    desk.take("postfix-failed")
    (step,) = rows(Timer, Timer.ladder == "silence:1", Timer.state == "armed")
    assert step.due_at == desk.clock.now()
    escalate.fire(settings=desk.settings, now=desk.clock.advance(seconds=1))
    desk.send()
    assert "night@pixelly.example" in desk.room.addresses()


def test_a_report_of_delivery_is_proof_with_its_time(desk: Desk) -> None:
    assert desk.view().received_at is None
    desk.take("postfix-delivered")
    assert (desk.alert.state, desk.alert.delivered_by) == ("delivered", "delivery_report")
    view = desk.view()
    assert view.received_at == desk.clock.now()
    assert [one.kind.value for one in view.evidence] == ["our_relay", "delivery_report"]
    assert desk.kinds()[-1] == "alerts.delivered"


@pytest.mark.parametrize("name", ["postfix-delayed", "postfix-relayed", "qmail-warning"])
def test_what_says_nothing_final_is_noted(desk: Desk, name: str) -> None:
    desk.take(name)
    assert desk.alert.state == "accepted"
    assert desk.view().mails[0].status in ("trying", "sent")
    assert not rows(Timer, Timer.ladder == "failure")


def test_a_report_that_comes_before_our_own_commit_waits_for_it(
    declared: Declare, settings: config.Settings, room: KeepingRoom
) -> None:
    desk = Desk(declared, settings, room)
    assert desk.alert.state == "planned"
    desk.take("postfix-failed")
    assert desk.alert.state == "planned"
    assert receive_receipt.settle(now=desk.clock.now()) == 0
    desk.send()
    assert desk.alert.state == "accepted"
    assert receive_receipt.settle(now=desk.clock.now()) == 1
    assert desk.alert.state == "failed"
    assert receive_receipt.settle(now=desk.clock.now()) == 0


def test_the_same_mail_again_changes_nothing(desk: Desk) -> None:
    first = desk.take("postfix-failed")
    before = (desk.kinds(), len(rows(Timer)))
    again = desk.take("postfix-failed")
    assert (first.repeated, again.repeated) == (False, True)
    assert (desk.kinds(), len(rows(Timer))) == before
    assert len(rows(Mail)) == len(rows(Receipt)) == 1


def together(count: int, act: Callable[[], object]) -> list[object]:
    """What each of so many threads got that did the same at once."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    start = threading.Barrier(count)

    def one(_: int) -> object:
        with app.app_context():
            start.wait(timeout=10)
            return act()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_the_same_mail_from_a_pipe_and_from_the_mailbox_at_once_counts_once(desk: Desk) -> None:
    raw = letter("postfix-failed", desk.alert.id, ref=desk.done.ref)
    now = desk.clock.advance(seconds=5)
    taken = together(6, lambda: receive_mail.take(raw, settings=desk.settings, now=now).repeated)
    assert sorted(taken) == [False, *[True] * 5]
    assert desk.kinds().count("alerts.failed") == desk.kinds().count("mail.received") == 1
    assert len(rows(Mail)) == len(rows(Receipt)) == len(rows(Timer, Timer.ladder == "failure")) == 1


def test_receipts_that_meet_end_in_the_one_that_holds(desk: Desk) -> None:
    about, now = str(desk.alert.id), desk.clock.advance(seconds=5)
    said = iter([*list(receipt.Status), *list(receipt.Status)])
    lock = threading.Lock()

    def tell() -> bool:
        with lock:
            status = next(said)
        return receive_receipt.take(receipt.Receipt("signed", about, status), now=now)

    together(12, tell)
    assert desk.alert.state == "failed"
    assert len(rows(Receipt)) == len(receipt.Status)


def test_a_forged_bounce_fails_nothing_and_is_shown(desk: Desk) -> None:
    taken = desk.take("forged-bounce")
    assert taken.waits
    assert desk.alert.state == "accepted"


def test_a_bounce_of_a_mail_that_is_not_ours_is_kept(desk: Desk) -> None:
    raw = letter("postfix-failed", uuid4(), ref="INC-2026-9999")
    taken = receive_mail.take(raw, settings=desk.settings, now=desk.clock.now())
    assert (taken.kind, taken.matched_by) == ("report", None)
    assert desk.alert.state == "accepted"
    assert rows(Mail)[0].state == "filed"


@pytest.mark.parametrize("name", ["away-fr", "away-null-sender", "away-el-subject", "ticket-opened"])
def test_an_automatic_reply_is_filed_without_alarm(desk: Desk, name: str) -> None:
    desk.take(name)
    (kept,) = desk.view().mails
    assert (kept.kind, kept.state) == ("auto_reply", "filed")
    assert desk.view().flags == ()
    assert desk.notice.state == "awaiting"
    assert not rows(Timer, Timer.ladder.startswith("answer:"))


def test_a_persons_reply_alarms_and_is_no_answer_yet(desk: Desk) -> None:
    taken = desk.take("reply-person")
    assert (taken.kind, taken.matched_by, taken.waits) == ("reply", "reference", True)
    assert desk.notice.state == "awaiting"
    assert desk.view().flags == ("reply",)
    (told,) = rows(Timer, Timer.ladder == "answer:tell_reply")
    assert told.action == "tell_reply"
    assert rows(Timer, Timer.ladder == "silence:1")[0].state == "armed"
    assert not rows(Answer)


def test_a_reply_without_a_thread_is_known_by_its_reference_and_its_address(desk: Desk) -> None:
    taken = desk.take("reply-without-a-thread")
    assert (taken.matched_by, desk.view().flags) == ("ref", ("reply",))


def test_a_stranger_is_kept_and_waits_for_an_officer(desk: Desk) -> None:
    taken = desk.take("stranger")
    assert (taken.matched_by, taken.waits) == (None, True)
    with db.reading() as session:
        assert mails.how_many_wait(session) == 1


def test_our_own_mail_in_a_loop_says_nothing(desk: Desk) -> None:
    before = desk.kinds()
    taken = desk.take("own-mail-back")
    assert (taken.kind, taken.waits) == ("own", False)
    assert desk.kinds() == before


def test_a_probe_that_comes_back_has_arrived(desk: Desk) -> None:
    sink = canary.Sink(alert.Channel.EMAIL, "probes@desk.example", returns=True)
    with db.transaction() as session:
        words, values = canary_texts.text(sink.channel), canary_texts.slots(sink.channel)
        probe = canaries.plan(session, sink, words, values, cause=canary.CAUSE, now=desk.clock.now())
    desk.send()
    (sent,) = [one for one in desk.room.sender.sent if one.alert_id == probe]
    taken = receive_mail.take(sent.payload, settings=desk.settings, now=desk.clock.advance(seconds=9))
    assert taken.kind == "own"
    assert rows(Alert, Alert.id == probe)[0].delivered_at == desk.clock.now()


def settle(desk: Desk, kind: notice.Answer = notice.Answer.ACKNOWLEDGE, **parts: str) -> UUID:
    (waiting,) = rows(Mail, Mail.state == "open")
    now = desk.clock.advance(minutes=2)
    return settle_mail.answer(waiting.id, kind, name=parts.pop("name", "Ana Costa"), now=now, actor="user:1", **parts)


def test_by_the_officers_click_a_reply_becomes_an_answer(desk: Desk) -> None:
    desk.take("reply-person")
    came = desk.clock.now()
    settle(desk, note="Two of three removed.")
    (given,) = rows(Answer)
    assert (given.kind, given.name, given.happened_at) == ("acknowledge", "Ana Costa", came)
    assert given.case_number == "PX-48213"
    assert desk.notice.state == "acknowledged"
    assert rows(Acknowledgement)[0].contact_id == desk.alert.contact_id
    assert rows(Timer, Timer.ladder == "silence:1")[0].state == "cancelled"
    (kept,) = rows(Mail)
    assert (kept.state, kept.answer_id, kept.settled_by) == ("answered", given.id, "user:1")
    heard = rows(Event, Event.kind == "notice.answered")[0]
    assert str(kept.id) in heard.body
    assert heard.actor == "user:1"
    assert desk.view().flags == ()


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (notice.Answer.IN_PROGRESS, "in_progress"),
        (notice.Answer.DONE, "done"),
        (notice.Answer.QUESTION, "acknowledged"),
        (notice.Answer.NOT_OURS, "not_ours"),
        (notice.Answer.WILL_NOT_ACT, "will_not_act"),
    ],
)
def test_a_mail_can_say_whatever_the_answer_page_can(desk: Desk, kind: notice.Answer, state: str) -> None:
    desk.take("reply-person")
    came = desk.clock.now()
    settle(desk, kind)
    assert desk.notice.state == state
    if kind is notice.Answer.DONE:
        assert desk.notice.done_at == came


def test_two_officers_make_one_answer(desk: Desk) -> None:
    desk.take("reply-person")
    (waiting,) = rows(Mail)
    settle(desk)
    with pytest.raises(errors.Conflict):
        settle_mail.answer(
            waiting.id, notice.Answer.DONE, name="Ana Costa", now=desk.clock.now(), actor="user:2"
        )  # fmt: skip
    with pytest.raises(errors.Conflict):
        settle_mail.set_aside(waiting.id, now=desk.clock.now(), actor="user:2")
    assert len(rows(Answer)) == 1


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "x" * 201])
def test_an_answer_needs_the_name_of_who_wrote(desk: Desk, name: str) -> None:
    desk.take("reply-person")
    with pytest.raises(errors.InvalidInput):
        settle(desk, name=name)
    assert rows(Mail)[0].state == "open"


def test_a_mail_that_is_no_answer_is_set_aside(desk: Desk) -> None:
    desk.take("reply-person")
    settle_mail.set_aside(rows(Mail)[0].id, now=desk.clock.now(), actor="user:1")
    assert desk.view().flags == ()
    assert desk.notice.state == "awaiting"
    assert desk.kinds()[-1] == "mail.settled"


def test_an_officer_says_which_platform_a_stranger_belongs_to(desk: Desk) -> None:
    desk.take("stranger")
    (kept,) = rows(Mail)
    with pytest.raises(errors.Conflict):
        settle(desk)
    settle_mail.assign(kept.id, desk.done.ref, "p-001", now=desk.clock.now(), actor="user:1")
    assert desk.view().flags == ("reply",)
    settle(desk)
    assert desk.notice.state == "acknowledged"
    with pytest.raises(errors.NotFound):
        settle_mail.assign(kept.id, desk.done.ref, "p-999", now=desk.clock.now(), actor="user:1")


def test_who_wrote_is_the_contact_with_that_address(desk: Desk) -> None:
    desk.take("reply-person", **{"ana.costa@pixelly.example": "Night@Pixelly.example"})
    settle(desk)
    assert rows(Answer)[0].contact_id != desk.alert.contact_id


def test_the_platforms_case_number_stands_in_later_subjects(desk: Desk) -> None:
    desk.take("ticket-opened")
    update.send(desk.done.ref, "Fewer copies.", settings=desk.settings, now=desk.clock.now(), actor="cli")
    desk.send()
    mail = desk.room.sender.sent[-1].payload.decode()
    subject = mail.partition("\r\nSubject: ")[2].partition("\r\nMessage-ID")[0].replace("\r\n ", " ")
    assert subject.startswith(f"[TLP:AMBER] [{desk.done.ref}] ")
    assert subject.endswith(" [case 48213]")


def test_a_case_number_that_would_break_the_subject_is_left_out(desk: Desk) -> None:
    row = rows(Notice)[0]
    with db.transaction() as session:
        session.add(
            Answer(notice_id=row.id, contact_id=desk.alert.contact_id, kind="acknowledge", confirmed=True, name="A",
                   case_number="1\r\nBcc: x@elsewhere.example", recorded_at=desk.clock.now())
        )  # fmt: skip
    update.send(desk.done.ref, "Fewer copies.", settings=desk.settings, now=desk.clock.now(), actor="cli")
    desk.send()
    mail = desk.room.sender.sent[-1].payload.decode()
    assert "case" not in mail.partition("\r\n\r\n")[0]
    assert "Bcc" not in mail


def test_nothing_of_an_attachment_is_stored(desk: Desk) -> None:
    desk.take("reply-person")
    (kept,) = rows(Mail)
    assert [one["kind"] for one in kept.attachments] == ["image/png"]
    assert "screenshot" not in str(kept.attachments) + kept.text
    assert "iVBOR" not in kept.original

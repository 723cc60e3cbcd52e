"""Mails in pipelined groups: each has its own result, whatever the host does, and none goes twice by itself."""

import os
import queue
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from crisis import config
from crisis.domain import pace
from crisis.domain.alert import Outcome
from crisis.notify import connection, email, post_office, return_path, smtp
from crisis.notify.sender import Envelope, Result
from tests.notify.envelopes import envelope, sent
from tests.notify.strict_host import BREAKS, REFUSALS, Plan, StrictHost

PLAIN: tuple[str, ...] = ()
PIPELINING = ("PIPELINING",)
CHUNKING = ("PIPELINING", "CHUNKING")
EVERY = pytest.mark.parametrize("offers", [PLAIN, PIPELINING, CHUNKING], ids=["plain", "pipelining", "chunking"])

A = Outcome.ACCEPTED
OUTCOMES = {"4": Outcome.TEMPORARY, "5": Outcome.PERMANENT, "": A}


def mails(count: int) -> list[Envelope]:
    return [mail(UUID(int=number)) for number in range(1, count + 1)]


def mail(alert_id: UUID) -> Envelope:
    return envelope(
        f"{alert_id.hex}@pixelly.example",
        alert_id=alert_id,
        payload=b"X: %b\r\n\r\n.\r\n..two\r\n" % alert_id.hex.encode(),
        return_path=return_path.of("alerts@desk.example", alert_id),
    )


def by_number(plan: dict[int, str]) -> Plan:
    """What happens to some mails when they come for the first time; then they are taken."""
    return lambda alert_id, before: "" if before else plan.get(alert_id.int, "")


@contextmanager
def sending(host: StrictHost, connections: int | None = 1, part: pace.Part = pace.WHOLE) -> Iterator[email.Sender]:
    settings = config.load({"CRISIS_SECRET_KEY": "k", "CRISIS_SMTP_URL": f"smtp://127.0.0.1:{host.port}"})
    sender = email.Sender(settings, connections=connections, part=part)
    try:
        yield sender
    finally:
        sender.close()


def results(host: StrictHost, envelopes: list[Envelope], connections: int = 1) -> list[Result]:
    """In the order of the envelopes."""
    with sending(host, connections) as sender:
        found = dict(sent(sender, envelopes))
    assert host.wrong == []
    return [found[one.alert_id] for one in envelopes]


@EVERY
@pytest.mark.parametrize("fault", [name for moment in REFUSALS.values() for name in moment])
@pytest.mark.parametrize("generous", [False, True])
def test_a_refused_mail_leaves_its_neighbours_alone(offers: tuple[str, ...], fault: str, generous: bool) -> None:
    if offers == CHUNKING and fault.startswith("data"):
        fault = fault.replace("data", "end")
    with StrictHost(by_number({3: fault, 4: fault, 12: fault}), offers, generous=generous) as host:
        found = results(host, mails(20))
    refused = OUTCOMES[fault[-1]]
    assert [one.outcome for one in found] == [refused if number in (3, 4, 12) else A for number in range(1, 21)]
    assert set(host.taken.values()) == {1}
    assert len(host.taken) == 17
    assert host.connections == 1
    assert found[2].code == int(
        next(one for moment in REFUSALS.values() for name, one in moment.items() if name == fault)[:3]
    )


@EVERY
def test_code_queue_id_and_evidence_come_back(offers: tuple[str, ...]) -> None:
    with StrictHost(by_number({}), offers) as host:
        found = results(host, mails(3))
    assert {(one.code, one.remote_id, one.evidence) for one in found} == {(250, "Q00000000", "our_relay")}
    assert found[0].detail == "250 2.0.0 Ok: queued as Q00000000"
    assert host.bodies[UUID(int=1)] == mail(UUID(int=1)).payload


@EVERY
@pytest.mark.parametrize("fault", [name for moment in BREAKS.values() for name in moment])
def test_a_broken_connection_costs_only_what_had_left_and_no_mail_goes_twice(
    offers: tuple[str, ...], fault: str
) -> None:
    if offers == CHUNKING and fault == "datagone":
        fault = "endgone"
    with StrictHost(by_number({5: fault}), offers) as host:
        found = results(host, mails(30))
    assert max(host.taken.values()) == 1
    outcomes = Counter(one.outcome for one in found)
    assert outcomes[Outcome.PERMANENT] == 0
    if offers == CHUNKING:  # up to eight had left
        assert 0 <= outcomes[Outcome.UNKNOWN] <= 8
    elif fault in ("endgone", "takengone", "rubbish", "huge"):
        assert [one.outcome for one in found] == [Outcome.UNKNOWN if number == 5 else A for number in range(1, 31)]
    elif fault == "end421":
        assert [one.outcome for one in found] == [Outcome.TEMPORARY if number == 5 else A for number in range(1, 31)]
    else:  # nothing of the fifth had left, so it went on another connection
        assert [one.outcome for one in found] == [A] * 30
    assert 2 <= host.connections <= 3


@EVERY
@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_mails_have_exactly_one_result_each_whatever_happens(offers: tuple[str, ...], seed: int) -> None:
    chance = random.Random(f"{seed}{offers}")
    names = [name for table in (REFUSALS, BREAKS) for moment in table.values() for name in moment]
    plan = {number: chance.choice(names) for number in range(1, 1001) if chance.random() < 0.1}
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with StrictHost(lambda alert_id, before: plan.get(alert_id.int, "") if before < 2 else "", offers) as host:
        with sending(host, 4) as sender:
            envelopes = mails(1000)
            while envelopes:
                count = chance.randint(1, 200)
                sender.submit(envelopes[:count], inbox)
                del envelopes[:count]
            found = [inbox.get(timeout=30) for _ in range(1000)]
        assert inbox.empty()
    assert host.wrong == []
    assert {alert_id.int for alert_id, _ in found} == set(range(1, 1001))
    for alert_id, result in found:
        taken = host.taken[alert_id]
        expected = {Outcome.ACCEPTED: (1,), Outcome.UNKNOWN: (0, 1)}.get(result.outcome, (0,))
        assert taken in expected, (alert_id, result, plan.get(alert_id.int))
    assert Counter(result.outcome for _, result in found)[A] > 600


@EVERY
def test_a_connection_that_is_renewed_is_closed_before_the_next_one_opens(offers: tuple[str, ...]) -> None:
    with StrictHost(by_number({}), offers) as host:
        found = results(host, mails(1000), connections=3)
    assert {one.outcome for one in found} == {A}
    assert host.connections >= 10
    assert host.most <= 3


def test_the_next_mails_commands_come_with_the_end_of_the_one_before() -> None:
    with StrictHost(by_number({}), PIPELINING) as host:
        results(host, mails(10))
    at_data = [rest for verb, rest in host.early if verb == "DATA"]
    assert at_data == [b""] * 10  # DATA ends a group: the host speaks next
    assert host.early[1][1].startswith(b"RCPT")
    assert [verb for verb, _ in host.early].count("RSET") == 0


def test_without_pipelining_no_command_comes_before_the_reply_to_the_last() -> None:
    with StrictHost(by_number({2: "rcpt5", 3: "mail4"}), PLAIN) as host:
        results(host, mails(6))
    assert {rest for _, rest in host.early} == {b""}


def test_eight_mails_are_on_their_way_at_once_where_bdat_is_offered() -> None:
    go_on, seen = threading.Event(), []

    def hold(verb: str, waiting: int) -> None:
        if verb == "MAIL" and not go_on.is_set():
            time.sleep(0.2)
            seen.append(waiting)
            go_on.set()

    with StrictHost(by_number({}), CHUNKING) as host:
        host.hold = hold
        results(host, mails(20))
    size = len(b"MAIL FROM:<>RCPT TO:<>BDAT 54 LAST\r\n\r\n\r\n") + 53 + 48 + len(mail(UUID(int=1)).payload)
    assert 7 * size < seen[0] + 100 < 9 * size


@EVERY
def test_a_host_that_drips_is_given_up_and_delays_no_other_mail_for_ever(
    offers: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 0.3)
    with dripping(b"220 welcome\r\n", offers) as port:
        settings = config.load({"CRISIS_SECRET_KEY": "k", "CRISIS_SMTP_URL": f"smtp://127.0.0.1:{port}"})
        sender = email.Sender(settings, connections=1)
        found = [result for _, result in sent(sender, mails(3))]
        sender.close()
    assert {one.outcome for one in found} <= {Outcome.TEMPORARY, Outcome.UNKNOWN}
    assert max(one.finished_after.total_seconds() for one in found) < 5


@contextmanager
def dripping(greeting: bytes, offers: tuple[str, ...]) -> Iterator[int]:
    """Says what it must until the first mail; then a byte each tenth of a second."""
    server = socket.create_server(("127.0.0.1", 0))

    def talk(one: socket.socket) -> None:
        with one:
            one.sendall(greeting)
            one.recv(1000)
            one.sendall(b"".join(b"250-%b\r\n" % offer.encode() for offer in offers) + b"250 ok\r\n")
            one.recv(100000)
            for byte in b"250-" + b"x" * 500:
                one.sendall(bytes([byte]))
                time.sleep(0.1)

    def listen() -> None:
        while True:
            try:
                one, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=_quietly, args=(talk, one), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()


def _quietly(talk: object, one: socket.socket) -> None:
    try:
        talk(one)  # type: ignore[operator]
    except OSError:
        return


@pytest.mark.parametrize("moment", ["greeting", "ehlo"])
def test_a_hundred_kilobytes_before_the_first_mail_are_refused(moment: str) -> None:
    huge = b"220-" + b"x" * 70 + b"\r\n"
    server = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        one, _ = server.accept()
        with one:
            one.sendall(huge * 1500 if moment == "greeting" else b"220 ok\r\n")
            one.recv(1000)
            one.sendall(huge.replace(b"220", b"250") * 1500)

    threading.Thread(target=lambda: _quietly(lambda _: talk(), server), daemon=True).start()
    settings = config.load({"CRISIS_SECRET_KEY": "k", "CRISIS_SMTP_URL": f"smtp://127.0.0.1:{server.getsockname()[1]}"})
    sender = email.Sender(settings, connections=1)
    [(_, result)] = sent(sender, mails(1))
    sender.close()
    server.close()
    assert (result.outcome, result.detail) == (
        Outcome.TEMPORARY,
        "The mail host's answer is longer than 16 kB.",
    )


def test_a_slow_mail_holds_only_its_own_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 1.0)
    stuck = threading.Event()

    def hold(verb: str, _waiting: int) -> None:
        if verb == "MAIL" and not stuck.is_set():
            stuck.set()
            time.sleep(3)

    with StrictHost(by_number({}), PIPELINING) as host:
        host.hold = hold
        found = results(host, mails(40), connections=4)
    late = [one for one in found if one.finished_after.total_seconds() > 0.9]
    assert len(late) <= 2
    assert [one.outcome for one in found].count(A) >= 39


def test_what_waits_for_a_rate_goes_at_that_rate() -> None:
    settings = {"CRISIS_SECRET_KEY": "k", "CRISIS_LIMITS": "email rate=100/s"}
    with StrictHost(by_number({}), CHUNKING) as host:
        url = f"smtp://127.0.0.1:{host.port}"
        sender = email.Sender(config.load({**settings, "CRISIS_SMTP_URL": url}), connections=2)
        assert sender.room("email") == 16  # connections and what each carries; the rate would let more wait
        began = time.monotonic()
        found = list(sent(sender, mails(60)))
        took = time.monotonic() - began
        sender.close()
    assert {one.outcome for _, one in found} == {A}
    assert took > 0.45  # ten may go at once


def test_the_room_shrinks_by_what_is_held_and_a_low_rate_holds_little() -> None:
    with StrictHost(by_number({}), PIPELINING) as host:
        settings = {"CRISIS_SECRET_KEY": "k", "CRISIS_SMTP_URL": f"smtp://127.0.0.1:{host.port}"}
        sender = email.Sender(config.load({**settings, "CRISIS_LIMITS": "email rate=2/s"}), connections=4)
        assert sender.room("email") == 4
        inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        sender.submit(mails(3), inbox)
        assert sender.room("email") <= 2
        for _ in range(3):
            inbox.get(timeout=10)
        assert sender.room("email") == 4
        sender.close()


def send_before_and_after_a_pause(sender: email.Sender, host: StrictHost) -> None:
    """So long a pause that the connection is closed."""
    list(sent(sender, mails(2)))
    until = time.monotonic() + 5
    while ("QUIT", b"") not in host.early and time.monotonic() < until:
        time.sleep(0.02)
    assert ("QUIT", b"") in host.early
    assert {one.outcome for _, one in sent(sender, [mail(UUID(int=9))])} == {A}


def test_an_idle_connection_is_closed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LONGEST_SECONDS", 0.2)
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 1.0)
    with StrictHost(by_number({}), PIPELINING) as host, sending(host) as sender:
        send_before_and_after_a_pause(sender, host)
    assert host.connections == 2


def test_the_connection_of_a_metronome_ends_soon_after_its_last_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 1.5)
    with StrictHost(by_number({}), PIPELINING) as host, sending(host, None, pace.Part(2, None)) as sender:
        send_before_and_after_a_pause(sender, host)
    assert (host.connections, host.most) == (2, 1)


def test_a_sender_that_is_closed_gives_every_mail_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post_office, "_CLOSE_SECONDS", 0.2)
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with StrictHost(by_number({}), PIPELINING) as host:
        host.hold = lambda verb, _: time.sleep(1.5) if verb == "DATA" else None
        with sending(host) as sender:
            sender.submit(mails(5), inbox)
    found = [inbox.get(timeout=5)[1] for _ in range(5)]
    assert {one.outcome for one in found} <= {Outcome.TEMPORARY, Outcome.UNKNOWN, A}
    assert inbox.empty()


def test_a_fork_in_the_middle_of_sending_leaves_both_sides_whole() -> None:
    with StrictHost(by_number({}), CHUNKING) as host, sending(host, 2) as sender:
        inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        sender.submit(mails(300), inbox)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                later = [mail(UUID(int=number)) for number in range(1001, 1021)]
                status = 0 if {one.outcome for _, one in sent(sender, later)} == {A} else 2
            finally:
                os._exit(status)
        assert {inbox.get(timeout=20)[1].outcome for _ in range(300)} == {A}
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert host.wrong == []
    assert set(host.taken.values()) == {1}
    assert len(host.taken) == 320

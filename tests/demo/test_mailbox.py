"""Tests of the catcher and its mailbox: what comes in is kept whole, and nothing goes out."""

import asyncio
import smtplib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crisis.demo import catcher
from crisis.demo.mailbox import Mailbox

NOW = datetime(2026, 3, 2, 1, 3, tzinfo=UTC)
MAIL = b"From: alerts@desk.example\r\nSubject: =?utf-8?q?=C3=9Cbung?=\r\nX-Crisis-Ref: EX-2026-0001\r\n\r\nHello\r\n"


@dataclass
class Host:
    port: int
    addresses: list[str]


@pytest.fixture
def box(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mails")


@pytest.fixture
def host(box: Mailbox) -> Iterator[Host]:
    """The catcher, in a thread of its own."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(catcher.serve(box, 0))
    names = [one.getsockname() for one in server.sockets]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield Host(names[0][1], [name[0] for name in names])
    loop.call_soon_threadsafe(server.close)
    asyncio.run_coroutine_threadsafe(_ended(loop), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


async def _ended(loop: asyncio.AbstractEventLoop) -> None:
    others = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _client(host: Host) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", host.port, timeout=5)


def test_a_mail_is_kept_once_for_each_recipient(box: Mailbox, host: Host) -> None:
    with _client(host) as client:
        client.sendmail("alerts@desk.example", ["a@pixelly.example", "b@pixelly.example"], MAIL)
    found = list(box.newest())
    assert sorted(one.recipient for one in found) == ["a@pixelly.example", "b@pixelly.example"]
    assert {(one.subject, one.ref, one.text.strip()) for one in found} == {("Übung", "EX-2026-0001", "Hello")}
    assert found[0].raw.endswith(MAIL)


def test_it_listens_on_this_computer_alone(host: Host) -> None:
    assert host.addresses == ["127.0.0.1"]


def test_letters_beyond_ascii_before_the_at_are_taken(box: Mailbox, host: Host) -> None:
    with _client(host) as client:
        client.sendmail("alerts@desk.example", ["jörg@pixelly.example"], MAIL, mail_options=["SMTPUTF8"])
    assert [one.recipient for one in box.newest()] == ["jörg@pixelly.example"]


def test_a_mailbox_that_is_not_there_refuses(box: Mailbox, host: Host) -> None:
    with _client(host) as client, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail("alerts@desk.example", ["bezpieczenstwo@echolot.example"], MAIL)
    assert refused.value.recipients["bezpieczenstwo@echolot.example"][0] == 550
    assert box.ids() == []


def test_a_busy_mailbox_takes_the_mail_at_the_second_try(box: Mailbox, host: Host) -> None:
    with _client(host) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail("alerts@desk.example", ["sicurezza@immaginario.example"], MAIL)
        assert refused.value.recipients["sicurezza@immaginario.example"][0] == 451
        client.sendmail("alerts@desk.example", ["sicurezza@immaginario.example"], MAIL)
    assert len(box.ids()) == 1


def test_the_newest_comes_first_and_the_oldest_are_taken_out(box: Mailbox) -> None:
    names = [
        box.put(MAIL, recipient=f"{number}@pixelly.example", sender="", now=NOW + timedelta(seconds=number))
        for number in range(3)
    ]
    assert [one.id for one in box.newest()] == names[::-1]
    assert next(box.newest()).caught_at == datetime(2026, 3, 2, 1, 3, 2, tzinfo=UTC)
    box.prune(keep=2)
    assert box.ids() == names[1:]


def test_half_a_message_is_no_message(box: Mailbox) -> None:
    box.folder.mkdir()
    (box.folder / ".20260302T010300.000000Z-00000000.part").write_bytes(b"half")
    assert box.ids() == []


@pytest.mark.parametrize("name", ["../../secret-key", "", "20260302T010300.000000Z-zzzzzzzz", "20260302T010300Z", "\0"])
def test_an_id_is_never_a_path(box: Mailbox, name: str) -> None:
    (box.folder.parent / "secret-key").write_text("secret")
    assert box.get(name) is None


def test_a_recipient_can_not_write_headers(box: Mailbox) -> None:
    name = box.put(MAIL, recipient="a@pixelly.example\r\nX-Crisis-Ref: INC-1", sender="x\ny", now=NOW)
    caught = box.get(name)
    assert caught is not None
    assert caught.ref == "EX-2026-0001"
    assert caught.raw.startswith(b"Return-Path: <xy>\r\nDelivered-To: a@pixelly.exampleX-Crisis-Ref: INC-1\r\n")

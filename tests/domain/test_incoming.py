"""Mails that came in: each real kind read for what it is, and nothing in any bytes that breaks the reading."""

import base64
import hashlib
import resource
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crisis.domain import incoming, mail_kind
from crisis.domain.incoming import Mail
from crisis.domain.mail_kind import Kind
from crisis.domain.receipt import Status

MAILS = Path(__file__).parent / "mails"
OURS = UUID("0195a000-0000-7000-8000-00000000abcd")
RETURN_PATH = f"alerts+{OURS.hex}@desk.example"


def read(name: str) -> Mail:
    return incoming.read((MAILS / f"{name}.eml").read_bytes())


def kind(mail: Mail) -> Kind:
    return mail_kind.of(mail, own_address="alerts@desk.example", came_back=RETURN_PATH in mail.recipients)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("postfix-failed", "report"),
        ("postfix-delayed", "report"),
        ("postfix-delivered", "report"),
        ("postfix-relayed", "report"),
        ("exim-failed", "report"),
        ("exim-old-bounce", "report"),
        ("exchange-failed", "report"),
        ("gmail-failed", "report"),
        ("qmail-bounce", "report"),
        ("qmail-warning", "report"),
        ("two-branches", "report"),
        ("forged-bounce", "reply"),  # a person may have written it: an officer looks, nothing fails
        ("away-exchange-en", "auto_reply"),
        ("away-fr", "auto_reply"),
        ("away-de-subject", "auto_reply"),
        ("away-nl-subject", "auto_reply"),
        ("away-fi-subject", "auto_reply"),
        ("away-el-subject", "auto_reply"),
        ("away-pl-subject", "auto_reply"),
        ("away-it-subject", "auto_reply"),
        ("away-precedence", "auto_reply"),
        ("away-null-sender", "auto_reply"),
        ("ticket-opened", "auto_reply"),
        ("reply-person", "reply"),
        ("reply-html", "reply"),
        ("reply-without-a-thread", "reply"),
        ("stranger", "reply"),
        ("own-mail-back", "own"),
    ],
)
def test_a_mail_is_known_for_what_it_is(name: str, expected: str) -> None:
    assert kind(read(name)).value == expected


def test_every_mail_in_the_folder_is_in_a_test() -> None:
    (parameters,) = test_a_mail_is_known_for_what_it_is.pytestmark  # type: ignore[attr-defined]
    assert {name for name, _ in parameters.args[1]} == {path.stem for path in MAILS.glob("*.eml")}


@pytest.mark.parametrize(
    ("name", "status", "code", "detail"),
    [
        (
            "postfix-failed",
            Status.FAILED,
            "5.1.1",
            "550 5.1.1 <…>: Recipient address rejected: User unknown in virtual mailbox table",
        ),
        ("postfix-delayed", Status.TRYING, "4.4.1", "connect to inner.pixelly.example[192.0.2.7]:25: Connection timed out"),  # noqa: E501
        ("postfix-delivered", Status.DELIVERED, "2.0.0", "250 2.0.0 Ok: queued as 4Xk1Yz"),
        ("postfix-relayed", Status.SENT, "2.0.0", "250 2.0.0 Ok"),
        ("exim-failed", Status.FAILED, "5.0.0", "550 No such user here"),
        ("exim-old-bounce", Status.FAILED, "5.1.10", "550 5.1.10 no such mailbox"),
        (
            "exchange-failed",
            Status.FAILED,
            "5.7.129",
            "550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; not authorized to send to recipient",
        ),
        ("gmail-failed", Status.FAILED, "5.2.2", "552-5.2.2 The recipient's inbox is out of storage space."),
        ("qmail-bounce", Status.FAILED, "5.1.1", "Sorry, no mailbox here by that name. (#5.1.1)"),
        ("qmail-warning", Status.TRYING, "", "Warning: could not send message for past 4 hours"),
        ("two-branches", Status.DELIVERED, "2.0.0", ""),  # it has arrived if it has anywhere
    ],
)  # fmt: skip
def test_a_report_says_what_became_of_the_mail(name: str, status: Status, code: str, detail: str) -> None:
    found = mail_kind.report(read(name))
    assert (found.status, found.code, found.detail) == (status, code, detail)


def test_a_report_names_our_mail_even_where_it_came_by_another_way() -> None:
    for name in ("postfix-failed", "postfix-delayed", "exim-failed", "exchange-failed"):
        mail = read(name)
        assert mail.about[0] == (OURS, "desk.example")
        assert mail.ref == "INC-2026-0007"
        assert mail.attachments == ()


def test_a_persons_reply_is_read_in_their_words() -> None:
    mail = read("reply-person")
    assert (mail.sender, mail.sender_name) == ("ana.costa@pixelly.example", "Ana Costa (Trust & Safety)")
    assert mail.subject == "Re: [TLP:AMBER] [INC-2026-0007] REAL ALERT: 3 addresses on your service"
    assert mail.text.startswith("Good evening,\n\nwe have it, our case number is PX-48213.")
    assert "été" in mail.text
    assert mail.about == ((OURS, "desk.example"), (UUID(int=OURS.int - 0xABCD + 1), "desk.example"))


def test_of_an_attachment_only_kind_size_and_digest_are_kept() -> None:
    mail = read("reply-person")
    content = b"\x89PNG fictional" * 40
    (only,) = mail.attachments
    assert (only.kind, only.size, only.sha256) == ("image/png", len(content), hashlib.sha256(content).hexdigest())
    assert "screenshot" not in repr(mail)
    assert base64.b64encode(content[:30]).decode() not in mail.original


PICTURE = base64.b64encode(b"\x89PNG fictional, never kept" * 20).decode()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("html", f'<p>see this</p><img alt="x" src="data:image/png;base64,{PICTURE}">'),
        ("html", f"<p>see this</p><p>data:image/svg+xml;charset=utf-8;base64,{PICTURE}</p>"),
        ("plain", f"see this\nbegin 644 picture.png\n{PICTURE}\nend\n"),
        ("plain", f"see this\nbegin-base64 644 picture.png\n{PICTURE}\n===="),
        ("plain", f"see this\nbegin 644 picture.png\n{PICTURE}"),
    ],
)
def test_content_inside_the_text_is_not_kept_either(kind: str, body: str) -> None:
    mail = incoming.read(f"Content-Type: text/{kind}; charset=utf-8\r\n\r\n{body}".encode())
    assert mail.text.startswith("see this")
    assert PICTURE[:40] not in mail.text + mail.original
    assert "picture.png" not in mail.text + mail.original


def test_markup_is_read_where_the_plain_part_says_nothing() -> None:
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: text/html\r\n\r\n<p>words</p>\r\n--b--"
    assert incoming.read(b"Content-Type: multipart/alternative; boundary=b\r\n\r\n" + parts).text == "words"


def test_markup_is_read_as_words() -> None:
    mail = read("reply-html")
    assert mail.text == "Which of the two addresses do you mean?\nRegards & thanks"
    assert mail.sender_name == "Jörg Müller"
    assert mail.subject == "AW: REAL ALERT – Frage"


def test_a_name_in_the_old_way_is_read_as_well() -> None:
    assert read("postfix-failed").sender_name == "Mail Delivery System"


def test_the_same_mail_over_another_way_has_the_same_key() -> None:
    raw = (MAILS / "reply-person.eml").read_bytes()
    again = incoming.read(b"Received: from relay.desk.example\r\n" + raw)
    assert again.key == incoming.read(raw).key
    assert again.sha256 != incoming.read(raw).sha256
    assert incoming.read(raw + b"more").key != incoming.read(raw).key


def test_what_hides_is_taken_out() -> None:
    raw = "From: a@b.example\r\nSubject: safe\u202eexe\r\n\r\none\u0000\u202etwo\r\nthree".encode()
    mail = incoming.read(raw)
    assert (mail.subject, mail.text) == ("safeexe", "onetwo\nthree")


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("utf-8", b"\xff\xfe caf\xc3\xa9", "�� café"),
        ("iso-8859-1", b"caf\xe9", "café"),
        ("windows-1252", b"\x80", "€"),
        ("punycode", b"abc-", "abc-"),  # takes time that grows with the square: read as UTF-8
        ("base64", b"YWJj", "YWJj"),  # no charset at all
        ("no-such-charset", b"plain", "plain"),
        ("", b"plain", "plain"),
    ],
)
def test_a_wrong_charset_costs_letters_and_nothing_else(charset: str, body: bytes, text: str) -> None:
    head = f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode()
    assert incoming.read(head + body).text == text


def nested(depth: int) -> bytes:
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number) for number in range(depth)
    )
    return b"From: a@b.example\r\n" + opened + b"Content-Type: text/plain\r\n\r\ndeep\r\n"


HOSTILE = {
    "empty": b"",
    "no headers": b"\r\n\r\n",
    "nul": b"\x00" * 1000,
    "one line of 100 kB": b"Subject: " + b"x" * 100_000 + b"\r\n\r\n" + b"y" * 100_000,
    "a header of a megabyte": b"References: " + b"<a@b> " * 200_000 + b"\r\n\r\n",
    "a thousand multiparts in each other": nested(1000),
    "ten thousand parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 10_000,
    "a boundary that never comes": b"Content-Type: multipart/mixed; boundary=zz\r\n\r\n" + b"--z\r\n" * 200_000,
    "brackets": b"From: " + b"(" * 50_000 + b"\r\nTo: " + b"<" * 50_000 + b"\r\n\r\n",
    "quotes": b"Content-Type: text/plain; " + b'a="\\"' * 20_000 + b"\r\n\r\n",
    "unclosed markup": b"Content-Type: text/html\r\n\r\n" + b"<script" * 80_000 + b"<!--" * 10_000,
    "encoded words": b"Subject: " + b"=?utf-8?B?//8=?= " * 50_000 + b"\r\n\r\n",
    "broken base64": b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n=A=" + b"=" * 50_000,
    "begins": b"\r\n" + b"begin 644 x\n" * 40_000,
    "data": b"Content-Type: text/html\r\n\r\n" + b"data:image/png;" * 30_000,
    "spaces": b"Content-Type: text/html\r\n\r\n" + b" \n" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_read_in_one_pass(name: str) -> None:
    """Of sizes at which anything that grows with the square would take minutes."""
    mail = incoming.read(HOSTILE[name])
    kind(mail)
    mail_kind.report(mail)
    assert len(mail.text) <= incoming.LONGEST_TEXT


def test_thirty_megabytes_take_memory_in_proportion() -> None:
    line = base64.b64encode(b"fictional content, never kept, padded to a full line.....") + b"\r\n"
    lines = 30 * 1024 * 1024 // len(line)
    head = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee it\r\n--b\r\n"
    raw = head + b"Content-Type: video/mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n" + line * lines + b"--b--\r\n"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    mail = incoming.read(raw)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024  # kB
    assert mail.attachments[0].size == lines * 57
    assert mail.text == "see it"


def test_what_is_too_large_is_cut_and_says_so() -> None:
    mail = incoming.read(b"Subject: long\r\n\r\n" + b"a" * (incoming.LARGEST + 10))
    assert mail.shortened
    assert len(mail.text) == incoming.LONGEST_TEXT


_PIECES = st.sampled_from(
    [
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"Content-Type: text/html; charset=utf-7\r\n",
        b"Content-Type: message/delivery-status\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n",
        b"Return-Path: <>\r\n",
        b"Subject: =?utf-8?Q?=E9?=\r\n",
        b"From: \xff <a@b.example>\r\n",
        b"\r\n",
        b"\n",
        b"--b\r\n",
        b"--b--\r\n",
        b"Action: failed\r\nStatus: 5.x.1\r\n",
        b"<script>",
        b"&#x110000;",
        b"\x00\xed\xa0\x80",
    ]
)


@given(st.lists(st.one_of(_PIECES, st.binary(max_size=60)), max_size=40))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_bytes_break_the_reading(pieces: list[bytes]) -> None:
    mail = incoming.read(b"".join(pieces))
    kind(mail)
    mail_kind.report(mail)
    for text in (mail.text, mail.subject, mail.sender, mail.sender_name, mail.original, mail.message_id, mail.ref):
        assert "\x00" not in text
        text.encode()

"""The bytes of a mail, a webhook and a service's message."""

import email
import email.message
import email.policy
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from uuid import UUID

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis import config, errors
from crisis.domain import alert, notice
from crisis.domain.outgoing import Recipient, Text
from crisis.notify import links, marks, mime, rendering
from crisis.notify.sender import Envelope
from tests.notify.envelopes import NOW, drafted, recipient, the_facts

KEY = "a key of thirty-two signs or more"
ALERT, FIRST, LINK, MESSAGE = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)


@dataclass(frozen=True)
class Claimed:
    """An alert as the queue gives it."""

    slots: dict[str, str]
    channel: str = "email"
    address: str = "crisis1@pixelly.example"
    id: UUID = ALERT
    message_id: UUID = MESSAGE
    link_id: UUID | None = LINK
    reply_to_id: UUID | None = None
    planned_at: datetime = field(default=NOW + timedelta(microseconds=250_000))
    provider: str = ""


def settings(**parts: Any) -> config.Settings:
    given = {
        "CRISIS_SECRET_KEY": KEY,
        "CRISIS_PUBLIC_URL": "https://desk.example",
        "CRISIS_MAIL_FROM": "alerts@desk.example",
    }
    return config.load({**given, **parts})


def envelope(to: Recipient, purpose: alert.Purpose = alert.Purpose.FIRST, **parts: Any) -> Envelope:
    """A drafted alert, ready; ``parts`` of the claimed row, ``desk`` for settings, ``about`` for the facts."""
    desk = parts.pop("desk", {})
    text, slots = drafted(to, purpose, parts.pop("about", None))
    claimed = Claimed(slots=parts.pop("slots", slots), channel=to.channel.value, address=to.address, **parts)
    templates = rendering.Templates(settings(**desk))
    templates.learn({MESSAGE: text})
    return templates.envelope(claimed, started_at=NOW)


def parsed(raw: bytes) -> email.message.EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    assert not message.defects
    return message


def body(message: email.message.EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    assert not part.defects
    return str(part.get_content()).replace("\r\n", "\n")


def test_the_standard_library_reads_the_headers_of_the_contract() -> None:
    message = parsed(envelope(recipient(), desk={"CRISIS_REPLY_TO": "permanence@desk.example"}).payload)
    assert dict(message.items()) == {
        "Date": "Sat, 21 Nov 2026 02:06:00 +0000",
        "From": "Crisis desk <alerts@desk.example>",
        "To": "crisis1@pixelly.example",
        "Reply-To": "permanence@desk.example",
        "Subject": "[TLP:AMBER] [INC-2026-0007] REAL ALERT: 12 addresses on your service",
        "Message-ID": "<00000000-0000-0000-0000-000000000001@desk.example>",
        "X-Crisis-Ref": "INC-2026-0007",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="=_crisis_desk"',
    }


def test_a_later_message_refers_to_the_first() -> None:
    message = parsed(envelope(recipient(), alert.Purpose.REMINDER, reply_to_id=FIRST).payload)
    assert message["References"] == "<00000000-0000-0000-0000-000000000002@desk.example>"
    assert parsed(envelope(recipient(), reply_to_id=ALERT).payload)["References"] is None


@pytest.mark.parametrize("language", ["en", "fr", "de"])
@pytest.mark.parametrize("purpose", alert.Purpose)
def test_the_bytes_say_what_the_standard_library_would_have_written(purpose: alert.Purpose, language: str) -> None:
    facts = the_facts(
        summary="Żółć — 漢字 🛑 " * 30 + "\n.\n..\nFrom here = there\t\n" + "x" * 1200, desk_name="Cellule, « nuit »"
    )
    to = recipient(language=language, platform_name="Φόρουμ <b>", extra={"text": "é" * 400, "previous": 'Zoë "Z"'})
    text, slots = drafted(to, purpose, facts)
    values = {**slots, "link": links.address("https://desk.example", links.token(KEY, LINK, 1))}
    expected = _by_the_library(text, values)
    message = parsed(envelope(to, purpose, about=facts, desk={"CRISIS_DESK_NAME": "Cellule, « nuit »"}).payload)
    for name in ("Subject", "From", "To"):
        assert message[name] == expected[name].strip()  # the library begins long headers on their second line
    assert body(message, "plain") == body(expected, "plain")
    assert body(message, "html") == body(expected, "html")
    assert message.get_content_type() == expected.get_content_type()


def _by_the_library(text: Text, values: dict[str, str]) -> email.message.EmailMessage:
    def filled(part: str, known: dict[str, str]) -> str:
        return re.sub("⟦([a-z_]+)⟧", lambda found: known[found[1]], part)

    message = email.message.EmailMessage(email.policy.SMTP)
    message["Subject"] = filled(text.subject, values)
    message["From"] = '"Cellule, « nuit »" <alerts@desk.example>'
    message["To"] = "crisis1@pixelly.example"
    message.set_content(filled(text.text, values).rstrip("\n") + "\n")
    page = filled(text.html, {name: escape(value) for name, value in values.items()})
    message.add_alternative(page.rstrip("\n") + "\n", subtype="html")
    return parsed(message.as_bytes())


def test_no_line_of_a_mail_is_longer_than_a_mail_host_takes() -> None:
    facts = the_facts(summary="漢" * 2000, desk_name="Δ" * 200)
    raw = envelope(recipient(language="fr"), about=facts, desk={"CRISIS_DESK_NAME": "Δ" * 200}).payload
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_the_same_inputs_give_the_same_bytes_in_every_attempt() -> None:
    first, second = envelope(recipient(language="de")), envelope(recipient(language="de"))
    assert first.payload == second.payload


_SLOTS = ("line", "sent", "aim", "occurred", "what", "ref")
_HEADERS = ["Date", "From", "To", "Reply-To", "Subject", "Message-ID", "X-Crisis-Ref", "Auto-Submitted"]
_HEADERS += ["MIME-Version", "Content-Type"]
_hostile = st.text(max_size=120) | st.sampled_from(
    [
        "x\r\nBcc: everybody@x.example",
        "\r\n\r\n<b>",
        ".\r\n.\r\n",
        "--=_crisis_desk--",
        "=_crisis_desk\r\n--=_crisis_desk",
        "⟦link⟧⟦ref⟧",
        "=?utf-8?b?eA==?=",
        "a" * 1000,
        "=0D=0A.",
        "\u2028\x85\x0b\x0c\x1c",
        " \t ",
    ]
)


@hypothesis.settings(deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(_SLOTS, _hostile)))
@hypothesis.example(dict.fromkeys(_SLOTS, "") | {"sent": "\r"})
def test_whatever_a_value_is_the_mail_says_it_and_nothing_else(slots: dict[str, str]) -> None:
    text, _ = drafted(recipient())
    raw = envelope(recipient(), slots=slots).payload
    if re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", slots["what"] + slots["ref"]):
        assert raw == b""
        return
    message = parsed(raw)
    assert message.keys() == _HEADERS
    assert message["Subject"].strip() == marked(text.subject, slots).strip()
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    values = {**slots, "link": links.address("https://desk.example", links.token(KEY, LINK, 1))}
    assert body(message, "plain") == _as_mailed(marked(text.text, values))
    assert body(message, "html") == _as_mailed(marked(text.html, {name: escape(one) for name, one in values.items()}))
    assert raw.isascii()
    headers, _, texts = raw.partition(b"\r\n\r\n")
    assert max(len(line) for line in headers.split(b"\r\n")) <= 998
    assert max(len(line) for line in texts.split(b"\r\n")) <= 78
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)


def marked(part: str, values: dict[str, str]) -> str:
    return re.sub("⟦([a-z_]+)⟧", lambda found: values[found[1]], part)


def _as_mailed(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"


def test_the_link_is_made_when_it_is_sent() -> None:
    text = body(parsed(envelope(recipient()).payload), "plain")
    assert f"\n   https://desk.example/a/{links.token(KEY, LINK, 1)}\n" in text


def test_a_value_with_a_slot_in_it_is_not_filled() -> None:
    _, slots = drafted(recipient())
    text = body(parsed(envelope(recipient(), slots={**slots, "line": "⟦link⟧ ⟦sent⟧"}).payload), "plain")
    assert "\n⟦link⟧ ⟦sent⟧\n" in text


def test_a_slot_without_value_leaves_a_mark_and_the_mail_goes() -> None:
    assert "\nSent  …\n" in body(parsed(envelope(recipient(), slots={"ref": "INC-2026-0007"}).payload), "plain")


@pytest.mark.parametrize("name", ["what", "ref"])
def test_a_value_that_would_break_a_header_is_not_sent(name: str) -> None:
    _, slots = drafted(recipient())
    assert envelope(recipient(), slots={**slots, name: "x\r\nBcc: everybody@x.example"}).payload == b""


@pytest.mark.parametrize("address", ["nobody", "a@x.example\r\nBcc: b@y.example", "a b@x.example"])
def test_a_mail_to_what_is_no_mailbox_is_empty(address: str) -> None:
    assert envelope(recipient(address=address)).payload == b""


def test_addresses_beyond_ascii_are_written_as_their_envelope_needs_them() -> None:
    raw = envelope(recipient(address="crisis1@žurnálfórum.example")).payload
    assert parsed(raw)["To"] == "crisis1@xn--urnlfrum-bza6po2d.example"
    raw = envelope(recipient(address="élodie@bücher.example")).payload
    assert "To: élodie@xn--bcher-kva.example\r\n".encode() in raw


@pytest.mark.parametrize(
    "name", ["Crisis desk", 'The "night" desk, Brussels \\ 24 h', "Permanence d’été", "=?utf-8?q?x?=", "Δ" * 20]
)
def test_the_name_of_the_desk_comes_back_as_it_was_set(name: str) -> None:
    message = parsed(envelope(recipient(), desk={"CRISIS_DESK_NAME": name}).payload)
    assert message["From"].addresses[0].display_name == name
    assert message["From"].addresses[0].addr_spec == "alerts@desk.example"


@pytest.mark.parametrize(
    "value",
    [
        "plain",
        "=?utf-8?q?x?=",
        "é",
        "漢字" * 60,
        "word " * 40 + "end",
        "x" * 200,
        "a" * 60 + " 🛑" * 30,
        "RÉELLE\xa0: 12\u202f000",
        "👩\u200d🚒",
    ],
)
def test_a_header_comes_back_as_it_was_given(value: str) -> None:
    raw = mime.header("Subject", value)
    assert email.message_from_bytes(raw + b"\r\n", policy=email.policy.default)["Subject"] == value


@pytest.mark.parametrize("value", ["a\r\nBcc: x", "a\nb", "a\x00b", "a\x85b", "a\u2028b"])
def test_a_header_refuses_what_would_break_its_line(value: str) -> None:
    with pytest.raises(errors.InvalidInput):
        mime.header("Subject", value)
    with pytest.raises(errors.InvalidInput):
        mime.header_bytes("To", value)


def test_templates_ask_only_for_what_they_do_not_know() -> None:
    templates = rendering.Templates(settings())
    assert templates.missing([MESSAGE, FIRST]) == {MESSAGE, FIRST}
    templates.learn({MESSAGE: Text("s", "t", "h")})
    assert templates.missing([MESSAGE, FIRST]) == {FIRST}


def test_a_webhook_gets_numbers_and_a_link_and_no_content() -> None:
    to = recipient(channel=alert.Channel.WEBHOOK, address="https://hooks.pixelly.example/crisis", hashes=4)
    made = envelope(to, about=the_facts(summary="secret"))
    assert json.loads(made.payload) == {
        "type": "crisis.alert",
        "timestamp": "2026-11-21T02:06:00.250000Z",
        "data": {
            "id": "00000000-0000-0000-0000-000000000001",
            "ref": "INC-2026-0007",
            "exercise": False,
            "tlp": "AMBER",
            "kind": "terrorist-violent-extremist",
            "severity": "extreme",
            "purpose": "first",
            "ask": "act",
            "items_count": 12,
            "hashes_count": 4,
            "batch": 1,
            "named_at": "2026-11-21T02:06:00Z",
            "target_at": "2026-11-21T03:06:00Z",
            "link": f"https://desk.example/a/{links.token(KEY, LINK, 1)}",
        },
    }
    assert made.secrets == (links.webhook_secret(KEY, UUID(int=5), 1),)


def test_an_alert_that_can_not_be_rendered_has_no_payload_and_holds_nobody_up() -> None:
    hook = recipient(channel=alert.Channel.WEBHOOK, address="https://hooks.pixelly.example/crisis")
    for slots in ({}, {"endpoint_id": "rubbish", "secret_generation": "1"}):
        assert envelope(hook, slots=slots).payload == b""
    service = recipient(channel=alert.Channel.APPRISE, address="ntfys://push.example/desk")
    assert envelope(service, slots={"line": "\udcff"}).payload == b""


def test_a_webhook_that_only_informs_has_no_target() -> None:
    to = recipient(channel=alert.Channel.WEBHOOK, ask=notice.Ask.INFORM, target_at=None)
    assert json.loads(envelope(to).payload)["data"]["target_at"] is None


def test_a_service_gets_subject_and_text() -> None:
    made = envelope(recipient(channel=alert.Channel.APPRISE, address="ntfys://push.example/desk"))
    assert made.subject == "[TLP:AMBER] [INC-2026-0007] REAL ALERT: 12 addresses on your service"
    assert links.token(KEY, LINK, 1) in made.payload.decode()
    assert "⟦" not in made.payload.decode()


def test_a_mail_has_a_return_path_of_its_own_unless_the_setting_says_no() -> None:
    assert envelope(recipient()).return_path == f"alerts+{ALERT.hex}@desk.example"
    assert envelope(recipient(), desk={"CRISIS_MAIL_VERP": "false"}).return_path == ""


def test_the_provider_is_that_of_the_row_else_as_the_address_says() -> None:
    to = recipient(channel=alert.Channel.WEBHOOK, address="https://hooks.pixelly.example/crisis")
    assert envelope(to, provider="webhook:relay").provider == "webhook:relay"
    assert envelope(to).provider == "webhook:hooks.pixelly.example"
    assert envelope(recipient()).provider == "email"


def test_an_officer_is_sent_to_the_incident_page() -> None:
    made = envelope(recipient(extra={"reason": "silent", "platforms": "Pixelly"}), alert.Purpose.OFFICER, link_id=None)
    assert "https://desk.example/incidents/INC-2026-0007" in body(parsed(made.payload), "plain")


def test_marks_are_read_in_one_pass() -> None:
    assert marks.split("a ⟦b⟧ ⟦⟦c⟧⟧ ⟦D⟧") == ["a ", "b", " ⟦", "c", "⟧ ⟦D⟧"]
    assert NOW.tzinfo is UTC

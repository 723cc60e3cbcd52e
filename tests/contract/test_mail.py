"""Tests of the promised messages: mails, and the signed webhook."""

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from tests.parts.mail_sink import ACCEPTED
from tests.parts.running import until_true
from tests.parts.world import World

pytestmark = pytest.mark.flow


def test_the_subject_says_what_it_is_and_nothing_of_the_content(world: World, answered: str) -> None:
    (mail,) = world.mails(answered, "crisis1@pixelly.example")
    assert mail.subject.startswith(f"[TLP:AMBER] [{answered}] ")
    assert "shopping street" not in mail.subject
    (english,) = world.mails(answered, "crisis@hookline.example")
    assert english.subject.startswith(f"[TLP:AMBER] [{answered}] REAL ALERT: ")


def test_the_headers_are_the_promised_ones(world: World, answered: str) -> None:
    (mail,) = world.mails(answered, "crisis1@pixelly.example")
    message = mail.message
    assert message["X-Crisis-Ref"] == answered
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Reply-To"]
    assert re.fullmatch(r"<[0-9a-f-]{36}@[^>]+>", mail.message_id)
    assert mail.message_id[1:37] in {one["id"] for one in world.alerts(answered)}
    assert message["References"] is None
    assert abs(parsedate_to_datetime(message["Date"]) - mail.received_at) < timedelta(seconds=30)


def test_there_is_one_link_and_no_item(world: World, answered: str) -> None:
    for recipient in ("crisis1@pixelly.example", "buero@frohsinn.example"):
        (mail,) = world.mails(answered, recipient)
        assert len(mail.links) == 1
        assert mail.links[0].startswith(f"{world.desk.url}/a/")
        assert re.findall(r"https?://[^\s\"'<>]+/a/[0-9A-Za-z]+", mail.html).count(mail.links[0]) >= 1
        assert set(re.findall(r"/a/([0-9A-Za-z]{22})", mail.html)) == {mail.links[0][-22:]}
        for content in ("/watch/a1", "/v/a2", "a" * 64, "bücherkanal.example/v"):
            assert content not in mail.raw.decode("utf-8", "replace") + mail.text + mail.html


def test_the_contacts_language_is_first_and_english_below(world: World, answered: str) -> None:
    (german,) = world.mails(answered, "buero@frohsinn.example")
    words = " ".join(german.text.split())
    assert 0 < words.find("WAS GESCHEHEN IST") < words.find("WHAT HAPPENED")


def test_plain_text_and_html_say_the_same(world: World, answered: str) -> None:
    (mail,) = world.mails(answered, "crisis@hookline.example")
    for fact in ("+32 2 555 01 99", "TLP:AMBER", "Crisis desk of the tests"):
        assert fact in mail.text
        assert fact in mail.html


def test_each_contact_has_a_link_of_its_own(world: World, answered: str) -> None:
    (first,) = world.mails(answered, "crisis1@pixelly.example")
    (other,) = world.mails(answered, "buero@frohsinn.example")
    assert first.links != other.links


def test_an_exercise_says_so_first(world: World) -> None:
    ref = world.declare(exercise=True, audience={"affected": True})["ref"]
    (mail,) = world.mails(ref, "crisis1@pixelly.example")
    assert "EXERCISE EXERCISE EXERCISE" in mail.subject
    assert "EXERCISE EXERCISE EXERCISE" in mail.text
    assert "this is not a drill" not in (mail.subject + mail.text + mail.html).lower()
    assert "REAL ALERT" not in mail.subject + mail.text + mail.html


def test_a_mail_refused_for_now_is_tried_again_with_the_same_id(world: World) -> None:
    def busy(recipient: str, tries: int) -> str:
        return "451 4.3.0 try again later" if recipient == "crisi@lontano.example" and tries < busy_until else ACCEPTED

    busy_until = sum(1 for one in world.mail.received if one.recipient == "crisi@lontano.example") + 1
    world.mail.behaviour.answer = busy
    try:
        ref = world.declare(audience={"platforms": ["p-006"]}, items=[{"sha256": "d" * 64}])["ref"]
        (mail,) = world.mails(ref, "crisi@lontano.example", seconds=30)
    finally:
        world.mail.behaviour.answer = lambda _recipient, _tries: ACCEPTED
    tries = [one for one in world.mail.received if one.message["X-Crisis-Ref"] == ref]
    assert [one.reply[:3] for one in tries] == ["451", "250"]
    assert {one.message_id for one in tries} == {mail.message_id}
    (alert,) = world.alerts(ref)
    assert [one["outcome"] for one in alert["attempts"]] == ["temporary", "accepted"]


def test_a_mail_refused_for_good_fails_and_goes_to_the_call_list(world: World) -> None:
    world.mail.behaviour.answer = lambda recipient, _tries: (
        "550 5.1.1 nobody here" if recipient == "buero@frohsinn.example" else ACCEPTED
    )
    try:
        ref = world.declare(audience={"platforms": ["p-005"]}, items=[{"sha256": "e" * 64}])["ref"]
        alert = world.ended(ref)
    finally:
        world.mail.behaviour.answer = lambda _recipient, _tries: ACCEPTED
    assert (alert["state"], alert["attempts"][0]["outcome"]) == ("failed", "permanent")
    assert "550" in alert["attempts"][0]["detail"]


def test_a_webhook_is_signed_and_names_no_item(world: World) -> None:
    ref = world.declare(audience={"platforms": ["p-003"]}, items=[{"url": "https://hookline.example/watch/h1"}])["ref"]
    alert = next(one for one in world.alerts(ref) if one["channel"] == "webhook")
    posted = until_true(
        lambda: [one for one in world.hooks.posted if one.headers["webhook-id"] == alert["id"]], seconds=20
    )
    assert ref in str(posted[0].verified(world.webhook_secret()))
    assert "/watch/h1" not in posted[0].raw.decode()

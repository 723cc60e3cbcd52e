"""SMS, chat and push, against fakes that take what the real services take."""

import queue
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from crisis import config, errors, sealing
from crisis.domain.alert import Channel, Outcome
from crisis.notify import apprise, twilio
from crisis.notify.sender import Envelope, Result
from tests.notify.envelopes import NOW, sent
from tests.parts.services import ACCOUNT, GOTIFY_KEY, MATTERMOST_HOOK, SLACK_HOOK, TOKEN, Services

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SETTINGS = {
    "CRISIS_SECRET_KEY": "k",
    "CRISIS_OUTBOUND_ALLOW": "127.0.0.0/8",
    "CRISIS_PUBLIC_URL": "https://desk.example",
}
SMS = f"twilio://{ACCOUNT}:{TOKEN}@3225550100/3225550199"
TEXT = "12 addresses on your service\nhttps://desk.example/a/7Qk2mN8pR4tV6xZ1aB3cDe é"


def message(url: str, number: int = 1) -> Envelope:
    address = sealing.Vault(["k"]).seal(url, UUID(int=7))
    return Envelope(UUID(int=number), Channel.APPRISE, address, TEXT.encode(), NOW, subject="[TLP:AMBER] REAL ALERT")


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    with Services() as fake:
        monkeypatch.setattr(twilio, "_API", f"http://{fake.host}")
        yield fake


def send(url: str, **parts: Any) -> Result:
    sender = apprise.Sender(config.load({**SETTINGS, **parts}))
    try:
        [(_, result)] = sent(sender, [message(url)])
    finally:
        sender.close()
    return result


def test_a_text_message_goes_out_as_twilio_wants_it_and_its_id_is_kept(services: Services) -> None:
    result = send(SMS)
    assert (result.outcome, result.code, result.remote_id) == (Outcome.ACCEPTED, 201, f"SM{1:032x}")
    assert services.taken[0].fields == {
        "From": "+3225550100",
        "To": "+3225550199",
        "Body": f"[TLP:AMBER] REAL ALERT\n{TEXT}",
        "StatusCallback": "https://desk.example/callbacks/twilio",
    }


def test_a_messaging_service_sends_instead_of_a_number(services: Services) -> None:
    assert send(SMS.replace("3225550100", "MG0123456789abcdef0123456789abcdef")).outcome is Outcome.ACCEPTED
    assert services.taken[0].fields["MessagingServiceSid"] == "MG0123456789abcdef0123456789abcdef"


def test_no_receipts_are_asked_for_where_nobody_could_bring_them(services: Services) -> None:
    assert send(SMS, CRISIS_PUBLIC_URL="http://127.0.0.1:8000").outcome is Outcome.ACCEPTED
    assert "StatusCallback" not in services.taken[0].fields


@pytest.mark.parametrize(
    ("url", "outcome", "detail"),
    [
        (SMS.replace(TOKEN, "wrong"), Outcome.PERMANENT, "Twilio refused: 401, its error 20003."),
        (SMS.replace("/3225550199", "/123"), Outcome.PERMANENT, "Twilio refused: 400, its error 21211."),
        (SMS + "/3225550198", Outcome.PERMANENT, twilio._UNREADABLE),
        (f"twilio://{ACCOUNT}@3225550100/3225550199", Outcome.PERMANENT, twilio._UNREADABLE),
        (f"twilio://{ACCOUNT}:{TOKEN}@3225550100", Outcome.PERMANENT, twilio._UNREADABLE),
        (f"twilio://../x:{TOKEN}@3225550100/3225550199", Outcome.PERMANENT, twilio._UNREADABLE),
    ],
)
def test_what_twilio_refuses_is_not_tried_again_and_no_number_is_repeated(
    services: Services, url: str, outcome: Outcome, detail: str
) -> None:
    result = send(url)
    assert (result.outcome, result.detail, services.taken) == (outcome, detail, [])


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_in_trouble_is_tried_again(services: Services, status: int) -> None:
    services.status = status
    assert send(SMS).outcome is Outcome.TEMPORARY
    assert send(f"gotify://{services.host}/{GOTIFY_KEY}").outcome is Outcome.TEMPORARY


def test_a_chat_gets_subject_and_text_by_its_incoming_webhook(services: Services) -> None:
    assert send(f"mmost://{services.host}/{MATTERMOST_HOOK}").outcome is Outcome.ACCEPTED
    [taken] = services.taken
    assert taken.fields["text"].replace("\r", "") == f"[TLP:AMBER] REAL ALERT\n{TEXT}"
    assert "icon_url" not in taken.fields  # nothing is fetched from elsewhere to show it


def test_slack_gets_it_in_its_own_form(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins.slack import NotifySlack

    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://{services.host}/services")
    assert send(f"slack://{SLACK_HOOK}").outcome is Outcome.ACCEPTED
    [attachment] = services.taken[0].fields["attachments"]
    assert (attachment["title"], attachment["text"]) == ("[TLP:AMBER] REAL ALERT", TEXT)


def test_a_push_service_gets_title_message_and_key(services: Services) -> None:
    assert send(f"gotify://{services.host}/{GOTIFY_KEY}?priority=high").outcome is Outcome.ACCEPTED
    [taken] = services.taken
    assert (taken.fields["title"], taken.fields["message"]) == ("[TLP:AMBER] REAL ALERT", TEXT)


def test_a_wrong_key_is_no_success(services: Services) -> None:
    assert send(f"gotify://{services.host}/AbCdEfGhIjKlMnX").outcome is not Outcome.ACCEPTED
    assert services.taken == []


def test_ten_chats_that_hang_leave_a_push_service_and_text_messages_their_places(services: Services) -> None:
    services.hanging = {"_mattermost"}
    sender = apprise.Sender(config.load(SETTINGS))
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    sender.submit([message(f"mmost://{services.host}/{MATTERMOST_HOOK}", number) for number in range(10)], inbox)
    sender.submit([message(f"gotify://{services.host}/{GOTIFY_KEY}", 100), message(SMS, 101)], inbox)
    first = {inbox.get(timeout=20) for _ in range(2)}
    assert {(alert_id.int, result.outcome) for alert_id, result in first} == {
        (100, Outcome.ACCEPTED),
        (101, Outcome.ACCEPTED),
    }
    services.released.set()
    assert len([inbox.get(timeout=20) for _ in range(10)]) == 10
    sender.close()


def test_an_address_sealed_with_another_key_is_said_to_be(services: Services) -> None:
    result = send(SMS, CRISIS_SECRET_KEY="another")
    assert (result.outcome, "CRISIS_SEALING_KEY" in result.detail, services.taken) == (Outcome.PERMANENT, True, [])


def test_the_demo_sends_no_text_messages(services: Services) -> None:
    assert send(SMS, CRISIS_DEMO="true").outcome is Outcome.PERMANENT
    assert services.taken == []


def test_a_number_is_read_as_apprise_writes_it() -> None:
    account = twilio.read("twilio://AC0a:t%2Fk@%2B3225550100/+3225550199?apikey=SK01")
    assert account == twilio.Account("AC0a", "SK01", "t/k", "+3225550100", "+3225550199")
    with pytest.raises(errors.InvalidInput) as caught:
        twilio.read("twilio://AC0a:hidden-token@nobody/x")
    assert "hidden-token" not in str(caught.value)

"""What goes to services through Apprise, and what never does."""

import os
import subprocess
import sys
from typing import Any
from uuid import UUID

import pytest

from crisis import config, errors
from crisis.domain import apprise_services
from crisis.domain.alert import Channel, Outcome
from crisis.notify import apprise
from crisis.notify.sender import Envelope, Result
from tests.notify.envelopes import envelope, sent
from tests.parts.webhook_sink import WebhookSink

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


#: json: is a service that a test can be.
ALLOWED = {"CRISIS_APPRISE_ALLOW": "json ntfy ntfys slack nosuchservice syslog windows apprise kodi"}


def message(url: str, number: int = 1) -> Envelope:
    return envelope(
        url,
        alert_id=UUID(int=number),
        channel=Channel.APPRISE,
        payload="Bonjour, é\n<b>x</b>".encode(),
        subject="[TLP:AMBER] x",
    )


def send(url: str, *, allow: str = "127.0.0.0/8", **parts: Any) -> Result:
    settings = config.load({"CRISIS_SECRET_KEY": "k", "CRISIS_OUTBOUND_ALLOW": allow, **ALLOWED}, **parts)
    sender = apprise.Sender(settings)
    try:
        [(_, result)] = sent(sender, [message(url)])
    finally:
        sender.close()
    return result


def address(sink: WebhookSink, path: str = "/x") -> str:
    return sink.url(path).replace("http://", "json://")


def test_a_service_gets_subject_and_text_once() -> None:
    with WebhookSink() as sink:
        result = send(address(sink))
    assert (result.outcome, result.detail) == (Outcome.ACCEPTED, "The service took the message.")
    assert (sink.posted[0].body["title"], sink.posted[0].body["message"]) == ("[TLP:AMBER] x", "Bonjour, é\n<b>x</b>")
    assert len(sink.posted) == 1


def test_a_service_that_refuses_is_tried_again_and_its_address_is_not_repeated() -> None:
    with WebhookSink() as sink:
        sink.status = 500
        result = send(address(sink, "/token-in-the-path"))
    assert (result.outcome, result.detail) == (Outcome.TEMPORARY, "The service did not take the message.")


def test_redirects_are_not_followed() -> None:
    with WebhookSink() as sink, WebhookSink() as elsewhere:
        sink.status, sink.location = 307, elsewhere.url()
        assert send(address(sink)).outcome is not Outcome.ACCEPTED
    assert elsewhere.posted == []


def test_messages_do_not_wait_for_each_other() -> None:
    with WebhookSink() as sink:
        sender = apprise.Sender(
            config.load({"CRISIS_SECRET_KEY": "k", "CRISIS_OUTBOUND_ALLOW": "127.0.0.1", **ALLOWED})
        )
        results = dict(sent(sender, [message(address(sink), number) for number in range(6)]))
        sender.close()
    assert {result.outcome for result in results.values()} == {Outcome.ACCEPTED}
    assert max(result.finished_after.total_seconds() for result in results.values()) < 5  # a gap is 5.5 s by default


@pytest.mark.parametrize(
    "url",
    [
        "syslog://",
        "file:///etc/passwd",
        "dbus://",
        "windows://",
        "macosx://",
        "apprise://127.0.0.1/x",
        "mailto://a:b@x.example",
        "SYSLOG://",
        "kodi://127.0.0.1",
        "include://x",
        "http://127.0.0.1/",
        "no address at all",
        "",
        "://",
        "json://x\r\ny",
    ],
)
def test_what_is_on_the_machine_or_has_a_channel_of_its_own_is_refused(url: str) -> None:
    with pytest.raises(errors.InvalidInput):
        apprise_services.check(url, apprise_services.KNOWN)
    assert send(url).outcome is Outcome.PERMANENT


def test_an_address_that_apprise_does_not_understand_is_permanent() -> None:
    result = send("nosuchservice://x/y")
    assert (result.outcome, result.detail) == (Outcome.PERMANENT, "Apprise does not understand this address.")


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "localhost", "2130706433"])
def test_a_host_that_is_not_public_is_refused(host: str) -> None:
    result = send(f"json://{host}/latest", allow="10.0.0.0/8")
    assert (result.outcome, "CRISIS_OUTBOUND_ALLOW" in result.detail) == (Outcome.PERMANENT, True)


@pytest.mark.parametrize(
    "url", ["json://8.8.8.8/x", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#desk", "ntfy://topic"]
)
def test_the_demo_reaches_no_service(url: str) -> None:
    result = send(url, demo=True)
    assert (result.outcome, result.detail) == (Outcome.PERMANENT, "The demo sends to its own host only.")


def test_the_demo_reaches_its_own_host() -> None:
    with WebhookSink() as sink:
        assert send(address(sink), demo=True).outcome is Outcome.ACCEPTED


def test_apprise_is_imported_only_when_a_service_is_used() -> None:
    code = "import sys; from crisis.notify import apprise; print('apprise' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert ran.stdout.strip() == "False"

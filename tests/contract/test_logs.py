"""Tests that the log tells an operator what happened, and nobody's address, link or words."""

import time

import pytest

from tests.parts.mail_sink import ACCEPTED, HANG_UP
from tests.parts.running import PASSWORD
from tests.parts.world import World

pytestmark = pytest.mark.flow

PLANTED = "Zanzibarquartz"  # a word that is in nothing else


def test_no_address_no_link_no_token_and_no_word_of_an_incident_is_in_the_log(world: World) -> None:
    ref = world.declare(
        title=f"{PLANTED} title",
        summary=f"{PLANTED} summary",
        items=[{"url": f"https://pixelly.example/{PLANTED}"}, {"url": f"https://frohsinn.example/{PLANTED}"}],
        audience={"affected": True},
    )["ref"]
    link = world.mails(ref, "crisis1@pixelly.example")[0].links[0]
    visitor = world.visitor()
    form = visitor.get(link).form("answer")
    time.sleep(2.1)
    visitor.submit(form, name=f"{PLANTED} name", answer="acknowledge", note=f"{PLANTED} note")
    world.desk.get(f"/a/{'0' * 22}")
    world.desk.get(f"/api/v1/incidents/{ref}", token="wrong-" + PLANTED)
    world.try_to_declare(title=PLANTED * 50)
    world.mail.behaviour.answer = lambda recipient, _tries: HANG_UP if recipient.startswith("buero@") else ACCEPTED
    try:
        world.declare(items=[{"url": f"https://frohsinn.example/{PLANTED}2"}], audience={"affected": True})
        time.sleep(3)
    finally:
        world.mail.behaviour.answer = lambda _recipient, _tries: ACCEPTED
    log = world.desk.output
    secrets = [PLANTED, link, link[-22:], "crisis1@", "buero@", world.token, PASSWORD]
    assert [secret for secret in secrets if secret in log] == []

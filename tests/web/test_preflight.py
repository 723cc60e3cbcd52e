"""Tests of the preflight page: for an admin, who presses a button."""

import pytest

from crisis.store.models import Alert
from crisis.workflows.preflight import probes
from tests.parts.rows import rows
from tests.web import site


def test_an_admin_runs_it_by_a_button_and_looking_alone_sends_nothing(
    website: site.Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    from crisis.web import desk

    before = desk.of(website.app)
    wanted = before.settings.model_copy(
        update={"canary_mail": "probe@desk.example", "public_url": "http://127.0.0.1:9", "smtp_url": ""}
    )
    website.app.extensions["crisis"] = dataclasses.replace(before, settings=wanted)
    monkeypatch.setattr(probes, "_WAIT_SECONDS", 0.0)
    client = website.person("admin")
    assert "Run it now" in client.get("/preflight").get_data(as_text=True)
    with website.app.app_context():
        assert rows(Alert) == []
    page = site.post(client, "/preflight", {}).get_data(as_text=True)
    assert "email out" in page
    assert "start workers and metronome" in page
    assert "parts need something" in page
    with website.app.app_context():
        assert len(rows(Alert)) == 1
    assert website.rings


@pytest.mark.parametrize("role", ["officer", "manager", "registrar", "auditor"])
def test_nobody_else_may(website: site.Website, role: str) -> None:
    client = website.person(role)
    assert client.get("/preflight").status_code == 403
    assert 'href="/preflight"' not in client.get("/account").get_data(as_text=True)

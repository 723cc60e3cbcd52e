"""Tests of what `crisis up` sets for its parts: the demo sends to itself, whatever is configured."""

import argparse
from pathlib import Path

import pytest

from crisis import cli, config
from crisis.cli import up


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _settings(*arguments: str) -> config.Settings:
    args: argparse.Namespace = cli.tree().parse_args(["up", *arguments])
    changes, _, _ = up._changes(args)
    environment = config.child_environment({name: str(value) for name, value in changes.items()})
    own = {name: value for name, value in environment.items() if name.startswith(config.PREFIX)}
    return config.load(own, secret_key="given, so that none is made")


def test_links_lead_to_where_the_server_listens_unless_a_public_address_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _settings("--port", "8123").public_url == "http://127.0.0.1:8123"
    assert _settings("--host", "::1").public_url == "http://[::1]:8000"
    monkeypatch.setenv("CRISIS_PUBLIC_URL", "https://desk.example")
    assert _settings("--port", "8123").public_url == "https://desk.example"


def test_the_demo_sends_to_its_own_catcher_whatever_is_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = tmp_path / "smtp"
    password.write_text("smtps://desk:secret@relay.test")
    monkeypatch.setenv("CRISIS_SMTP_URL", "smtp://relay.test")
    monkeypatch.setenv("CRISIS_SMTP_URL_FILE", str(password))
    monkeypatch.setenv("CRISIS_PUBLIC_URL", "https://desk.test")
    monkeypatch.setenv("CRISIS_OUTBOUND_ALLOW", "10.0.0.0/8")
    settings = _settings("--demo", "--host", "0.0.0.0")
    assert settings.demo
    assert settings.smtp_url.startswith("smtp://127.0.0.1:")
    assert settings.demo_webhook_url.startswith("http://127.0.0.1:")
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.outbound_allow == ["127.0.0.0/8"]


def test_the_demo_keeps_its_data_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRISIS_DATA_DIR", "somewhere")
    assert _settings().data_dir == Path("somewhere")
    assert _settings("--demo").data_dir == Path("somewhere/demo")


def test_looking_at_the_settings_makes_no_key() -> None:
    _settings("--demo")
    assert not Path("var").exists()

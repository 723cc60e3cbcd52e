"""Tests of `crisis users` and `crisis platforms`, as a person at a terminal uses them."""

import io
import sys
from pathlib import Path

import pytest

from crisis import cli, config
from crisis.store import db
from crisis.workflows import users
from tests.workflows.test_import_registry import FILE, HEADER, MAIL


@pytest.fixture(autouse=True)
def _desk(settings: config.Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command reads its settings from the environment; the broker's socket does not exist."""
    monkeypatch.setenv("CRISIS_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("CRISIS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CRISIS_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("CRISIS_PUBLIC_URL", "http://127.0.0.1:8000")
    monkeypatch.chdir(tmp_path)


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))


def test_a_person_is_added_with_a_link(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["users", "add", "ann@desk.example", "--role", "officer", "--role", "admin"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "ann@desk.example was added as officer, admin."
    assert out[2].startswith("http://127.0.0.1:8000/account/set-up/")


def test_a_password_can_come_from_standard_input(
    settings: config.Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, "a sentence for tests\n")
    assert cli.main(["users", "add", "ann@desk.example", "--role", "officer", "--password-stdin"]) == 0
    assert "http" not in capsys.readouterr().out
    with db.opened(settings), db.reading() as session:
        found = users.users.by_email(session, "ann@desk.example")
        assert found is not None
        assert found.password is not None
        assert found.password.startswith("$argon2id$")


def test_a_short_password_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, "short\n")
    assert cli.main(["users", "add", "ann@desk.example", "--role", "officer", "--password-stdin"]) == 1
    assert "Use at least 12 characters" in capsys.readouterr().err


def test_an_address_has_one_person(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["users", "add", "ann@desk.example", "--role", "officer"]) == 0
    assert cli.main(["users", "add", "Ann@desk.example", "--role", "auditor"]) == 1
    assert "Somebody has this address already" in capsys.readouterr().err


def test_an_unknown_role_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["users", "add", "ann@desk.example", "--role", "king"])
    assert caught.value.code == 2


def test_a_new_link_is_given_to_somebody_known_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["users", "add", "ann@desk.example", "--role", "officer"]) == 0
    assert cli.main(["users", "link", "ann@desk.example"]) == 0
    assert "/account/set-up/" in capsys.readouterr().out.splitlines()[-1]
    assert cli.main(["users", "link", "bo@desk.example"]) == 1


def test_the_registry_goes_in_and_comes_out_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "registry.csv"
    file.write_bytes(FILE.encode())
    assert cli.main(["platforms", "import", str(file), "--dry-run"]) == 0
    assert "2 platforms would change" in capsys.readouterr().out
    assert cli.main(["platforms", "import", str(file)]) == 0
    assert "2 platforms changed" in capsys.readouterr().out
    assert cli.main(["platforms", "import", str(file)]) == 0
    assert "nothing changed." in capsys.readouterr().out
    assert cli.main(["platforms", "export", "--output", str(tmp_path / "out.csv")]) == 0
    assert (tmp_path / "out.csv").read_bytes() == FILE.encode()


def test_a_faulty_line_is_named_and_nothing_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "registry.csv"
    file.write_text(HEADER + MAIL.replace("24/7", "always"), encoding="utf-8")
    assert cli.main(["platforms", "import", str(file)]) == 1
    assert "line 2: hours" in capsys.readouterr().err
    assert cli.main(["platforms", "export"]) == 0


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_is_not_there_is_said(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["platforms", "import", name]) == 1
    assert "can't be read" in capsys.readouterr().err


@pytest.mark.parametrize("call", ["users add", "users link", "platforms import", "platforms export"])
def test_help_has_an_example(call: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([*call.split(), "--help"])
    assert caught.value.code == 0
    assert f"example: crisis {call}" in capsys.readouterr().out

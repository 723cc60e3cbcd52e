"""`crisis mail-in -`: one mail from a pipe, kept once, and given back to the queue where it can't be."""

import io
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from crisis import cli
from crisis.store.models import Mail
from tests.parts.letters import letter
from tests.parts.rows import rows


class Pipe:
    """What a mail server writes into standard input."""

    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


@pytest.fixture
def _desk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRISIS_DATABASE_URL", database_url)
    monkeypatch.setenv("CRISIS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CRISIS_SECRET_KEY", "a-key-for-tests-only-0123456789abcdef")


def pipe(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> int:
    monkeypatch.setattr(sys, "stdin", Pipe(raw))
    return cli.main(["mail-in", "-"])


@pytest.mark.usefixtures("_desk", "sqlite_db")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mail_from_a_pipe_is_kept_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    raw = letter("reply-person", uuid4())
    assert pipe(monkeypatch, raw) == 0
    assert capsys.readouterr().out == "reply, about nothing that is known, waits for an officer\n"
    assert pipe(monkeypatch, raw) == 0
    assert capsys.readouterr().out == "known already\n"
    assert len(rows(Mail)) == 1


def test_a_mail_that_can_not_be_kept_goes_back_to_the_queue(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRISIS_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/crisis.sqlite")
    monkeypatch.setenv("CRISIS_SECRET_KEY", "a-key-for-tests-only-0123456789abcdef")
    assert pipe(monkeypatch, b"Subject: x\r\n\r\n") == 75
    assert "crisis: The database can't be used" in capsys.readouterr().err


def test_without_a_mailbox_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRISIS_DATA_DIR", str(tmp_path))
    assert cli.main(["mail-in"]) == 1
    assert "CRISIS_IMAP_URL" in capsys.readouterr().err

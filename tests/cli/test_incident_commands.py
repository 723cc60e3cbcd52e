"""Tests of the commands of an incident: tokens, declare, status, stand-down, report."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crisis import cli, config
from crisis.cli import picture, tokens
from crisis.domain.text import forbidden
from crisis.store import db
from tests.parts import samples
from tests.reports.story import Story

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    settings: config.Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """Runs a command on a desk with two platforms: its exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRISIS_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("CRISIS_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("CRISIS_SECRET_KEY", settings.secret_key)
    monkeypatch.setattr("crisis.cli.desk._BELL_SECONDS", 0.0)  # nobody listens in this test
    with db.opened(settings):
        samples.add(*samples.registry(2))

    def _run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return _run


def written(folder: Path, **parts: object) -> str:
    path = folder / "incident.json"
    path.write_text(json.dumps(samples.declaration(**parts)), encoding="utf-8")
    return str(path)


def test_an_incident_from_declaration_to_report(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("declare", written(tmp_path))
    ref = out.split()[-1]
    assert (code, out) == (0, f"declared: 2 alerts to 2 platforms, 1 items.\n{ref}\n")
    assert ref.startswith("INC-")
    code, out, _ = run("status", ref)
    assert code == 0
    assert "No answer yet: 1\n  Pixelly p-001, items open: 1, next contact" in out
    code, out, _ = run("status", ref, "--json")
    assert (json.loads(out)["ref"], len(json.loads(out)["notices"])) == (ref, 2)
    code, out, _ = run("stand-down", ref, "--reason", "Over.")
    assert (code, out) == (0, f"{ref} is stood down. 0 endpoints are told, 2 unsent alerts were cancelled.\n")
    for form in ("html", "json", "csv"):
        path = tmp_path / f"report.{form}"
        assert run("report", ref, "--format", form, "--output", str(path))[0] == 0
        assert ref in path.read_text(encoding="utf-8")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["status"] == "final"


def test_watching_ends_with_the_incident(run: Run, tmp_path: Path) -> None:
    ref = run("declare", written(tmp_path))[1].split()[-1]
    run("stand-down", ref, "--reason", "Over.")
    code, out, _ = run("status", ref, "--watch")
    assert (code, out.count(ref)) == (0, 1)
    assert "] 0 of 1 done" in out


def test_declare_says_as_json_what_the_api_says(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("declare", written(tmp_path, exercise=True), "--json")
    answer = json.loads(out)
    assert (answer["ref"][:3], answer["exercise"], answer["counts"]["notices"]) == ("EX-", True, 2)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("status", "INC-2026-0404"), "There is no incident"),
        (("declare", "nothing.json"), "can't be read"),
        (("stand-down", "INC-2026-0404", "--reason", "x"), "There is no incident"),
        (("report", "INC-2026-0404", "--format", "csv", "--output", "x"), "There is no incident"),
        (("tokens", "add", "x", "--scope", "all"), "is no scope"),
        (("tokens", "revoke", "nobody"), "No token in use"),
    ],
)
def test_what_fails_says_why_on_standard_error_and_ends_with_1(
    run: Run, arguments: tuple[str, ...], reason: str
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert reason in err


def test_a_declaration_with_faults_names_each_field(run: Run, tmp_path: Path) -> None:
    code, _, err = run("declare", written(tmp_path, title="", severity="bad"))
    assert code == 1
    assert "  title: is missing\n" in err
    assert "  severity: expected one of: extreme" in err


def test_a_token_is_the_last_word_and_is_listed_without_itself(run: Run) -> None:
    code, out, _ = run(
        "tokens", "add", "room", "--scope", "incidents:read", "--scope", "metrics", "--expires-in", "90d"
    )
    token = out.split()[-1]
    assert (code, len(token)) == (0, 46)
    _, out, _ = run("tokens", "list")
    assert out.startswith("room  incidents:read metrics  in use until ")
    assert token not in out
    assert run("tokens", "revoke", "room")[0] == 0
    assert "revoked" in run("tokens", "list")[1]


@pytest.mark.parametrize("text", ["", "90", "d", "0d", "-1d", "1.5d", "90 d", "1w"])
def test_a_duration_is_a_number_and_a_unit(text: str) -> None:
    with pytest.raises(Exception, match="is no duration"):
        tokens.duration(text)


def test_no_word_from_outside_controls_the_terminal(sqlite_db: object) -> None:
    from crisis.workflows import overview
    from tests.parts.clock import START

    evil = "\x1b[2J\u202eevil\x07"
    (platform,) = samples.add(samples.platform(name=evil))
    with db.transaction() as session:
        told = Story(session, START, title=evil)
        told.notice(platform, items=1)
    drawn = picture.draw(overview.incident("INC-2026-0007", now=START), width=40)
    assert forbidden(drawn, lines=True) is None
    assert max(len(line) for line in drawn.splitlines()) <= 40

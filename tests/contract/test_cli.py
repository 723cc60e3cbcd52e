"""Tests of the promised `crisis` command: help, exit codes, output."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from crisis import cli
from tests.parts import samples
from tests.parts.world import World

pytestmark = pytest.mark.flow

COMMANDS = [
    "up", "metronome", "migrate", "check", "users add", "tokens add", "platforms import", "platforms export",
    "declare", "status", "stand-down", "report",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*command.split(), "--help"])
    text = capsys.readouterr().out
    assert ended.value.code == 0
    assert f"crisis {command}" in text
    assert "example" in text.lower()


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["status"], ["users", "add", "a@desk.example", "--role", "king"], ["report", "X"], []]
)
def test_wrong_usage_ends_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", "INC-1999-0001"],
        ["stand-down", "INC-1999-0001", "--reason", "over"],
        ["declare", "not-there.json"],
        ["platforms", "import", "not-there.csv"],
        ["report", "INC-1999-0001", "--format", "json", "--output", "out.json"],
        ["tokens", "add", "x", "--scope", "all"],
        ["tokens", "add", "x", "--scope", "incidents:read", "--expires-in", "soon"],
    ],
)
def test_a_request_that_failed_says_why_on_standard_error(world: World, arguments: list[str]) -> None:
    done = world.desk.command(*arguments)
    assert done.returncode in (1, 2)
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_check_has_a_line_for_every_part_and_all_are_ok(world: World) -> None:
    done = world.desk.command("check")
    assert done.returncode == 0, done.stdout + done.stderr
    for part in ("settings", "database", "schema", "broker", "worker", "metronome", "clock", "mail", "public address"):
        assert part in done.stdout.lower(), done.stdout


def test_a_token_is_the_last_word_and_opens_the_api(world: World) -> None:
    token = world.desk.cli("tokens", "add", "dashboard", "--scope", "incidents:read", "--expires-in", "90d").split()[-1]
    assert world.desk.get("/api/v1/incidents", token=token).status == 200


def test_a_user_without_a_password_gets_a_link_to_set_one(world: World) -> None:
    text = world.desk.cli("users", "add", "new@desk.example", "--role", "auditor")
    assert re.search(re.escape(world.desk.url) + r"/account/set-up/\S+", text)


def test_the_same_user_twice_is_refused(world: World) -> None:
    world.desk.cli("users", "add", "twice@desk.example", "--role", "officer")
    assert "address already" in world.desk.cli("users", "add", "twice@desk.example", "--role", "officer", expected=1)


def test_export_gives_back_the_cells_that_were_imported(world: World) -> None:
    exported = list(csv.DictReader(io.StringIO(world.desk.cli("platforms", "export"))))
    given = list(csv.DictReader(io.StringIO(world.registry())))
    key = ("platform_id", "contact_order", "channel", "address")
    ours = [row for row in exported if not row["platform_id"].startswith("p-9")]
    assert sorted(ours, key=lambda row: [row[name] for name in key]) == sorted(
        given, key=lambda row: [row[name] for name in key]
    )


def test_importing_the_same_file_again_changes_nothing(world: World) -> None:
    before = world.desk.cli("platforms", "export")
    path = world.desk.folder / "registry.csv"
    for flags in ([], ["--dry-run"]):
        world.desk.cli("platforms", "import", str(path), *flags)
    assert world.desk.cli("platforms", "export") == before


def test_declare_status_stand_down_and_report(world: World, tmp_path: Path) -> None:
    body = samples.declaration(items=[{"url": "https://pixelly.example/watch/c1"}], audience={"affected": True})
    answer = json.loads(world.desk.cli("declare", "-", "--json", given=json.dumps(body)))
    ref = answer["ref"]
    assert answer["counts"]["notices"] == 1
    assert ref in world.desk.cli("status", ref)
    assert json.loads(world.desk.cli("status", ref, "--json"))["ref"] == ref
    world.mails(ref, "crisis1@pixelly.example")
    world.desk.cli("stand-down", ref, "--reason", "The stream has ended.")
    assert "stand" in world.desk.cli("stand-down", ref, "--reason", "Again.", expected=1).lower()
    for form in ("html", "json", "csv"):
        path = tmp_path / f"report.{form}"
        world.desk.cli("report", ref, "--format", form, "--output", str(path))
        assert path.stat().st_size > 200
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["incident"]["ref"] == ref


def test_a_plain_declaration_prints_the_reference(world: World) -> None:
    path = world.desk.folder / "declaration.json"
    path.write_text(json.dumps(samples.declaration(audience={"affected": True})), encoding="utf-8")
    assert re.search(r"INC-\d{4}-\d{4,}", world.desk.cli("declare", str(path)))

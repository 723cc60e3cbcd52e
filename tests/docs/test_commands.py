"""Tests that every command in the documents does what they say, by running it."""

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from crisis import cli
from crisis.demo import seed

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:crisis|make) [^`]+)`")
_STAYS = ("crisis up",)  # runs until it is stopped; a test of its own starts it


@dataclass(frozen=True)
class Document:
    """The commands and the files that one document shows."""

    commands: list[str]
    files: dict[str, str]


def _read(path: Path) -> Document:
    text = path.read_text(encoding="utf-8")
    commands: list[str] = []
    files: dict[str, str] = {}
    for kind, body in _BLOCK.findall(text):
        name = kind.partition(" ")[2]
        if name:
            files[name] = body
        elif not kind:
            commands += [line.removeprefix(".venv/bin/") for line in body.splitlines() if line]
    return Document(commands + _INLINE.findall(text), files)


def _all(program: str) -> list[str]:
    return sorted({one for path in DOCUMENTS for one in _read(path).commands if one.startswith(f"{program} ")})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place with the fictional registry as a file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRISIS_DATA_DIR", str(tmp_path / "var"))
    (tmp_path / "registry.csv").write_bytes(seed.registry().encode())
    return tmp_path


def test_every_line_that_is_shown_as_a_command_is_one() -> None:
    strange = [one for path in DOCUMENTS for one in _read(path).commands if one.split()[0] not in ("crisis", "make")]
    assert strange == []


@pytest.mark.parametrize("command", _all("make"))
def test_a_target_of_make_is_there(command: str) -> None:
    done = subprocess.run(
        [*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False, env=_plain()
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", _all("crisis"))
def test_a_command_is_understood(command: str) -> None:
    words = shlex.split(command)[1:]
    if "--help" not in words:
        assert callable(cli.tree().parse_args(words).run)


def test_what_the_operator_does_every_day_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = [one for one in _blocks("operator.md") if not one.startswith(_STAYS)]
    assert len(commands) == 7
    for command in commands:
        code = cli.main(shlex.split(command)[1:])
        out = capsys.readouterr()
        expected = 1 if command == "crisis check" else 0  # nothing runs here, and it says so
        assert code == expected, f"{command}\n{out.out}{out.err}"
    assert out.out.replace("\r\n", "\n").strip() == seed.registry().replace("\r\n", "\n").strip()


def test_what_officer_and_reviewer_do_in_the_terminal_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["migrate"]) == 0
    assert cli.main(["platforms", "import", "registry.csv"]) == 0
    for name, content in _read(ROOT / "docs" / "duty-officer.md").files.items():
        (folder / name).write_text(content, encoding="utf-8")
    capsys.readouterr()
    commands = [*_blocks("duty-officer.md"), *_blocks("reviewer.md")]
    assert len(commands) == 6
    ref = "EX-2026-0001"
    for command in commands:
        code = cli.main(shlex.split(command.replace("EX-2026-0001", ref))[1:])
        out = capsys.readouterr()
        assert code == 0, f"{command}\n{out.out}{out.err}"
        if command.startswith("crisis declare"):
            ref = out.out.split()[-1]
    assert {"report.html", "report.json", "report.csv"} < {path.name for path in folder.iterdir()}


def test_the_header_of_the_registry_file_is_the_one_that_is_documented() -> None:
    documented = next(
        body.strip()
        for kind, body in _BLOCK.findall((ROOT / "docs" / "contract.md").read_text(encoding="utf-8"))
        if kind == "csv"
    )
    assert documented == seed.registry().splitlines()[0]


def _blocks(name: str) -> list[str]:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    lines = [line for kind, body in _BLOCK.findall(text) if not kind for line in body.splitlines()]
    return [line.removeprefix(".venv/bin/") for line in lines if line.removeprefix(".venv/bin/").startswith("crisis ")]


def _plain() -> dict[str, str]:
    """Without what a make above this test has told its children."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}

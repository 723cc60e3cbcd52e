"""Tests of the command tree: help, exit codes, plain reasons."""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crisis import cli, errors

FOLDER = Path(cli.__file__).parent
NOT_COMMANDS = {"__init__", "desk"}


def _leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield parser
    for group in groups:
        for child in group.choices.values():
            yield from _leaves(child)


LEAVES = {leaf.prog: leaf for leaf in _leaves(cli.tree())}


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """A tree of one command that raises what the test puts here."""
    raised: list[BaseException] = []

    def run(_args: argparse.Namespace) -> int:
        raise raised[0]

    def tree() -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(prog="crisis")
        parser.set_defaults(run=run)
        return parser

    monkeypatch.setattr(cli, "tree", tree)
    return raised


@pytest.mark.parametrize("leaf", LEAVES.values(), ids=LEAVES.keys())
def test_every_command_has_an_example_that_is_a_call_of_it(leaf: argparse.ArgumentParser) -> None:
    assert (leaf.epilog or "").startswith(f"example: {leaf.prog}")
    assert callable(leaf.get_default("run"))


def test_every_module_of_the_package_with_a_command_is_in_the_tree() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py") if "def add(" in path.read_text(encoding="utf-8")}
    assert modules == {command.__name__.rpartition(".")[2] for command in cli._COMMANDS}
    assert not modules & NOT_COMMANDS


def test_wrong_usage_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.main(["no-such-command"])
    assert ending.value.code == 2
    assert "no-such-command" in capsys.readouterr().err


def test_a_refusal_is_one_plain_line_with_its_fields(
    failing: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    failing.append(errors.InvalidInput("2 rows do not fit.", fields={"line 3": "no such channel"}))
    assert cli.main([]) == 1
    assert capsys.readouterr() == ("", "crisis: 2 rows do not fit.\n  line 3: no such channel\n")


def test_ctrl_c_ends_a_command_without_a_traceback(
    failing: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    failing.append(KeyboardInterrupt())
    assert cli.main([]) == 1
    assert capsys.readouterr().err == "crisis: stopped.\n"


def test_help_loads_nothing_that_takes_time() -> None:
    code = (
        "import sys; from crisis import cli; cli.tree().format_help();"
        "print([name for name in ('celery', 'flask', 'sqlalchemy', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

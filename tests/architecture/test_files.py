"""Tests that a file is about one thing."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture import tree

LINES = 330  # the guide is 200
FUNCTION_LINES = 72  # the guide is 40
PARAMETERS = 6  # positional ones; what follows the first is better named
SWEEPINGS = {"utils", "util", "helpers", "helper", "common", "misc"}
CODE = tree.modules("crisis")
ALL = tree.modules("crisis", "tests", "bench")


@pytest.mark.parametrize("path", ALL, ids=tree.name)
def test_a_file_opens_with_one_sentence_saying_what_it_is(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    if not source.strip():
        assert path.name == "__init__.py"
        return
    docstring = ast.get_docstring(ast.parse(source))
    assert docstring, "no docstring"
    first = " ".join(docstring.split("\n\n")[0].split())
    assert first.endswith("."), first
    assert not re.search(r"[.?!] [A-ZÀ-Ý]", first), f"more than one sentence: {first}"


@pytest.mark.parametrize("path", CODE, ids=tree.name)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LINES


@pytest.mark.parametrize("path", CODE, ids=tree.name)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = [
        f"{node.name}: {length} lines"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (length := (node.end_lineno or 0) - node.lineno + 1 - _docstring_lines(node)) > FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize("path", CODE, ids=tree.name)
def test_arguments_after_the_first_few_are_named(path: Path) -> None:
    wide = [
        f"{node.name}: {len(node.args.posonlyargs) + len(node.args.args)} positional parameters"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and len(node.args.posonlyargs) + len(node.args.args) > PARAMETERS
    ]
    assert wide == []


def test_no_file_is_a_drawer_for_sweepings() -> None:
    assert [tree.name(path) for path in ALL if path.stem in SWEEPINGS] == []


def test_nothing_is_left_for_later() -> None:
    word = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "Not" + "ImplementedError", "prag" + "ma: no")))
    found = [
        f"{tree.name(path)}:{number}"
        for path in ALL
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if word.search(line)
    ]
    assert found == []


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0

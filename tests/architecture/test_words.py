"""Tests that people are spoken to in the words of the glossary."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture import tree

# A voluntary request is within our aim, after our aim, or has no answer yet; nothing else. (Orders come later.)
BLAMING = re.compile(
    r"\b(overdue|late|delayed|breach(?:ed|es)?|missed|violat\w+|non-?complian\w+|failed to respond|"
    r"en retard|retardataire|manqu[ée]e?s?|verspätet|überfällig|versäumt|verletzt)\b",
    re.IGNORECASE,
)
TLP = re.compile(r"TLP:(?:ROUGE|ORANGE|VERT|ROT|GELB|GRÜN)", re.IGNORECASE)
TEMPLATES = [path for path in tree.files() if path.suffix in {".html", ".txt", ".j2"} and "crisis" in path.parts]
CATALOGUES = [path for path in tree.files() if path.suffix in {".po", ".pot"}]
# What our own processes tell their operator is left out: there, a beat can be missed.
SPEAKING = [
    path for path in tree.modules("crisis") if path.relative_to(tree.ROOT).parts[1] not in {"jobs", "processes"}
]
# Words that no person asked anything reads about themselves.
OURS = {
    "crisis/web/states.py": {"late", "overdue"},  # the name of a colour; the state of an order
    "crisis/web/sprite.py": {"late"},  # the name of an icon
    "crisis/domain/mail_report.py": {"delayed"},  # what mail hosts write, RFC 3464
    "crisis/cli/metronome.py": {
        "Every 2 s: ring for what is due, fire due timers, send what is more than 5 s overdue."
    },
}


def _prose(template: str) -> str:
    """A template without its comments, which are not shown."""
    return re.sub(r"\{#.*?#\}", "", template, flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=tree.name)
def test_a_template_blames_nobody(path: Path) -> None:
    assert BLAMING.findall(_prose(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=tree.name)
def test_a_catalogue_blames_nobody_and_leaves_tlp_as_it_is(path: Path) -> None:
    entries = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    assert BLAMING.findall(entries) == []
    assert TLP.findall(entries) == []


@pytest.mark.parametrize("path", SPEAKING, ids=tree.name)
def test_no_text_in_the_code_blames_anybody(path: Path) -> None:
    module = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    texts = [
        node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]
    assert [text for text in texts if BLAMING.search(text) and text not in OURS.get(tree.name(path), set())] == []

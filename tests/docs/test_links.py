"""Tests that the documents point to what is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def _targets(path: Path) -> list[str]:
    return [one.partition("#")[0] for one in _LINK.findall(path.read_text(encoding="utf-8")) if "://" not in one]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_document_points_only_to_what_is_there(path: Path) -> None:
    assert [one for one in _targets(path) if not (path.parent / one).exists()] == []


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        for one in _targets(path):
            target = (path.parent / one).resolve()
            waiting += sorted(target.glob("*.md")) if target.is_dir() else [target]
    assert [path.name for path in DOCUMENTS if path not in reached] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_document_has_one_title_and_short_lines(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert [line for line in lines if len(line) > 160 and not line.startswith(("|", "platform_id,"))] == []


def test_the_first_screen_of_the_readme_has_the_picture_and_the_two_commands() -> None:
    first = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:20]
    assert "make demo" in first
    assert "make test" in first
    assert any(line.startswith("![") for line in first)


def test_names_of_people_and_hosts_in_the_documents_are_fictional() -> None:
    host = re.compile(r"\b[\w-]+\.(?:com|org|net|eu|io|de|fr|be)\b")
    found = {path.name: host.findall(path.read_text(encoding="utf-8")) for path in DOCUMENTS}
    assert {name: hosts for name, hosts in found.items() if hosts} == {}

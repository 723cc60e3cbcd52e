"""Tests that the tree holds nothing of the machine or the network it was made on."""

import re
from pathlib import Path

import pytest

from tests.architecture import tree

# Written in pieces, so that this file does not find itself.
HOSTS = re.compile("|".join(("pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.(org|com)", "registry" + r"\.npm")))
PLACES = re.compile(r"(?<![\w.~$}*-])/(?:" + "|".join(("wo" + "rk/", "ro" + "ot/", r"home/\w", r"Users/\w")) + ")")
INDEX = re.compile("--(extra-)?index" + "-url|find" + "-links|^registry\\s*=\\s*http")
LOCKS = re.compile(r"(\.lock|package-lock\.json)$")
TEXT = {".py", ".md", ".toml", ".lock", ".html", ".css", ".js", ".json", ".txt", ".po", ".pot", ".cfg", ".ini", ".csv",
        ".service", ".example", ".mako", ".yml", ".yaml", ".sh", ".npmrc", ""}  # fmt: skip


def _texts() -> list[Path]:
    return [path for path in tree.files() if path.suffix in TEXT]


@pytest.mark.parametrize(
    ("what", "pattern"),
    [("a package host", HOSTS), ("a place of the machine it was made on", PLACES), ("a package index", INDEX)],
)
def test_no_file_names(what: str, pattern: re.Pattern[str]) -> None:
    found = []
    for path in _texts():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if pattern.search(line):
                found.append(f"{tree.name(path)}:{number}: {line.strip()[:80]}")
    assert found == [], what


def test_locks_record_hashes_but_no_addresses() -> None:
    locks = [path for path in tree.files() if LOCKS.search(path.name)]
    assert locks
    for path in locks:
        text = path.read_text(encoding="utf-8")
        assert "://" not in text.replace('"url": "https://opencollective.com', "").replace(
            '"url": "https://github.com', ""
        ), tree.name(path)


def test_no_file_is_large() -> None:
    """Half a megabyte is far above any source; screenshots are the largest."""
    assert [tree.name(path) for path in tree.files() if path.stat().st_size > 500_000] == []


def test_no_secret_is_committed() -> None:
    keys = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|whsec_[A-Za-z0-9+/=]{24,}")
    found = [tree.name(path) for path in _texts() if keys.search(path.read_text(encoding="utf-8", errors="replace"))]
    assert found == []

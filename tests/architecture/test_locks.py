"""Tests that the locks hold what the project asks for, with hashes, and nothing that was not chosen."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
DEV = [Requirement(line) for line in PROJECT["optional-dependencies"]["dev"]]
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+?)(?: ; (.*?))? \\$")


def _pins(name: str) -> dict[str, list[tuple[str, str | None]]]:
    found: dict[str, list[tuple[str, str | None]]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if match := _PIN.match(line):
            found.setdefault(canonicalize_name(match[1]), []).append((match[2], match[3]))
    return found


@pytest.mark.parametrize(
    ("lock", "wanted"), [("requirements.lock", RUNTIME), ("requirements-dev.lock", [*RUNTIME, *DEV])]
)
def test_a_lock_holds_every_dependency_in_the_range_asked_for(lock: str, wanted: list[Requirement]) -> None:
    pins = _pins(lock)
    for requirement in wanted:
        versions = pins.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is not in {lock}: compile the locks again"
        assert all(requirement.specifier.contains(version) for version, _ in versions), requirement


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_entry_of_a_lock_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
    assert [entry[:60] for entry in entries if not entry.startswith("#") and "--hash=sha256:" not in entry] == []


def test_both_locks_agree() -> None:
    runtime, dev = _pins("requirements.lock"), _pins("requirements-dev.lock")
    versions = {name: {version for version, _ in pins} for name, pins in dev.items()}
    differing = [name for name, pins in runtime.items() if {version for version, _ in pins} != versions.get(name)]
    assert differing == []


def test_the_lock_fits_every_python_that_the_project_runs_on() -> None:
    for version in ("3.11", "3.12", "3.13", "3.14"):
        environment = {"python_version": version, "python_full_version": f"{version}.0"}
        for name, pins in _pins("requirements.lock").items():
            fitting = [pin for pin, marker in pins if marker is None or Marker(marker).evaluate(environment)]
            assert len(fitting) <= 1, f"{name} on {version}: {fitting}"

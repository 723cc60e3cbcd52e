"""Tests that `deploy/env.example` is the list of settings, with the defaults that the code has."""

import re
from pathlib import Path

from dotenv import dotenv_values

from crisis import config

EXAMPLE = Path(__file__).parents[2] / "deploy" / "env.example"
NAMES = [config.PREFIX + name.upper() for name in config.Settings.model_fields]


def _values() -> dict[str, str]:
    return {name: value or "" for name, value in dotenv_values(EXAMPLE).items()}


def test_the_example_lists_every_setting_in_the_order_of_the_code() -> None:
    assert list(_values()) == NAMES


def test_the_example_gives_the_defaults_of_the_code() -> None:
    key = {"CRISIS_SECRET_KEY": "given, so that none is made"}
    assert config.load({**_values(), **key}) == config.load(key)


def test_every_setting_is_explained_above_it() -> None:
    unexplained = []
    explained = False
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if not line:
            explained = False
        elif line.startswith("#"):
            explained = True
        elif not explained:
            unexplained.append(line)
    assert unexplained == []


def test_settings_of_the_demo_come_last_so_that_nobody_copies_them_by_chance() -> None:
    assert [name for name in _values() if re.match("CRISIS_DEMO", name)] == NAMES[-2:]

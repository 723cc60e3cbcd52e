"""Tests that every route says who may use it, and that the door keeps to it."""

import pytest
from flask import Flask

from crisis.web import guards
from tests.web import site


@pytest.fixture
def app(website: site.Website) -> Flask:
    return website.app


def test_every_route_has_exactly_one_guard(app: Flask) -> None:
    without = [
        f"{rule.endpoint} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if guards.guard_of(app.view_functions[rule.endpoint]) is None
    ]
    assert without == []
    assert len(list(app.url_map.iter_rules())) > 10

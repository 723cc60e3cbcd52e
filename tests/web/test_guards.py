"""Tests that every route says who may use it, and that the door keeps to it."""

import hashlib
from datetime import datetime

import pytest
from flask import Flask

from crisis.store import db
from crisis.store.models import ApiToken
from crisis.web import guards
from tests.web import site

TOKEN = "a-token-of-a-program"


@pytest.fixture
def app(website: site.Website) -> Flask:
    return website.app


def give_token(website: site.Website, scopes: str, *, expires_at: datetime | None = None) -> None:
    digest, now = hashlib.sha256(TOKEN.encode()).hexdigest(), website.clock.now()
    with website.app.app_context(), db.transaction() as session:
        session.add(
            ApiToken(
                name="a program",
                token_hash=digest,
                scopes=scopes,
                created_at=now,
                expires_at=expires_at,
            )
        )


def ask(website: site.Website, token: str | None) -> int:
    website.app.add_url_rule("/of-programs", "of_programs", guards.token("incidents:read")(lambda: "seen"))
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return website.anonymous().get("/of-programs", headers=headers).status_code


def test_every_route_has_exactly_one_guard(app: Flask) -> None:
    without = [
        f"{rule.endpoint} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if guards.guard_of(app.view_functions[rule.endpoint]) is None
    ]
    assert without == []


def test_open_routes_are_few_and_each_has_its_reason(app: Flask) -> None:
    found = {rule.endpoint: guards.guard_of(app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules()}
    reasons = {name: guard.needs for name, guard in found.items() if guard and guard.kind is guards.Kind.PUBLIC}
    assert all(reason and len(reason[0]) > 10 for reason in reasons.values())
    assert len(reasons) < 20


def test_a_second_guard_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="has a guard already"):
        guards.public("twice")(guards.role("officer")(lambda: ""))


def test_a_route_without_a_guard_is_open_to_nobody(website: site.Website) -> None:
    website.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = website.anonymous().get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.get_data(as_text=True)


def test_a_request_by_a_link_is_spared_what_looks_for_a_person_and_keeps_its_headers(website: site.Website) -> None:
    client = website.anonymous()
    answer = client.get("/a/0123456789012345678901", headers={"Cookie": "crisis=of-somebody"})
    assert answer.status_code == 404
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert [answer.headers.getlist(name) for name in ("Cache-Control", "Referrer-Policy", "X-Frame-Options")] == [
        ["no-store"],
        ["same-origin"],
        ["DENY"],
    ]
    assert len(answer.headers.getlist("Content-Security-Policy")) == 1
    assert "Cookie" in website.person("officer").get("/account").headers["Vary"]


def test_a_token_with_the_scope_gets_in(website: site.Website) -> None:
    give_token(website, "incidents:read incidents:write")
    assert ask(website, TOKEN) == 200


def test_a_token_with_another_scope_is_refused(website: site.Website) -> None:
    give_token(website, "registry:write")
    assert ask(website, TOKEN) == 403


@pytest.mark.parametrize("token", [None, "", "another-token", "é"])
def test_no_token_or_an_unknown_one_is_refused(website: site.Website, token: str | None) -> None:
    give_token(website, "incidents:read")
    assert ask(website, token) == 401


def test_a_token_ends_when_it_said(website: site.Website) -> None:
    give_token(website, "incidents:read", expires_at=website.clock.now())
    assert ask(website, TOKEN) == 401


def test_a_logged_in_person_is_no_program(website: site.Website) -> None:
    website.app.add_url_rule("/of-programs", "of_programs", guards.token("incidents:read")(lambda: "seen"))
    assert website.person("officer").get("/of-programs").status_code == 401


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("192.0.2.7", {}, 401),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 401),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 401),
    ],
)
def test_a_monitor_on_this_host_needs_no_token_unless_it_comes_through_a_proxy(
    website: site.Website, address: str, headers: dict[str, str], status: int
) -> None:
    website.app.add_url_rule("/m", "m", guards.token("metrics", or_loopback=True)(lambda: "1"))
    client = website.anonymous()
    assert client.get("/m", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code == status

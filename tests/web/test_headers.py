"""Tests of the headers that every answer carries."""

import re

import pytest

from crisis import config
from tests.parts.clock import FakeClock
from tests.web import site


def test_a_page_may_load_nothing_but_our_own_files(website: site.Website) -> None:
    answer = website.anonymous().get("/account/log-in")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([\w-]{24})'", policy)
    assert nonce
    assert policy == (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce.group(1)}'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_nonce_is_used_once(website: site.Website) -> None:
    client = website.anonymous()
    first, second = (client.get("/account/log-in").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("path", ["/", "/registry", "/registry/new", "/registry/import", "/users", "/account"])
def test_no_page_has_style_or_script_in_its_text(website: site.Website, path: str) -> None:
    page = website.person("admin", "manager").get(path).get_data(as_text=True)
    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son[a-z]+=", page)


def test_style_and_fonts_may_be_kept_because_their_address_names_their_content(website: site.Website) -> None:
    client = website.anonymous()
    page = client.get("/account/log-in").get_data(as_text=True)
    found = re.search(r'href="(/assets/app\.css\?v=[0-9a-f]{12})"', page)
    assert found
    with client.get(found.group(1)) as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_https_is_asked_for_where_we_are_reached_by_it(settings: config.Settings, clock: FakeClock) -> None:
    built = site.build(settings.model_copy(update={"public_url": "https://desk.example"}), clock)
    answer = built.anonymous().get("/account/log-in", base_url="https://desk.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-crisis=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "SameSite=Strict" in cookie

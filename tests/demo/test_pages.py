"""Tests of the demo's pages: what was caught, one click to the exercise, and the story on the first page."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from crisis import config
from crisis.demo import mailbox, seed
from crisis.store import db
from crisis.workflows import import_registry
from tests.parts.clock import FakeClock
from tests.web import site

NOW = datetime(2026, 3, 2, 1, 3, tzinfo=UTC)
LINK = "http://127.0.0.1:8000/a/7Qk2mN8pR4tV6xZ1aB3cDe"
MAIL = f"""From: Crisis desk <alerts@desk.example>
Subject: EXERCISE <b>bold</b>
X-Crisis-Ref: EX-2026-0001
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="cut"

--cut
Content-Type: text/plain; charset="utf-8"

<script>alert(1)</script>
{LINK}
http://evil.example/a/7Qk2mN8pR4tV6xZ1aB3cDe
--cut
Content-Type: text/html; charset="utf-8"

<html><head><meta charset="utf-8"></head><body><script>alert(1)</script><a href="{LINK}">x</a></body></html>
--cut--
""".replace("\n", "\r\n").encode()


@pytest.fixture
def demo(settings: config.Settings, clock: FakeClock) -> Iterator[site.Website]:
    """The web server as the demo has it, with the fictional registry."""
    built = site.build(settings.model_copy(update={"demo": True}), clock)
    with built.app.app_context():
        import_registry.import_registry(seed.registry(), now=clock.now(), actor="cli")
    yield built
    _close(built)


@pytest.fixture
def website(settings: config.Settings, clock: FakeClock) -> Iterator[site.Website]:
    """The web server as everybody else has it."""
    built = site.build(settings, clock)
    yield built
    _close(built)


def _close(built: site.Website) -> None:
    with built.app.app_context():
        db.db.session.remove()
        db.db.engine.dispose()


def _put(demo: site.Website, recipient: str = "crisis@beaconcast.example", raw: bytes = MAIL) -> str:
    return mailbox.of(demo.settings).put(raw, recipient=recipient, sender="alerts@desk.example", now=NOW)


def _get(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/demo/mails", "/demo/mails/x", "/demo/mails/x/html"])
def test_none_of_it_exists_outside_of_the_demo(website: site.Website, path: str) -> None:
    assert website.person("officer").get(path).status_code == 404


def test_the_exercise_can_not_be_started_outside_of_the_demo(website: site.Website) -> None:
    answer = site.post(website.person("officer"), "/demo/exercise", {}, page="/")
    assert answer.status_code == 404


def test_whoever_is_not_logged_in_reads_nothing(demo: site.Website) -> None:
    name = _put(demo)
    for path in ("/demo/mails", f"/demo/mails/{name}", f"/demo/mails/{name}/html"):
        assert demo.anonymous().get(path).status_code == 302


def test_only_who_may_declare_starts_the_exercise(demo: site.Website) -> None:
    answer = site.post(demo.person("auditor"), "/demo/exercise", {}, page="/")
    assert answer.status_code == 403
    assert "/demo/exercise" not in _get(demo.person("auditor", email="eve@desk.example"), "/")


def test_one_click_declares_an_exercise_and_rings(demo: site.Website) -> None:
    answer = site.post(demo.person("officer"), "/demo/exercise", {}, page="/")
    assert (answer.status_code, answer.location) == (303, "/incidents/EX-2026-0001")
    assert len(demo.rings) == 1


def test_the_first_page_tells_what_to_do_next(demo: site.Website) -> None:
    officer = demo.person("officer")
    before = _get(officer, "/")
    assert "Start the exercise" in before
    assert "/incidents/EX-2026-0001" not in before
    site.post(officer, "/demo/exercise", {}, page="/")
    name = _put(demo, recipient="alerte@lanterne.example")
    during = _get(officer, "/")
    assert 'href="/incidents/EX-2026-0001"' in during
    assert f'href="/demo/mails/{name}"' in during
    assert 'href="/incidents/EX-2026-0001/stand-down"' in during
    site.post(officer, "/incidents/EX-2026-0001/stand-down", {"reason": "End of the exercise."})
    assert 'href="/incidents/EX-2026-0001/report"' in _get(officer, "/")


def test_the_list_has_the_newest_first_and_says_who_answers(demo: site.Website) -> None:
    first, second = _put(demo), _put(demo, recipient="alerte@lanterne.example")
    page = _get(demo.person("officer"), "/demo/mails")
    assert "2 messages" in page
    assert "answers at once" in page
    assert "nobody, until you do" in page
    assert "EXERCISE &lt;b&gt;bold&lt;/b&gt;" in page
    assert {first, second} == set(re.findall(r'href="/demo/mails/([^"]+)"', page))


def test_a_message_is_shown_as_text_with_only_our_own_links_to_click(demo: site.Website) -> None:
    page = _get(demo.person("officer"), f"/demo/mails/{_put(demo)}")
    assert f'<a href="{LINK}" target="_blank" rel="noopener">' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="http://evil.example' not in page


def test_the_html_is_locked_into_a_frame_without_scripts_and_loads_nothing(demo: site.Website) -> None:
    officer, name = demo.person("officer"), _put(demo)
    page = officer.get(f"/demo/mails/{name}?as=html")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.get_data(as_text=True)
    frame = officer.get(f"/demo/mails/{name}/html")
    assert frame.headers["Content-Security-Policy"] == (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
        "frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
    )
    assert '<head><base target="_blank">' in frame.get_data(as_text=True)


def test_the_source_is_what_came_over_the_wire(demo: site.Website) -> None:
    page = _get(demo.person("officer"), f"/demo/mails/{_put(demo)}?as=source")
    assert "Delivered-To: crisis@beaconcast.example" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;a href=&#34;http://127.0.0.1:8000/a/" in page.replace("\r\n", "")


def test_a_webhook_is_shown_as_its_json(demo: site.Website) -> None:
    raw = (
        b'webhook-id: 1\r\nContent-Type: application/json\r\n\r\n{"type":"crisis.alert","data":{"ref":"EX-2026-0001"}}'
    )
    name = _put(demo, recipient="https://hooks.clipharbour.example/crisis", raw=raw)
    page = _get(demo.person("officer"), f"/demo/mails/{name}?as=html")
    assert "&#34;type&#34;: &#34;crisis.alert&#34;" in page
    assert "<iframe" not in page


def test_a_message_that_is_gone_says_so(demo: site.Website) -> None:
    assert demo.person("officer").get("/demo/mails/20260302T010300.000000Z-00000000").status_code == 404


def test_addresses_are_shown_as_people_write_them(demo: site.Website) -> None:
    _put(demo, recipient="crise@xn--djvu-1na6c.example")
    assert "crise@déjàvu.example" in _get(demo.person("officer"), "/demo/mails")

"""Live updates: what changed since an entry, to as many pages as have a place, until the process ends."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient

from crisis.web import follower, stream
from crisis.web.follower import Follower
from crisis.web.incidents.board import Boards
from tests.web import incident_site
from tests.web.site import Website


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(stream, "TOGETHER_SECONDS", 0.0)


@pytest.fixture
def live(website: Website) -> Iterator[Website]:
    incident_site.register(website)
    yield website
    follower.of(website.app).end()


@contextmanager
def _listening(client: FlaskClient, ref: str, **parts: Any) -> Iterator[Iterator[str]]:
    """The messages of a stream, one by one."""
    answer = client.get(f"/incidents/{ref}/stream", buffered=False, **parts)
    assert answer.status_code == 200
    assert answer.mimetype == "text/event-stream"
    chunks = answer.iter_encoded()
    try:
        yield (chunk.decode() for chunk in chunks)
    finally:
        answer.close()


def _news(messages: Iterator[str]) -> str:
    """The next message that is not a beat."""
    return next(one for one in messages if "event: beat" not in one)


def test_an_answer_appears_as_its_row_alone(live: Website) -> None:
    ref = incident_site.declared(live)
    officer = live.person("officer")
    pixelly = incident_site.notice_of(live, ref, "Pixelly")
    alpencast = incident_site.notice_of(live, ref, "Alpencast")
    with _listening(officer, ref) as messages:
        assert f"n-{pixelly.id.hex}" not in _news(messages)
        incident_site.answer(live, pixelly.id)
        changed = _news(messages)
    assert f'hx-target="#n-{pixelly.id.hex}" hx-swap="outerMorph"' in changed
    assert "Acknowledged" in changed
    assert f"n-{alpencast.id.hex}" not in changed
    assert f"id: {incident_site.view(live, ref).head}\n" in changed
    assert changed.endswith("\n\n")
    assert "\n\n" not in changed[:-2]


def test_a_page_goes_on_from_the_last_event_it_had(live: Website) -> None:
    ref = incident_site.declared(live)
    officer = live.person("officer")
    officer.get(f"/incidents/{ref}")
    pixelly = incident_site.notice_of(live, ref, "Pixelly")
    before = incident_site.view(live, ref).head
    incident_site.answer(live, pixelly.id)
    with _listening(officer, ref, headers={"Last-Event-ID": str(before)}) as messages:
        assert f"#n-{pixelly.id.hex}" in _news(messages)
    with _listening(officer, ref, query_string={"after": incident_site.view(live, ref).head}) as messages:
        assert f"#n-{pixelly.id.hex}" not in _news(messages)


def test_a_process_that_was_not_there_sends_every_row(live: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = incident_site.declared(live)
    fresh = Boards()
    monkeypatch.setattr(stream, "boards", fresh)
    with _listening(live.person("officer"), ref, headers={"Last-Event-ID": "1"}) as messages:
        assert _news(messages).count('hx-swap="outerMorph"') == 3


def test_the_server_gives_a_sign_of_life_with_its_time(live: Website) -> None:
    ref = incident_site.declared(live)
    with _listening(live.person("officer"), ref) as messages:
        _news(messages)
        beat = next(messages)
    assert beat == "event: beat\ndata: 2026-03-02T01:03:00Z\n\n"


def test_streams_take_half_of_the_threads_and_the_next_page_is_told_to_ask_again(live: Website) -> None:
    ref = incident_site.declared(live)
    officer = live.person("officer")
    watch = follower.of(live.app)
    with ExitStack() as places:
        for _ in range(live.settings.web_threads // 2):
            assert places.enter_context(watch.place("elsewhere"))
        with _listening(officer, ref) as messages:
            told = list(messages)
        assert len(told) == 1
        assert told[0].startswith("retry: 5000\n")
        pixelly = incident_site.notice_of(live, ref, "Pixelly")
        last = incident_site.view(live, ref).head
        incident_site.answer(live, pixelly.id)
        with _listening(officer, ref, headers={"Last-Event-ID": str(last)}) as messages:
            assert f"#n-{pixelly.id.hex}" in "".join(messages)
    with _listening(officer, ref) as messages:
        assert next(messages).startswith("retry: 500\n")
    assert watch.in_use == 0


def test_a_page_that_goes_away_gives_its_place_back(live: Website) -> None:
    ref = incident_site.declared(live)
    watch = follower.of(live.app)
    with _listening(live.person("officer"), ref) as messages:
        next(messages)
        assert watch.in_use == 1
    assert watch.in_use == 0


def test_the_end_of_the_process_ends_every_stream(live: Website) -> None:
    ref = incident_site.declared(live)
    watch = follower.of(live.app)
    with _listening(live.person("officer"), ref) as messages:
        next(messages)
        watch.end()
        assert [one for one in messages if "event: beat" not in one] == []
    with watch.place("later") as has_place:
        assert not has_place


def test_a_stream_is_for_people_who_are_logged_in(live: Website) -> None:
    ref = incident_site.declared(live)
    assert live.anonymous().get(f"/incidents/{ref}/stream").status_code == 302
    assert live.person("registrar").get(f"/incidents/{ref}/stream").status_code == 403


def test_a_number_beyond_the_record_is_taken_for_its_end(live: Website) -> None:
    ref = incident_site.declared(live)
    pixelly = incident_site.notice_of(live, ref, "Pixelly")
    with _listening(live.person("officer"), ref, headers={"Last-Event-ID": "999999"}) as messages:
        _news(messages)
        incident_site.answer(live, pixelly.id)
        assert f"#n-{pixelly.id.hex}" in _news(messages)


def test_what_one_stream_has_sent_is_still_news_for_another(live: Website) -> None:
    ref = incident_site.declared(live)
    officer = live.person("officer")
    pixelly, alpencast = (incident_site.notice_of(live, ref, name) for name in ("Pixelly", "Alpencast"))
    with _listening(officer, ref) as one, _listening(officer, ref) as other:
        _news(one), _news(other)
        incident_site.answer(live, pixelly.id)
        assert f"#n-{pixelly.id.hex}" in _news(one)
        incident_site.answer(live, alpencast.id)
        assert f"#n-{alpencast.id.hex}" in _news(one)
        heard = _news(other)
        assert f"#n-{pixelly.id.hex}" in heard
        if f"#n-{alpencast.id.hex}" not in heard:
            assert f"#n-{alpencast.id.hex}" in _news(other)


def test_hostile_text_can_not_end_a_message(live: Website) -> None:
    assert stream.message("a\r\nb\rc\n\nd", n=7) == "id: 7\ndata: a\ndata: b\ndata: c\ndata: \ndata: d\n\n"


def test_one_look_serves_all_who_wait() -> None:
    looks: list[list[str]] = []
    heads = {"one": 1, "two": 5}

    def look(streams: Any) -> dict[str, int]:
        looks.append(sorted(streams))
        return {name: heads[name] for name in streams}

    watch = Follower(look, most=4)
    with watch.place("one"), watch.place("one"), watch.place("two"):
        assert _in_time(lambda: watch.wait("two", beyond=4, seconds=5)) == 5
        found: list[int | None] = []
        waiting = [threading.Thread(target=lambda: found.append(watch.wait("one", beyond=1, seconds=5))) for _ in "ab"]
        for thread in waiting:
            thread.start()
        heads["one"] = 2
        for thread in waiting:
            thread.join(5)
        assert found == [2, 2]
        assert looks[-1] == ["one", "two"]
    watch.end()


def test_a_database_that_is_away_for_a_moment_does_not_end_the_watch() -> None:
    answers: list[Callable[[], dict[str, int]]] = [lambda: 1 / 0, lambda: {"one": 3}]  # type: ignore[list-item,return-value]

    def look(_streams: Any) -> dict[str, int]:
        return answers.pop(0)() if answers else {"one": 3}

    watch = Follower(look, most=1)
    with watch.place("one"):
        assert _in_time(lambda: watch.wait("one", beyond=0, seconds=5)) == 3
    watch.end()


def _in_time(act: Callable[[], int | None]) -> int | None:
    began = time.monotonic()
    found = act()
    assert time.monotonic() - began < 4
    return found

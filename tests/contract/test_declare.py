"""Tests of the promised declaration: body, answer, routing, idempotence, refusals."""

import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.parts import samples
from tests.parts.world import World

pytestmark = pytest.mark.flow


def test_the_answer_has_the_promised_fields(world: World) -> None:
    answer = world.declare(
        items=[
            {"url": "https://pixelly.example/watch/d1"},
            {"url": "https://pixelly.example/watch/d1?utm_source=feed#t=30"},
            {"url": "https://hookline.example/v/d2"},
            {"url": "https://nobody.example/v/d3"},
            {"md5": "9e107d9d372bb6826bd81d3542a419d6"},
        ]
    )
    year = datetime.now(UTC).year
    assert re.fullmatch(rf"INC-{year}-\d{{4,}}", answer["ref"])
    assert answer["state"] == "declared"
    assert answer["exercise"] is False
    assert answer["declared_at"].endswith("Z")
    assert answer["counts"] == {"notices": 6, "alerts": 6, "items": 4, "merged_items": 1, "unrouted_items": 1}


def test_platforms_are_asked_to_act_to_search_or_only_informed(world: World) -> None:
    with_hash = world.declare(items=[{"url": "https://pixelly.example/watch/e1"}, {"sha256": "b" * 64}])["ref"]
    asks = {platform: notice["ask"] for platform, notice in world.notices(with_hash).items()}
    assert asks == {"p-001": "act", "p-002": "search", "p-003": "search", "p-004": "search", "p-005": "search",
                    "p-006": "search"}  # fmt: skip
    without = world.declare(items=[{"url": "https://pixelly.example/watch/e2"}])["ref"]
    asks = {platform: notice["ask"] for platform, notice in world.notices(without).items()}
    assert asks["p-001"] == "act"
    assert {asks[one] for one in asks if one != "p-001"} == {"inform"}


@pytest.mark.parametrize(
    ("audience", "platforms"),
    [
        ({"affected": True}, {"p-001"}),
        ({"platforms": ["p-005"]}, {"p-005"}),
        ({"platforms": ["p-001", "p-002"]}, {"p-001", "p-002"}),
    ],
)
def test_the_audience_is_who_was_named(world: World, audience: dict[str, Any], platforms: set[str]) -> None:
    ref = world.declare(audience=audience, items=[{"url": "https://pixelly.example/watch/f1"}])["ref"]
    assert set(world.notices(ref)) == platforms


def test_an_exercise_has_its_own_references_and_refuses_real_addresses(world: World) -> None:
    answer = world.declare(exercise=True)
    assert re.fullmatch(r"EX-\d{4}-\d{4,}", answer["ref"])
    assert answer["exercise"] is True
    refused = world.try_to_declare(exercise=True, items=[{"url": "https://www.belgium.be/v/1"}])
    assert refused.status == 422
    assert "items[0].url" in refused.json["fields"]


def test_the_same_key_and_body_give_the_first_answer_and_another_body_a_conflict(world: World) -> None:
    body = samples.declaration(occurred_at=None, items=[{"url": "https://pixelly.example/watch/g1"}])
    body.pop("occurred_at")
    post = world.desk.post
    first = post("/api/v1/incidents", body, token=world.token, Idempotency_Key="key-of-the-test-1")
    again = post("/api/v1/incidents", body, token=world.token, Idempotency_Key="key-of-the-test-1")
    other = post(
        "/api/v1/incidents", {**body, "title": "Other"}, token=world.token, Idempotency_Key="key-of-the-test-1"
    )
    assert first.status == 201, first.text
    assert (again.status, again.json) == (first.status, first.json)
    assert other.status == 409
    assert other.json["code"] == "idempotency_key_reused"


def test_the_same_key_at_the_same_moment_declares_once(world: World) -> None:
    body = samples.declaration(items=[{"url": "https://pixelly.example/watch/g2"}])
    refs: list[str] = []

    def post() -> None:
        reply = world.desk.post("/api/v1/incidents", body, token=world.token, Idempotency_Key="key-of-the-test-2")
        refs.append(reply.json.get("ref", reply.json.get("code")))

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for one in refs if one.startswith("INC")}) == 1, refs


def test_nothing_in_the_future_has_occurred(world: World) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    refused = world.try_to_declare(occurred_at=soon)
    assert refused.status == 422
    assert "occurred_at" in refused.json["fields"]


def test_incidents_are_listed_in_pages(world: World) -> None:
    for number in range(3):
        world.declare(items=[{"url": f"https://pixelly.example/watch/h{number}"}], audience={"affected": True})
    path, seen = "/api/v1/incidents?limit=2", []
    for _ in range(100):
        page = world.desk.get(path, token=world.token).json
        assert set(page) == {"items", "next"}
        assert len(page["items"]) <= 2
        seen += [one["ref"] for one in page["items"]]
        if page["next"] is None:
            break
        path = f"/api/v1/incidents?limit=2&cursor={page['next']}"
    assert len(seen) == len(set(seen)) >= 3
    exercises = world.desk.get("/api/v1/incidents?exercise=true", token=world.token).json["items"]
    assert all(one["ref"].startswith("EX-") for one in exercises)


def test_more_items_are_a_new_batch_and_reach_only_who_has_them(world: World) -> None:
    ref = world.declare(items=[{"url": "https://pixelly.example/watch/i1"}], audience={"affected": True})["ref"]
    world.mails(ref, "crisis1@pixelly.example")
    reply = world.desk.post(
        f"/api/v1/incidents/{ref}/items",
        {"items": [{"url": "https://pixelly.example/watch/i2"}, {"url": "https://frohsinn.example/t/i3"}]},
        token=world.token,
    )
    assert reply.status in (200, 201), reply.text
    first, second = world.mails(ref, "crisis1@pixelly.example", count=2)
    assert second.message["References"] == first.message_id
    world.mails(ref, "buero@frohsinn.example")
    notices = world.notices(ref)
    assert notices["p-001"]["items"]["total"] == 2
    assert notices["p-005"]["items"]["total"] == 1

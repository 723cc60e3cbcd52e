"""A declaration is checked field by field, with all faults at once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from crisis import errors
from crisis.domain import declaration, incident, notice
from crisis.domain.declaration import Audience, AudienceMode, Declaration, GivenItem
from tests.domain.registries import to_ascii

NOW = datetime(2026, 11, 21, 10, 5, tzinfo=UTC)
A64, B32 = "a" * 64, "b" * 32


def body(**changed: Any) -> dict[str, Any]:
    given = {
        "title": "Attack in a shopping street",
        "summary": "Copies circulate.\nTwo services.",
        "kind": "terrorist-violent-extremist",
        "severity": "extreme",
        "instrument": "alert",
        "exercise": False,
        "tlp": "AMBER",
        "occurred_at": "2026-11-21T11:02:00+01:00",
        "member_states": ["DE", "EL", "DE"],
        "audience": {"all": True},
        "items": [{"url": "https://video.example/v/1"}, {"sha256": A64.upper()}, {"pdq": A64, "md5": B32}],
        **changed,
    }
    return {name: value for name, value in given.items() if value is not ...}


def parse(**changed: Any) -> Declaration:
    return declaration.parse(body(**changed), now=NOW, to_ascii=to_ascii)


def faults(**changed: Any) -> dict[str, str]:
    with pytest.raises(errors.InvalidInput) as caught:
        parse(**changed)
    return caught.value.fields


def test_a_whole_declaration_is_read() -> None:
    assert parse() == Declaration(
        title="Attack in a shopping street",
        summary="Copies circulate.\nTwo services.",
        kind=incident.Kind.TERRORIST,
        severity=incident.Severity.EXTREME,
        instrument=notice.Instrument.ALERT,
        exercise=False,
        tlp=incident.Tlp.AMBER,
        occurred_at=datetime(2026, 11, 21, 10, 2, tzinfo=UTC),
        member_states=("DE", "EL"),
        audience=Audience(AudienceMode.ALL),
        items=(
            GivenItem(url="https://video.example/v/1"),
            GivenItem(sha256=A64),
            GivenItem(pdq=A64, md5=B32),
        ),
        assign={},
        authority=None,
    )


def test_some_fields_may_be_absent() -> None:
    read = parse(summary=..., occurred_at=..., member_states=..., items=[])
    assert (read.summary, read.occurred_at, read.member_states, read.items) == ("", None, (), ())


@pytest.mark.parametrize("name", ["title", "kind", "severity", "instrument", "exercise", "tlp", "audience", "items"])
def test_the_others_may_not(name: str) -> None:
    assert list(faults(**{name: ...})) == [name]


def test_all_faults_come_at_once_each_by_its_field() -> None:
    found = faults(
        title="x" * 201,
        kind="fire",
        tlp="amber",
        colour="red",
        member_states=["DE", "XX"],
        items=[
            {"url": "https://a.example/"},
            {"url": "a.example"},
            {"sha256": "abc"},
            {},
            {"link": "x", "md5": B32},
            7,
        ],
    )
    assert found == {
        "colour": "there is no such field",
        "title": "has 201 characters; at most 200 fit",
        "kind": "expected one of: terrorist-violent-extremist, child-sexual-abuse, drug-trafficking, "
        "human-trafficking, other",
        "tlp": "expected one of: RED, AMBER+STRICT, AMBER, GREEN, CLEAR",
        "member_states[1]": found["member_states[1]"],
        "items[1].url": "This is no full address; it begins with http:// or https://.",
        "items[2].sha256": "sha256 has 64 digits, this one has 3.",
        "items[3]": "names neither an address nor a hash",
        "items[4].link": "there is no such field",
        "items[5]": "expected an object with named fields",
    }


def test_the_text_shows_the_first_faults() -> None:
    with pytest.raises(
        errors.InvalidInput, match=r"The declaration can't be used. title: is missing; kind: .*and 1 more"
    ):
        parse(title="", kind="fire", tlp="amber", severity="bad")


@pytest.mark.parametrize("given", [None, [], "x", 5])
def test_a_body_that_is_no_object_is_refused(given: object) -> None:
    with pytest.raises(errors.InvalidInput) as caught:
        declaration.parse(given, now=NOW, to_ascii=to_ascii)
    assert caught.value.fields["body"] == "expected an object with named fields"


@pytest.mark.parametrize("instrument", ["referral", "order"])
def test_only_an_alert_can_be_declared(instrument: str) -> None:
    assert "only an alert" in faults(instrument=instrument)["instrument"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("2026-11-21T10:07:01Z", "future"),
        ("2026-11-21T10:02:00", "zone"),
        ("yesterday", "zone"),
        (5, "zone"),
    ],
)
def test_a_time_must_be_past_and_have_a_zone(given: object, reason: str) -> None:
    assert reason in faults(occurred_at=given)["occurred_at"]


def test_a_clock_may_be_two_minutes_ahead() -> None:
    assert parse(occurred_at="2026-11-21T10:07:00Z").occurred_at == datetime(2026, 11, 21, 10, 7, tzinfo=UTC)


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\u202e", "\ud800", "\n"])
def test_characters_that_deceive_are_refused_in_the_title(character: str) -> None:
    assert "has no place in a text" in faults(title=f"a{character}b")["title"]


@pytest.mark.parametrize("given", ["<script>alert(1)</script>", "=1+1", "🔥", "Φόρουμ"])
def test_other_text_is_kept_as_it_is(given: str) -> None:
    assert parse(title=given).title == given


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "audience"),
        ({"all": True, "affected": True}, "audience"),
        ({"all": False}, "audience.all"),
        ({"affected": 1}, "audience.affected"),
        ({"platforms": []}, "audience.platforms"),
        ({"platforms": ["p-1", 5]}, "audience.platforms[1]"),
        ({"everyone": True}, "audience.everyone"),
        ("all", "audience"),
    ],
)
def test_an_audience_is_one_of_three(given: object, field: str) -> None:
    assert field in faults(audience=given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"all": True}, Audience(AudienceMode.ALL)),
        ({"affected": True}, Audience(AudienceMode.AFFECTED)),
        ({"platforms": ["p-1", "p-2", "p-1"]}, Audience(AudienceMode.PLATFORMS, ("p-1", "p-2"))),
    ],
)
def test_an_audience_is_read(given: dict[str, Any], expected: Audience) -> None:
    assert parse(audience=given).audience == expected


def test_an_audience_comes_back_from_its_json() -> None:
    one = Audience(AudienceMode.PLATFORMS, ("p-1", "p-2"))
    assert one.as_json() == {"platforms": ["p-1", "p-2"]}
    assert parse(audience=one.as_json()).audience == one


@pytest.mark.parametrize("url", ["https://real-service.com/x", "https://192.0.2.7/x", "https://test.evil.org/x"])
def test_an_exercise_names_no_real_host(url: str) -> None:
    assert "only reserved hosts" in faults(exercise=True, items=[{"url": url}])["items[0].url"]


@pytest.mark.parametrize("host", ["a.example", "a.test", "x.invalid", "localhost", "www.example.com", "example.net"])
def test_an_exercise_names_reserved_hosts(host: str) -> None:
    assert parse(exercise=True, items=[{"url": f"https://{host}/x"}]).exercise


def test_an_address_is_kept_as_it_was_given() -> None:
    url = "HTTPS://A.example/Cafe\u0301?utm_source=x"
    assert parse(items=[{"url": f" {url}\n", "exact": True}]).items == (GivenItem(url=url, exact=True),)


def test_ten_thousand_items_fit_and_no_more() -> None:
    items = [{"url": f"https://a.example/{number}"} for number in range(10_000)]
    assert len(parse(items=items).items) == 10_000
    assert faults(items=[*items, {"md5": B32}])["items"] == "has 10001 entries; at most 10000 fit"


def test_an_item_comes_back_from_its_json() -> None:
    given = GivenItem(url="https://a.example/x", md5=B32, exact=True)
    assert parse(items=[given.as_json()]).items == (given,)

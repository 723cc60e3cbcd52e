"""Tests of what an officer says on the phone and pastes into a portal."""

from dataclasses import replace

import pytest

from crisis.domain import notice
from crisis.notify import spoken

TOLD = spoken.Told(
    ref="INC-2026-0007",
    exercise=False,
    authority="Ministry of the Interior (fictional)",
    desk_name="Crisis desk",
    desk_phone="+32 2 555 01 99",
    ask=notice.Ask.ACT,
    items=12,
    hashes=0,
    written=True,
)


def test_a_call_says_who_what_reference_how_much_and_asks_to_open_the_message() -> None:
    assert spoken.call(TOLD, "en") == (
        "REAL ALERT. Not an exercise.",
        "Good day, this is Ministry of the Interior (fictional), sent through Crisis desk.",
        "We have a request for you, reference INC-2026-0007: 12 addresses on your service.",
        "Please open our message and answer by its link: half a minute.",
        "May I write down your name, and that you have the request?",
        "I do not speak about the content by phone. Please never send it to us.",
        "You reach us day and night: +32 2 555 01 99.",
    )


def test_whoever_has_no_way_for_messages_is_asked_for_one() -> None:
    assert "Please give me a mail address" in spoken.call(replace(TOLD, written=False), "en")[3]


def test_a_search_counts_hashes() -> None:
    search = replace(TOLD, ask=notice.Ask.SEARCH, items=0, hashes=2)
    assert "2 hashes to look for" in spoken.call(search, "en")[2]


def test_a_language_that_we_do_not_write_gets_english() -> None:
    assert spoken.call(TOLD, "fi") == spoken.call(TOLD, "en")


@pytest.mark.parametrize("language", ["fr", "de"])
def test_every_sentence_is_translated(language: str) -> None:
    for own, english in zip(spoken.call(TOLD, language), spoken.call(TOLD, "en"), strict=True):
        assert own != english
    pasted, in_english = spoken.portal(TOLD, language).splitlines(), spoken.portal(TOLD, "en").splitlines()
    assert [one for one, other in zip(pasted, in_english, strict=True) if one == other and one] in ([], [pasted[2]])


def test_a_portals_text_has_the_reference_and_no_link() -> None:
    text = spoken.portal(TOLD, "en")
    assert "Reference: INC-2026-0007\nRequest: 12 addresses on your service\n" in text
    assert "http" not in text
    assert "not a removal order" in text


def test_an_exercise_is_named_first() -> None:
    drill = replace(TOLD, exercise=True)
    assert spoken.call(drill, "en")[0] == "EXERCISE EXERCISE EXERCISE. Nothing has happened."
    assert spoken.portal(drill, "de").startswith("EXERCISE EXERCISE EXERCISE") or "ÜBUNG" in spoken.portal(drill, "de")


def test_a_portal_of_a_platform_without_messages_asks_for_an_address() -> None:
    text = spoken.portal(replace(TOLD, written=False), "en")
    assert "answer with a mail address" in text
    assert "our message" not in text

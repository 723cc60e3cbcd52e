"""What is refused in text, and how text is made safe."""

import pytest

from crisis.domain import text


@pytest.mark.parametrize(
    ("given", "character"),
    [
        ("a\x00b", "U+0000"),
        ("a\x1b[2Jb", "U+001B"),
        ("a\u202eb", "U+202E"),
        ("a\u200bb", "U+200B"),
        ("a\ufeffb", "U+FEFF"),
        ("a\u2066b", "U+2066"),
        ("a\x7fb", "U+007F"),
        ("a\x85b", "U+0085"),
        ("a\ud800b", "U+D800"),
        ("a\nb", "U+000A"),
    ],
)
def test_characters_that_deceive_are_named(given: str, character: str) -> None:
    assert text.forbidden(given) == character


@pytest.mark.parametrize("given", ["", "Žurnál Fórum", "Φόρουμ Πλατεία", "Ελλάδα – “x”", "می‌خواهم", "👩‍🚒", "עברית"])
def test_the_scripts_of_the_world_are_allowed(given: str) -> None:
    assert text.forbidden(given) is None


def test_line_ends_and_tabs_are_allowed_where_lines_are() -> None:
    assert text.forbidden("a\n\tb", lines=True) is None
    assert text.forbidden("a\rb", lines=True) == "U+000D"


def test_text_is_cleaned_to_one_form() -> None:
    assert text.clean("  Cafe\u0301\r\nb\rc \n") == "Café\nb\nc"


def test_what_is_forbidden_shows_as_a_replacement_character() -> None:
    assert text.visible("a\x1b[31mb\n") == "a\ufffd[31mb\ufffd"


@pytest.mark.parametrize("given", ["=1+1", "+1", "-1", "@SUM", "\t=1", "＝1", "\r=1"])
def test_a_formula_is_quoted_for_a_spreadsheet(given: str) -> None:
    assert text.is_formula(given)
    assert text.quote_cell(given) == "'" + given


@pytest.mark.parametrize("given", ["", "1+1", "a=b", "'=1", " a"])
def test_other_cells_stay_as_they_are(given: str) -> None:
    assert text.quote_cell(given) == given


def test_text_is_shortened_with_a_sign_that_it_was() -> None:
    assert text.shorten("abcdef", 6) == "abcdef"
    assert text.shorten("abcdefg", 6) == "abcde…"
    assert text.shorten("abcd  fg", 6) == "abcd…"

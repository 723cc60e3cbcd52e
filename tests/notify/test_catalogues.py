"""The catalogues: complete for what is sent, alike in their placeholders, compiled from what can be read."""

import io
import re
from pathlib import Path

import pytest
from babel.messages import Catalog, extract, mofile, pofile

import crisis

PACKAGE = Path(crisis.__file__).parent
LANGUAGES = ("fr", "de")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def catalogue(language: str) -> Catalog:
    with (PACKAGE / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return pofile.read_po(file, locale=language)


def texts(message: object) -> tuple[str, ...]:
    return message if isinstance(message, tuple) else (str(message),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_is_sent_is_written_in_the_language(language: str) -> None:
    known = catalogue(language)
    found = extract.extract_from_dir(PACKAGE / "notify", [("**.py", "python")])
    missing = [text for _, _, text, _, _ in found if not all(texts(known.get(texts(text)[0]).string))]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_the_same_values_as_the_english(language: str) -> None:
    wrong = []
    for message in catalogue(language):
        if not message.id or not all(texts(message.string)):
            continue
        known = [set(_PLACEHOLDER.findall(text)) for text in texts(message.id)]
        # "one address" may leave its number out, in any language
        for place, text in enumerate(texts(message.string)):
            if set(_PLACEHOLDER.findall(text)) not in (known[min(place, 1) if len(known) > 1 else 0], known[-1]):
                wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_readable_one(language: str) -> None:
    compiled = io.BytesIO()
    mofile.write_mo(compiled, catalogue(language))
    kept = (PACKAGE / "translations" / language / "LC_MESSAGES" / "messages.mo").read_bytes()
    assert kept == compiled.getvalue(), "run `make translations`"


def test_high_signs_in_french_stand_behind_a_space_that_does_not_break() -> None:
    found = [text for message in catalogue("fr") for text in texts(message.string) if re.search(r"\w [;?!»]|« ", text)]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_the_traffic_light_protocol_are_not_translated(language: str) -> None:
    for message in catalogue(language):
        for text in texts(message.id):
            if "TLP:" in text:
                assert all("TLP:" in translated for translated in texts(message.string) if translated)

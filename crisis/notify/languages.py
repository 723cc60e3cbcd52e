"""Languages: in which ones we write, and the words of each."""

import functools
import gettext
from pathlib import Path

import babel

_FOLDER = Path(__file__).parent.parent / "translations"
_LOCALES = {"en": "en_GB", "fr": "fr", "de": "de"}


class Words:
    """The words of one language; both calls fill ``%(name)s`` only where values are given."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = babel.Locale.parse(_LOCALES[language])
        self._catalogue = gettext.translation("messages", _FOLDER, [language], fallback=True)  # English beats silence

    def gettext(self, text: str, **values: object) -> str:
        found = self._catalogue.gettext(text)
        return found % values if values else found

    def ngettext(self, one: str, many: str, num: int, **values: object) -> str:
        return self._catalogue.ngettext(one, many, num) % {"num": num, **values}

    def entries(self) -> list[tuple[object, str]]:
        """Every text of the catalogue, in a fixed order; none for English, which is the source."""
        catalogue: dict[object, str] = getattr(self._catalogue, "_catalog", {})
        return sorted(catalogue.items(), key=repr)

    def country(self, code: str) -> str:
        """The name of a country by its two letters; the letters themselves where there is none."""
        return str(self.locale.territories.get(code.upper(), code))


def written() -> frozenset[str]:
    """The languages that messages and pages exist in."""
    return frozenset(_LOCALES)


def chosen(language: str) -> str:
    """The language in which somebody is written to: their own, or English where we have no texts in it."""
    primary = language.replace("_", "-").partition("-")[0].strip().lower()
    return primary if primary in _LOCALES else "en"


@functools.cache
def words(language: str) -> Words:
    """The words of ``language``, which is one of ``written()``."""
    return Words(language)

"""Merging: items that were given several times become one, and nothing of them is lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crisis.domain import urls
from crisis.domain.declaration import GivenItem
from crisis.domain.hashes import Algorithm, Hash
from crisis.domain.urls import Key


@dataclass(frozen=True, slots=True)
class Distinct:
    """One item with the name of its content: the key of its address, or ``sha256:…`` where it has none."""

    content_key: str
    url: str | None
    host: str | None
    sha256: str | None
    md5: str | None
    pdq: str | None


@dataclass(frozen=True, slots=True)
class Merged:
    """That ``given`` is no item of its own: ``kept`` is the content key of the one it became part of."""

    kept: str
    given: GivenItem
    why: str


def merge(
    items: Iterable[GivenItem], *, to_ascii: urls.ToAscii, known: frozenset[str] = frozenset()
) -> tuple[tuple[Distinct, ...], tuple[Merged, ...]]:
    """The distinct items in the order given, and those that were merged into them.

    Items with the same key become one with the hashes of both; a hash that contradicts the one already
    there becomes an item of its own. ``known`` names what an incident holds already: the content keys
    of its items and every hash of theirs as ``sha256:…``; such items are listed as merged.

    Raises:
        InvalidInput: an address can't be read; check items before.
    """
    merging = _Merging(known)
    for given in items:
        if given.url is not None:
            merging.take_url(given, _key(given, to_ascii))
        else:
            merging.take_hashes(given)
    return tuple(merging.distinct.values()), tuple(merging.merged)


def hashes_of(item: GivenItem | Distinct) -> dict[Algorithm, str]:
    """The hashes of an item, the strongest name of a file first."""
    values = {Algorithm.SHA256: item.sha256, Algorithm.PDQ: item.pdq, Algorithm.MD5: item.md5}
    return {algorithm: value for algorithm, value in values.items() if value is not None}


class _Merging:
    def __init__(self, known: frozenset[str]) -> None:
        self.known = known
        self.distinct: dict[str, Distinct] = {}
        self.merged: list[Merged] = []
        self._keys: dict[str, Key] = {}

    def take_url(self, given: GivenItem, key: Key) -> None:
        name = key.content_key
        if name in self.known:
            self.merged.append(Merged(name, given, "named in this incident before"))
            self._list_alone(hashes_of(given))
        elif name in self.distinct:
            clashing = self._unite(name, given)
            why = _difference(self._keys[name], key)
            if clashing:
                why += "; another " + " and ".join(clashing) + ", listed by itself"
            self.merged.append(Merged(name, given, why))
            self._list_alone(clashing)
        else:
            self._keys[name] = key
            self.distinct[name] = Distinct(name, key.url, key.host, given.sha256, given.md5, given.pdq)

    def take_hashes(self, given: GivenItem) -> None:
        found = hashes_of(given)
        if not found:
            return
        name = Hash(*next(iter(found.items()))).key
        if name in self.known:
            self.merged.append(Merged(name, given, "named in this incident before"))
            self._list_alone(found)
        elif name in self.distinct:
            self.merged.append(Merged(name, given, "the same hash twice"))
            self._list_alone(self._unite(name, given))
        else:
            self.distinct[name] = Distinct(name, None, None, given.sha256, given.md5, given.pdq)

    def _unite(self, name: str, given: GivenItem) -> dict[Algorithm, str]:
        """Add the hashes of ``given`` to the item; those that contradict it come back."""
        there = self.distinct[name]
        mine, new = hashes_of(there), hashes_of(given)
        clashing = {algorithm: value for algorithm, value in new.items() if mine.get(algorithm, value) != value}
        union: Mapping[Algorithm, str] = {**new, **mine}
        self.distinct[name] = replace(there, **{algorithm.value: value for algorithm, value in union.items()})
        return clashing

    def _list_alone(self, found: Mapping[Algorithm, str]) -> None:
        for algorithm, value in found.items():
            name = Hash(algorithm, value).key
            if name not in self.known and name not in self.distinct:
                alone: dict[str, str | None] = {"sha256": None, "md5": None, "pdq": None, algorithm.value: value}
                self.distinct[name] = Distinct(name, None, None, alone["sha256"], alone["md5"], alone["pdq"])


def _key(given: GivenItem, to_ascii: urls.ToAscii) -> Key:
    key = urls.key(given.url or "", to_ascii)
    return replace(key, content_key=key.url, dropped=()) if given.exact else key


def _difference(kept: Key, given: Key) -> str:
    """In plain words, why two spellings are one item."""
    if kept.url == given.url:
        return "the same line twice"
    only_given = [reason for reason in given.dropped if reason not in kept.dropped]
    only_kept = [reason for reason in kept.dropped if reason not in given.dropped]
    return ", ".join(only_given or only_kept or given.dropped) or "the same address"

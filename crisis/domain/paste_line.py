"""The items in one line or row of a pasted list."""

import re
from collections.abc import Iterable, Sequence

from crisis import errors
from crisis.domain import hashes, hosts, urls
from crisis.domain.declaration import GivenItem
from crisis.domain.hashes import Algorithm, Hash

_BULLET = re.compile(r"^\s*(?:\d{1,5}[.)]|[-*•–])\s+")
_LABEL = re.compile(r"\b(sha-?256|md5|pdq)\s*[:=]?\s+(?=[0-9a-f]{16})", re.IGNORECASE)
_HASH = r"(?:(?:sha-?256|md5|pdq)[:=])?[0-9a-fA-F]{32,64}"
_HASH_LAST = re.compile(rf"(.+)[,;|]({_HASH})")
_HASH_FIRST = re.compile(rf"({_HASH})[,;|](.+)")
_HASH_LIKE = re.compile(r"(?:sha-?256|md5|pdq)[:=].*|[0-9a-f]{20,}", re.IGNORECASE)
_WRAPPING = "<>\"'“”‘’«»`"
_WRAPPED = re.compile(f"[{_WRAPPING}]+([^{_WRAPPING}]+)[{_WRAPPING}]")


def from_cells(
    cells: Sequence[tuple[str, str]], *, line: int, to_ascii: hosts.ToAscii
) -> tuple[list[GivenItem], str | None]:
    """The items in cells of known columns (``url sha256 md5 pdq hash``) or in a line (``any``), and why
    something in them was not understood.

    One address takes the hashes beside it; other hashes are items of their own. Words around them are
    passed over; what looks like an address or a hash and is none gives a reason.
    """
    found_urls: list[str] = []
    found_hashes: list[Hash] = []
    reasons: list[str] = []
    for column, cell in cells:
        for token in _tokens(cell) if column in {"any", "hash"} else [cell.strip()]:
            try:
                if column == "url" or (column == "any" and _is_url(token)):
                    found_urls.append(urls.key(token, to_ascii).url)
                elif column in list(Algorithm):
                    found_hashes.append(Hash(Algorithm(column), hashes.check(Algorithm(column), token)))
                elif column == "hash" or _HASH_LIKE.fullmatch(token):
                    found_hashes.append(hashes.parse(token))
            except errors.InvalidInput as wrong:
                reasons.append(str(wrong))
    if not found_urls and not found_hashes and not reasons:
        reasons.append("It holds neither an address (http:// or https://) nor a hash.")
    return _items(found_urls, found_hashes, line), next(iter(reasons), None)


def _tokens(line: str) -> Iterable[str]:
    line = _LABEL.sub(r"\1:", _BULLET.sub("", line))
    for word in line.split():
        # between quotes or angle brackets there is the whole of it; else a sign at the end ends the list's cell
        inside = _WRAPPED.match(word)
        token = inside[1] if inside else word.rstrip(",;|").rstrip(_WRAPPING)
        tail: list[str] = []
        while match := _HASH_LAST.fullmatch(token):
            token = match[1].strip(_WRAPPING)
            tail.insert(0, match[2])
        if match := _HASH_FIRST.fullmatch(token):
            yield match[1]
            token = match[2].strip(_WRAPPING)
        yield token
        yield from tail


def _is_url(token: str) -> bool:
    return "://" in token or re.match(r"(?i)h(?:xx|\*\*|tt)ps?(?::|\[)", token) is not None


def _items(found_urls: Sequence[str], found_hashes: Sequence[Hash], line: int) -> list[GivenItem]:
    beside: dict[str, str] = {}
    alone: list[Hash] = []
    for one in found_hashes:
        if len(found_urls) > 1 or beside.get(one.algorithm, one.value) != one.value:
            alone.append(one)
        else:
            beside[one.algorithm] = one.value
    items = [GivenItem(url=url, line=line) for url in found_urls[1:]] if len(found_urls) > 1 else []
    if found_urls or beside:
        first = GivenItem(
            found_urls[0] if found_urls else None,
            beside.get(Algorithm.SHA256),
            beside.get(Algorithm.MD5),
            beside.get(Algorithm.PDQ),
            line=line,
        )
        items.insert(0, first)
    return items + [_alone(one, line) for one in alone]


def _alone(one: Hash, line: int) -> GivenItem:
    values = {one.algorithm: one.value}
    return GivenItem(
        None, values.get(Algorithm.SHA256), values.get(Algorithm.MD5), values.get(Algorithm.PDQ), line=line
    )

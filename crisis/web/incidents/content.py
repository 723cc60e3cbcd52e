"""What an officer pasted and uploaded: read, kept with the form, split and assigned until it fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Request

from crisis import errors
from crisis.domain import decoding, merging, paste, urls
from crisis.domain.declaration import GivenItem
from crisis.notify import addresses
from crisis.web.language import gettext

_LONGEST_ASSIGNED = 10_000  # entries; as many as a declaration may have items


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was uploaded; its text travels with the form, since a browser can't put a file back."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A line that is no address and no hash. ``source`` is the file it stood in, or empty."""

    source: str
    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Content:
    """The items of a form, and what they were read from."""

    text: str
    kept: Sequence[Kept]
    exact: frozenset[str]  # addresses that the officer split from what they were merged with
    assign: Mapping[str, str]  # content key -> registry id
    items: Sequence[GivenItem]
    not_understood: Sequence[NotUnderstood]
    first_lines: Mapping[str, int]  # content key -> the line where it stands first
    fault: str = ""  # why nothing can be done with it at all

    @property
    def is_empty(self) -> bool:
        return not self.items and not self.not_understood and not self.fault


def read(request: Request) -> Content:
    """The content of the form that came with ``request``."""
    form = request.form
    text = form.get("items", "").replace("\r\n", "\n")
    kept = [Kept(name, body) for name, body in zip(form.getlist("kept-name"), form.getlist("kept"), strict=False)]
    kept = [one for place, one in enumerate(kept) if str(place) != form.get("drop")]
    kept += [_uploaded(file.filename, file.read()) for file in request.files.getlist("files") if file.filename]
    exact = set(form.getlist("exact")) | set(form.getlist("split"))
    exact -= set(form.getlist("join"))
    named = zip(form.getlist("assign-key"), form.getlist("assign-to"), strict=False)
    assign = {key: registry_id for key, registry_id in list(named)[:_LONGEST_ASSIGNED] if registry_id}
    taken = _Taken(frozenset(exact))
    for source, body in [("", text), *((one.name, one.text) for one in kept)]:
        taken.take(source, body)
    if taken.faults and not taken.items and not taken.fault:
        taken.fault = gettext("Nothing of what was given was understood. Correct it, or take it out.")
    return Content(text, kept, taken.exact, assign, taken.items, taken.faults, taken.first_lines, taken.fault)


def _uploaded(name: str | None, body: bytes) -> Kept:
    return Kept((name or "")[-80:], decoding.text_of(body).replace("\r\n", "\n"))


class _Taken:
    """Collects items and faults from several texts."""

    def __init__(self, exact: frozenset[str]) -> None:
        self.exact = exact
        self.items: list[GivenItem] = []
        self.faults: list[NotUnderstood] = []
        self.first_lines: dict[str, int] = {}
        self.fault = ""

    def take(self, source: str, body: str) -> None:
        if not body.strip():
            return
        try:
            pasted = paste.read(body, to_ascii=addresses.to_ascii)
        except errors.InvalidInput as error:
            self.fault = f"{source}: {error}" if source else str(error)
            return
        self.faults += [NotUnderstood(source, *one) for one in pasted.not_understood]
        for item in pasted.items:
            self._keep(source, replace(item, exact=True) if item.url in self.exact else item)

    def _keep(self, source: str, item: GivenItem) -> None:
        try:
            name = _name(item)
        except (errors.InvalidInput, ValueError) as error:
            self.faults.append(NotUnderstood(source, item.line or 0, item.url or "", str(error)))
            return
        self.items.append(item)
        if item.line is not None:
            self.first_lines.setdefault(name, item.line)


def _name(item: GivenItem) -> str:
    """The content key of the item."""
    if item.url is not None:
        return item.url if item.exact else urls.key(item.url, addresses.to_ascii).content_key
    return next((f"{algorithm.value}:{value}" for algorithm, value in merging.hashes_of(item).items()), "")


NOTHING = Content("", (), frozenset(), {}, (), (), {})

"""The list behind the page: shown to whoever asks by name, given out as a file, taken back with outcomes."""

from uuid import UUID

from flask import Response, make_response, request

from crisis import errors
from crisis.domain import outcome_file, rfc3339, takedown, urls
from crisis.domain.item import SAID_BY_PLATFORM, Outcome
from crisis.domain.outcome_file import BadFile
from crisis.notify import addresses
from crisis.store import answers
from crisis.store.outcomes import Entry
from crisis.web.answer import form, pages, words
from crisis.web.answer.pages import Listed
from crisis.web.answer.sent import Sent
from crisis.web.language import gettext
from crisis.workflows import acknowledge, open_link, take_down
from crisis.workflows.take_down import ForAll, Reports, Told

_MOST_FILE = 3 * 1024 * 1024  # bytes


def look(sent: Sent, token: str) -> Response:
    """Show the list; that somebody looked is written down, and is no answer."""
    if not _may_see(sent, token):
        return sent.once_more(gettext("Show the list"))
    listed = Listed(sent.typed.name, gettext("The list"), first=_first())
    return pages.list_page(open_link.look(token, now=sent.now), open_link.items(sent.link.notice_id), listed)


def download(sent: Sent, token: str) -> Response:
    """The list as a file with exact addresses; asked for by name, as the list is."""
    if not _may_see(sent, token):
        return sent.once_more(gettext("Download the list (CSV)"))
    rows = [_cells(one) for one in open_link.items(sent.link.notice_id)]
    response = make_response(outcome_file.write(rows).encode("utf-8"))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = f"EXERCISE-{sent.link.ref}" if sent.link.is_exercise else sent.link.ref
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-list.csv"'
    return response


def report(sent: Sent, token: str) -> Response:
    """Take outcomes: one for each item, one for all, or a file of them."""
    data = _file()
    carried = [("results_text", data.decode("utf-8", "replace"))] if data else []
    what = gettext("Outcomes")
    if sent.is_old:
        return sent.once_more(what, *carried)
    key = form.key(sent.signed, request.form, data)
    if sent.doubt is not None:
        take_down.report(sent.link.notice_id, Reports(), given=sent.given(answers.ITEMS, key), now=sent.now)
        return sent.once_more(what, *carried)
    reading = _Reading(sent, open_link.items(sent.link.notice_id))
    reports = reading.reports(data)
    if reading.errors or reading.lines:
        return _back(sent, reading)
    try:
        result = take_down.report(sent.link.notice_id, reports, given=sent.given(answers.ITEMS, key), now=sent.now)
    except errors.InvalidInput:
        reading.errors["items"] = gettext("An address takes no such outcome any more. Look at the list again.")
        return _back(sent, reading)
    listed = Listed(sent.typed.name, gettext("Outcomes recorded"), receipt=result, first=_first())
    return pages.list_page(open_link.look(token, now=sent.now), open_link.items(sent.link.notice_id), listed)


def _back(sent: Sent, reading: "_Reading") -> Response:
    listed = Listed(
        sent.typed.name,
        gettext("The list"),
        first=_first(),
        chosen=request.form.to_dict(),
        errors=reading.errors,
        lines=reading.lines,
    )
    return pages.list_page(sent.page, reading.entries, listed)


def _may_see(sent: Sent, token: str) -> bool:
    if sent.is_old:
        return False
    given = sent.given(answers.LIST, form.key(sent.signed, request.form))
    return acknowledge.look_at_list(sent.link.link_id, given, now=sent.now)


def _first() -> int:
    text = request.form.get("from", "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _file() -> bytes:
    uploaded = request.files.get("results")
    data = uploaded.read(_MOST_FILE) if uploaded is not None else b""
    return data or request.form.get("results_text", "").encode("utf-8")


def _cells(one: Entry) -> tuple[str, ...]:
    said = "" if one.state is Outcome.NAMED or one.shared else one.state.value
    named_at = rfc3339.write(one.named_at)
    return (str(one.id), one.url or "", one.sha256 or "", one.md5 or "", one.pdq or "", named_at, said, "", "")


class _Reading:
    """The outcomes of one POST, read and checked against the list; what is wrong is kept for the page."""

    def __init__(self, sent: Sent, entries: list[Entry]) -> None:
        self.sent = sent
        self.entries = entries
        self.errors: dict[str, str] = {}
        self.lines: list[tuple[int, str]] = []

    def reports(self, data: bytes) -> Reports:
        sent = self.sent
        happened, unclear = form.moment(
            sent.typed.happened_at, zone=pages.zone(sent.link), named_at=sent.link.named_at, now=sent.now
        )
        self.errors |= unclear | form.faults(sent.typed, with_answer=False)
        note = sent.typed.note or None
        told = {one.id: Told(one.id, outcome, happened, note) for one, outcome in self._chosen()}
        told |= {one.item_id: one for one in self._from_file(data)}
        every = self._outcome("all")
        search = self._search()
        if not (told or every or search or self.errors or self.lines):
            self.errors["items"] = gettext("Choose at least one outcome, or a file with outcomes.")
        return Reports(tuple(told.values()), ForAll(every, happened, note) if every else None, search)

    def _chosen(self) -> list[tuple[Entry, Outcome]]:
        chosen = ((one, self._outcome(f"item-{one.id}")) for one in self.entries if not one.shared)
        return [(one, outcome) for one, outcome in chosen if outcome is not None]

    def _outcome(self, field: str) -> Outcome | None:
        value = request.form.get(field, "")
        if value and value not in SAID_BY_PLATFORM:
            self.errors["items"] = gettext("Choose an outcome from the list.")
            return None
        return Outcome(value) if value else None

    def _search(self) -> str | None:
        try:
            return takedown.search_result(request.form.get("found", ""), cannot="cannot" in request.form)
        except errors.InvalidInput:
            self.errors["found"] = gettext("Write the number of copies found, or say that you can't search; not both.")
            return None

    def _from_file(self, data: bytes) -> list[Told]:
        if not data:
            return []
        sent = self.sent
        reader = outcome_file.Reader(_Finder(self.entries), pages.zone(sent.link), sent.link.named_at, sent.now)
        try:
            lines = outcome_file.read(data, reader)
        except BadFile as bad:
            self.lines = [(one.number, words.line(one)) for one in bad.lines]
            return []
        return [Told(one.item_id, one.outcome, one.happened, one.note or None) for one in lines]


class _Finder:
    """Finds an item by its id, or by its address in any spelling that has the same key, clickable or not."""

    def __init__(self, entries: list[Entry]) -> None:
        owed = [one for one in entries if not one.shared]
        self._ids = {str(name): one.id for one in owed for name in (one.id, one.item_id)}
        self._urls = {one.url: one.id for one in owed if one.url}
        self._keys = {one.content_key: one.id for one in owed}

    def __call__(self, text: str) -> UUID | None:
        found = self._ids.get(text.lower()) or self._urls.get(text)
        if found is not None or "://" not in text:
            return found
        try:
            return self._keys.get(urls.key(text, addresses.to_ascii).content_key)
        except errors.InvalidInput:
            return None

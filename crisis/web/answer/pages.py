"""The pages of a contact, put together from what the workflows read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, current_app, request

from crisis.domain import urls
from crisis.domain.doubt import Doubt
from crisis.notify import links
from crisis.store import answers
from crisis.store.link_pages import Page
from crisis.store.links import Shown
from crisis.store.outcomes import Entry
from crisis.web import desk, hour, templating
from crisis.web.answer import drawn, form, shown, words
from crisis.web.answer.drawn import Words
from crisis.web.answer.form import Typed
from crisis.web.answer.shown import Instant, Times
from crisis.web.language import gettext, in_templates, speaking

_NOBODY = UUID(int=0)
_BESIDE: Any = ()  # what can't be a part of a key as it is, and is another part
_MINUTE = timedelta(minutes=1)

#: Items on one page: with their outcomes to choose from, so many stay under the weight that was promised.
ITEMS_A_PAGE = 40


class Receives(Protocol):
    """What a workflow gives back when it has written something down."""

    @property
    def recorded_at(self) -> datetime: ...
    @property
    def repeated(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """What of it is shown."""

    at: Instant
    repeated: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that somebody of the platform said, as it is shown."""

    name: str
    kind: str
    confirmed: bool
    at: Instant


@dataclass(frozen=True, slots=True)
class Row:
    """One item in the list: how it is shown, and what was said about it."""

    id: str
    shown: str
    hashes: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What the page with the list shows beside the items."""

    name: str
    heading: str
    receipt: Receives | None = None
    all_of_them: bool = False
    first: int = 0
    chosen: Mapping[str, str] | None = None
    errors: Mapping[str, str] | None = None
    lines: Sequence[tuple[int, str]] = ()


def form_page(page: Page, typed: Typed, errors: Mapping[str, str]) -> Response:
    """The page of the link: who asks for what, and the form."""
    status = 422 if errors else 200
    values: dict[str, Any] = {"typed": typed, "errors": errors}
    if typed != Typed() or errors:
        return _render("answer/page.html", page, status, **values)
    return _render("answer/page.html", page, status, Words(), **values)


def again_page(
    page: Page, typed: Typed, *, what: str, doubt: Doubt | None, more: Sequence[tuple[str, str]]
) -> Response:
    """Everything typed once more, with one button: after doubt, or because the page was old."""
    values: dict[str, Any] = {"typed": typed, "what": what, "doubt": doubt, "multipart": "results_text" in dict(more)}
    carried = [*form.carried(request.form), *more]
    return _render("answer/again.html", page, 200 if doubt else 422, carried=carried, **values)


def list_page(page: Page, entries: Sequence[Entry], listed: Listed) -> Response:
    """The receipt, and the list with an outcome to choose for each item."""
    owed = [one for one in entries if not one.shared]
    first = listed.first if 0 <= listed.first < len(owed) else 0
    here = owed[first : first + ITEMS_A_PAGE]
    hashes = [_hash(one) for one in entries if one.shared][:ITEMS_A_PAGE]
    exact = [one.url for one in here if one.url] + hashes
    following = first + ITEMS_A_PAGE if first + ITEMS_A_PAGE < len(owed) else None
    turns = [(first - ITEMS_A_PAGE, gettext("Back"))] if first else []
    turns += [(following, gettext("Next"))] if following is not None else []
    errors, chosen = dict(listed.errors or {}), dict(listed.chosen or {})
    own = None if errors or chosen or listed.lines else Words()
    keep = own.keep if own else str
    receipt = listed.receipt
    return _render(
        "answer/list.html",
        page,
        422 if errors or listed.lines else 200,
        own,
        name=keep(listed.name),
        heading=listed.heading,
        receipt=receipt and Receipt(Times(zone(page)).instant(receipt.recorded_at, keep), receipt.repeated),
        all_of_them=listed.all_of_them,
        listed=bool(entries),
        rows=[_row(one, keep) for one in here],
        exact=keep("\n".join(exact)),
        hashes_shown=len(hashes),
        first=first,
        next_from=following,
        turns=turns,
        chosen=chosen,
        errors=errors,
        lines=listed.lines,
        lines_text=gettext("The file was not used: correct these lines, then send it again") if listed.lines else None,
    )


def receipt_page(page: Page, listed: Listed) -> Response:
    """The receipt alone, for answers after which there is nothing to list."""
    return list_page(page, [], listed)


def gone_page(status: int) -> Response:
    """For every token that opens nothing; it does not say why."""
    with speaking(shown.chosen(None)):
        text = _text("answer/gone.html", page=None, **_language(None))
    return _page(text, status)


def zone(page: Page | Shown) -> ZoneInfo:
    """The zone in which times are shown and read."""
    return ZoneInfo(page.time_zone)


def _render(template: str, page: Page, status: int, own: Words | None = None, **values: Any) -> Response:
    """The page; with ``own``, whose marks are in ``values`` already, its drawing is kept for others."""
    keep = own.keep if own else str
    now = desk.now()
    values |= {"said": _said(template, page, keep), **_clock(page, now), **_language(page.language)}
    values["signed"] = keep(links.sign_form(desk.settings().secret_key, page.link_id, now))
    if own is None:
        return _page(_text(template, **_context(page, values)), status)
    values["action"] = keep(values["action"])
    shared = page._replace(
        link_id=_NOBODY,
        notice_id=_NOBODY,
        contact_id=_NOBODY,
        platform_name=keep(page.platform_name),
        hashes=_BESIDE,
        heard=(),
        opened_at=None,
    )
    parts = (template, request.script_root, shared, page.hashes, tuple(values), *values.values())
    drawing = drawn.drawing(parts, lambda: _text(template, **_context(shared._replace(hashes=page.hashes), values)))
    return _page(own.fill(drawing), status)


def _page(text: str | bytes, status: int) -> Response:
    return Response(text, status, content_type="text/html; charset=utf-8")


def _said(template: str, page: Page, keep: Callable[[str], str]) -> list[Said]:
    times = Times(zone(page))
    return [
        Said(keep(one.name), one.kind, one.confirmed, times.instant(one.recorded_at, keep))
        for one in page.heard
        if template == "answer/list.html" or one.kind != answers.LIST
    ]


def _clock(page: Page, now: datetime) -> dict[str, Any]:
    """What a page shows of this moment: whole minutes, so that a drawing serves for one."""
    target_at = page.target_at or now
    return {
        "now": now.replace(second=0, microsecond=0),
        "minutes": abs(target_at - now) // _MINUTE,
        "aim_is_past": now >= target_at,
        "minutes_gone": (now - target_at + page.aim) // _MINUTE,
    }


def _context(page: Page, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a template is given: nothing that does not follow from its page and values, and the desk's settings."""
    return {
        "page": page,
        "words": words.answers(),
        "glyphs": words.GLYPHS,
        "reasons": words.reasons(),
        "outcomes": words.outcomes(),
        "wire_outcomes": " ".join(value for value, _ in words.outcomes()),
        "searched": words.searched(page.search_result),
        "times": Times(zone(page)),
        "summary": shown.unclickable(page.summary),
        "hashes": [(words.HASHES[name], number) for name, number in page.hashes.items()],
        "hashes_total": sum(page.hashes.values()),
        "strip": _strip(page, values["minutes_gone"]),
        **values,
    }


def _text(template: str, **values: Any) -> str:
    """The page without what Flask adds to others: nobody is logged in here, so nobody is looked for."""
    with in_templates():
        return current_app.jinja_env.get_template(template).render(templating.of_the_request() | values)


def _language(own: str | None) -> dict[str, Any]:
    lang = shown.chosen(own)
    asked = bool(request.query_string) and "lang" in request.args
    return {
        "lang": lang,
        "languages_offered": shown.offered(),
        "missing": shown.missing(own) if lang == "en" and not asked else None,
        "action": f"{request.script_root}{request.path}" + (f"?lang={lang}" if asked else ""),
    }


def _strip(page: Page, minutes_gone: int) -> Any:
    if page.target_at is None:
        return ""
    quarters = [int(page.aim / timedelta(minutes=4)) * part for part in (1, 2, 3, 4)]
    ticks = [(minute, gettext("our aim") if minute == quarters[-1] else "") for minute in quarters]
    starts_at = page.target_at - page.aim
    now = starts_at + minutes_gone * _MINUTE
    return hour.strip(starts_at=starts_at, target_at=page.target_at, now=now, ticks=ticks, low=True)


def _row(one: Entry, keep: Callable[[str], str]) -> Row:
    hashes = tuple(
        keep(f"{name} {value[:12]}…{value[-6:]}")
        for name, value in (("SHA-256", one.sha256), ("PDQ", one.pdq), ("MD5", one.md5))
        if value
    )
    text = urls.defang(one.url) if one.url else _hash(one)
    return Row(keep(str(one.id)), keep(text), hashes, words.outcome(one.state.value))


def _hash(one: Entry) -> str:
    for name in ("sha256", "pdq", "md5"):
        value = getattr(one, name)
        if value:
            return f"{name}:{value}"
    return ""

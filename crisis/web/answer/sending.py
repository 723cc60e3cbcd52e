"""What was sent with the form: which button, whether a person sent it, and what the page says then."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Response, request
from flask_babel import gettext

from crisis.domain import answering, doubt, notice
from crisis.notify import links
from crisis.web import desk
from crisis.web.answer import form, listing, pages, words
from crisis.web.answer.pages import Listed
from crisis.web.answer.sent import Sent
from crisis.workflows import acknowledge, open_link
from crisis.workflows.open_link import Page


def take(page: Page, token: str) -> Response:
    """Answer one POST of the page's form."""
    now, settings = desk.now(), desk.settings()
    signed = request.form.get("form", "")
    shown_at = links.read_form(settings.secret_key, page.link_id, signed)
    own = doubt.is_own_origin(
        request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site"), own=_origins(settings.public_url)
    )
    sent = Sent(page, form.typed(request.form), signed, shown_at, doubt.about(shown_at, own_origin=own, now=now), now)
    for button, handler in (("show_list", listing.look), ("csv", listing.download), ("outcomes", listing.report)):
        if button in request.form:
            faults = form.name_faults(sent.typed.name)
            return pages.form_page(page, sent.typed, faults) if faults else handler(sent, token)
    return _answer(sent, token)


def _origins(public_url: str) -> Sequence[str]:
    parts = urlsplit(public_url)
    return f"{parts.scheme}://{parts.netloc}", request.host_url


def _answer(sent: Sent, token: str) -> Response:
    page, typed, now = sent.page, sent.typed, sent.now
    faults = form.faults(typed)
    happened = None
    if typed.choice is notice.Answer.DONE:
        happened, unclear = form.moment(typed.happened_at, zone=pages.zone(page), named_at=page.named_at, now=now)
        faults |= unclear
    if faults or typed.choice is None:
        return pages.form_page(page, typed, faults)
    what = words.answers()[typed.choice]
    if sent.is_old:
        return sent.once_more(what)
    result = acknowledge.answer(
        page.link_id,
        acknowledge.Form(
            answer=typed.choice,
            name=typed.name,
            key=form.key(sent.signed, request.form),
            doubt=sent.doubt,
            case_number=typed.case_number,
            note=typed.note,
            reason=typed.reason,
            better_contact=typed.better or typed.note[: answering.NAME_LENGTH],
            happened=happened,
        ),
        now=now,
    )
    if not result.confirmed:
        return sent.once_more(what)
    after = open_link.look(token, now=now)
    listed = Listed(typed.name, gettext("Answer recorded"), receipt=result)
    if typed.choice not in answering.SHOWS_LIST:
        return pages.receipt_page(after, listed)
    entries = open_link.items(page.notice_id)
    is_done = typed.choice is notice.Answer.DONE and result.items_open > 0
    return pages.list_page(
        after, entries, Listed(typed.name, gettext("Answer recorded"), receipt=result, all_of_them=is_done)
    )

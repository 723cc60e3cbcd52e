"""What was sent with the form: which button, whether a person sent it, and what the page says then."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import Response, request

from crisis.domain import answering, doubt, notice
from crisis.notify import links
from crisis.store.links import Shown
from crisis.web import desk
from crisis.web.answer import form, listing, pages, words
from crisis.web.answer.pages import Listed
from crisis.web.answer.sent import Sent
from crisis.web.language import gettext
from crisis.workflows import acknowledge


def take(link: Shown, token: str) -> Response:
    """Answer one POST of the page's form."""
    now, settings, fields = desk.now(), desk.settings(), request.form
    signed = fields.get("form", "")
    shown_at = links.read_form(settings.secret_key, link.link_id, signed)
    own = doubt.is_own_origin(
        request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site"), own=_origins(settings.public_url)
    )
    sent = Sent(token, link, form.typed(fields), signed, shown_at, doubt.about(shown_at, own_origin=own, now=now), now)
    for button, handler in (("show_list", listing.look), ("csv", listing.download), ("outcomes", listing.report)):
        if button in fields:
            faults = form.name_faults(sent.typed.name)
            return pages.form_page(sent.page, sent.typed, faults) if faults else handler(sent, token)
    return _answer(sent)


def _origins(public_url: str) -> Iterator[str]:
    parts = urlsplit(public_url)
    yield f"{parts.scheme}://{parts.netloc}"
    yield request.host_url


def _answer(sent: Sent) -> Response:
    link, typed, now = sent.link, sent.typed, sent.now
    faults = form.faults(typed)
    happened = None
    if typed.choice is notice.Answer.DONE:
        happened, unclear = form.moment(typed.happened_at, zone=pages.zone(link), named_at=link.named_at, now=now)
        faults |= unclear
    if faults or typed.choice is None:
        return pages.form_page(sent.page, typed, faults)
    if sent.is_old:
        return sent.once_more(words.answers()[typed.choice])
    result = acknowledge.answer(
        link,
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
        return sent.once_more(words.answers()[typed.choice])
    is_done = typed.choice is notice.Answer.DONE and result.items_open > 0
    listed = Listed(typed.name, gettext("Answer recorded"), receipt=result, all_of_them=is_done)
    if typed.choice not in answering.SHOWS_LIST:
        return pages.receipt_page(result.page, listed)
    return pages.list_page(result.page, result.entries, listed)

"""One POST of a contact's form: what was typed, when its page was shown, what speaks against a person."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response

from crisis.domain import doubt
from crisis.domain.doubt import Doubt
from crisis.store import answers
from crisis.store.link_pages import Page
from crisis.store.links import Shown
from crisis.web.answer import pages
from crisis.web.answer.form import Typed
from crisis.workflows import open_link


@dataclass(frozen=True, slots=True)
class Sent:
    """``signed`` is the hidden field of the page, ``now`` the time of the POST (UTC)."""

    token: str
    link: Shown
    typed: Typed
    signed: str
    shown_at: datetime | None
    doubt: Doubt | None
    now: datetime

    @property
    def page(self) -> Page:
        """The page that it came from, where it is shown once more."""
        return open_link.look(self.token, now=self.now)

    @property
    def is_old(self) -> bool:
        return doubt.is_old(self.shown_at, now=self.now)

    def given(self, kind: str, key: str) -> answers.Given:
        """What to write down for this POST."""
        contact = self.link.contact_id
        return answers.Given(
            contact,
            f"contact:{contact}",
            kind,
            self.typed.name,
            self.link.link_id,
            key,
            self.doubt,
            note=self.typed.note,
        )

    def once_more(self, what: str, *more: tuple[str, str]) -> Response:
        """The page that keeps everything and asks for one tap."""
        return pages.again_page(self.page, self.typed, what=what, doubt=None if self.is_old else self.doubt, more=more)

"""Open the page of a link: read what it shows, and count that it was opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crisis import errors
from crisis.notify import links as tokens
from crisis.store import db, heard, link_pages, links, outcomes
from crisis.store.link_pages import Page
from crisis.store.links import Shown
from crisis.store.outcomes import Entry
from crisis.store.together import Together


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which link somebody came by, and when."""

    token_hash: str
    now: datetime


def look(token: str, *, now: datetime) -> Page:
    """What to show to whoever holds ``token``; changes nothing.

    Raises:
        LinkUnusable: the token is unknown, revoked or expired; the three look the same from outside.
    """
    return _pages.do(_Asked(tokens.token_hash(token), now))


def find(token: str, *, now: datetime) -> Shown:
    """The link with its request, where what was said and counted is not needed yet.

    Raises:
        LinkUnusable: as for ``look``.
    """
    return _links.do(_Asked(tokens.token_hash(token), now))


def count(link_id: UUID, *, now: datetime) -> None:
    """Keep that the page was opened: one row a link and minute, a sign of life and never evidence."""
    _openings.do((link_id, now))


def items(notice_id: UUID) -> list[Entry]:
    """The list behind the page, withdrawn items left out; for whoever has asked for it by name."""
    with db.reading() as session:
        return outcomes.not_withdrawn(outcomes.of_notice(session, notice_id))


def _find_all(asked: Sequence[_Asked]) -> list[Shown | Exception]:
    with db.reading() as session:
        found = links.shown_by_hash(session, [one.token_hash for one in asked])
    return [_usable(found, one) for one in asked]


def _usable(found: Mapping[str, Shown], asked: _Asked) -> Shown | Exception:
    row = found.get(asked.token_hash)
    if row is None or not links.is_usable(row, now=asked.now):
        return errors.LinkUnusable("This link is not in use. Reply to the mail, or call the desk.")
    return row


def _look_all(asked: Sequence[_Asked]) -> list[Page | Exception]:
    with db.reading() as session:
        found = links.shown_by_hash(session, [one.token_hash for one in asked])
        opened = links.last_openings(session, {one.link_id for one in found.values()})
        about = {one.notice_id for one in found.values()}
        tallies, said = outcomes.tallies(session, about), heard.of_notices(session, about)
    pages: list[Page | Exception] = []
    for one in asked:
        row = _usable(found, one)
        if isinstance(row, Exception):
            pages.append(row)
            continue
        opened_at = opened.get(row.link_id)
        pages.append(link_pages.of(row, tallies[row.notice_id], said[row.notice_id], opened_at=opened_at))
    return pages


def _count_all(opened: Sequence[tuple[UUID, datetime]]) -> list[Exception | None]:
    with db.transaction() as session:
        links.open_many(session, opened)
    return [None for _ in opened]


# what is asked for at one moment is read by a handful of queries for all
_links = Together(_find_all)
_pages = Together(_look_all)
_openings = Together(_count_all)

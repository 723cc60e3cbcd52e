"""The page behind a link as data: who asks for what, and who has answered; never the list."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from crisis.domain import incident, notice
from crisis.store import heard
from crisis.store.links import Shown
from crisis.store.outcomes import Tally


class Heard(NamedTuple):
    """One thing that somebody of the platform said. ``mine``: by the link that is open now."""

    name: str
    kind: str
    recorded_at: datetime
    confirmed: bool
    mine: bool


class Page(NamedTuple):
    """What the page of a link shows: never the list. Times are UTC, the zone is the contact's."""

    link_id: UUID
    notice_id: UUID
    contact_id: UUID
    ref: str
    exercise: bool
    tlp: str
    summary: str
    authority_name: str
    desk_name: str
    desk_phone: str
    stood_down_at: datetime | None
    platform_name: str
    language: str
    time_zone: str
    instrument: notice.Instrument
    ask: notice.Ask
    state: notice.State
    named_at: datetime
    target_at: datetime | None
    aim: timedelta
    items: int  # addresses, withdrawn ones left out
    items_open: int
    items_with_hash: int
    hashes: Mapping[str, int]  # to search for, by algorithm
    search_result: str | None
    heard: tuple[Heard, ...]  # oldest first
    opened_at: datetime | None  # the last time before now, to the minute; only where the page is opened


# to look a word up is a tenth of what it costs to call its enumeration
_INSTRUMENTS = {one.value: one for one in notice.Instrument}
_ASKS = {one.value: one for one in notice.Ask}
_STATES = {one.value: one for one in notice.State}


def of(
    row: Shown,
    tally: Tally,
    said: Sequence[heard.Heard],
    *,
    state: str | None = None,
    opened_at: datetime | None = None,
) -> Page:
    """The page of one link; ``state`` is that of its request, where it has moved since the link was looked up."""
    return Page(
        link_id=row.link_id,
        notice_id=row.notice_id,
        contact_id=row.contact_id,
        ref=row.ref,
        exercise=row.is_exercise,
        tlp=row.tlp,
        summary=row.summary,
        authority_name=row.authority_name,
        desk_name=row.desk_name,
        desk_phone=row.desk_phone,
        stood_down_at=row.stood_down_at if row.incident_state != incident.State.DECLARED else None,
        platform_name=row.platform_name,
        language=row.language,
        time_zone=row.time_zone,
        instrument=_INSTRUMENTS[row.instrument],
        ask=_ASKS[row.ask],
        state=_STATES[state or row.state],
        named_at=row.named_at,
        target_at=row.target_at,
        aim=timedelta(minutes=row.aim_minutes),
        items=tally.items,
        items_open=tally.open,
        items_with_hash=tally.with_hash,
        hashes=tally.hashes,
        search_result=row.search_result,
        heard=tuple(
            Heard(one.name, one.kind, one.recorded_at, one.confirmed, one.link_id == row.link_id) for one in said
        ),
        opened_at=opened_at,
    )

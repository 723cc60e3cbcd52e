"""Preview a declaration: who would be asked, reached and left out, before anything is written or sent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crisis.config import Settings
from crisis.domain import alert, estimate, fan_out, incident, notice
from crisis.domain.declaration import Declaration
from crisis.notify import addresses
from crisis.store import db, incidents, platforms, round_trips


@dataclass(frozen=True, slots=True)
class Held:
    """An open incident that holds some of these items already."""

    ref: str
    content_keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What declaring now would do. ``plan`` has the detail; the rest counts it.

    ``channels`` are messages by channel; ``mail_set`` is false while no mail can leave at all; ``times``
    say how long it takes.
    """

    plan: fan_out.Plan
    asked_to_act: int
    asked_to_search: int
    informed: int
    channels: Mapping[str, int]
    phones: int
    portals: int
    languages: Mapping[str, int]  # of contacts, by code
    held: Sequence[Held]
    mail_set: bool
    times: Sequence[estimate.Line]


def preview(declaration: Declaration, *, settings: Settings, now: datetime) -> Preview:
    """The consequences of a declaration at ``now``; writes nothing.

    Raises:
        InvalidInput: the audience or an assignment names what is not there.
    """
    with db.reading() as session:
        registered = platforms.snapshot(session)
        plan = fan_out.plan(
            declaration.items,
            platforms=registered,
            audience=declaration.audience,
            assign=declaration.assign,
            now=now,
            to_ascii=addresses.to_ascii,
        )
        purpose = incident.Purpose.EXERCISE if declaration.exercise else incident.Purpose.REAL
        holding = incidents.open_with(session, (one.content_key for one in plan.items), purpose=purpose)
        measured = round_trips.measured(session, now=now)
    sends = [send for request in plan.requests for send in request.sends]
    asks = Counter(request.ask for request in plan.requests)
    people = Counter(one.endpoint.channel for request in plan.requests for one in request.calls)
    spoken = Counter(send.contact.language for send in sends)
    return Preview(
        plan=plan,
        asked_to_act=asks[notice.Ask.ACT],
        asked_to_search=asks[notice.Ask.SEARCH],
        informed=asks[notice.Ask.INFORM],
        channels=dict(Counter(send.endpoint.channel.value for send in sends)),
        phones=people[alert.Channel.PHONE],
        portals=people[alert.Channel.PORTAL],
        languages=dict(spoken.most_common()),
        held=[Held(ref, content_keys) for ref, content_keys in holding.items()],
        mail_set=bool(settings.smtp_url),
        times=estimate.of(sends, limits=settings.pace, round_trips=measured),
    )

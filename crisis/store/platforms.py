"""The registry in rows: platforms with their domains, contacts and endpoints."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from crisis import errors
from crisis.domain import alert, registry
from crisis.store import arrays
from crisis.store.models import Contact, Domain, Endpoint, Event, Notice, Platform, RegistryChange

_CHANNELS = {channel.value: channel for channel in alert.Channel}


def _raw(column: sa.ColumnElement[UUID] | Any) -> sa.ColumnElement[Any]:
    """A key as the driver gives it: making 35,000 UUID objects would take longer than the queries."""
    return sa.type_coerce(column, sa.types.NULLTYPE).label(None)


def _key(raw: Any) -> UUID:
    return raw if isinstance(raw, UUID) else UUID(raw)


#: For fewer platforms it is cheaper to read them than to have the whole registry at hand.
_FEW = 100


def snapshot(session: Session, *, registry_ids: Collection[str] | None = None) -> Sequence[registry.Platform]:
    """Every platform that is not retired, by registry id, as values; or those of ``registry_ids`` only.

    The whole registry is remembered as long as nothing in it has changed, so that a declaration need not
    read it, nor a sweep for thousands of timers. Retired contacts and endpoints are left out.
    """
    if registry_ids is None:
        return _whole(session)
    if len(registry_ids) < _FEW:
        return _read(session, registry_ids)
    return [one for one in _whole(session) if one.registry_id in registry_ids]


def _whole(session: Session) -> tuple[registry.Platform, ...]:
    state = _state(session)
    kept = _remembered.get(_ONLY)
    if kept is None or kept[0] != state or not state[1]:
        # the state was read before: if the registry changes in between, what is read is newer than its state says
        kept = _remembered[_ONLY] = state, tuple(_read(session, None))
    return kept[1]


_ONLY = "registry"
_remembered: dict[str, tuple[tuple[str, int, str | None], tuple[registry.Platform, ...]]] = {}


def _state(session: Session) -> tuple[str, int, str | None]:
    """The same only while the registry is the same: which database, and what its triggers noted of changes.

    On PostgreSQL notes are added in rising order and never reused, on SQLite there is one, replaced each time.
    """
    noted = session.execute(sa.select(sa.func.count(), sa.func.max(RegistryChange.id))).one()
    return str(session.get_bind().url), noted[0], noted[1]  # type: ignore[union-attr]


def _read(session: Session, registry_ids: Iterable[str] | None) -> list[registry.Platform]:
    """Three queries whatever the size."""
    wanted = None if registry_ids is None else list(registry_ids)
    domains = _domains(session, wanted)
    contacts = _contacts(session, wanted)
    query = sa.select(
        _raw(Platform.id),
        Platform.registry_id,
        Platform.name,
        Platform.kind,
        Platform.service,
        Platform.home_state,
        Platform.languages,
    ).order_by(Platform.registry_id)
    return [
        registry.Platform(
            id=_key(row[0]),
            registry_id=row[1],
            name=row[2],
            kind=row[3],
            service=row[4],
            home_state=row[5],
            languages=tuple(row[6].split()),
            domains=tuple(domains[row[0]]),
            contacts=tuple(contacts[row[0]]),
        )
        for row in session.execute(_of(query, wanted), {"wanted": wanted})
    ]


def _of(query: sa.Select[Any], registry_ids: list[str] | None) -> sa.Select[Any]:
    query = query.where(Platform.retired_at.is_(None))
    return query if registry_ids is None else query.where(arrays.among(Platform.registry_id, "wanted"))


def _domains(session: Session, wanted: list[str] | None) -> defaultdict[Any, list[str]]:
    query = sa.select(_raw(Domain.platform_id), Domain.ascii_name).join(Domain.platform).order_by(Domain.position)
    found: defaultdict[Any, list[str]] = defaultdict(list)
    for platform_id, name in session.execute(_of(query, wanted), {"wanted": wanted}):
        found[platform_id].append(name)
    return found


def _contacts(session: Session, wanted: list[str] | None) -> defaultdict[Any, list[registry.Contact]]:
    query = (
        sa.select(
            _raw(Contact.platform_id),
            _raw(Contact.id),
            Contact.position,
            Contact.name,
            Contact.language,
            Contact.time_zone,
            Contact.hours,
            _raw(Endpoint.id),
            Endpoint.channel,
            Endpoint.address,
            Endpoint.verified_on,
            Endpoint.provider,
            Endpoint.secret_generation,
            Endpoint.secret_renewed_at,
        )
        .join(Contact.platform)
        .outerjoin(Endpoint, sa.and_(Endpoint.contact_id == Contact.id, Endpoint.retired_at.is_(None)))
        .where(Contact.retired_at.is_(None))
        .order_by(Contact.platform_id, Contact.position, Contact.id, Endpoint.created_at, Endpoint.id)
    )
    found: defaultdict[Any, list[registry.Contact]] = defaultdict(list)
    head: tuple[Any, ...] | None = None
    endpoints: list[registry.Endpoint] = []
    for row in session.execute(_of(query, wanted), {"wanted": wanted}):
        if head is None or head[1] != row[1]:
            if head is not None:
                found[head[0]].append(_contact(head, endpoints))
            head, endpoints = tuple(row[:7]), []
        if row[7] is not None:
            endpoints.append(
                registry.Endpoint(
                    _key(row[7]), _CHANNELS[row[8]], row[9], row[10], row[11], registry.secret(row[12], row[13])
                )
            )
    if head is not None:
        found[head[0]].append(_contact(head, endpoints))
    return found


def _contact(head: tuple[Any, ...], endpoints: list[registry.Endpoint]) -> registry.Contact:
    _platform_id, contact_id, *columns = head
    position, name, language, time_zone, hours = columns
    return registry.Contact(_key(contact_id), position, name, language, time_zone, hours, tuple(endpoints))


def how_many(session: Session) -> int:
    """Platforms that are not retired."""
    return session.scalar(sa.select(sa.func.count()).select_from(Platform).where(Platform.retired_at.is_(None))) or 0


def whole(session: Session, *, registry_ids: Sequence[str] | None = None) -> Sequence[Platform]:
    """Platforms as rows with all that belongs to them, retired ones too, in the order in which they came."""
    query = (
        sa.select(Platform)
        .options(
            selectinload(Platform.domains),
            selectinload(Platform.contacts).selectinload(Contact.endpoints),
        )
        .order_by(Platform.id)
    )
    if registry_ids is not None:
        query = query.where(Platform.registry_id.in_(registry_ids))
    return session.scalars(query).all()


def by_registry_id(session: Session, registry_id: str) -> Platform:
    """One platform with all that belongs to it.

    Raises:
        NotFound: there is none.
    """
    found = whole(session, registry_ids=[registry_id])
    if not found:
        raise errors.NotFound(f"There is no platform “{registry_id[:64]}” in the registry. Look at the list.")
    return found[0]


def contact(session: Session, contact_id: UUID) -> Contact:
    """One contact that is not retired, with its platform and endpoints.

    Raises:
        NotFound: there is none.
    """
    options = (selectinload(Contact.platform), selectinload(Contact.endpoints))
    found = session.scalars(sa.select(Contact).where(Contact.id == contact_id).options(*options)).one_or_none()
    if found is None or found.retired_at is not None:
        raise errors.NotFound("There is no such contact any more. Look at its platform.")
    return found


def endpoint(session: Session, endpoint_id: UUID) -> Endpoint:
    """One endpoint that is not retired, with its contact and platform.

    Raises:
        NotFound: there is none.
    """
    options = selectinload(Endpoint.contact).selectinload(Contact.platform)
    found = session.scalars(sa.select(Endpoint).where(Endpoint.id == endpoint_id).options(options)).one_or_none()
    if found is None or found.retired_at is not None:
        raise errors.NotFound("There is no such address any more. Look at its platform.")
    return found


def last_answers(session: Session, platform_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When each platform last acknowledged a request."""
    query = (
        sa.select(Notice.platform_id, sa.func.max(Notice.acknowledged_at, type_=Notice.acknowledged_at.type))
        .where(Notice.platform_id.in_(platform_ids), Notice.acknowledged_at.is_not(None))
        .group_by(Notice.platform_id)
    )
    return {platform_id: at for platform_id, at in session.execute(query) if at is not None}


def history(session: Session, platform_id: UUID, *, limit: int) -> Sequence[Event]:
    """What the record says of one platform, newest first."""
    named = Event.body.contains(f'"platform":"{platform_id}"', autoescape=True)
    query = sa.select(Event).where(Event.stream == "registry", named).order_by(Event.n.desc()).limit(limit)
    return session.scalars(query).all()


def names_in(session: Session, incident_id: UUID | None) -> dict[str, str]:
    """What to show for the ids of platforms in the record, and for those of an incident's notices."""
    names = {str(row.id): row.name for row in session.execute(sa.select(Platform.id, Platform.name))}
    if incident_id is not None:
        query = sa.select(Notice.id, Notice.platform_name).where(Notice.incident_id == incident_id)
        names |= {str(row.id): row.platform_name for row in session.execute(query)}
    return names

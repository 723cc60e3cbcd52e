"""Try an address of the registry: a test message outside every incident, recorded with how it ended."""

from datetime import datetime
from uuid import UUID

from crisis.config import Settings
from crisis.domain import alert
from crisis.notify import addresses, trial
from crisis.store import db, platforms, records, registrations


def try_endpoint(endpoint_id: UUID, *, settings: Settings, now: datetime, actor: str) -> trial.Exchange:
    """What went out and what came back; it takes as long as the other side, 15 s at most.

    Raises:
        Conflict: it is a phone.
        NotFound: there is no such address.
    """
    with db.reading() as session:
        endpoint = platforms.endpoint(session, endpoint_id)
        tried = trial.Tried(
            endpoint_id=endpoint_id,
            channel=alert.Channel(endpoint.channel),
            address=endpoint.address,
            language=endpoint.contact.language,
            generation=endpoint.secret_generation,
        )
    exchange = trial.run(settings, tried, now=now)
    with db.transaction() as session:
        endpoint = platforms.endpoint(session, endpoint_id)
        writer = registrations.Writer(session, now, actor, addresses.to_ascii, db.vault())
        records.append(session, records.REGISTRY, writer.tested(endpoint, exchange.outcome.value), now=now)
    return exchange

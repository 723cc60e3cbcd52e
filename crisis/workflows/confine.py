"""Confine the demo: it may not run on a database of real platforms, whose alerts it would only catch."""

from collections.abc import Iterator

from crisis import errors
from crisis.domain import alert, exercise, registry
from crisis.store import db, platforms


def demo() -> None:
    """Make sure that every platform in the database is a fictional one.

    Raises:
        StartFailed: one has a domain or mailbox that is not reserved for examples; use another database.
    """
    with db.reading() as session:
        real = sorted(
            one.registry_id for one in platforms.snapshot(session) if not all(map(exercise.may_name, _hosts(one)))
        )
    if real:
        raise errors.StartFailed(
            f"The database holds real platforms ({', '.join(real[:3])}): the demo would catch their alerts. "
            "Unset CRISIS_DATABASE_URL for the demo."
        )


def _hosts(platform: registry.Platform) -> Iterator[str]:
    yield from platform.domains
    for contact in platform.contacts:
        for endpoint in contact.endpoints:
            if endpoint.channel is alert.Channel.EMAIL:
                yield endpoint.address.rpartition("@")[2].lower()

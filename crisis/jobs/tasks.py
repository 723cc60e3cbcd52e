"""The tasks: doors to one workflow each; they carry no work, so losing or doubling one loses nothing."""

from functools import partial
from uuid import UUID

from celery import shared_task

from crisis.domain import alert
from crisis.jobs import bell, names, room
from crisis.workflows import deliver, probe


@shared_task(name=names.DRAIN)  # type: ignore[untyped-decorator]
def drain(queue: str) -> None:
    """Send what is due in the queue; ring again for what others could take, and for what is left in the end."""
    ring = partial(bell.ring, alert.Queue(queue))
    if deliver.drain(alert.Queue(queue), room=room.current(), calls=ring).more:
        ring()


@shared_task(name=names.MARK_PROBE)  # type: ignore[untyped-decorator]
def mark_probe(probe_id: str) -> None:
    """Mark the row by which `crisis check` sees that broker, worker and database work together."""
    probe.mark(UUID(probe_id), now=room.current().clock.now())

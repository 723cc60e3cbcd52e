"""Take matters: an officer says that they see to them, and nobody else is told any more."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from crisis import errors
from crisis.domain import duty
from crisis.store import db, incidents, matters
from crisis.store import records as record


def take(ref: str, matter_ids: Sequence[UUID], *, now: datetime, actor: str) -> int:
    """Take those of these matters that are still open; returns how many. What somebody took before stays theirs.

    Raises:
        NotFound: no such incident, or one of them is not part of it.
    """
    with db.transaction() as session:
        owner = incidents.by_ref(session, ref)
        known = matters.of_incident(session, owner.id, matter_ids)
        if len(known) != len(set(matter_ids)):
            raise errors.NotFound(f"{ref} has no such matter. Load the incident's page again.")
        facts = matters.end(session, known, duty.How.TAKEN, by=actor, now=now)
        if facts:
            record.append(session, str(owner.id), facts, now=now)
        return len(facts)

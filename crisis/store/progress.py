"""How far incidents are: for a list of them, how many platforms were asked and in which state each request is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import notice
from crisis.store.models import Notice


def by_state(session: Session, incident_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, int]]:
    """For each incident, how many requests are in each state; platforms that are only informed are left out."""
    query = (
        sa.select(Notice.incident_id, Notice.state, sa.func.count())
        .where(Notice.incident_id.in_(incident_ids), Notice.ask != notice.Ask.INFORM.value)
        .group_by(Notice.incident_id, Notice.state)
    )
    found: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    for incident_id, state, count in session.execute(query):
        found[incident_id][state] = count
    return found

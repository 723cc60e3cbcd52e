"""Claim a task: one officer at a time calls a platform or fills in its portal."""

from datetime import datetime
from uuid import UUID

from crisis import errors
from crisis.domain import alert
from crisis.store import db, incidents, notices, tasks


def claim(ref: str, notice_id: UUID, channel: alert.Channel, *, now: datetime, actor: str) -> tasks.Held:
    """Take the task for some minutes, or hold it longer; returns who has it, which may be somebody else.

    Raises:
        NotFound: the incident asks no such platform.
    """
    with db.transaction() as session:
        _check(ref, notice_id, incidents.by_ref(session, ref).id, notices.by_id(session, notice_id).incident_id)
        return tasks.take(session, notice_id, channel, by=actor, now=now)


def give_back(ref: str, notice_id: UUID, channel: alert.Channel, *, actor: str) -> None:
    """Let others take the task; what somebody else has stays theirs.

    Raises:
        NotFound: the incident asks no such platform.
    """
    with db.transaction() as session:
        _check(ref, notice_id, incidents.by_ref(session, ref).id, notices.by_id(session, notice_id).incident_id)
        tasks.give_back(session, notice_id, channel, by=actor)


def _check(ref: str, notice_id: UUID, owner_id: UUID, asked_by: UUID | None) -> None:
    if asked_by != owner_id:
        raise errors.NotFound(f"{ref} asks no such platform. Load the incident's page again.")

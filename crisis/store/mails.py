"""Mails that came in: matched to what they are about, kept once each, decided by officers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import alert
from crisis.store import keys
from crisis.store.models import Alert, Contact, Endpoint, Incident, Mail, Notice, Platform
from crisis.store.notices import Locked

#: Where a mail stands. Only a person's mail is ever open.
OPEN, FILED, ANSWERED, SET_ASIDE = "open", "filed", "answered", "set_aside"

#: How we know what a mail is about, the surest first.
RETURN_PATH, REFERENCE, REF = "return_path", "reference", "ref"

#: Mail about an alert of no incident came back from a probe of delivery, and belongs to no figure.
NO_PROBE = sa.or_(Mail.alert_id.is_(None), Mail.incident_id.is_not(None))

_A_REF = re.compile(r"[A-Z]{2,8}-20\d\d-\d{4,9}")


@dataclass(frozen=True, slots=True)
class Match:
    """What a mail is about; without an alert, only its incident is known."""

    by: str
    incident_id: UUID | None
    alert_id: UUID | None = None
    notice_id: UUID | None = None


def match(
    session: Session, *, paths: Iterable[UUID], about: Iterable[UUID], refs: Sequence[str], sender: str
) -> Match | None:
    """What a mail is about; ``None`` where nothing in it says so.

    Args:
        paths: alerts whose return path it was sent to.
        about: alerts whose mails it answers or gives back.
        refs: references in its headers and its subject; with the address of a contact, the weakest hint.
    """
    for by, ids in ((RETURN_PATH, paths), (REFERENCE, about)):
        for one in ids:
            found = session.execute(sa.select(Alert.id, Alert.incident_id, Alert.notice_id).where(Alert.id == one))
            if row := found.one_or_none():
                return Match(by, row.incident_id, row.id, row.notice_id)
    named = [one for ref in refs for one in _A_REF.findall(ref)]
    incident_id = session.scalar(sa.select(Incident.id).where(Incident.ref.in_(named[:5])).limit(1)) if named else None
    if incident_id is None:
        return None
    query = sa.select(Alert.id, Alert.notice_id).where(
        Alert.incident_id == incident_id,
        Alert.notice_id.is_not(None),
        Alert.channel == alert.Channel.EMAIL.value,
        sa.func.lower(Alert.address) == sender.lower(),
    )
    last = session.execute(query.order_by(Alert.id.desc()).limit(1)).one_or_none()
    return Match(REF, incident_id, last.id, last.notice_id) if last else Match(REF, incident_id)


def is_known(session: Session, key: str) -> bool:
    """Whether this mail came before."""
    return session.scalar(sa.select(Mail.id).where(Mail.key == key)) is not None


def add(session: Session, *, found: Match | None, now: datetime, **columns: Any) -> Mail:
    """Keep a mail."""
    row = Mail(
        id=keys.new(),
        received_at=now,
        matched_by=found.by if found else None,
        incident_id=found.incident_id if found else None,
        alert_id=found.alert_id if found else None,
        notice_id=found.notice_id if found else None,
        answer_id=None,
        settled_at=None,
        settled_by=None,
        **columns,
    )
    session.add(row)
    session.flush()
    return row


def by_id(session: Session, mail_id: UUID) -> Mail:
    """One mail.

    Raises:
        NotFound: there is none.
    """
    row = session.get(Mail, mail_id)
    if row is None:
        raise errors.NotFound("There is no such mail. Open it again from the list of mails.")
    return row


def take(session: Session, mail_id: UUID, *, state: str, actor: str, now: datetime) -> Mail:
    """End the waiting of an open mail; whoever is second is told so.

    Raises:
        NotFound: there is none.
        Conflict: it is not open, or no longer.
    """
    statement = (
        sa.update(Mail)
        .where(Mail.id == mail_id, Mail.state == OPEN)
        .values(state=state, settled_at=now, settled_by=actor)
        .execution_options(synchronize_session=False)
    )
    taken = session.execute(statement).rowcount  # type: ignore[attr-defined]
    row = by_id(session, mail_id)
    if not taken:
        raise errors.Conflict("This mail waits for nobody any more: somebody has decided. Look at the page again.")
    return row


def asked_of(session: Session, incident_id: UUID, registry_id: str) -> Notice:
    """What the platform with this registry id is asked in an incident.

    Raises:
        NotFound: nothing.
    """
    query = (
        sa.select(Notice)
        .join(Platform, Platform.id == Notice.platform_id)
        .where(Notice.incident_id == incident_id, Platform.registry_id == registry_id)
        .order_by(Notice.id)
    )
    found = session.scalars(query.limit(1)).one_or_none()
    if found is None:
        raise errors.NotFound(f"The incident asks nothing of {registry_id[:40]!r}. Choose one of its platforms.")
    return found


def writer(session: Session, row: Mail, notice: Locked) -> UUID:
    """The contact of the platform who wrote: by address, else whoever the alert went to.

    Raises:
        Conflict: the platform has no contact in the registry.
    """
    query = (
        sa.select(Contact.id)
        .outerjoin(Endpoint, Endpoint.contact_id == Contact.id)
        .where(Contact.platform_id == notice.platform_id)
        .order_by(
            (sa.func.lower(Endpoint.address) == row.sender.lower()).desc().nulls_last(),
            Contact.retired_at.is_not(None),
            Contact.position,
        )
    )
    first = session.execute(query.add_columns(Endpoint.address).limit(1)).one_or_none()
    alerted = session.scalar(sa.select(Alert.contact_id).where(Alert.id == row.alert_id)) if row.alert_id else None
    if first is not None and (alerted is None or (first.address or "").lower() == row.sender.lower()):
        alerted = first.id
    if alerted is not None:
        return alerted
    raise errors.Conflict("This platform has no contact in the registry. Add whoever wrote, then decide again.")


def latest(session: Session, *, limit: int, waiting_only: bool = False) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Mails with the reference and the platform that they are about, those that wait first, then the newest.

    Probes that came back are left out.
    """
    shown = (Mail.id, Mail.kind, Mail.state, Mail.received_at, Mail.sender, Mail.sender_name, Mail.subject,
             Mail.status, Mail.code, Mail.matched_by, Mail.notice_id)  # fmt: skip
    query = (
        sa.select(*shown, Incident.ref, Incident.purpose, Notice.platform_name)
        .outerjoin(Incident, Incident.id == Mail.incident_id)
        .outerjoin(Notice, Notice.id == Mail.notice_id)
        .where(NO_PROBE)
        .order_by((Mail.state == OPEN).desc(), Mail.received_at.desc(), Mail.id.desc())
    )
    return session.execute((query.where(Mail.state == OPEN) if waiting_only else query).limit(limit)).all()


def how_many_wait(session: Session) -> int:
    """How many mails of persons wait for an officer."""
    return session.scalar(sa.select(sa.func.count()).select_from(Mail).where(Mail.state == OPEN)) or 0

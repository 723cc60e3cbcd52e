"""A round: one message to many at one moment, put into words and planned at once."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from crisis.domain import alert, outgoing
from crisis.store import keys, outbox
from crisis.store.launches import Writer
from crisis.store.models import Incident


def plan(
    session: Session,
    owner: Incident,
    to: Iterable[outgoing.Recipient],
    *,
    writer: Writer,
    cause: str,
    purpose: alert.Purpose,
) -> list[outgoing.Draft]:
    """Plan an alert to each recipient who has none of this cause yet; returns what is new."""
    texts: dict[outgoing.TextKey, outgoing.Text] = {}
    drafts = list(writer.drafting(to, texts, cause=cause, purpose=purpose, new_id=keys.new))
    put = outbox.put(session, owner.id, drafts, texts, fingerprint=writer.fingerprint, now=writer.now, fresh=False)
    new = set(put)
    return [draft for draft in drafts if draft.alert_id in new]

"""Assign an item that no platform owns to one that the officer names: from that moment it is asked."""

from datetime import datetime
from uuid import UUID

from crisis import errors
from crisis.config import Settings
from crisis.domain import fan_out, incident, records
from crisis.domain.declaration import Audience, AudienceMode, GivenItem
from crisis.notify import addresses, writer
from crisis.store import db, incidents, launches, platforms
from crisis.store import records as record


def assign(ref: str, item_id: UUID, registry_id: str, *, settings: Settings, now: datetime, actor: str) -> int:
    """Ask a platform about an unrouted item, in a batch of its own; returns the batch's number. The caller rings.

    Raises:
        NotFound: no such incident, item or platform.
        Conflict: the item is asked of somebody already, or was withdrawn.
    """
    with db.transaction() as session:
        owner = incidents.by_ref(session, ref, lock=True)
        if owner.state != incident.State.DECLARED.value:
            raise errors.WrongState(f"{ref} is {owner.state.replace('_', ' ')}. Reactivate it first.")
        waiting = {row.id: row for row in incidents.unrouted(session, owner.id)}
        if item_id not in waiting:
            raise errors.Conflict("This item waits for nobody: it was assigned or withdrawn. Look at the incident.")
        row = waiting[item_id]
        known_platforms = platforms.snapshot(session)
        if registry_id not in {one.registry_id for one in known_platforms}:
            raise errors.NotFound(f"There is no platform {registry_id[:40]!r} in the registry.")
        given = GivenItem(url=row.url, sha256=row.sha256, md5=row.md5, pdq=row.pdq, exact=row.content_key == row.url)
        plan = fan_out.plan(
            [given],
            platforms=known_platforms,
            audience=Audience(AudienceMode.PLATFORMS, (registry_id,)),
            assign={row.content_key: registry_id},
            now=now,
            to_ascii=addresses.to_ascii,
        )
        batch = incidents.new_batch(session, owner, target_at=now + settings.aim, actor=actor, now=now)
        known = incidents.items_by_name(session, owner.id)
        words = writer.of(owner, settings, now=now)
        launched = launches.launch(
            session, owner, batch, plan, writer=words, known=known, again={row.content_key: row.id}
        )
        asked = {"item": str(item_id), "platform": str(launched.asked[0].request.platform.id)}
        happened = [(records.Kind.ITEM_ASSIGNED, asked), *launched.happened]
        record.append(session, str(owner.id), record.at_once(happened, actor=actor, now=now), now=now)
        return batch.number

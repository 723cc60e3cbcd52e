"""What the record says of a fan-out: bodies of its facts, with ids only."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from crisis.domain import key_text, notice, records
from crisis.domain.outgoing import Draft
from crisis.domain.records import Kind
from crisis.store.fan_outs import Written
from crisis.store.models import Batch
from crisis.store.records import moment
from crisis.store.types import Canonical, canonical

Body = Mapping[str, Any] | Canonical


def happened(
    batch: Batch, written: Written, drafts: Sequence[Draft], *, moved: Sequence[Mapping[str, Any]] = ()
) -> list[tuple[Kind, Body]]:
    """What naming a batch brought about, in order; ``moved`` are bodies of notices whose state it changed."""
    return [
        (Kind.ITEMS_NAMED, items_body(batch, written)),
        *((Kind.NOTICE_NAMED, body) for body in notice_bodies(batch, written)),
        *((Kind.NOTICE_STATE, body) for body in moved),
        *planned(drafts),
    ]


def planned(drafts: Sequence[Draft]) -> list[tuple[Kind, Mapping[str, Any]]]:
    """That these alerts were planned; nothing where there are none."""
    return [(Kind.ALERTS_PLANNED, alerts_body(drafts))] if drafts else []


def cancelled(alert_ids: Sequence[UUID], *, now: datetime) -> list[tuple[Kind, Mapping[str, Any]]]:
    """That these alerts were cancelled before they left; nothing where there are none."""
    return [(Kind.ALERTS_CANCELLED, {"alerts": [[str(one), moment(now)] for one in alert_ids]})] if alert_ids else []


def items_body(batch: Batch, written: Written) -> dict[str, Any]:
    """The body of ``items.named``: the batch and the ids of its items."""
    return {
        "batch": batch.number,
        "target_at": moment(batch.target_at),
        "items": [str(item_id) for item_id in written.item_ids.values()],
        "merged": written.merged,
        "unrouted": written.unrouted,
    }


def notice_bodies(batch: Batch, written: Written) -> Iterator[Canonical]:
    """The bodies of ``notice.named``, one for each platform asked: alike but for their ids, for most of thousands."""
    shapes: dict[tuple[notice.Ask, tuple[str, ...]], str] = {}
    entry_ids = iter(key_text.many([entry.id for asked in written.asked for entry in asked.entries]))
    notice_ids = key_text.many([asked.notice_id for asked in written.asked])
    platform_ids = key_text.many([asked.request.platform.id for asked in written.asked])
    for asked, notice_id, platform_id in zip(written.asked, notice_ids, platform_ids, strict=True):
        of = asked.request.ask, tuple([entry.reason for entry in asked.entries])
        if (shape := shapes.get(of)) is None:
            shape = shapes[of] = _shape(batch, *of)
        yield Canonical(shape % (*islice(entry_ids, len(asked.entries)), notice_id, platform_id))


def _shape(batch: Batch, ask: notice.Ask, reasons: Iterable[str]) -> str:
    """With ``%s`` where ids belong: those of the items, of the notice, of the platform."""
    body = {
        "ask": ask.value,
        "batch": batch.number,
        "items": [["%s", reason] for reason in reasons],
        "notice": "%s",
        "platform": "%s",
        "target_at": None if ask is notice.Ask.INFORM else moment(batch.target_at),
    }
    records.check(Kind.NOTICE_NAMED, body)
    return canonical(body)


def alerts_body(drafts: Sequence[Draft]) -> dict[str, Any]:
    """The body of ``alerts.planned``: ids only, no address."""
    to = [draft.recipient for draft in drafts]
    columns = (
        key_text.many([draft.alert_id for draft in drafts]),
        _texts([one.notice_id for one in to]),
        _texts([one.contact_id or one.user_id for one in to]),
        _texts([one.endpoint_id for one in to]),
        [one.channel.value for one in to],
        [draft.cause for draft in drafts],
        [draft.purpose.value for draft in drafts],
    )
    return {"alerts": list(zip(*columns, strict=True))}


def _texts(keys: Sequence[UUID | None]) -> list[str | None]:
    texts = iter(key_text.many([key for key in keys if key is not None]))
    return [None if key is None else next(texts) for key in keys]

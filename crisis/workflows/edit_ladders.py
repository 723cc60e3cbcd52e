"""Edit the ladders: a version is saved and used from then on; the versions before it stay as they were."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import ladder_body, records
from crisis.store import db, platforms, versions
from crisis.store import records as record


def _nothing(_session: Session, _number: int) -> None:
    return None


def save(body: Any, *, now: datetime, actor: str, alongside: Callable[[Session, int], None] = _nothing) -> int:
    """Save ladders as the version that new incidents use; returns its number.

    The same ladders as those of an earlier version are that version again.

    Raises:
        InvalidInput: ``fields`` names every place that can't be used.
    """
    ladders = ladder_body.from_json(body)
    with db.transaction() as session:
        known = {one.registry_id for one in platforms.whole(session, registry_ids=list(ladders.by_platform))}
        unknown = {
            f"platforms.{key}": "there is no such platform in the registry"
            for key in ladders.by_platform
            if key not in known
        }
        if unknown:
            raise errors.InvalidInput("The ladder names a platform that is not in the registry.", fields=unknown)
        newest = versions.newest_number(session, versions.LADDER)
        version = versions.current(session, versions.LADDER, ladder_body.as_json(ladders), now=now, actor=actor)
        versions.activate(session, version, now=now, actor=actor)
        alongside(session, version.number)
        body = {"version": str(version.id), "number": version.number}
        kinds = [records.Kind.LADDER_SAVED] if version.number > newest else []
        facts = [record.Fact(kind, actor, now, body) for kind in (*kinds, records.Kind.LADDER_ACTIVATED)]
        record.append(session, record.REGISTRY, facts, now=now)
        return version.number


def activate(number: int, *, now: datetime, actor: str, alongside: Callable[[Session, int], None] = _nothing) -> int:
    """Let new incidents use an earlier version again, those that run keep theirs; returns its number.

    Raises:
        NotFound: there is no such version.
    """
    with db.transaction() as session:
        version = versions.by_number(session, versions.LADDER, number)
        alongside(session, version.number)
        if versions.active_ladder(session, now=now).id == version.id:
            return number
        versions.activate(session, version, now=now, actor=actor)
        body = {"version": str(version.id), "number": version.number}
        record.append(session, record.REGISTRY, [record.Fact(records.Kind.LADDER_ACTIVATED, actor, now, body)], now=now)
    return number

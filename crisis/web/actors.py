"""Who did something, in words: the record knows people and programs by id only."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store import users
from crisis.store.models import ApiToken, Contact
from crisis.web.language import gettext


def names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """A name for each actor: a person's, a token's, a contact's, or what the desk did by itself."""
    wanted = set(actors)
    shown = {"desk": gettext("the desk, by itself"), "cli": gettext("command line")}
    people = users.names_of(session, _ids(wanted, "user"))
    tokens = _names(session, ApiToken, _ids(wanted, "token"))
    contacts = _names(session, Contact, _ids(wanted, "contact"))
    for actor in wanted:
        kind, _, key = actor.partition(":")
        found = {"user": people, "token": tokens, "contact": contacts}.get(kind, {})
        key_id = _id(key)
        shown.setdefault(actor, actor if key_id is None else found.get(key_id, actor))
    return shown


def _names(session: Session, model: type[ApiToken] | type[Contact], ids: list[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    return {row.id: row.name for row in session.execute(sa.select(model.id, model.name).where(model.id.in_(ids)))}


def _ids(actors: Iterable[str], kind: str) -> list[UUID]:
    parts = (actor.partition(":") for actor in actors)
    return [found for word, _, key in parts if word == kind and (found := _id(key)) is not None]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

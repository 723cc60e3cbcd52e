"""People of the desk: added, set up, changed; and their log-ins, recorded."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.config import Settings
from crisis.domain import access
from crisis.domain import records as kinds
from crisis.domain import text as texts
from crisis.notify import addresses
from crisis.store import db, passwords, records, users
from crisis.store.models import User

LINK_LIVES = timedelta(hours=1)
_LANGUAGES = ("en", "fr", "de")
_FIRST = "first@desk.invalid"  # until the first person says who they are; .invalid is nobody's (RFC 2606)
_FIRST_ROLES = ("admin", "manager", "officer")


@dataclass(frozen=True, slots=True)
class Added:
    """``link`` is the one-time set-up link; ``None`` where a password was given."""

    user_id: UUID
    link: str | None


def add(
    email: str,
    *,
    roles: Sequence[str],
    settings: Settings,
    now: datetime,
    actor: str,
    name: str = "",
    password: str | None = None,
) -> Added:
    """A new person, with a password or with a link to set one.

    Raises:
        InvalidInput: the address, a role or the password does not fit; ``fields`` says which.
        Conflict: somebody has that address already.
    """
    address = _address(email)
    wanted = _roles(roles)
    hashed = None if password is None else passwords.hash_of(password)
    with db.transaction() as session:
        if users.by_email(session, address) is not None:
            raise errors.Conflict("Somebody has this address already. Give them a new link or another role instead.")
        user = _blank(address, name=_name(name), now=now, settings=settings)
        user.password = hashed
        user.roles = users.roles(session, wanted)
        session.add(user)
        link = None if hashed else _offer(user, settings=settings, now=now)
        session.flush()
        body = {"user_id": str(user.id), "roles": sorted(wanted)}
        _record(session, kinds.Kind.USER_ADDED, actor, body, now)
    return Added(user.id, link)


def first_set_up_link(*, settings: Settings, now: datetime) -> str | None:
    """A link for the first person, who gets the roles admin, manager and officer; ``None`` once somebody can log in.

    Each call makes the link before it useless.
    """
    with db.transaction() as session:
        if users.any_can_log_in(session):
            return None
        user = users.by_email(session, _FIRST)
        if user is None:
            user = _blank(_FIRST, name="", now=now, settings=settings)
            user.roles = users.roles(session, _FIRST_ROLES)
            session.add(user)
            link = _offer(user, settings=settings, now=now)
            session.flush()
            body = {"user_id": str(user.id), "roles": sorted(_FIRST_ROLES)}
            _record(session, kinds.Kind.USER_ADDED, "cli", body, now)
            return link
        return _offer(user, settings=settings, now=now)


def new_link(user_id: UUID, *, settings: Settings, now: datetime, actor: str) -> str:
    """Another one-time link, as after a forgotten password; the old password works until it is used."""
    with db.transaction() as session:
        user = _existing(session, user_id)
        link = _offer(user, settings=settings, now=now)
        _record(session, kinds.Kind.USER_CHANGED, actor, {"user_id": str(user.id), "fields": ["set_up_link"]}, now)
    return link


def new_link_for(email: str, *, settings: Settings, now: datetime, actor: str) -> str:
    """``new_link`` for whoever has this address.

    Raises:
        NotFound: nobody has it.
    """
    with db.reading() as session:
        user = users.by_email(session, email.strip())
    if user is None:
        raise errors.NotFound(f"Nobody has the address {texts.visible(email)[:80]}. Add them: crisis users add.")
    return new_link(user.id, settings=settings, now=now, actor=actor)


def change(
    user_id: UUID, *, roles: Sequence[str], active: bool, now: datetime, actor: str, duty_order: str = ""
) -> None:
    """Other roles, or no longer (or again) allowed in: sessions that are open end with it; another place on duty.

    Args:
        duty_order: whole number from 1, who is told first; empty is behind all who have one.

    Raises:
        Conflict: nobody would be left who may change people.
        InvalidInput: a role is unknown, or the place is no number.
    """
    wanted, place = _roles(roles), _place(duty_order)
    with db.transaction() as session:
        user = _existing(session, user_id)
        session.flush()
        had = {role.name for role in user.roles}
        differs = {
            "roles": had != set(wanted),
            "active": user.active != active,
            "duty_order": user.duty_order != place,
        }
        changed = [name for name, is_other in differs.items() if is_other]
        if not changed:
            return
        others = [one for one in users.with_role(session, "admin") if one.id != user.id and one.password]
        if not others and "admin" in had and ("admin" not in wanted or not active):
            raise errors.Conflict("Nobody would be left with the role admin. Give it to somebody else first.")
        user.roles = users.roles(session, wanted)
        user.active = active
        user.duty_order = place
        if changed != ["duty_order"]:
            user.fs_uniquifier = secrets.token_hex(32)
        body = {"user_id": str(user.id), "roles": sorted(wanted), "fields": changed, "active": active}
        _record(session, kinds.Kind.USER_CHANGED, actor, body, now)


def change_profile(user_id: UUID, *, name: str, language: str, notify_address: str, now: datetime) -> None:
    """What a person may change of themselves: name, language, and where the desk reaches them."""
    if language not in _LANGUAGES:
        raise _wrong("language", "Choose English, French or German.")
    notify = _address(notify_address, field="notify_address") if notify_address.strip() else None
    shown = _name(name)
    with db.transaction() as session:
        user = _existing(session, user_id)
        new = {"name": shown, "language": language, "notify_address": notify}
        changed = sorted(field for field, value in new.items() if getattr(user, field) != value)
        if not changed:
            return
        for field in changed:
            setattr(user, field, new[field])
        body = {"user_id": str(user.id), "fields": changed}
        _record(session, kinds.Kind.USER_CHANGED, f"user:{user.id}", body, now)


def for_link(token: str, *, now: datetime) -> tuple[UUID, str | None]:
    """Whose set-up link this is, and their address (``None`` for the first person, who still has to give one).

    Raises:
        LinkUnusable: unknown, used or older than an hour.
    """
    with db.reading() as session:
        user = _holder(session, token, now)
        return user.id, None if user.email == _FIRST else user.email


def set_up(token: str, *, email: str, name: str, password: str, now: datetime) -> UUID:
    """Set the password of the link's holder; the link and every open session of theirs end.

    Raises:
        LinkUnusable: unknown, used or older than an hour.
        InvalidInput: the password, the name or (for the first person) the address does not fit.
    """
    hashed = passwords.hash_of(password)
    with db.transaction() as session:
        user = _holder(session, token, now)
        if user.email == _FIRST:
            user.email = _address(email)
        shown = _name(name)
        if shown:
            user.name = shown
        user.password, user.setup_hash, user.setup_expires_at = hashed, None, None
        user.fs_uniquifier = secrets.token_hex(32)
        _record(
            session, kinds.Kind.USER_CHANGED, f"user:{user.id}", {"user_id": str(user.id), "fields": ["password"]}, now
        )
    return user.id


def logged_in(user_id: UUID, *, now: datetime) -> None:
    """Record a log-in."""
    with db.transaction() as session:
        _record(session, kinds.Kind.USER_LOGGED_IN, f"user:{user_id}", {"user_id": str(user_id)}, now)


def log_in_failed(user_id: UUID | None, *, now: datetime) -> None:
    """Record a failed try; ``None`` where nobody has that address, which is then kept nowhere."""
    with db.transaction() as session:
        body = {"user_id": None if user_id is None else str(user_id)}
        _record(session, kinds.Kind.USER_LOG_IN_FAILED, "desk", body, now)


def _record(session: Session, kind: kinds.Kind, actor: str, body: Mapping[str, object], now: datetime) -> None:
    session.flush()
    records.append(session, records.ACCESS, [records.Fact(kind, actor, now, body)], now=now)


def _blank(email: str, *, name: str, now: datetime, settings: Settings) -> User:
    return User(
        email=email,
        name=name,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        notify_address=None,
        language="en",
        time_zone=settings.desk_time_zone,
        created_at=now,
    )


def _offer(user: User, *, settings: Settings, now: datetime) -> str:
    token = secrets.token_urlsafe(24)
    users.offer_setup(user, digest=_digest(token), expires_at=now + LINK_LIVES)
    return f"{settings.public_url}/account/set-up/{token}"


def _holder(session: Session, token: str, now: datetime) -> User:
    user = users.by_setup_hash(session, _digest(token))
    if user is None or user.setup_expires_at is None or user.setup_expires_at <= now or not user.active:
        raise errors.LinkUnusable(
            "This set-up link is unknown, was used, or is older than an hour. Ask an admin for a new one; "
            "if nobody can log in yet, restart the desk: it prints one."
        )
    return user


def _existing(session: Session, user_id: UUID) -> User:
    user = users.by_id(session, user_id)
    if user is None:
        raise errors.NotFound("There is no such person. Look at the list.")
    return user


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _address(text: str, *, field: str = "email") -> str:
    given = text.strip()
    try:
        addresses.mail_address(given)
    except errors.CrisisError as error:
        raise _wrong(field, str(error)) from None
    return given


def _name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > 120 or not name.isprintable():
        raise _wrong("name", "Use at most 120 characters that can be printed.")
    return name


def _place(text: str) -> int | None:
    given = text.strip()
    if not given:
        return None
    if not given.isascii() or not given.isdecimal() or not 1 <= int(given[:9]) <= 999:
        raise _wrong("duty_order", "Give the place on duty as a whole number from 1 to 999, or leave it empty.")
    return int(given)


def _roles(names: Sequence[str]) -> list[str]:
    known = [str(role) for role in access.ROLES]
    wanted = list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise _wrong("role", f"Choose at least one of {', '.join(known)}.")
    return wanted


def _wrong(field: str, text: str) -> errors.InvalidInput:
    return errors.InvalidInput(text, fields={field: text})

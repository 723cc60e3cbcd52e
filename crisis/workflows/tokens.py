"""Give programs bearer tokens, and take them back; both are recorded, the token itself is kept nowhere."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from crisis import errors
from crisis.domain import access as rights
from crisis.domain import records, text
from crisis.store import access, db, keys
from crisis.store import records as record
from crisis.store.models import ApiToken

#: What a token may be for; each route names the one that it needs. ``respond`` comes with its routes.
SCOPES = tuple(scope.value for scope in rights.Scope if scope is not rights.Scope.RESPOND)

_BYTES = 32  # of randomness; 256 bits, so that its plain SHA-256 can't be searched
_LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Added:
    """``token`` is shown once and never again."""

    token_id: UUID
    token: str
    expires_at: datetime | None


def add(name: str, *, scopes: Sequence[str], now: datetime, actor: str, expires_in: timedelta | None = None) -> Added:
    """A new token for a program.

    Raises:
        InvalidInput: the name, a scope or the duration does not fit; ``fields`` says which.
        Conflict: a token of that name is in use.
    """
    clean = text.clean(name)
    wanted = _checked(clean, scopes, expires_in)
    token = f"cd_{secrets.token_urlsafe(_BYTES)}"  # a prefix that scanners for leaked secrets can look for
    expires_at = now + expires_in if expires_in is not None else None
    with db.transaction() as session:
        if access.token_named(session, clean, now=now) is not None:
            raise errors.Conflict(f"A token “{clean}” is in use. Choose another name, or revoke that one first.")
        row = ApiToken(
            id=keys.new(),
            name=clean,
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            scopes=" ".join(wanted),
            created_at=now,
            expires_at=expires_at,
        )
        access.add_token(session, row)
        body = {
            "token": str(row.id),
            "scopes": list(wanted),
            "expires_at": record.moment(expires_at) if expires_at is not None else None,
        }
        record.append(session, record.ACCESS, [record.Fact(records.Kind.TOKEN_ADDED, actor, now, body)], now=now)
        return Added(row.id, token, expires_at)


def revoke(name: str, *, now: datetime, actor: str) -> UUID:
    """End the token of that name at once; its id.

    Raises:
        NotFound: no token in use has that name.
    """
    with db.transaction() as session:
        row = access.token_named(session, text.clean(name), now=now)
        if row is None:
            raise errors.NotFound(f"No token in use is named “{text.visible(name)[:80]}”. See “crisis tokens list”.")
        row.revoked_at = now
        session.flush()
        body = {"token": str(row.id)}
        record.append(session, record.ACCESS, [record.Fact(records.Kind.TOKEN_REVOKED, actor, now, body)], now=now)
        return row.id


def every() -> Sequence[ApiToken]:
    """All tokens, newest first, those no longer in use too."""
    with db.reading() as session:
        return access.tokens(session)


def _checked(name: str, scopes: Sequence[str], expires_in: timedelta | None) -> tuple[str, ...]:
    wrong: dict[str, str] = {}
    if not name or len(name) > 80 or text.forbidden(name) is not None:
        wrong["name"] = "Give 1 to 80 characters, without control characters."
    if not scopes:
        wrong["scope"] = f"Name at least one of: {', '.join(SCOPES)}."
    for scope in scopes:
        if scope not in SCOPES:
            wrong["scope"] = f"“{text.visible(scope)[:40]}” is no scope; there are: {', '.join(SCOPES)}."
    if expires_in is not None and not timedelta(0) < expires_in <= _LONGEST:
        wrong["expires_in"] = "Give a duration such as 90d or 12h, at most ten years."
    if wrong:
        raise errors.InvalidInput(f"The token was not made. {' '.join(wrong.values())}", fields=wrong)
    return tuple(dict.fromkeys(scopes))

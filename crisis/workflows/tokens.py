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
    """
    clean = text.clean(name)
    wanted = _checked(clean, scopes, expires_in)
    token = f"cd_{secrets.token_urlsafe(_BYTES)}"  # a prefix that scanners for leaked secrets can look for
    expires_at = now + expires_in if expires_in is not None else None
    with db.transaction() as session:
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


def revoke(name: str, *, now: datetime, actor: str) -> int:
    """End every token of that name at once; how many there were.

    Raises:
        NotFound: no token in use has that name.
    """
    with db.transaction() as session:
        rows = access.tokens_named(session, text.clean(name), now=now)
        if not rows:
            raise errors.NotFound(f"No token in use is named “{text.visible(name)[:80]}”. See “crisis tokens list”.")
        for row in rows:
            row.revoked_at = now
        session.flush()
        facts = [record.Fact(records.Kind.TOKEN_REVOKED, actor, now, {"token": str(row.id)}) for row in rows]
        record.append(session, record.ACCESS, facts, now=now)
        return len(rows)


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

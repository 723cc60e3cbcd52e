"""Bearer tokens of programs: from the header to who it is and what it may do."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from flask import g, request

from crisis import errors
from crisis.store.db import db
from crisis.store.models import ApiToken
from crisis.web import desk


@dataclass(frozen=True, slots=True)
class Principal:
    """The program behind a token. ``platform_id`` binds the scope ``respond``."""

    actor: str
    scopes: frozenset[str]
    platform_id: UUID | None


def require(scope: str) -> Principal:
    """The program that asks, if its token has ``scope``.

    Raises:
        NotLoggedIn: no token, or one that is unknown, expired or revoked.
        NotAllowed: the token has other scopes.
    """
    principal = _principal()
    if scope not in principal.scopes:
        raise errors.NotAllowed(f"This token has no scope “{scope}”. Use one that was made with --scope {scope}.")
    g.principal = principal
    return principal


def _principal() -> Principal:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise errors.NotLoggedIn("Send a token: Authorization: Bearer <token>. “crisis tokens add” makes one.")
    digest = hashlib.sha256(text.strip().encode("utf-8", "replace")).hexdigest()
    row = db.session.scalars(sa.select(ApiToken).where(ApiToken.token_hash == digest)).one_or_none()
    now = desk.now()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        raise errors.NotLoggedIn("This token is unknown, expired or revoked. “crisis tokens add” makes a new one.")
    return Principal(f"token:{row.id}", frozenset(row.scopes.split()), row.platform_id)

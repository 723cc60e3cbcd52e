"""Access of programs: their tokens, and the answers already given to a key of theirs."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store.models import ApiToken, IdempotencyKey


def add_token(session: Session, token: ApiToken) -> None:
    """Write a new token; its hash is unique."""
    session.add(token)
    session.flush()


def tokens(session: Session) -> Sequence[ApiToken]:
    """Every token, newest first, revoked and expired ones too."""
    return session.scalars(sa.select(ApiToken).order_by(ApiToken.id.desc())).all()


def tokens_named(session: Session, name: str, *, now: datetime) -> Sequence[ApiToken]:
    """The tokens in use with that name."""
    query = sa.select(ApiToken).where(
        ApiToken.name == name,
        ApiToken.revoked_at.is_(None),
        sa.or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now),
    )
    return session.scalars(query).all()


def answer_to(session: Session, *, principal: str, key: str) -> IdempotencyKey | None:
    """What was answered when ``principal`` sent ``key`` for the first time; ``None`` if it never did."""
    return session.get(IdempotencyKey, (principal, key))


def keep_answer(
    session: Session, *, principal: str, key: str, request_hash: str, status: int, answer: str, now: datetime
) -> None:
    """Keep the first answer to a key, in the transaction of what it did.

    A second request with the same key that runs at the same moment fails here with an integrity error,
    so that only one of the two takes effect.
    """
    session.add(
        IdempotencyKey(
            principal=principal, key=key, request_hash=request_hash, status=status, answer=answer, created_at=now
        )
    )
    session.flush()

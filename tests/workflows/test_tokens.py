"""Tests of tokens for programs, and of answers that are given only once."""

import hashlib
import json
from datetime import timedelta

import pytest
from flask.ctx import AppContext
from sqlalchemy.exc import IntegrityError

from crisis import errors
from crisis.store import access, db, records
from crisis.workflows import tokens
from tests.parts.clock import START, FakeClock


def test_a_token_is_kept_as_a_hash_and_recorded_by_its_id(desk_db: AppContext, clock: FakeClock) -> None:
    added = tokens.add("room", scopes=["incidents:read"], now=clock.now(), actor="cli", expires_in=timedelta(days=90))
    (row,) = tokens.every()
    assert row.token_hash == hashlib.sha256(added.token.encode()).hexdigest()
    assert (row.scopes, row.expires_at) == ("incidents:read", START + timedelta(days=90))
    with db.reading() as session:
        (event,) = records.read(session, records.ACCESS)
    assert (event.kind, event.actor) == ("token.added", "cli")
    assert json.loads(event.body)["token"] == str(added.token_id)
    assert added.token not in event.body


def test_revoking_ends_every_token_of_that_name_and_is_recorded(desk_db: AppContext, clock: FakeClock) -> None:
    for _ in range(2):
        tokens.add("room", scopes=["incidents:read"], now=clock.now(), actor="cli")
    assert tokens.revoke("room", now=clock.advance(minutes=1), actor="cli") == 2
    assert {row.revoked_at for row in tokens.every()} == {clock.now()}
    with pytest.raises(errors.NotFound):
        tokens.revoke("room", now=clock.now(), actor="cli")
    with db.reading() as session:
        assert [event.kind for event in records.read(session, records.ACCESS)] == [
            "token.added",
            "token.added",
            "token.revoked",
            "token.revoked",
        ]


@pytest.mark.parametrize(
    ("name", "scopes", "days", "field"),
    [
        ("", ["metrics"], 1, "name"),
        ("a\x07", ["metrics"], 1, "name"),
        ("a" * 81, ["metrics"], 1, "name"),
        ("a", [], 1, "scope"),
        ("a", ["respond"], 1, "scope"),
        ("a", ["metrics"], 0, "expires_in"),
        ("a", ["metrics"], 4000, "expires_in"),
    ],
)
def test_what_does_not_fit_makes_no_token(
    sqlite_db: AppContext, name: str, scopes: list[str], days: int, field: str
) -> None:
    with pytest.raises(errors.InvalidInput) as refused:
        tokens.add(name, scopes=scopes, now=START, actor="cli", expires_in=timedelta(days=days))
    assert list(refused.value.fields) == [field]
    assert list(tokens.every()) == []


def test_a_key_is_kept_once_for_each_program(desk_db: AppContext) -> None:
    def keep(principal: str) -> None:
        with db.transaction() as session:
            access.keep_answer(
                session, principal=principal, key="k", request_hash="h", status=201, answer="{}", now=START
            )

    keep("token:1")
    keep("token:2")
    with pytest.raises(IntegrityError):
        keep("token:1")
    with db.reading() as session:
        found = access.answer_to(session, principal="token:1", key="k")
        assert found is not None
        assert (found.request_hash, found.status, found.answer) == ("h", 201, "{}")
        assert access.answer_to(session, principal="token:3", key="k") is None

"""Tokens are derived, opaque, and of one link only."""

import re
from datetime import UTC, datetime
from uuid import UUID

from standardwebhooks import Webhook

from crisis.notify import links

LINK, OTHER = UUID(int=7), UUID(int=8)
KEY = "a key of thirty-two signs or more"
AT = datetime(2026, 11, 21, 10, 5, 6, 789000, tzinfo=UTC)


def test_a_token_has_22_signs_and_is_the_same_each_time() -> None:
    token = links.token(KEY, LINK, 1)
    assert re.fullmatch(r"[0-9A-Za-z]{22}", token)
    assert token == links.token(KEY, LINK, 1)


def test_a_link_that_was_sent_is_still_derived_to_the_same_token() -> None:
    link_id = UUID("018f0000-0000-7000-8000-000000000001")
    assert links.token("k" * 32, link_id, 1) == "3FjzIcE8knxz8Ow4jh1zIo"


def test_link_generation_and_key_each_change_the_token() -> None:
    tokens = {
        links.token(KEY, LINK, 1),
        links.token(KEY, LINK, 2),
        links.token(KEY, OTHER, 1),
        links.token("x", LINK, 1),
    }
    assert len(tokens) == 4


def test_ten_thousand_tokens_differ_and_keep_their_length() -> None:
    tokens = {links.token(KEY, UUID(int=number), 1) for number in range(10_000)}
    assert len(tokens) == 10_000
    assert {len(token) for token in tokens} == {22}


def test_only_the_hash_needs_to_be_stored() -> None:
    assert links.fingerprint(KEY, LINK, 3) == links.token_hash(links.token(KEY, LINK, 3))
    assert len(links.fingerprint(KEY, LINK, 3)) == 64


def test_any_text_can_be_looked_up_as_a_token() -> None:
    assert len(links.token_hash("\udcff\x00é")) == 64


def test_the_link_is_a_path_below_the_public_address() -> None:
    assert (
        links.address("https://desk.example", "7Qk2mN8pR4tV6xZ1aB3cDe")
        == "https://desk.example/a/7Qk2mN8pR4tV6xZ1aB3cDe"
    )


def test_a_form_field_tells_when_its_page_was_made() -> None:
    assert links.read_form(KEY, LINK, links.sign_form(KEY, LINK, AT)) == AT


def test_a_form_field_that_was_altered_or_is_of_another_link_tells_nothing() -> None:
    field = links.sign_form(KEY, LINK, AT)
    assert links.read_form(KEY, OTHER, field) is None
    assert links.read_form("another key", LINK, field) is None
    for altered in (
        "",
        ".",
        "1." + field.partition(".")[2],
        field[:-1],
        field + "x",
        "²." + field,
        "é.é",
        "9" * 99 + ".x",
    ):
        assert links.read_form(KEY, LINK, altered) is None


def test_a_webhook_secret_is_one_that_the_standard_library_of_webhooks_takes() -> None:
    secret = links.webhook_secret(KEY, LINK, 1)
    signature = Webhook(secret).sign("msg_1", AT, "{}")
    assert signature.startswith("v1,")
    assert secret != links.webhook_secret(KEY, LINK, 2)

"""Addresses that are secrets: what may be seen of them, and what opens them."""

from uuid import UUID

import pytest

from crisis.domain import provider, sealed
from crisis.domain.alert import Channel
from crisis.notify import addresses
from crisis.sealing import Unopened, Vault

TOKEN = "slack://TIiajkdnl/azkcOXrIdevi7FQ/secret#desk"
OWNER = UUID(int=7)


def test_a_sealed_address_shows_its_service_and_its_owner_and_nothing_else() -> None:
    text = Vault(["k"]).seal(TOKEN, OWNER)
    assert (sealed.is_sealed(text), sealed.service(text), sealed.owner(text)) == (True, "slack", OWNER)
    assert not any(part in text for part in ("TIiajkdnl", "azkcOXrIdevi7FQ", "secret"))
    assert provider.of(Channel.APPRISE, text) == provider.of(Channel.APPRISE, TOKEN) == "apprise:slack"
    assert addresses.mask(Channel.APPRISE, text) == addresses.mask(Channel.APPRISE, TOKEN) == "slack://•••"


def test_it_is_another_text_each_time_and_opens_to_the_same() -> None:
    vault = Vault(["k"])
    first, second = vault.seal(TOKEN, OWNER), vault.seal(TOKEN, OWNER)
    assert first != second
    assert (vault.open(first), vault.open(second), vault.open(TOKEN)) == (TOKEN, TOKEN, TOKEN)


def test_an_earlier_key_still_opens_and_the_first_one_seals() -> None:
    before = Vault(["old"]).seal(TOKEN, OWNER)
    after = Vault(["new", "old"])
    assert after.open(before) == TOKEN
    with pytest.raises(Unopened):
        Vault(["old"]).open(after.seal(TOKEN, OWNER))


@pytest.mark.parametrize("place", [2, 3, 4])
def test_no_part_of_it_can_be_changed(place: int) -> None:
    parts = Vault(["k"]).seal(TOKEN, OWNER).split(":", 4)
    other = Vault(["k"]).seal("json://127.0.0.1/x", UUID(int=8)).split(":", 4)
    parts[place] = other[place]
    with pytest.raises(Unopened):
        Vault(["k"]).open(":".join(parts))


@pytest.mark.parametrize("text", ["sealed:", "sealed:x", "sealed:a:b:c:d", "sealed:a:b:c:é", "sealed:::::"])
def test_rubbish_does_not_open_and_shows_nothing(text: str) -> None:
    with pytest.raises(Unopened):
        Vault(["k"]).open(text)
    assert addresses.mask(Channel.APPRISE, text).endswith("•••")
    assert sealed.owner(text) is None


def test_an_address_is_found_again_by_an_index_of_the_key_that_was_in_use() -> None:
    assert Vault(["old"]).index(TOKEN) in Vault(["new", "old"]).indexed(TOKEN)
    assert Vault(["k"]).index(TOKEN) != Vault(["k"]).index(TOKEN + "2")
    assert Vault(["a"]).index(TOKEN) != Vault(["b"]).index(TOKEN)

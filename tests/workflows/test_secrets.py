"""What a rotation of a webhook's secret means for alerts: those to come, and those that were planned before."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis import config
from crisis.domain import alert
from crisis.notify import links
from crisis.sealing import Vault
from crisis.store import db, sealed_rows
from crisis.store.models import Alert, Endpoint
from crisis.workflows import declare, deliver, register
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.sending import KeepingRoom

TOKEN = "ntfys://token-of-theirs@ntfy.pixelly.example/topic"


def _drain(room: KeepingRoom) -> None:
    deliver.drain(alert.Queue.OTHER, room=room)


def _generations(room: KeepingRoom, endpoint_id: UUID) -> list[list[int]]:
    """Which generations each webhook was signed with, in order."""
    known = {links.webhook_secret(room.settings.secret_key, endpoint_id, one): one for one in range(1, 5)}
    return [[known[one] for one in sent.secrets] for sent in room.sender.sent if sent.channel is alert.Channel.WEBHOOK]


@pytest.fixture
def hook(desk_db: AppContext) -> UUID:
    endpoint = samples.endpoint("https://hooks.pixelly.example/crisis", channel="webhook")
    samples.add(samples.platform(contacts=[samples.contact(endpoints=[endpoint])]))
    return endpoint.id


def test_an_alert_that_was_planned_before_a_rotation_is_signed_with_both_secrets(
    hook: UUID, declared: Callable[..., declare.Declared], room: KeepingRoom, clock: FakeClock
) -> None:
    declared()
    register.renew_secret(hook, now=clock.now(), actor="cli")
    _drain(room)
    assert _generations(room, hook) == [[2, 1]]


def test_an_alert_after_a_rotation_is_signed_with_both_for_a_day_and_then_with_the_new_one(
    hook: UUID, declared: Callable[..., declare.Declared], room: KeepingRoom, clock: FakeClock
) -> None:
    register.renew_secret(hook, now=clock.now(), actor="cli")
    declared()
    clock.advance(timedelta(hours=23, minutes=59))
    _drain(room)
    clock.advance(timedelta(minutes=2))
    declared(title="Another one")
    _drain(room)
    assert _generations(room, hook) == [[2, 1], [2]]


def test_what_is_sent_to_a_secret_address_is_kept_sealed_in_every_row(
    desk_db: AppContext, settings: config.Settings, declared: Callable[..., declare.Declared], room: KeepingRoom,
    clock: FakeClock,
) -> None:  # fmt: skip
    samples.add(samples.platform())
    with db.reading() as session:
        contact_id = session.scalars(sa.select(Endpoint.contact_id)).first()
    assert contact_id is not None
    cells = {"channel": "apprise", "address": TOKEN, "verified_on": ""}
    register.add_endpoint(contact_id, cells, now=clock.now(), actor="cli")
    declared()
    _drain(room)
    with db.reading() as session:
        [row] = session.scalars(sa.select(Alert).where(Alert.channel == "apprise"))
    [sent] = [one for one in room.sender.sent if one.channel is alert.Channel.APPRISE]
    assert row.address == sent.address
    assert (row.address.startswith("sealed:"), row.provider, sent.provider) == (True, "apprise:ntfys", "apprise:ntfys")
    assert Vault(settings.sealing_keys).open(sent.address) == TOKEN


def test_addresses_of_before_are_sealed_once_and_can_be_opened_for_an_older_version(
    desk_db: AppContext, declared: Callable[..., declare.Declared]
) -> None:
    samples.add(samples.platform(contacts=[samples.contact(endpoints=[samples.endpoint(TOKEN, channel="apprise")])]))
    declared()

    def addresses() -> list[tuple[str, str]]:
        with db.reading() as session:
            [endpoint] = session.execute(sa.select(Endpoint.address, Endpoint.provider)).all()
            [sent] = session.scalars(sa.select(Alert.address).where(Alert.channel == "apprise"))
            return [(endpoint.address, endpoint.provider), (sent, "")]

    assert [address for address, _ in addresses()] == [TOKEN, TOKEN]
    for _ in range(2):
        with db.transaction() as session:
            sealed_rows.seal(session.connection(), db.vault())
    [(kept, provider), (sent, _)] = addresses()
    assert (provider, db.vault().open(kept), db.vault().open(sent)) == ("apprise:ntfys", TOKEN, TOKEN)
    assert kept.startswith("sealed:")
    assert sent.startswith("sealed:")
    with db.transaction() as session:
        sealed_rows.unseal(session.connection(), db.vault())
    assert [address for address, _ in addresses()] == [TOKEN, TOKEN]

"""Addresses of before they were sealed: sealed where they are, and opened again for an older version."""

import sqlalchemy as sa

from crisis.domain import alert, provider, sealed
from crisis.sealing import Vault

_APPRISE = alert.Channel.APPRISE
_ENDPOINT = sa.table(
    "endpoint",
    sa.column("id", sa.Uuid()),
    sa.column("channel", sa.Text()),
    sa.column("address", sa.Text()),
    sa.column("address_index", sa.Text()),
    sa.column("provider", sa.Text()),
)
_ALERT = sa.table(
    "alert",
    sa.column("id", sa.Uuid()),
    sa.column("endpoint_id", sa.Uuid()),
    sa.column("channel", sa.Text()),
    sa.column("address", sa.Text()),
)


def seal(connection: sa.Connection, vault: Vault) -> None:
    """Every address that is a secret; and say of every endpoint who its provider is. Again changes nothing."""
    rows = connection.execute(sa.select(_ENDPOINT).where(_ENDPOINT.c.provider == "")).all()
    for row in rows:
        values = {"provider": provider.of(alert.Channel(row.channel), row.address)}
        if row.channel == _APPRISE.value and not sealed.is_sealed(row.address):
            values |= {"address": vault.seal(row.address, row.id), "address_index": vault.index(row.address)}
        connection.execute(sa.update(_ENDPOINT).where(_ENDPOINT.c.id == row.id).values(**values))
    for row in connection.execute(_apprise(_ALERT)).all():
        if row.endpoint_id is not None and not sealed.is_sealed(row.address):
            _write(connection, _ALERT, row, vault.seal(row.address, row.endpoint_id))


def unseal(connection: sa.Connection, vault: Vault) -> None:
    """The addresses as they were given.

    Raises:
        Unopened: the key that one was sealed with is not there.
    """
    for table in (_ENDPOINT, _ALERT):
        for row in connection.execute(_apprise(table)).all():
            _write(connection, table, row, vault.open(row.address))


def _apprise(table: sa.TableClause) -> sa.Select[tuple[object, ...]]:
    return sa.select(table).where(table.c.channel == _APPRISE.value)


def _write(connection: sa.Connection, table: sa.TableClause, row: sa.Row[tuple[object, ...]], address: str) -> None:
    connection.execute(sa.update(table).where(table.c.id == row.id).values(address=address))

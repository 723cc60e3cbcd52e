"""What delivery knows of an alert: its provider, what came back, and probes outside every incident."""

import sqlalchemy as sa
from alembic import op

import crisis.store.types
from crisis.store import db, sealed_rows

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FIRST = "(notice_id IS NULL) <> (user_id IS NULL)"
_NOW = f"({_FIRST}) OR incident_id IS NULL"

_OPEN = "state IN ('planned','claimed','started','waiting_retry','unknown')"
_DUE = "state IN ('planned','waiting_retry','unknown')"
_LEASED = "state IN ('claimed','started')"


def upgrade() -> None:
    op.add_column("endpoint", sa.Column("provider", sa.Text(), nullable=False, server_default=""))
    op.add_column("endpoint", sa.Column("address_index", sa.Text(), nullable=True))
    op.add_column("endpoint", sa.Column("secret_renewed_at", crisis.store.types.UtcTime(), nullable=True))
    op.add_column("attempt", sa.Column("code", sa.BigInteger(), nullable=True))
    op.add_column("attempt", sa.Column("remote_id", sa.Text(), nullable=True))
    op.add_column("attempt", sa.Column("late_outcome", sa.Text(), nullable=True))
    op.add_column("attempt", sa.Column("late_detail", sa.Text(), nullable=True))
    op.add_column("attempt", sa.Column("late_at", crisis.store.types.UtcTime(), nullable=True))
    for column in (
        sa.Column("provider", sa.Text(), nullable=False, server_default=""),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("delivered_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("delivered_by", sa.Text(), nullable=True),
    ):
        op.add_column("alert", column)
    op.create_index(
        "ix_alert_remote_id",
        "alert",
        ["remote_id"],
        postgresql_where=sa.text("remote_id IS NOT NULL"),
        sqlite_where=sa.text("remote_id IS NOT NULL"),
    )
    _recipients(_NOW, nullable=True)
    op.drop_index("ix_alert_due", table_name="alert")
    _partial("ix_alert_due", ["queue", "priority", "due_at", "id"], _DUE)
    _partial("ix_alert_lease", ["queue", "lease_until"], _LEASED)
    op.drop_index("ix_alert_notice_id", table_name="alert")  # the first column of a unique index anyway
    sealed_rows.seal(op.get_bind(), db.vault())


def downgrade() -> None:
    sealed_rows.unseal(op.get_bind(), db.vault())
    op.create_index("ix_alert_notice_id", "alert", ["notice_id"])
    op.drop_index("ix_alert_lease", table_name="alert")
    op.drop_index("ix_alert_due", table_name="alert")
    _partial("ix_alert_due", ["queue", "priority", "due_at"], _OPEN)
    op.execute("DELETE FROM attempt WHERE alert_id IN (SELECT id FROM alert WHERE incident_id IS NULL)")
    op.execute("DELETE FROM alert WHERE incident_id IS NULL")
    op.execute("DELETE FROM message WHERE incident_id IS NULL")
    _recipients(_FIRST, nullable=False)
    op.drop_index("ix_alert_remote_id", table_name="alert")
    for name in ("delivered_by", "delivered_at", "evidence", "remote_id", "provider"):
        op.drop_column("alert", name)
    for name in ("late_at", "late_detail", "late_outcome", "remote_id"):
        op.drop_column("attempt", name)
    op.drop_column("attempt", "code")
    op.drop_column("endpoint", "secret_renewed_at")
    op.drop_column("endpoint", "address_index")
    op.drop_column("endpoint", "provider")


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "alert", columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def _recipients(one_recipient: str, *, nullable: bool) -> None:
    """A probe belongs to no incident. SQLite changes a column by making the table anew, which loses its triggers."""
    kept = _triggers("message")
    with op.batch_alter_table("alert") as batch:
        batch.alter_column("incident_id", existing_type=sa.Uuid(), nullable=nullable)
        batch.drop_constraint(op.f("ck_alert_one_recipient"), type_="check")
        batch.create_check_constraint(op.f("ck_alert_one_recipient"), one_recipient)
    with op.batch_alter_table("message") as batch:
        batch.alter_column("incident_id", existing_type=sa.Uuid(), nullable=nullable)
    for statement in kept:
        op.execute(statement)


def _triggers(table: str) -> list[str]:
    if op.get_bind().dialect.name != "sqlite":
        return []
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    return [str(sql) for sql in op.get_bind().scalars(query, {"table": table})]

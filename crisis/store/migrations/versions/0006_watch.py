"""What watching the desk itself needs: the rota, alarms, and unknown attempts found without reading all."""

import sqlalchemy as sa
from alembic import op

import crisis.store.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rota",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", crisis.store.types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rota")),
    )
    op.create_table(
        "alarm",
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("raised_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("seen_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("told_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("ended_at", crisis.store.types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("fault", name=op.f("pk_alarm")),
    )
    op.create_index(
        "ix_attempt_unknown",
        "attempt",
        ["finished_at"],
        postgresql_where=sa.text("outcome = 'unknown'"),
        sqlite_where=sa.text("outcome = 'unknown'"),
    )


def downgrade() -> None:
    op.drop_index("ix_attempt_unknown", table_name="attempt")
    op.drop_table("alarm")
    op.drop_table("rota")

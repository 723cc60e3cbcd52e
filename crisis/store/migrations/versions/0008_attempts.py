"""An attempt is written once, with its result; that it has started is a fact of its alert until then.

One write instead of two, and none that has to find its row again: a plan made while the table was small
read all of it for each row.
"""

import sqlalchemy as sa
from alembic import op

import crisis.store.types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KINDS = {"finished_at": crisis.store.types.UtcTime(), "outcome": sa.Text()}


def upgrade() -> None:
    op.add_column("alert", sa.Column("started_at", crisis.store.types.UtcTime(), nullable=True))
    op.execute(
        "UPDATE alert SET started_at = (SELECT max(attempt.started_at) FROM attempt "
        "WHERE attempt.alert_id = alert.id AND attempt.outcome IS NULL) WHERE state = 'started'"
    )
    op.execute("DELETE FROM attempt WHERE outcome IS NULL")
    _results(nullable=False)


def downgrade() -> None:
    """What is under way keeps no attempt; its alert is taken as unknown all the same."""
    _results(nullable=True)
    op.drop_column("alert", "started_at")


def _results(*, nullable: bool) -> None:
    """SQLite changes a column by making the table anew, which no trigger that names it may see."""
    kept = _triggers() if op.get_bind().dialect.name == "sqlite" else {}
    for name in kept:
        op.execute(f"DROP TRIGGER {name}")
    with op.batch_alter_table("attempt") as batch:
        for name, kind in _KINDS.items():
            batch.alter_column(name, existing_type=kind, nullable=nullable)
    for statement in kept.values():
        op.execute(statement)


def _triggers() -> dict[str, str]:
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%attempt%'"
    return {name: sql for name, sql in op.get_bind().execute(sa.text(query))}

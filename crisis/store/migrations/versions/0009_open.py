"""Open alerts by one index that a claim does not touch.

A claim changed the state, which was in the conditions of two indexes, and so wrote every index of the row anew.
Whether an alert has ended is all that the queue asks of an index: claimed and started ones stay in it, few at
a time, and with room in its page a claim writes the row alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_WAITS = sa.text("state IN ('planned','waiting_retry','unknown')")
_LEASED = sa.text("state IN ('claimed','started')")
_OPEN = sa.text("ended_at IS NULL")
_TURN = ["queue", "priority", "due_at", "id"]


def upgrade() -> None:
    op.create_index("ix_alert_open", "alert", _TURN, postgresql_where=_OPEN, sqlite_where=_OPEN)
    op.drop_index("ix_alert_lease", table_name="alert")
    op.drop_index("ix_alert_due", table_name="alert")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE alert SET (fillfactor = 50)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE alert RESET (fillfactor)")
    op.create_index("ix_alert_due", "alert", _TURN, postgresql_where=_WAITS, sqlite_where=_WAITS)
    op.create_index("ix_alert_lease", "alert", ["queue", "lease_until"], postgresql_where=_LEASED, sqlite_where=_LEASED)
    op.drop_index("ix_alert_open", table_name="alert")

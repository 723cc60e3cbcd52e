"""Fewer and smaller entries in indexes for what a fan-out writes.

Alerts of one incident lie together in their table: PostgreSQL needs to know only which pages they are in, which
takes no entry for each alert, nor another for its result. Probes, of no incident, are everywhere: they have an index
of their own. Timers of an incident are found by its requests.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_PROBES = sa.text("incident_id IS NULL")


def upgrade() -> None:
    op.create_index("ix_alert_probe", "alert", ["id"], postgresql_where=_PROBES, sqlite_where=_PROBES)
    op.drop_index("ix_alert_incident_id", table_name="alert")
    op.create_index(
        "ix_alert_incident_id",
        "alert",
        ["incident_id"],
        postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
    )
    op.drop_index("ix_timer_incident_id", table_name="timer")


def downgrade() -> None:
    op.create_index("ix_timer_incident_id", "timer", ["incident_id"])
    op.drop_index("ix_alert_incident_id", table_name="alert")
    op.create_index(
        "ix_alert_incident_id", "alert", ["incident_id"], postgresql_with={"deduplicate_items": "off"}
    )
    op.drop_index("ix_alert_probe", table_name="alert")

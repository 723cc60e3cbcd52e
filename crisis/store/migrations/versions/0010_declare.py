"""Less for the server to do at a declaration to thousands: long bodies as they are, a contact seen with its address.

The planned alerts of 10,000 addresses are one body of two megabytes: to compress it took as long as to write the
record's other 5,000 entries. An address belongs to its contact, by a foreign key: whoever finds both together
need not look for the contact again. And a notice that nobody has answered is in no index by its platform: they
are only ever asked for their last answer.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_COLUMNS = {"notice_id": "notice", "contact_id": "contact", "endpoint_id": "endpoint"}
_ANSWERED = sa.text("acknowledged_at IS NOT NULL")


def upgrade() -> None:
    columns = ["platform_id", "acknowledged_at"]
    op.create_index("ix_notice_answered", "notice", columns, postgresql_where=_ANSWERED, sqlite_where=_ANSWERED)
    op.drop_index("ix_notice_platform_id_state", table_name="notice")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE event ALTER COLUMN body SET STORAGE EXTERNAL")
        checks = {column: _check(column, parent) for column, parent in _COLUMNS.items()}
        each = f"{checks['contact_id']} {checks['endpoint_id']}"
        both = (
            "IF EXISTS (SELECT FROM written WHERE NOT EXISTS (SELECT FROM endpoint "
            f"WHERE endpoint.id = endpoint_id AND endpoint.contact_id = written.contact_id)) THEN {each} END IF;"
        )
        op.execute(_function(checks["notice_id"], both))


def downgrade() -> None:
    op.create_index("ix_notice_platform_id_state", "notice", ["platform_id", "state"])
    op.drop_index("ix_notice_answered", table_name="notice")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE event ALTER COLUMN body SET STORAGE EXTENDED")
        op.execute(_function(*(_check(column, parent) for column, parent in _COLUMNS.items())))


def _check(column: str, parent: str) -> str:
    return (
        f"IF EXISTS (SELECT FROM (SELECT DISTINCT {column} AS key FROM written WHERE {column} IS NOT NULL) "
        f"AS given WHERE NOT EXISTS (SELECT FROM {parent} WHERE {parent}.id = given.key)) "
        f"THEN RAISE foreign_key_violation USING MESSAGE = 'link.{column} names no row of {parent}'; END IF;"
    )


def _function(*checks: str) -> str:
    """As 0007 made it, with other checks."""
    return (
        "CREATE OR REPLACE FUNCTION link_references() RETURNS trigger LANGUAGE plpgsql "
        "SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off "
        f"AS $$ BEGIN {' '.join(checks)} RETURN NULL; END $$"
    )

"""Less for the server to do with each result: room in the indexes of alerts, and no lock that nobody needs.

A result takes its alert out of the queue's index, so it is written anew in every other one, next to its first
entry. In full pages each of these tidied its page up or cut it in two, which took longer than the entry. And a
trigger before an update locks each row by itself, even one that looks at other columns: one after it does not.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_INDEXES = {
    "pk_alert": ("fillfactor", "50"),
    "uq_alert_notice_id_endpoint_id_cause": ("fillfactor", "50"),
    "ix_alert_incident_id": ("deduplicate_items", "off"),  # all of a fan-out are one key, packed again and again
}

_COLUMNS = ("incident_id", "notice_id", "contact_id", "endpoint_id", "user_id", "link_id", "message_id")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for index, (option, value) in _INDEXES.items():
            op.execute(f"ALTER INDEX {index} SET ({option} = {value})")
        _refuse_new_references("AFTER")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _refuse_new_references("BEFORE")
        for index, (option, _) in _INDEXES.items():
            op.execute(f"ALTER INDEX {index} RESET ({option})")


def _refuse_new_references(when: str) -> None:
    op.execute("DROP TRIGGER alert_references_kept ON alert")
    op.execute(
        f"CREATE TRIGGER alert_references_kept {when} UPDATE OF {', '.join(_COLUMNS)} ON alert "
        "FOR EACH ROW EXECUTE FUNCTION refuse_new_reference()"
    )

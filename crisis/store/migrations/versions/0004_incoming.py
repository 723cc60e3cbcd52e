"""What comes back: mail and receipts of providers."""

import sqlalchemy as sa
from alembic import op

import crisis.store.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TIME = crisis.store.types.UtcTime
_OPEN = sa.text("state = 'open'")
_PENDING = sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("received_at", _TIME(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("matched_by", sa.Text(), nullable=True),
        sa.Column("alert_id", sa.Uuid(), nullable=True),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shortened", sa.Boolean(), nullable=False),
        sa.Column("attachments", crisis.store.types.Json(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("case_number", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", _TIME(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_mail_alert_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_mail_notice_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_mail_incident_id")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_mail_answer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    op.create_index("ix_mail_open", "mail", ["incident_id"], postgresql_where=_OPEN, sqlite_where=_OPEN)
    op.create_index("ix_mail_received_at", "mail", ["received_at"])
    op.create_index(op.f("ix_mail_alert_id"), "mail", ["alert_id"])
    op.create_index(op.f("ix_mail_notice_id"), "mail", ["notice_id"])
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("said_at", _TIME(), nullable=True),
        sa.Column("received_at", _TIME(), nullable=False),
        sa.Column("settled_at", _TIME(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_receipt_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("key", name=op.f("uq_receipt_key")),
    )
    op.create_index("ix_receipt_about", "receipt", ["about"])
    op.create_index("ix_receipt_pending", "receipt", ["received_at"], postgresql_where=_PENDING, sqlite_where=_PENDING)
    op.create_index(op.f("ix_receipt_alert_id"), "receipt", ["alert_id"])


def downgrade() -> None:
    op.drop_table("receipt")
    op.drop_table("mail")

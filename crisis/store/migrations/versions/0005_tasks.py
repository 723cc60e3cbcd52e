"""Calls and portals as tasks that one officer takes."""

import sqlalchemy as sa
from alembic import op

import crisis.store.types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claim",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claimed_until", crisis.store.types.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_claim_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "channel", name=op.f("pk_claim")),
    )
    op.create_table(
        "portal_use",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("used_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("used_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_portal_use_contact_id")),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoint.id"], name=op.f("fk_portal_use_endpoint_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_portal_use_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_use")),
    )
    op.create_index(op.f("ix_portal_use_notice_id"), "portal_use", ["notice_id"])


def downgrade() -> None:
    op.drop_table("portal_use")
    op.drop_table("claim")

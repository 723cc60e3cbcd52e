"""Ladders that a registrar edits, and who of the desk is told next."""

import sqlalchemy as sa
from alembic import op

import crisis.store.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.add_column("version", sa.Column("created_by", sa.Text(), nullable=False, server_default="desk"))
    op.add_column("app_user", sa.Column("duty_order", sa.BigInteger(), nullable=True))
    op.create_table(
        "active_version",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("since", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("activated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_active_version_version_id")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_active_version")),
    )
    op.create_table(
        "matter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("ended_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_matter_incident_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_matter_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
    )
    op.create_index("ix_matter_open", "matter", ["incident_id"], postgresql_where=_OPEN, sqlite_where=_OPEN)
    op.create_index(op.f("ix_matter_incident_id"), "matter", ["incident_id"])
    op.create_index(op.f("ix_matter_notice_id"), "matter", ["notice_id"])
    op.create_table(
        "matter_told",
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", crisis.store.types.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_matter_told_matter_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_matter_told_user_id")),
        sa.PrimaryKeyConstraint("matter_id", "user_id", name=op.f("pk_matter_told")),
    )


def downgrade() -> None:
    op.drop_table("matter_told")
    op.drop_table("matter")
    op.drop_table("active_version")
    op.drop_column("app_user", "duty_order")
    op.drop_column("version", "created_by")

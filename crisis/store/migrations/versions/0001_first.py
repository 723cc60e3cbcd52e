"""Everything that is costly to change later, and the triggers that keep facts as they were written."""

import sqlalchemy as sa
from alembic import op

import crisis.store.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_FROZEN = {"event": ("UPDATE", "DELETE"), "message": ("UPDATE",), "version": ("UPDATE", "DELETE")}


def _refusal(table: str) -> str:
    return f"rows of {table} are facts: nothing may change them"


_TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER {table}_{verb.lower()}_refused BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_refusal(table)}'); END"
        for table, verbs in _FROZEN.items()
        for verb in verbs
    ],
    "postgresql": [
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'rows of % are facts: nothing may change them', TG_TABLE_NAME; END $$",
        *(
            f"CREATE TRIGGER {table}_refused BEFORE {' OR '.join(verbs)} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            for table, verbs in _FROZEN.items()
        ),
        "CREATE TRIGGER event_truncate_refused BEFORE TRUNCATE ON event EXECUTE FUNCTION refuse_change()",
    ],
}
_DROPS = {
    "sqlite": [f"DROP TRIGGER {table}_{verb.lower()}_refused" for table, verbs in _FROZEN.items() for verb in verbs],
    "postgresql": [
        "DROP TRIGGER event_truncate_refused ON event",
        *(f"DROP TRIGGER {table}_refused ON {table}" for table in _FROZEN),
        "DROP FUNCTION refuse_change()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "app_user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.Text(), nullable=False),
        sa.Column("notify_address", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("created_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("setup_hash", sa.Text(), nullable=True),
        sa.Column("setup_expires_at", crisis.store.types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("email", name=op.f("uq_app_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_app_user_fs_uniquifier")),
    )
    op.create_table(
        "beat",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("at", crisis.store.types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("role", "node", name=op.f("pk_beat")),
    )
    op.create_table(
        "event",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("occurred_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("recorded_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("schema", sa.BigInteger(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=True),
        sa.Column("hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("stream", "n", name=op.f("pk_event")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", crisis.store.types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "platform",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registry_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("home_state", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("created_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("retired_at", crisis.store.types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform")),
        sa.UniqueConstraint("registry_id", name=op.f("uq_platform_registry_id")),
    )
    op.create_table(
        "probe",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("asked_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("marked_at", crisis.store.types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_probe")),
    )
    op.create_table(
        "ref_counter",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_ref_counter")),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "stream_head",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_stream_head")),
    )
    op.create_table(
        "version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("body", crisis.store.types.Json(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", crisis.store.types.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("kind", "digest", name=op.f("uq_version_kind_digest")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_version_kind_number")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("platform_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("expires_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("revoked_at", crisis.store.types.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_api_token_platform_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("platform_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("created_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("retired_at", crisis.store.types.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_contact_platform_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_platform_id"), "contact", ["platform_id"], unique=False)
    op.create_index(
        "uq_contact_platform_id_position",
        "contact",
        ["platform_id", "position"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
        sqlite_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "domain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("platform_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ascii_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_domain_platform_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domain")),
        sa.UniqueConstraint("ascii_name", name=op.f("uq_domain_ascii_name")),
    )
    op.create_index(op.f("ix_domain_platform_id"), "domain", ["platform_id"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("tlp", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("authority_name", sa.Text(), nullable=False),
        sa.Column("desk_name", sa.Text(), nullable=False),
        sa.Column("desk_phone", sa.Text(), nullable=False),
        sa.Column("member_states", sa.Text(), nullable=False),
        sa.Column("audience", crisis.store.types.Json(), nullable=False),
        sa.Column("occurred_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("declared_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("target_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("aim_minutes", sa.BigInteger(), nullable=False),
        sa.Column("stood_down_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("stand_down_reason", sa.Text(), nullable=True),
        sa.Column("ladder_id", sa.Uuid(), nullable=False),
        sa.Column("texts_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["ladder_id"], ["version.id"], name=op.f("fk_incident_ladder_id")),
        sa.ForeignKeyConstraint(["texts_id"], ["version.id"], name=op.f("fk_incident_texts_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("ref", name=op.f("uq_incident_ref")),
    )
    op.create_index(op.f("ix_incident_state"), "incident", ["state"], unique=False)
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_user_role_role_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_role_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_user_role")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("named_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("target_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("named_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_batch_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_batch_incident_id_number")),
    )
    op.create_table(
        "endpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("secret_generation", sa.BigInteger(), nullable=False),
        sa.Column("created_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("retired_at", crisis.store.types.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_endpoint_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint")),
    )
    op.create_index(op.f("ix_endpoint_contact_id"), "endpoint", ["contact_id"], unique=False)
    op.create_table(
        "incident_update",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_update_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_update")),
    )
    op.create_index(op.f("ix_incident_update_incident_id"), "incident_update", ["incident_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("ask", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", crisis.store.types.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_message_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "incident_id",
            "round",
            "ask",
            "language",
            "channel",
            name=op.f("uq_message_incident_id_round_ask_language_channel"),
        ),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("platform_id", sa.Uuid(), nullable=False),
        sa.Column("platform_name", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("ask", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("named_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("target_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("acknowledged_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("done_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("done_recorded_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("ended_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("search_result", sa.Text(), nullable=True),
        sa.Column("contradiction", sa.Boolean(), nullable=False),
        sa.Column("question", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_notice_incident_id")),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_notice_platform_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_incident_id"), "notice", ["incident_id"], unique=False)
    op.create_index("ix_notice_platform_id_state", "notice", ["platform_id", "state"], unique=False)
    op.create_index(
        "uq_notice_incident_id_platform_id",
        "notice",
        ["incident_id", "platform_id"],
        unique=True,
        postgresql_where=sa.text("instrument = 'alert'"),
        sqlite_where=sa.text("instrument = 'alert'"),
    )
    op.create_table(
        "acknowledgement",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("at", crisis.store.types.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_acknowledgement_contact_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_acknowledgement_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "contact_id", name=op.f("pk_acknowledgement")),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("called_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("called_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_call_contact_id")),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoint.id"], name=op.f("fk_call_endpoint_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_call_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index(op.f("ix_call_notice_id"), "call", ["notice_id"], unique=False)
    op.create_table(
        "item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("content_key", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("md5", sa.Text(), nullable=True),
        sa.Column("pdq", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", crisis.store.types.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_item_batch_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_item_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("incident_id", "content_key", name=op.f("uq_item_incident_id_content_key")),
    )
    op.create_index("ix_item_content_key", "item", ["content_key"], unique=False)
    op.create_table(
        "link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("expires_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("revoked_at", crisis.store.types.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_link_contact_id")),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoint.id"], name=op.f("fk_link_endpoint_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_link_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint(
            "notice_id", "endpoint_id", "generation", name=op.f("uq_link_notice_id_endpoint_id_generation")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_link_token_hash")),
    )
    op.create_table(
        "timer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("ladder", sa.Text(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("starts_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("due_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", crisis.store.types.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_timer_incident_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_timer_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
        sa.UniqueConstraint("notice_id", "ladder", "step", name=op.f("uq_timer_notice_id_ladder_step")),
    )
    op.create_index(
        "ix_timer_due",
        "timer",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'armed'"),
        sqlite_where=sa.text("state = 'armed'"),
    )
    op.create_index(op.f("ix_timer_incident_id"), "timer", ["incident_id"], unique=False)
    op.create_index(
        "uq_timer_notice_id_ladder_armed",
        "timer",
        ["notice_id", "ladder"],
        unique=True,
        postgresql_where=sa.text("state = 'armed'"),
        sqlite_where=sa.text("state = 'armed'"),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("endpoint_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("reply_to_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("slots", crisis.store.types.Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("planned_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("due_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("first_attempt_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("accepted_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("ended_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("possible_repeat", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(notice_id IS NULL) <> (user_id IS NULL)", name=op.f("ck_alert_one_recipient")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_alert_contact_id")),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoint.id"], name=op.f("fk_alert_endpoint_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_alert_incident_id")),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_alert_link_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_alert_message_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_alert_notice_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_alert_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(
        "ix_alert_due",
        "alert",
        ["queue", "priority", "due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('planned','claimed','started','waiting_retry','unknown')"),
        sqlite_where=sa.text("state IN ('planned','claimed','started','waiting_retry','unknown')"),
    )
    op.create_index(op.f("ix_alert_incident_id"), "alert", ["incident_id"], unique=False)
    op.create_index(op.f("ix_alert_notice_id"), "alert", ["notice_id"], unique=False)
    op.create_index(
        "uq_alert_incident_id_user_id_cause",
        "alert",
        ["incident_id", "user_id", "cause"],
        unique=True,
        postgresql_where=sa.text("user_id IS NOT NULL"),
        sqlite_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_index(
        "uq_alert_notice_id_endpoint_id_cause",
        "alert",
        ["notice_id", "endpoint_id", "cause"],
        unique=True,
        postgresql_where=sa.text("notice_id IS NOT NULL"),
        sqlite_where=sa.text("notice_id IS NOT NULL"),
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("doubt", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("better_contact", sa.Text(), nullable=True),
        sa.Column("happened_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("recorded_at", crisis.store.types.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_answer_contact_id")),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_answer_link_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_answer_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("link_id", "form_key", name=op.f("uq_answer_link_id_form_key")),
    )
    op.create_index(op.f("ix_answer_notice_id"), "answer", ["notice_id"], unique=False)
    op.create_table(
        "notice_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("named_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("target_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("happened_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("recorded_at", crisis.store.types.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_notice_item_batch_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_notice_item_item_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_item_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_item")),
        sa.UniqueConstraint("notice_id", "item_id", name=op.f("uq_notice_item_notice_id_item_id")),
    )
    op.create_index("ix_notice_item_item_id", "notice_item", ["item_id"], unique=False)
    op.create_table(
        "opening",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("minute", crisis.store.types.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_opening_link_id")),
        sa.PrimaryKeyConstraint("link_id", "minute", name=op.f("pk_opening")),
    )
    op.create_table(
        "spelling",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_spelling_batch_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_spelling_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spelling")),
    )
    op.create_index(op.f("ix_spelling_item_id"), "spelling", ["item_id"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("started_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("finished_at", crisis.store.types.UtcTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_attempt_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("alert_id", "number", name=op.f("uq_attempt_alert_id_number")),
    )
    op.create_table(
        "item_outcome",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_item_id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("happened_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("recorded_at", crisis.store.types.UtcTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_item_outcome_answer_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_item_outcome_contact_id")),
        sa.ForeignKeyConstraint(["notice_item_id"], ["notice_item.id"], name=op.f("fk_item_outcome_notice_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_outcome")),
    )
    op.create_index(op.f("ix_item_outcome_notice_item_id"), "item_outcome", ["notice_item_id"], unique=False)
    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DROPS[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_index(op.f("ix_item_outcome_notice_item_id"), table_name="item_outcome")
    op.drop_table("item_outcome")
    op.drop_table("attempt")
    op.drop_index(op.f("ix_spelling_item_id"), table_name="spelling")
    op.drop_table("spelling")
    op.drop_table("opening")
    op.drop_index("ix_notice_item_item_id", table_name="notice_item")
    op.drop_table("notice_item")
    op.drop_index(op.f("ix_answer_notice_id"), table_name="answer")
    op.drop_table("answer")
    op.drop_index(
        "uq_alert_notice_id_endpoint_id_cause",
        table_name="alert",
        postgresql_where=sa.text("notice_id IS NOT NULL"),
        sqlite_where=sa.text("notice_id IS NOT NULL"),
    )
    op.drop_index(
        "uq_alert_incident_id_user_id_cause",
        table_name="alert",
        postgresql_where=sa.text("user_id IS NOT NULL"),
        sqlite_where=sa.text("user_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_alert_notice_id"), table_name="alert")
    op.drop_index(op.f("ix_alert_incident_id"), table_name="alert")
    op.drop_index(
        "ix_alert_due",
        table_name="alert",
        postgresql_where=sa.text("state IN ('planned','claimed','started','waiting_retry','unknown')"),
        sqlite_where=sa.text("state IN ('planned','claimed','started','waiting_retry','unknown')"),
    )
    op.drop_table("alert")
    op.drop_index(
        "uq_timer_notice_id_ladder_armed",
        table_name="timer",
        postgresql_where=sa.text("state = 'armed'"),
        sqlite_where=sa.text("state = 'armed'"),
    )
    op.drop_index(op.f("ix_timer_incident_id"), table_name="timer")
    op.drop_index(
        "ix_timer_due",
        table_name="timer",
        postgresql_where=sa.text("state = 'armed'"),
        sqlite_where=sa.text("state = 'armed'"),
    )
    op.drop_table("timer")
    op.drop_table("link")
    op.drop_index("ix_item_content_key", table_name="item")
    op.drop_table("item")
    op.drop_index(op.f("ix_call_notice_id"), table_name="call")
    op.drop_table("call")
    op.drop_table("acknowledgement")
    op.drop_index(
        "uq_notice_incident_id_platform_id",
        table_name="notice",
        postgresql_where=sa.text("instrument = 'alert'"),
        sqlite_where=sa.text("instrument = 'alert'"),
    )
    op.drop_index("ix_notice_platform_id_state", table_name="notice")
    op.drop_index(op.f("ix_notice_incident_id"), table_name="notice")
    op.drop_table("notice")
    op.drop_table("message")
    op.drop_index(op.f("ix_incident_update_incident_id"), table_name="incident_update")
    op.drop_table("incident_update")
    op.drop_index(op.f("ix_endpoint_contact_id"), table_name="endpoint")
    op.drop_table("endpoint")
    op.drop_table("batch")
    op.drop_table("user_role")
    op.drop_index(op.f("ix_incident_state"), table_name="incident")
    op.drop_table("incident")
    op.drop_index(op.f("ix_domain_platform_id"), table_name="domain")
    op.drop_table("domain")
    op.drop_index(
        "uq_contact_platform_id_position",
        table_name="contact",
        postgresql_where=sa.text("retired_at IS NULL"),
        sqlite_where=sa.text("retired_at IS NULL"),
    )
    op.drop_index(op.f("ix_contact_platform_id"), table_name="contact")
    op.drop_table("contact")
    op.drop_table("api_token")
    op.drop_table("version")
    op.drop_table("stream_head")
    op.drop_table("role")
    op.drop_table("ref_counter")
    op.drop_table("probe")
    op.drop_table("platform")
    op.drop_table("idempotency_key")
    op.drop_table("event")
    op.drop_table("beat")
    op.drop_table("app_user")

"""What a declaration to thousands needs: references checked once a statement, a sign that the registry changed.

A foreign key is checked for each row by a query that also locks the row referred to: for the 45,000 rows
of a declaration to 10,000 addresses that was two thirds of the server's time. The tables of a fan-out have
triggers instead that check all rows of a statement at once and refuse the same. Nothing that they refer to
may be deleted, and a reference is written once.
"""

# ruff: noqa: S608 - names of our own tables, none from outside

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_REFERENCES = {
    "notice": {"incident_id": "incident", "platform_id": "platform"},
    "notice_item": {"notice_id": "notice", "item_id": "item", "batch_id": "batch"},
    "timer": {"incident_id": "incident", "notice_id": "notice"},
    "link": {"notice_id": "notice", "contact_id": "contact", "endpoint_id": "endpoint"},
    "alert": {
        "incident_id": "incident",
        "notice_id": "notice",
        "contact_id": "contact",
        "endpoint_id": "endpoint",
        "user_id": "app_user",
        "link_id": "link",
        "message_id": "message",
    },
    # its key was checked by a plan that each session of a worker had made while the table was small: it read
    # all of it for every attempt
    "attempt": {"alert_id": "alert"},
}
_KEPT = sorted({parent for columns in _REFERENCES.values() for parent in columns.values()})
_AS_THE_LINK = ("link_id", "notice_id", "contact_id", "endpoint_id")
_REGISTRY = ("platform", "domain", "contact", "endpoint")


def upgrade() -> None:
    op.create_table(
        "registry_change",
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_change")),
    )
    op.execute("INSERT INTO registry_change (id) VALUES ('0007')")
    for table, columns in _REFERENCES.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_constraint(op.f(f"fk_{table}_{column}"), type_="foreignkey")
    for statement in _triggers():
        op.execute(statement)


def downgrade() -> None:
    for statement in _drops():
        op.execute(statement)
    for table, columns in _REFERENCES.items():
        with op.batch_alter_table(table) as batch:
            for column, parent in columns.items():
                batch.create_foreign_key(op.f(f"fk_{table}_{column}"), parent, [column], ["id"])
    op.drop_table("registry_change")


def _triggers() -> list[str]:
    if op.get_bind().dialect.name == "sqlite":
        return [
            *(_sqlite_check(table) for table in _REFERENCES),
            *(
                f"CREATE TRIGGER {table}_references_kept BEFORE UPDATE OF {', '.join(columns)} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'a reference of {table} is written once'); END"
                for table, columns in _REFERENCES.items()
            ),
            *(
                f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} WHEN {_is_referred_to(table)} "
                f"BEGIN SELECT RAISE(ABORT, 'this row of {table} is referred to'); END"
                for table in _KEPT
            ),
            *(
                f"CREATE TRIGGER {table}_{verb.lower()}_noted AFTER {verb} ON {table} BEGIN "
                "DELETE FROM registry_change; INSERT INTO registry_change (id) VALUES (hex(randomblob(16))); END"
                for table in _REGISTRY
                for verb in ("INSERT", "UPDATE", "DELETE")
            ),
        ]
    return [
        *(statement for table in _REFERENCES for statement in _postgresql_check(table)),
        "CREATE FUNCTION refuse_new_reference() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'a reference of % is written once', TG_TABLE_NAME; END $$",
        *(
            f"CREATE TRIGGER {table}_references_kept BEFORE UPDATE OF {', '.join(columns)} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_new_reference()"
            for table, columns in _REFERENCES.items()
        ),
        *(
            f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_is_referred_to(table)} THEN "
            f"RAISE foreign_key_violation USING MESSAGE = 'this row of {table} is referred to'; END IF; "
            "RETURN OLD; END $$"
            for table in _KEPT
        ),
        *(
            f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_kept()"
            for table in _KEPT
        ),
        # a row for each, so that two who change the registry never wait for each other; in rising order, so
        # that neither a change taken back nor one that commits late leaves the table as it was once before
        "CREATE SEQUENCE registry_change_order",
        "CREATE FUNCTION note_registry_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO registry_change (id) "
        "VALUES (lpad(nextval('registry_change_order')::text, 19, '0') || '-' || gen_random_uuid()); "
        "RETURN NULL; END $$",
        *(
            f"CREATE TRIGGER {table}_noted AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION note_registry_change()"
            for table in _REGISTRY
        ),
    ]


def _sqlite_check(table: str) -> str:
    checks = " ".join(
        f"SELECT RAISE(ABORT, '{table}.{column} names no row of {parent}') WHERE NEW.{column} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {parent} WHERE id = NEW.{column});"
        for column, parent in _REFERENCES[table].items()
    )
    return f"CREATE TRIGGER {table}_references BEFORE INSERT ON {table} BEGIN {checks} END"


def _postgresql_check(table: str) -> list[str]:
    """Each key once, by index: a plan that was made for one row must do for thousands, and the other way round."""
    checks = {
        column: f"IF EXISTS (SELECT FROM (SELECT DISTINCT {column} AS key FROM written WHERE {column} IS NOT NULL) "
        f"AS given WHERE NOT EXISTS (SELECT FROM {parent} WHERE {parent}.id = given.key)) "
        f"THEN RAISE foreign_key_violation USING MESSAGE = '{table}.{column} names no row of {parent}'; END IF;"
        for column, parent in _REFERENCES[table].items()
    }
    if table == "alert":  # whose link was checked, and refers to the same request, contact and address
        by_link = " ".join(checks.pop(column) for column in _AS_THE_LINK)
        same = " AND ".join(f"link.{column} = written.{column}" for column in _AS_THE_LINK[1:])
        checks["link_id"] = (
            f"IF EXISTS (SELECT FROM written WHERE NOT EXISTS (SELECT FROM link WHERE link.id = link_id AND {same})) "
            f"THEN {by_link} END IF;"
        )
    return [
        f"CREATE FUNCTION {table}_references() RETURNS trigger LANGUAGE plpgsql "
        "SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off "
        f"AS $$ BEGIN {' '.join(checks.values())} RETURN NULL; END $$",
        f"CREATE TRIGGER {table}_references AFTER INSERT ON {table} REFERENCING NEW TABLE AS written "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_references()",
    ]


def _is_referred_to(parent: str) -> str:
    return " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE {column} = OLD.id)"
        for table, columns in _REFERENCES.items()
        for column, one in columns.items()
        if one == parent
    )


def _drops() -> list[str]:
    if op.get_bind().dialect.name == "sqlite":
        names = [
            *(f"{table}_{what}" for table in _REFERENCES for what in ("references", "references_kept")),
            *(f"{table}_kept" for table in _KEPT),
            *(f"{table}_{verb}_noted" for table in _REGISTRY for verb in ("insert", "update", "delete")),
        ]
        return [f"DROP TRIGGER {name}" for name in names]
    functions = [
        *(f"{table}_references" for table in _REFERENCES),
        *(f"{table}_kept" for table in _KEPT),
        *("refuse_new_reference", "note_registry_change"),
    ]
    return [*(f"DROP FUNCTION {name}() CASCADE" for name in functions), "DROP SEQUENCE registry_change_order"]

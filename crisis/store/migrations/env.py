"""How migrations reach the database: through the application's own engine."""

from alembic import context
from flask import current_app

from crisis.store.models import Base


def _compare_type(*_: object) -> bool:
    return True


engine = current_app.extensions["migrate"].db.engine

with engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # a table that is made anew for a changed column would take the rows that refer to it along;
        # has no effect once a transaction has begun, so it is said to the driver itself
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=_compare_type)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    if connection.dialect.name == "sqlite":
        broken = connection.connection.driver_connection.execute("PRAGMA foreign_key_check").fetchall()
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
        if broken:
            raise RuntimeError(f"rows refer to others that are not there: {broken[:5]}")

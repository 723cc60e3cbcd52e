"""How migrations reach the database: through the application's own engine."""

from alembic import context
from flask import current_app

from crisis.store.models import Base


def _compare_type(*_: object) -> bool:
    return True


engine = current_app.extensions["migrate"].db.engine

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=_compare_type)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()

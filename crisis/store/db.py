"""The database: one engine owned by Flask-SQLAlchemy, a session to read and a session to write."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Session

from crisis import errors, sealing
from crisis.config import Settings
from crisis.store import arrays
from crisis.store.models.base import Base

try:  # SQLite before 3.51.3 can corrupt a database that several connections write (sqlite.org/wal.html#walresetbug)
    import pysqlite3 as sqlite_module
except ImportError:  # no wheel for this machine: `crisis check` says so
    sqlite_module = sqlite3

_VAULT = "crisis_vault"
_READER = "crisis_reader"
_SAFE_SQLITE = (3, 51, 3)

_PRAGMAS = (
    "journal_mode=WAL",  # readers never wait for the writer
    "busy_timeout=10000",  # ms; a writer waits for the writer before it
    "foreign_keys=ON",
    "synchronous=FULL",  # with NORMAL the last commits can be lost with the power
    "trusted_schema=OFF",
)


class ReadSession(Session):
    """A session that can't write and never takes the write lock."""

    def __init__(self, db: SQLAlchemy | None = None, **options: Any) -> None:
        super().__init__(**options)  # Flask-SQLAlchemy hands itself over as ``db``

    def get_bind(self, *args: Any, **kwargs: Any) -> Any:
        return _reader(db.engine)


def _reader(engine: sa.Engine) -> sa.Engine:
    """The engine as readers use it; made once, for making one costs as much as a small query."""
    found: sa.Engine | None = current_app.extensions.get(_READER)
    if found is None:
        options: dict[str, Any] = {"sqlite_begin": "DEFERRED"}
        if engine.dialect.name == "postgresql":
            # as a reader of SQLite: what one query does not see, the next does not either
            options = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
        found = current_app.extensions[_READER] = engine.execution_options(**options)
    return found


db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    session_options={"class_": ReadSession, "expire_on_commit": False},
)
_MIGRATIONS = Path(__file__).parent / "migrations"


def init(app: Flask, settings: Settings) -> None:
    """Bind the database to ``app``; needed before any session, in every process."""
    app.extensions[_VAULT] = sealing.Vault(settings.sealing_keys)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings)
    db.init_app(app)
    with app.app_context():
        if settings.is_sqlite:
            _sqlite_hooks(db.engine)
        else:
            _postgresql_hooks(db.engine)


def vault() -> sealing.Vault:
    """What seals the addresses in this database that are secrets themselves."""
    found: sealing.Vault = current_app.extensions[_VAULT]
    return found


@contextmanager
def opened(settings: Settings) -> Iterator[Flask]:
    """The database ready for a command or a worker, which have no web pages.

    Yields the bare application: a thread of its own enters ``app.app_context()`` before it uses a session.

    Raises:
        Unavailable: the database can't be reached; the text has its reason.
    """
    app = Flask("crisis")
    _make_folder(settings)
    try:
        init(app, settings)
        with app.app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()
    except sa.exc.OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise errors.Unavailable(f"The database can't be used ({reason}). Look at CRISIS_DATABASE_URL.") from error


def _make_folder(settings: Settings) -> None:
    if not settings.database_url:
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise errors.Unavailable(
                f"The data folder {settings.data_dir} can't be written ({error.strerror}). "
                "Set CRISIS_DATA_DIR to one that can."
            ) from None


def _engine_options(settings: Settings) -> dict[str, Any]:
    if settings.is_sqlite:
        return {"module": sqlite_module, "connect_args": {"check_same_thread": False}}
    return {
        "pool_size": 16,
        "max_overflow": 64,
        "pool_pre_ping": True,  # a restarted server costs one ping, not one failed answer
        "pool_timeout": 5,  # s; then 503 rather than a page that hangs
        "connect_args": {"connect_timeout": 5, "options": "-c timezone=UTC -c lock_timeout=10000"},
    }


def _sqlite_hooks(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # stop the driver's own BEGIN; ours is below
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if mode == 'DEFERRED' else 'OFF'}")
        connection.exec_driver_sql(f"BEGIN {mode}")


def _postgresql_hooks(engine: sa.Engine) -> None:
    from psycopg import adapt, pq  # late: a fifth of a second, and only PostgreSQL needs it

    class Dumper(adapt.Dumper):
        """Sends an array as it is; there is one dumper for each type of them."""

        format = pq.Format.BINARY

        def get_key(self, array: arrays.Array, _format: Any) -> Any:
            return self.cls, array.oid

        def upgrade(self, array: arrays.Array, _format: Any) -> "Dumper":
            found = Dumper(self.cls)
            found.oid = array.oid
            return found

        def dump(self, array: arrays.Array) -> bytes:
            return array.data

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.adapters.register_dumper(arrays.Array, Dumper)


@contextmanager
def transaction() -> Iterator[Session]:
    """A session that writes, committed at the end, rolled back when anything raises.

    BEGIN IMMEDIATE on SQLite: a writer waits its turn at the start, never in the middle.
    The reading session is ended first, so that a request never holds two.
    """
    db.session.remove()
    with Session(db.engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """A session for reading outside a request; sees one state of the database, writes nothing."""
    with Session(_reader(db.engine), expire_on_commit=False) as session, session.begin():
        yield session


def to_newest_schema() -> None:
    """Apply every migration that is missing; safe to call by several processes in turn."""
    from flask_migrate import Migrate, upgrade  # late: half a second, and only a migration needs it

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    Migrate(app, db, directory=str(_MIGRATIONS), render_as_batch=False)
    upgrade()


def schema_is_newest() -> bool:
    """Whether the database is where the newest migration leaves it; also false for an empty one."""
    with _reader(db.engine).connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all()
    return list(found) == [_newest_revision()]


@cache
def _newest_revision() -> str:
    """Revisions are numbered, and the number begins the name of the file (kept by a test)."""
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def sqlite_version() -> tuple[tuple[int, ...], bool]:
    """The version of SQLite in use, and whether it is free of the WAL-reset bug."""
    version = tuple(int(part) for part in sqlite_module.sqlite_version.split("."))
    return version, version >= _SAFE_SQLITE

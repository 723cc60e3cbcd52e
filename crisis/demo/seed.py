"""Plant the demo's data: a fictional registry where there is none yet, and one person a role."""

import importlib.resources
from dataclasses import dataclass
from datetime import datetime

from crisis import config
from crisis.domain import access
from crisis.store import db, platforms, users
from crisis.workflows import import_registry
from crisis.workflows import users as people

#: Known to everybody who reads this, so it must never guard more than made-up data on one's own machine.
PASSWORD = "only for the demo"  # noqa: S105

#: Who may use the demo: name by role; the address is the role at ``desk.example``.
NAMES = {
    "officer": "Ilse Verbruggen",
    "manager": "Tomás Reyes",
    "registrar": "Mira Halonen",
    "auditor": "Jonas Lindqvist",
    "admin": "Petra Novak",
}


@dataclass(frozen=True, slots=True)
class LogIn:
    """An account to try the demo with."""

    role: str
    email: str
    password: str


def log_ins() -> list[LogIn]:
    """Every account of the demo, the officer first."""
    return [LogIn(role, f"{role}@desk.example", PASSWORD) for role in NAMES]


def registry() -> str:
    """The fictional registry, as the contract writes the file."""
    return importlib.resources.files("crisis.demo").joinpath("registry.csv").read_bytes().decode("utf-8")


def plant(*, settings: config.Settings, now: datetime) -> list[LogIn]:
    """Plant what is missing, leave alone what somebody has changed since; needs a database of the newest schema.

    Returns:
        the log-ins, the officer's first.
    """
    with db.reading() as session:
        empty = platforms.how_many(session) == 0
        missing = [one for one in log_ins() if users.by_email(session, one.email) is None]
    if empty:
        import_registry.import_registry(registry(), now=now, actor="cli")
    for one in missing:
        _add(one, settings=settings, now=now)
    return log_ins()


def _add(one: LogIn, *, settings: config.Settings, now: datetime) -> None:
    name = NAMES[one.role]
    added = people.add(
        one.email, roles=[one.role], settings=settings, now=now, actor="cli", name=name, password=one.password
    )
    if access.may([one.role], access.Action.WRITE_INCIDENTS):
        # so that what the ladder tells an officer arrives in the catcher too
        people.change_profile(added.user_id, name=name, language="en", notify_address=one.email, now=now)

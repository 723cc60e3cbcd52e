"""What every view may use: the settings, the clock, the bell, and who is asking."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import Flask, current_app, g
from flask_security import current_user
from sqlalchemy.orm import Session

from crisis.config import Settings
from crisis.domain import access
from crisis.store.clock import Clock
from crisis.store.db import db

_NAME = "crisis"


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that the composition root gave to the web."""

    settings: Settings
    clock: Clock
    ring: Callable[..., None]


def install(app: Flask, desk: Desk) -> None:
    """Keep ``desk`` with ``app``; once, at the start."""
    app.extensions[_NAME] = desk


def of(app: Flask) -> Desk:
    """The parts that belong to ``app``."""
    return cast(Desk, app.extensions[_NAME])


def settings() -> Settings:
    return of(current_app).settings


def now() -> datetime:
    """This instant (UTC); the same one for the whole request, so that a page agrees with itself."""
    kept: datetime | None = g.get("now")
    if kept is None:
        kept = g.now = of(current_app).clock.now()
    return kept


def session() -> Session:
    """The session of this request for reading; a workflow ends it and opens its own."""
    return db.session()


def ring(*queues: Any) -> None:
    """Tell the workers that there is work; call it after the workflow has returned."""
    of(current_app).ring(*queues)


def user() -> Any:
    """The person who is logged in, or an anonymous one."""
    return current_user


def allowed(action: access.Action) -> bool:
    """Whether the person who is logged in may do it."""
    return current_user.is_authenticated and access.may((role.name for role in current_user.roles), action)


def actor() -> str:
    """How the record names who is asking: ``user:<id>`` or ``token:<id>``."""
    if "principal" in g:
        return cast(str, g.principal.actor)
    return f"user:{current_user.id}"

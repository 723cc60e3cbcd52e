"""The registry in the API: platforms."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import Response

from crisis import errors
from crisis.reports.shapes import Shape
from crisis.store import db, listings, platforms
from crisis.web import desk
from crisis.web.api import exchange, registry_schemas
from crisis.web.api import registry_cells as cells
from crisis.web.api.operations import REGISTRY, get, patch, post
from crisis.workflows import register

Result = TypeVar("Result")


@get("/platforms", scope=REGISTRY, summary="The registry, by id", answer=registry_schemas.Platform, paged=True)
def platforms_of_registry() -> Response:
    page = exchange.page()
    with db.reading() as session:
        ids = listings.registry_ids(session, after=page.cursor or "", limit=page.limit + 1)
        found = {one.registry_id: one for one in platforms.whole(session, registry_ids=ids)}
        return exchange.listed(
            [found[registry_id] for registry_id in ids],
            limit=page.limit,
            shape=cells.platform,
            at=lambda one: one.registry_id,
        )


@get("/platforms/<registry_id>", scope=REGISTRY, summary="One platform", answer=registry_schemas.Platform)
def platform(registry_id: str) -> Response:
    return exchange.answer(shown(registry_id))


@post(
    "/platforms",
    scope=REGISTRY,
    summary="Add a platform",
    body=registry_schemas.NewPlatform,
    answer=registry_schemas.Added,
)
def add_platform() -> Response:
    def act(alongside: exchange.Alongside) -> str:
        # both names of the id are taken: ours, and that of the registry file
        given, _ = cells.read(exchange.body(), {**cells.PLATFORM, "platform_id": "platform_id"})
        return naming(
            cells.PLATFORM,
            lambda: register.add_platform(given, now=desk.now(), actor=desk.actor(), alongside=alongside),
        )

    return exchange.once(act, shape=lambda registry_id: {"id": registry_id})


@patch(
    "/platforms/<registry_id>",
    scope=REGISTRY,
    summary="Change or retire a platform",
    body=registry_schemas.PlatformChange,
    answer=registry_schemas.Platform,
)
def change_platform(registry_id: str) -> Response:
    names = {name: cell for name, cell in cells.PLATFORM.items() if name != "id"}
    given, retired = cells.read(exchange.body(), names, retirable=True)
    now, actor = desk.now(), desk.actor()
    with db.reading() as session:
        present = cells.cells_of_platform(platforms.by_registry_id(session, registry_id))
    if retired:
        register.retire_platform(registry_id, now=now, actor=actor)
    elif given:
        naming(names, lambda: register.change_platform(registry_id, {**present, **given}, now=now, actor=actor))
    return exchange.answer(shown(registry_id))


def shown(registry_id: str) -> Shape:
    """The platform as it is now.

    Raises:
        NotFound: there is none with that id.
    """
    with db.reading() as session:
        return cells.platform(platforms.by_registry_id(session, registry_id))


def naming(names: Mapping[str, str], act: Callable[[], Result]) -> Result:
    """What ``act`` gives; a field at fault is named as the API names it."""
    try:
        return act()
    except errors.InvalidInput as wrong:
        raise cells.renamed(wrong, names) from None

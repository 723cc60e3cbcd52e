"""The audience of a declaration: whom to alert."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crisis.domain.fields import Fields

#: Entries of a list of platforms.
MAX_PLATFORMS = 10_000


class AudienceMode(StrEnum):
    """Whom to alert: everybody registered, the owners of items, or platforms named one by one."""

    ALL = "all"
    AFFECTED = "affected"
    PLATFORMS = "platforms"


@dataclass(frozen=True, slots=True)
class Audience:
    """``platforms`` are registry ids, only with ``PLATFORMS``."""

    mode: AudienceMode
    platforms: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """``{"all": true}``, ``{"affected": true}`` or ``{"platforms": ["p-001", …]}``."""
        return {self.mode.value: list(self.platforms) if self.mode is AudienceMode.PLATFORMS else True}


def read(fields: Fields) -> Audience:
    """The audience in the field ``audience``; its faults go to ``fields``."""
    part = fields.part(fields.body.get("audience"), "audience")
    part.only(*AudienceMode)
    modes = [mode for mode in AudienceMode if mode in part.body]
    if len(modes) != 1:
        part.fault("", "expected exactly one of: all, affected, platforms")
        return Audience(AudienceMode.ALL)
    if modes[0] is not AudienceMode.PLATFORMS:
        if part.body[modes[0]] is not True:
            part.fault(modes[0], "expected true")
        return Audience(modes[0])
    ids = part.array("platforms", most=MAX_PLATFORMS)
    if not ids:
        part.fault("platforms", "names no platform")
    for position, registry_id in enumerate(ids):
        if not isinstance(registry_id, str):
            part.fault(f"platforms[{position}]", "expected the id of a platform as text")
    return Audience(AudienceMode.PLATFORMS, tuple(dict.fromkeys(str(registry_id) for registry_id in ids)))


def from_json(body: dict[str, Any]) -> Audience:
    """The audience that ``as_json`` wrote."""
    return read(Fields({"audience": body}))

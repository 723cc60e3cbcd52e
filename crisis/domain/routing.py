"""Routing: which platform owns a host, by the longest registered domain."""

from collections.abc import Iterable
from enum import StrEnum

from crisis.domain.registry import Platform


class Reason(StrEnum):
    """Why an item is named to a platform."""

    HOST = "host"
    ASSIGNED = "assigned"
    SHARED = "shared"


class Router:
    """Finds owners in the registry as it was given; a domain has one owner."""

    def __init__(self, platforms: Iterable[Platform]) -> None:
        self._owners = {domain: platform for platform in platforms for domain in platform.domains}

    def owner(self, host: str) -> Platform | None:
        """The platform whose longest domain equals ``host`` or is its parent by whole labels.

        ``host`` is IDNA, lower case. ``None``: nobody registered has it.
        """
        while host:
            if host in self._owners:
                return self._owners[host]
            host = host.partition(".")[2]
        return None

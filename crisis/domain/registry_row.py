"""One row of the registry file: its columns and its cells."""

from dataclasses import dataclass

COLUMNS = (
    *("platform_id", "platform_name", "kind", "service", "domains", "home_state", "languages"),
    *("contact_name", "contact_order", "contact_language", "time_zone", "hours", "channel", "address", "verified_on"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row, its cells as in the file, in the order of the columns; ``line`` is where it begins, 1 is the header."""

    line: int
    platform_id: str
    platform_name: str
    kind: str
    service: str
    domains: str
    home_state: str
    languages: str
    contact_name: str
    contact_order: str
    contact_language: str
    time_zone: str
    hours: str
    channel: str
    address: str
    verified_on: str

    def cells(self) -> tuple[str, ...]:
        """The cells in the order of the columns."""
        return tuple(getattr(self, name) for name in COLUMNS)

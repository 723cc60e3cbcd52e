"""Keys of rows: UUIDv7, made here so that a plan knows its keys before it is written."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = [0]  # ticks of the newest key of this process


def new() -> UUID:
    """A UUIDv7; within a process each is greater than the one before.

    *Source:* RFC 9562, section 5.7: 48 bits of Unix milliseconds, then random; the 12 bits after
    the version hold a fraction of the millisecond (section 6.2, method 3).
    """
    with _lock:
        ticks = max(time.time_ns() * 4096 // 1_000_000, _last[0] + 1)
        _last[0] = ticks
    millis, fraction = ticks >> 12, ticks & 0xFFF
    tail = int.from_bytes(os.urandom(8)) & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=(millis & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | tail)

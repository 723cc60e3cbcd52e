"""The return path of a mail: it names the alert, so that whatever comes back finds it (VERP)."""

import functools
import re
from uuid import UUID

from crisis import errors
from crisis.domain import key_text
from crisis.notify import addresses

_MOST_LOCAL = 64  # bytes before the @. *Source:* RFC 5321, 4.5.3.1.1
_PATH = re.compile(r"<?[^\s<>@]+\+([0-9a-f]{32})@[^\s<>@]+>?", re.IGNORECASE | re.ASCII)


def of(sender: str, alert_id: UUID) -> str:
    """``alerts+<id>@desk.example``; the sender itself where its local part leaves no room for an id."""
    before, after = _parts(sender)
    return f"{before}{key_text.short(alert_id)}{after}" if before else sender


def read(address: str) -> UUID | None:
    """The alert that a return path names; ``None`` if it is none of ours.

    Anybody can write one, so it says which alert is meant, never who wrote.
    """
    match = _PATH.fullmatch(address.strip())
    return UUID(match[1]) if match else None


@functools.lru_cache(maxsize=8)
def _parts(sender: str) -> tuple[str, str]:
    try:
        ours = addresses.mail_address(sender)
    except errors.InvalidInput:
        return "", ""
    if len(ours.local.encode()) + 33 > _MOST_LOCAL:
        return "", ""
    return f"{ours.local}+", f"@{ours.domain_ascii}"

"""Whether a person sent a form: what the request itself shows, decided before anything is believed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

#: A person needs longer than this to read a page and type a name; scripts of link scanners do not.
TOO_FAST = timedelta(seconds=2)
#: After this the page may show what is no longer so: it is asked once more.
TOO_OLD = timedelta(minutes=30)


class Doubt(StrEnum):
    """Why an answer is kept as unconfirmed."""

    TOO_FAST = "too_fast"
    UNSIGNED = "unsigned"
    FOREIGN_ORIGIN = "foreign_origin"


def about(shown_at: datetime | None, *, own_origin: bool, now: datetime) -> Doubt | None:
    """The reason not to believe that a person sent the form, or ``None``.

    Args:
        shown_at: when the page with the form was shown, by its signed field; ``None`` without a valid one.
    """
    if not own_origin:
        return Doubt.FOREIGN_ORIGIN
    if shown_at is None or shown_at > now + timedelta(minutes=2):
        return Doubt.UNSIGNED
    return Doubt.TOO_FAST if now - shown_at < TOO_FAST else None


def is_old(shown_at: datetime | None, *, now: datetime) -> bool:
    """Whether the form lay open so long that it is asked once more."""
    return shown_at is not None and now - shown_at > TOO_OLD


def is_own_origin(origin: str | None, fetch_site: str | None, *, own: Iterable[str]) -> bool:
    """Whether the headers ``Origin`` and ``Sec-Fetch-Site`` allow that the form was on our own page.

    Programs and old browsers send neither; the signed field speaks for them.
    """
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        return False
    if origin is None:
        return True
    if origin == "null":  # a browser that hides it: only its own word on the site is left
        return fetch_site == "same-origin"
    said = origin.rstrip("/").lower()
    return any(said == one.rstrip("/").lower() for one in own)

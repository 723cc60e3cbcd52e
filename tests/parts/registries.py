"""Fictional registries of any size, as files to import."""

import csv
import io
from collections.abc import Iterable, Sequence

HEADER = (
    "platform_id,platform_name,kind,service,domains,home_state,languages,contact_name,contact_order,"
    "contact_language,time_zone,hours,channel,address,verified_on"
)
LANGUAGES = ("en", "fr", "de", "en", "es")
ZONES = ("Europe/Brussels", "Europe/Paris", "Europe/Berlin", "Europe/Dublin", "Europe/Madrid")


def text(platforms: int, mails: int) -> str:
    """``platforms`` platforms with one contact each, on duty always, that have ``mails`` addresses together.

    So every address gets the first alert.
    """
    shares = [mails // platforms + (number <= mails % platforms) for number in range(1, platforms + 1)]
    return _file(
        (number, 1, "email", f"crisis{address}@bench-{number:05}.example")
        for number, share in enumerate(shares, start=1)
        for address in range(1, share + 1)
    )


def hooks(addresses: Sequence[str]) -> str:
    """A platform with one contact, on duty always, for each of these webhooks."""
    return _file((number, 1, "webhook", address) for number, address in enumerate(addresses, start=1))


def stepped(platforms: int, contacts: int = 3) -> str:
    """``platforms`` platforms with so many contacts, one mail address each: their ladders have steps to climb."""
    return _file(
        (number, place, "email", f"crisis{place}@bench-{number:05}.example")
        for number in range(1, platforms + 1)
        for place in range(1, contacts + 1)
    )


def _file(endpoints: Iterable[tuple[int, int, str, str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    out.write(f"{HEADER}\n")
    for number, place, channel, address in endpoints:
        name, one = f"bench-{number:05}.example", number % len(LANGUAGES)
        platform = (f"b-{number:05}", f"Bench platform {number:05}", "company", "video-sharing", name, "BE")
        desk = f"Desk {number:05}" if place == 1 else f"Desk {number:05}, {place}"
        contact = (desk, place, LANGUAGES[one], ZONES[one], "24/7")
        writer.writerow((*platform, LANGUAGES[one], *contact, channel, address, "2026-03-02"))
    return out.getvalue()


def items(count: int, platforms: int) -> list[dict[str, str]]:
    """``count`` addresses spread over the platforms, and one hash: so every platform is asked, on every endpoint."""
    addresses = [{"url": f"https://bench-{1 + at % platforms:05}.example/v/{at:06}"} for at in range(count)]
    return [*addresses, {"sha256": "a" * 64}]

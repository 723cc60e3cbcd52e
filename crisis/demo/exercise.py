"""The one-click exercise: 120 items over the fictional platforms, the same each time."""

import csv
import hashlib
import io
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from crisis.demo import seed
from crisis.domain import declaration
from crisis.domain.declaration import Declaration
from crisis.notify import addresses

#: Distinct items: addresses with an owner, addresses without one, and hashes alone.
ROUTED, UNROUTED, HASHES = 110, 4, 6
#: Further spellings of addresses that are there already.
DOUBLED = 8

_SEED = "a night market that never was"
_NO_OWNER = ("mirror-of-mirrors.test", "copies.invalid", "drop-here.test", "unknown-host.invalid")
_PATHS = {
    "video": "/watch?v={}",
    "live-streaming": "/replay/{}",
    "social": "/post/{}",
    "image": "/i/{}.jpg",
    "audio": "/track/{}",
    "paste": "/{}",
    "forum": "/t/{}",
}
_ELSEWHERE = "/d/{}"
#: How much of it turns up where, by service.
_WEIGHTS = {"video": 6, "social": 6, "live-streaming": 4, "file-sharing": 3, "image": 3}
_NOT_NAMED = frozenset({"civil-society", "ai"})  # kinds and services that are only asked to search


def declare_what(*, now: datetime) -> Declaration:
    """What the button declares, as if it had come by the API."""
    body = {
        "title": "Night market, recording by the attacker is spreading",
        "summary": "A recording made by an attacker (fictional) is being copied across services. "
        "You need not watch it: hashes are in the list.",
        "kind": "terrorist-violent-extremist",
        "severity": "extreme",
        "instrument": "alert",
        "exercise": True,
        "tlp": "AMBER",
        "occurred_at": (now - timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "member_states": ["BE", "NL"],
        "authority": "Belgian Internet Referral Unit (fictional)",
        "audience": {"all": True},
        "items": list(_items()),
    }
    return declaration.parse(body, now=now, to_ascii=addresses.to_ascii)


def _items() -> Iterator[dict[str, str]]:
    chance = random.Random(_SEED)  # noqa: S311 - the same each time is the point
    routed = [_with_hash(url, chance) for url in _routed(chance)]
    yield from routed
    for host in _NO_OWNER[:UNROUTED]:
        yield {"url": f"https://{host}/{_word(chance)}"}
    for number in range(HASHES):
        if number % 3 == 2:
            yield {"pdq": hashlib.sha256(f"{_SEED} {number}".encode()).hexdigest()}
        else:
            yield {"sha256": hashlib.sha256(f"{_SEED} {number}".encode()).hexdigest()}
    for one in chance.sample(routed, DOUBLED):
        yield {"url": _respelled(one["url"], chance)}


def _routed(chance: random.Random) -> list[str]:
    rows = csv.DictReader(io.StringIO(seed.registry(), newline=""))
    platforms = {row["platform_id"]: row for row in rows if not {row["kind"], row["service"]} & _NOT_NAMED}
    owners = list(platforms.values())  # everybody once, the rest by weight
    weights = [_WEIGHTS.get(one["service"], 1) for one in owners]
    owners += chance.choices(owners, weights, k=ROUTED - len(owners))
    return [_url(one["domains"].split(" "), one["service"], chance) for one in owners]


def _url(domains: list[str], service: str, chance: random.Random) -> str:
    prefix = chance.choice(("", "", "www.", "m.", "cdn."))
    return f"https://{prefix}{chance.choice(domains)}{_PATHS.get(service, _ELSEWHERE).format(_word(chance))}"


def _with_hash(url: str, chance: random.Random) -> dict[str, str]:
    if chance.random() < 0.25:
        return {"url": url, "sha256": hashlib.sha256(url.encode()).hexdigest()}
    return {"url": url}


def _respelled(url: str, chance: random.Random) -> str:
    """Another spelling of the same address, as people paste them."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    joint = "&" if "?" in path else "?"
    return chance.choice(
        (
            f"{scheme.upper()}://{host.upper()}{slash}{path}",
            f"{url}{joint}utm_source=share",
            f"{scheme}://{host}:443{slash}{path}",
            f"{url}#t=42",
        )
    )


def _word(chance: random.Random) -> str:
    return "".join(chance.choices("abcdefghjkmnpqrstuvwxyz23456789", k=9))

"""The pace of a provider: how much of it we may use, as the operator set it, and how long that takes."""

import functools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from crisis.domain import provider
from crisis.domain.alert import Channel

_MOST_CONNECTIONS = 1024
_MOST_RATE = 100_000.0
_MOST_BATCH = 100_000

_EXPECTED = "expected rules such as “email connections=16 rate=200/s; apprise:twilio rate=1/s connections=2”"
_RATE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)/(s|min|h)", re.ASCII)
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
_CHANNELS = (provider.MAIL, Channel.WEBHOOK.value, Channel.APPRISE.value)


@dataclass(frozen=True, slots=True)
class Limit:
    """What one provider takes from all our processes together."""

    connections: int  # messages on the wire at once
    rate_per_second: float | None  # None: as fast as the line
    batch: int  # messages over one connection before it is opened anew; 0: as many as it takes


#: Where no rule says otherwise. *Source:* reliability notes, section 4, for the 100 mails of a connection.
_DEFAULTS = {
    provider.MAIL: Limit(connections=16, rate_per_second=None, batch=100),
    Channel.WEBHOOK.value: Limit(connections=8, rate_per_second=None, batch=0),
    Channel.APPRISE.value: Limit(connections=16, rate_per_second=None, batch=1),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the setting; what it does not name stays as a rule with a shorter name has it."""

    name: str
    changes: tuple[tuple[str, int | float], ...]


class Limits:
    """The limits of every provider: the defaults of its channel, then the rules whose name begins its own."""

    def __init__(self, rules: Iterable[Rule], mail_connections: int) -> None:
        self._rules = sorted(rules, key=lambda rule: len(rule.name))
        self._mail = replace(_DEFAULTS[provider.MAIL], connections=mail_connections)
        self.for_provider = functools.lru_cache(maxsize=4096)(self._for_provider)

    def _for_provider(self, name: str) -> Limit:
        limit = self._mail if name.startswith(provider.MAIL) else _DEFAULTS[_channel(name)]
        for rule in self._rules:
            if name.startswith(rule.name):
                limit = replace(limit, **dict(rule.changes))  # type: ignore[arg-type]
        return limit


@functools.lru_cache(maxsize=16)
def parse(text: str, *, mail_connections: int = _DEFAULTS[provider.MAIL].connections) -> Limits:
    """The limits that ``text`` sets: rules parted by semicolons, the longest name that fits wins.

    Args:
        mail_connections: to the mail host, unless a rule says otherwise.

    Raises:
        ValueError: it can't be read; the text says which part, and how to write it.
    """
    rules: dict[str, Rule] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        rule = _rule(part)
        if rule.name in rules:
            raise ValueError(f"there are two rules for “{rule.name}”; write one")
        rules[rule.name] = rule
    return Limits(rules.values(), mail_connections)


@dataclass(frozen=True, slots=True)
class Part:
    """Which of several processes that send at the same time: worker ``place`` (from 0) of ``workers``.

    Without a place it is the metronome, which sends only what no worker has taken.
    """

    workers: int
    place: int | None


#: One process has everything to itself.
WHOLE = Part(workers=0, place=None)

_RESERVE = 0.1  # of a rate, for the metronome


def share(limit: Limit, part: Part) -> Limit:
    """What one process may use, so that all together keep to the limit; at least one connection each.

    The workers share all connections. The metronome opens its one only where none of them shows life
    (store/holds): one that hangs may still have its own open. A slow rate shows no life either, so
    the metronome's part of a rate is its own.
    """
    if part == WHOLE:
        return limit
    rate = limit.rate_per_second
    if part.place is None:
        return replace(limit, connections=1, rate_per_second=None if rate is None else rate * _RESERVE)
    each, beyond = divmod(limit.connections, part.workers)
    connections = max(1, each + (part.place < beyond))
    rate = None if rate is None else rate * (1 - _RESERVE) / part.workers
    return replace(limit, connections=connections, rate_per_second=rate)


def seconds(count: int, limit: Limit, round_trip: timedelta) -> float:
    """How long ``count`` messages take at least, from the first on the wire to the last one answered.

    Args:
        round_trip: of a whole message, from its first byte to its answer.
    """
    if count <= 0:
        return 0.0
    by_connections = math.ceil(count / limit.connections) * round_trip.total_seconds()
    if limit.rate_per_second is None:
        return by_connections
    return max(by_connections, (count - 1) / limit.rate_per_second + round_trip.total_seconds())


@dataclass(frozen=True, slots=True)
class Bucket:
    """A rate as a bucket of tokens, a value: each send takes one, and they come back at ``rate`` a second.

    ``full_at`` is when it is full again, by the clock of whoever asks; nothing else is kept.
    """

    rate_per_second: float
    burst: int = 1  # tokens of a full bucket: sends that may go at once
    full_at: float = -math.inf

    def room(self, now: float) -> int:
        """How many sends may go at ``now``."""
        missing = max(0.0, self.full_at - now) * self.rate_per_second
        return max(0, math.floor(self.burst - missing + 1e-9))

    def take(self, now: float, count: int = 1) -> "Bucket":
        """The bucket after ``count`` sends; those that had to wait are owed, so the next one waits longer."""
        return replace(self, full_at=max(self.full_at, now) + count / self.rate_per_second)

    def wait_seconds(self, now: float) -> float:
        """How long until one more send may go; 0 if now. Taken at just this moment, no part of the rate is lost."""
        return max(0.0, self.full_at - now - (self.burst - 1) / self.rate_per_second)


def _channel(name: str) -> str:
    channel = name.partition(":")[0]
    return channel if channel in _DEFAULTS else Channel.APPRISE.value


def _rule(part: str) -> Rule:
    name, *words = part.split()
    name = name.lower()
    if name.partition(":")[0] not in _CHANNELS:
        raise ValueError(f"“{name[:60]}” is no channel; {_EXPECTED}, with email, webhook or apprise")
    if not words:
        raise ValueError(f"the rule for “{name[:60]}” sets nothing; {_EXPECTED}")
    changes: dict[str, int | float] = {}
    for word in words:
        key, _, value = word.partition("=")
        match key:
            case "connections":
                changes["connections"] = _whole(word, value, least=1, most=_MOST_CONNECTIONS)
            case "batch":
                changes["batch"] = _whole(word, value, least=0, most=_MOST_BATCH)
            case "rate":
                changes["rate_per_second"] = _rate(word, value)
            case _:
                raise ValueError(f"“{word[:60]}” is neither connections=, rate= nor batch=; {_EXPECTED}")
    return Rule(name, tuple(changes.items()))


def _whole(word: str, value: str, *, least: int, most: int) -> int:
    if not (value.isascii() and value.isdecimal() and least <= int(value[:9]) <= most):
        raise ValueError(f"“{word[:60]}” is no whole number from {least} to {most}")
    return int(value)


def _rate(word: str, value: str) -> float:
    match = _RATE.fullmatch(value)
    rate = float(match[1]) / _SECONDS[match[2]] if match else 0.0
    if not 0 < rate <= _MOST_RATE:
        raise ValueError(f"“{word[:60]}” is no rate; write it like 200/s, 30/min or 1000/h")
    return rate

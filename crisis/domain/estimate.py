"""How long a fan-out takes: for each provider how many messages, and when the last one is out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from crisis.domain import pace, provider
from crisis.domain.alert import Channel
from crisis.domain.first_round import Send

#: Of a whole message, where nothing was sent lately that could be measured.
#: *Source:* performance notes, section 1: four round trips of 50 ms for a mail; a program answers once.
ASSUMED: Mapping[Channel, timedelta] = {
    Channel.EMAIL: timedelta(milliseconds=200),
    Channel.WEBHOOK: timedelta(milliseconds=200),
    Channel.APPRISE: timedelta(milliseconds=500),
}


@dataclass(frozen=True, slots=True)
class Line:
    """Messages on one channel; those of message services by service, because each has limits of its own.

    ``seconds``: until the last one is answered, all providers at the same time. ``measured``: by what was
    sent lately, not by what is assumed.
    """

    channel: Channel
    service: str  # of a message service, such as twilio; else empty
    count: int
    seconds: float
    measured: bool


def of(sends: Iterable[Send], *, limits: pace.Limits, round_trips: Mapping[Channel, timedelta]) -> tuple[Line, ...]:
    """A line for each channel in use, mail first.

    Args:
        round_trips: how long a message of a channel took lately, where that is known.
    """
    counts: Counter[tuple[Channel, str]] = Counter()
    for send in sends:
        to = send.endpoint
        counts[to.channel, to.provider or provider.of(to.channel, to.address)] += 1
    lines: dict[tuple[Channel, str], list[tuple[int, float]]] = {}
    for (channel, name), count in counts.items():
        trip = round_trips.get(channel, ASSUMED[channel])
        service = name.partition(":")[2] if channel is Channel.APPRISE else ""
        lines.setdefault((channel, service), []).append((count, pace.seconds(count, limits.for_provider(name), trip)))
    order = list(Channel)
    return tuple(
        Line(
            channel,
            service,
            sum(count for count, _ in parts),
            max(seconds for _, seconds in parts),
            channel in round_trips,
        )
        for (channel, service), parts in sorted(lines.items(), key=lambda one: (order.index(one[0][0]), one[0][1]))
    )


def last_out(lines: Iterable[Line]) -> float:
    """Seconds until the last message of all is out; channels do not wait for each other."""
    return max((line.seconds for line in lines), default=0.0)

"""The retry table: what follows an attempt, by its outcome, its channel and how many there were."""

from dataclasses import dataclass
from datetime import timedelta

from crisis.domain.alert import Channel, Event, Outcome

#: Attempts on the wire for one alert; a claim that sent nothing is none. The answer is owed within the
#: hour, so whoever can't be reached in about a minute is better called.
CAP = 4

#: Seconds before the second, third and fourth attempt after a temporary failure.
_WAIT_SECONDS: dict[Channel, tuple[int, ...]] = {
    Channel.EMAIL: (2, 10, 30),  # greylisting and "too many connections" pass in this time
    Channel.WEBHOOK: (2, 10, 30),
    Channel.APPRISE: (2, 10, 30),
}


@dataclass(frozen=True, slots=True)
class Next:
    """The step of the alert's state machine, and for a retry how long to wait."""

    event: Event
    wait: timedelta = timedelta(0)


def after(outcome: Outcome, channel: Channel, attempts: int) -> Next:
    """What follows when attempt number ``attempts`` (from 1) ended so.

    Unknown is tried again at once: its lease was the wait. At the cap everything but success fails.

    Raises:
        ValueError: for a phone, which people call.
    """
    waits = _WAIT_SECONDS.get(channel)
    if waits is None:
        raise ValueError(f"{channel.value} has no attempts; people call it")
    if outcome is Outcome.ACCEPTED:
        return Next(Event.ACCEPT)
    if outcome is Outcome.PERMANENT or attempts >= CAP:
        return Next(Event.FAIL)
    if outcome is Outcome.UNKNOWN:
        return Next(Event.LOSE)
    return Next(Event.RETRY, timedelta(seconds=waits[attempts - 1]))

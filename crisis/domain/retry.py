"""The retry table: what follows an attempt, by its outcome, its channel and how many there were."""

from dataclasses import dataclass
from datetime import timedelta

from crisis.domain.alert import Channel, Event, Outcome

#: Attempts on the wire for one alert; a claim that sent nothing is none. The answer is owed within the
#: hour, so whoever can't be reached in about a minute is better called.
CAP = 4

#: Seconds before the second, third and fourth attempt, by how the one before ended. Permanent has no row:
#: it is not tried again. The sum stays below the first step of every ladder that may be saved (5 minutes
#: by default, 1 at least), so that a retry never arrives after the next contact was called.
_WAIT_SECONDS: dict[Channel, dict[Outcome, tuple[int, ...]]] = {
    Channel.EMAIL: {
        Outcome.TEMPORARY: (2, 10, 30),  # greylisting and "too many connections" pass in this time
        Outcome.UNKNOWN: (0, 5, 15),  # it may have arrived: at once, then less and less eager
    },
    Channel.WEBHOOK: {
        Outcome.TEMPORARY: (1, 5, 20),  # a service that restarts
        Outcome.UNKNOWN: (0, 5, 15),
    },
    Channel.APPRISE: {
        Outcome.TEMPORARY: (2, 10, 30),  # "too many requests" of chat services
        Outcome.UNKNOWN: (5, 15, 30),  # no id by which the service could tell a repeat: not at once
    },
}


@dataclass(frozen=True, slots=True)
class Next:
    """The step of the alert's state machine, and for a retry how long to wait."""

    event: Event
    wait: timedelta = timedelta(0)


def after(outcome: Outcome, channel: Channel, attempts: int, *, moves_on_in: timedelta | None = None) -> Next:
    """What follows when attempt number ``attempts`` (from 1) ended so.

    At the cap everything but success fails.

    Args:
        moves_on_in: how long until the ladder goes to somebody else; a try after that is not made.

    Raises:
        ValueError: for a phone, which people call.
    """
    table = _WAIT_SECONDS.get(channel)
    if table is None:
        raise ValueError(f"{channel.value} has no attempts; people call it")
    if outcome is Outcome.ACCEPTED:
        return Next(Event.ACCEPT)
    if outcome is Outcome.PERMANENT or attempts >= CAP:
        return Next(Event.FAIL)
    wait = timedelta(seconds=table[outcome][attempts - 1])
    if moves_on_in is not None and wait >= moves_on_in:
        return Next(Event.FAIL)
    return Next(Event.LOSE if outcome is Outcome.UNKNOWN else Event.RETRY, wait)

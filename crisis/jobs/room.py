"""The room that a drain works in: settings, clock, senders, and the name that goes on its claims."""

from collections.abc import Mapping
from dataclasses import dataclass

from crisis import config, errors
from crisis.domain import alert, pace
from crisis.notify import apprise, email, sender, webhook
from crisis.store import clock


@dataclass
class Room:
    """What one process needs to send; made after the fork, because connections do not survive one.

    ``owner`` is ``node/boot/pid``: the node is one worker or metronome, the boot changes with each start
    of it, so that a new start knows which claims nobody holds any more.
    """

    settings: config.Settings
    clock: clock.Clock
    senders: Mapping[alert.Channel, sender.Sender]
    owner: str


_installed: Room | None = None


def furnish(settings: config.Settings, *, owner: str, place: int | None) -> Room:
    """A room with new senders; they keep to their share of what each provider takes.

    Args:
        place: of a worker process among its brothers, from 0; ``None`` for the metronome.
    """
    mail = pace.Part(settings.mail_processes, place)
    other = pace.Part(1, place)
    senders: dict[alert.Channel, sender.Sender] = {
        alert.Channel.EMAIL: email.Sender(settings, part=mail),
        alert.Channel.WEBHOOK: webhook.Sender(
            settings, demo_webhook_base=settings.demo_webhook_url or None, part=other
        ),
        alert.Channel.APPRISE: apprise.Sender(settings, part=other),
    }
    return Room(settings, clock.DatabaseClock(), senders, owner)


def install(room: Room) -> None:
    """Use ``room`` for every task of this process."""
    global _installed  # noqa: PLW0603 - a task has no argument to bring it in by
    _installed = room


def current() -> Room:
    """The room of this process.

    Raises:
        StartFailed: the process was not started as a worker; use `celery -A worker worker`.
    """
    if _installed is None:
        raise errors.StartFailed("No room in this process. Start workers with `celery -A worker worker`.")
    return _installed

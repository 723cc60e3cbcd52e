"""Faults of the desk in the reader's words: name, then what it means and what to do."""

from datetime import timedelta

from crisis.domain import watch
from crisis.web.language import gettext, ngettext

_K = watch.Kind

#: Faults that are a part of the line by themselves; the others are told by the part that they concern.
OWN = (_K.WAITING, _K.TIMERS, _K.CANARY, _K.MAILBOX, _K.UNKNOWN, _K.METRONOME_HOST)


def of(fault: watch.Fault) -> tuple[str, str]:
    """Name and sentence of a fault of ``OWN``."""
    match fault.kind:
        case _K.WAITING:
            return gettext("Delivery"), gettext(
                "An alert of the queue “%(queue)s” has waited for %(seconds)s s. "
                "Look at workers, broker and mail server.",
                queue=fault.about,
                seconds=_seconds(fault.since),
            )
        case _K.TIMERS:
            return gettext("Ladder"), gettext(
                "A step has been due for %(seconds)s s. Look at the metronome.", seconds=_seconds(fault.since)
            )
        case _K.CANARY:
            return gettext("Probe"), gettext(
                "The last probe by %(channel)s failed: %(reason)s. Run “crisis preflight”.",
                channel=fault.about,
                reason=fault.detail.rstrip(".") or gettext("it did not arrive in time"),
            )
        case _K.MAILBOX:
            return gettext("Mailbox"), gettext(
                "Not read for over two minutes: replies and bounces wait there. Look at “crisis mail-in” and its log."
            )
        case _K.METRONOME_HOST:
            return gettext("Metronome"), gettext(
                "That of the host %(host)s is silent; another one does its work.", host=fault.about
            )
        case _:
            return gettext("Delivery"), ngettext(
                "%(num)s message of the last minutes may have arrived or not; it is sent again.",
                "%(num)s messages of the last minutes may have arrived or not; they are sent again.",
                fault.count,
            )


def _seconds(since: timedelta | None) -> int:
    return int(since.total_seconds()) if since else 0

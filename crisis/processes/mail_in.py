"""Reading the desk's mailbox: each mail is kept in the database before it is put away, then the next."""

import logging
import os
import socket
import ssl
import threading

from sqlalchemy.exc import OperationalError

from crisis import errors
from crisis.config import Settings
from crisis.domain import incoming
from crisis.jobs.node import Node
from crisis.notify import mailbox
from crisis.notify.mailbox import Mailbox, MailboxUnavailable
from crisis.store.clock import Clock
from crisis.workflows import beat, receive_mail

_log = logging.getLogger(__name__)

ROLE = "mail-in"

#: Looked at so often, whether or not the server has told of anything; also how often it says that it lives.
_LOOK_SECONDS = 20.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 60.0


def once(settings: Settings, clock: Clock, *, context: ssl.SSLContext | None = None) -> tuple[int, int]:
    """Read all that waits; returns how many mails were handled, and how many could not be and still wait.

    Raises:
        MailboxUnavailable: the mailbox can't be read.
    """
    with mailbox.opened(settings.imap_url, context=context) as box:
        return _pass(box, settings, clock)


def watch(settings: Settings, clock: Clock, stop: threading.Event, *, context: ssl.SSLContext | None = None) -> None:
    """Read what comes in until ``stop`` is set; a mailbox or a database that is away is tried again, less often."""
    node = Node(f"mail-in-{os.getpid()}@{socket.gethostname()}")
    pause, complained = _FIRST_PAUSE_SECONDS, False
    while not stop.is_set():
        try:
            with mailbox.opened(settings.imap_url, context=context) as box:
                while not stop.is_set():
                    _pass(box, settings, clock)
                    beat.beat(ROLE, node=node.name, boot=node.boot, now=clock.now())
                    pause, complained = _FIRST_PAUSE_SECONDS, False
                    box.wait(_LOOK_SECONDS, stop)
        except (MailboxUnavailable, errors.Unavailable, OperationalError) as error:
            if not complained:
                _log.warning("mail_in.interrupted", extra={"error": type(error).__name__, "reason": _reason(error)})
                complained = True
            stop.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def _pass(box: Mailbox, settings: Settings, clock: Clock) -> tuple[int, int]:
    handled = left = 0
    for uid in box.waiting():
        raw = box.read(uid, most=incoming.LARGEST + 1)
        if raw is None:  # another reader was faster
            continue
        try:
            taken = receive_mail.take(raw, settings=settings, now=clock.now())
        except OperationalError:
            raise
        except Exception as error:  # a door: one mail must not stop those behind it; it stays, and is tried again
            _log.error("mail_in.left", extra={"uid": uid, "error": type(error).__name__})
            left += 1
            continue
        box.put_away(uid)
        handled += 1
        _log.info("mail_in.taken", extra={"kind": taken.kind.value, "repeated": taken.repeated})
    return handled, left


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, errors.CrisisError) else ""

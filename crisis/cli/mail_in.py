"""`crisis mail-in`: read the desk's mailbox, or one mail on standard input."""

import argparse
import sys
from typing import Any


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "mail-in",
        help="take in replies, bounces and reports",
        description="Read what waits in the mailbox of CRISIS_IMAP_URL, or one mail on standard input (-).",
        epilog="example: crisis mail-in --watch",
    )
    parser.add_argument(
        "source", nargs="?", choices=("-",), help="one mail on standard input, as a mail server pipes it"
    )
    parser.add_argument("--watch", action="store_true", help="go on reading until stopped")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if args.source == "-":
        return _one()
    from crisis import config, errors  # late: `crisis --help` needs none of this

    if not config.load().imap_url:
        raise errors.InvalidSetting(
            "CRISIS_IMAP_URL: not set. Set it to imaps://user:password@host/INBOX, or pipe mail to `crisis mail-in -`."
        )
    return _watch() if args.watch else _all()


def _one() -> int:
    """Exits with 75 where the mail could not be kept: a mail server then tries again later."""
    from crisis import errors
    from crisis.cli import desk
    from crisis.domain import incoming
    from crisis.workflows import receive_mail

    raw = sys.stdin.buffer.read(incoming.LARGEST + 1)
    while sys.stdin.buffer.read(1 << 20):  # a pipe that breaks would be a failure to whoever writes into it
        pass
    try:
        with desk.opened() as ours:
            taken = receive_mail.take(raw, settings=ours.settings, now=ours.now())
    except errors.Unavailable as error:
        print(f"crisis: {error}", file=sys.stderr)
        return _TRY_AGAIN
    print("known already" if taken.repeated else _said(taken.kind.value, taken.matched_by, taken.waits))
    return 0


#: *Source:* sysexits.h, EX_TEMPFAIL, by which Postfix and Exim queue the mail again.
_TRY_AGAIN = 75


def _said(kind: str, matched_by: str | None, waits: bool) -> str:
    about = f"known by its {matched_by.replace('_', ' ')}" if matched_by else "about nothing that is known"
    return f"{kind.replace('_', ' ')}, {about}{', waits for an officer' if waits else ''}"


def _all() -> int:
    from crisis.cli import desk
    from crisis.processes import mail_in

    with desk.opened() as ours:
        handled, left = mail_in.once(ours.settings, ours.clock)
    print(f"{handled} mails taken in." if not left else f"{handled} mails taken in, {left} left: look at the log.")
    return 1 if left else 0


def _watch() -> int:
    import signal
    import threading

    from setproctitle import setproctitle

    from crisis.cli import desk
    from crisis.jobs import logs
    from crisis.processes import mail_in

    setproctitle("crisis mail-in")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with desk.opened() as ours:
        logs.configure(ours.settings)
        mail_in.watch(ours.settings, ours.clock, stop)
    return 0

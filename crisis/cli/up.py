"""`crisis up`: everything in one process tree."""

import argparse
import functools
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crisis.config import Settings
    from crisis.processes.part import Plan

_PORT = 8000
_SMTP_PORT, _WEBHOOK_PORT = 2525, 8026  # where free; otherwise any


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "up",
        help="start everything: broker, database, web server, workers, metronome",
        description="Everything in one process tree, on the configured database and broker (embedded where none is).",
        epilog="example: crisis up --demo --speed 10",
    )
    parser.add_argument("--demo", action="store_true", help="with fictional platforms that answer; nothing leaves here")
    parser.add_argument("--speed", type=_speed, metavar="N", help="how much faster the demo's platforms answer (1)")
    parser.add_argument("--host", default="127.0.0.1", help="where the web server listens (127.0.0.1)")
    parser.add_argument("--port", type=_port, default=_PORT, help=f"its port ({_PORT})")
    parser.set_defaults(run=functools.partial(_run, parser))


def _speed(text: str) -> float:
    value = float(text)
    if not 0.1 <= value <= 1000:
        raise argparse.ArgumentTypeError("a number from 0.1 to 1000")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 65535:
        raise argparse.ArgumentTypeError("a number from 1 to 65535")
    return value


def _run(parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    if args.speed is not None and not args.demo:
        parser.error("--speed is for --demo")
    from crisis import config  # late: `crisis --help` needs none of this
    from crisis.processes import run

    began = time.monotonic()
    changes, more, mails = _changes(args)
    settings = config.load(**changes)
    screen = _Screen(settings, began=began, mails=mails)
    run.Run(
        settings=settings,
        host=args.host,
        port=args.port,
        environment=config.child_environment({name: str(value) for name, value in changes.items()}),
        prepare=functools.partial(_prepare, settings, screen),
        more=more,
    ).until_stopped(show=screen.line, ready=screen.ready)
    screen.say("Stopped.")
    return 0


def _changes(args: argparse.Namespace) -> "tuple[dict[str, Any], list[Plan], str]":
    """What this run sets by itself, the parts of the demo, and where its mails can be read."""
    from crisis import config
    from crisis.processes import plans, ports

    # Any key will do to look at the settings; loading them without one would make one in the wrong folder.
    given = config.load(secret_key="only to look")  # noqa: S106
    own = f"http://{_shown_host(args.host)}:{args.port}"
    if not args.demo:
        return ({} if "public_url" in given.model_fields_set else {"public_url": own}), [], ""
    smtp, webhook = (ports.free(port) for port in (_SMTP_PORT, _WEBHOOK_PORT))
    mails = f"{own}/demo/mails"
    changes = {
        "demo": True,
        "data_dir": given.data_dir / "demo",
        "public_url": own,
        "desk_phone": given.desk_phone or "+32 2 555 01 99",  # fictional
        "smtp_url": f"smtp://127.0.0.1:{smtp}?tls=none",
        "outbound_allow": "127.0.0.0/8",
        "demo_webhook_url": f"http://127.0.0.1:{webhook}",
    }
    return changes, plans.demo(smtp_port=smtp, webhook_port=webhook, speed=args.speed or 1.0), mails


def _shown_host(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _prepare(settings: "Settings", screen: "_Screen") -> None:
    """The newest schema, the demo's data, and the link by which the first person sets up an account."""
    from crisis.store import clock, db
    from crisis.workflows import users

    with db.opened(settings):
        if not db.schema_is_newest():
            db.to_newest_schema()
        now = clock.DatabaseClock().now()
        if settings.demo:
            from crisis.demo import seed
            from crisis.workflows import confine

            confine.demo()
            screen.log_ins = [(one.email, one.password) for one in seed.plant(settings=settings, now=now)]
        else:
            screen.set_up_link = users.first_set_up_link(settings=settings, now=now)
        screen.database = _database(settings)


def _database(settings: "Settings") -> str:
    from crisis.store import db

    if not settings.is_sqlite:
        return "PostgreSQL"
    version, safe = db.sqlite_version()
    text = ".".join(str(part) for part in version)
    if not safe:
        return f"SQLite {text}, which can corrupt its file (WAL-reset bug): use PostgreSQL, or SQLite 3.51.3 or newer"
    return f"SQLite {text}, for one host and up to 1,000 contacts"


class _Screen:
    """What a run says on the terminal: little, aligned, each line once."""

    def __init__(self, settings: "Settings", *, began: float, mails: str) -> None:
        self._settings = settings
        self._began = began
        self._mails = mails
        self.log_ins: list[tuple[str, str]] = []
        self.set_up_link: str | None = None
        self.database = ""

    def say(self, text: str) -> None:
        print(text, flush=True)

    def line(self, part: str, text: str) -> None:
        """A line that a part wrote."""
        print(f"{part:>12} │ {text}", file=sys.stderr, flush=True)

    def ready(self, parts: Sequence[str], broker_answers: bool) -> None:
        """Everything runs: what, and where."""
        seconds = time.monotonic() - self._began
        what = "the demo" if self._settings.demo else "everything"
        self.say(f"\n{self._settings.desk_name}: {what} runs, ready in {seconds:.1f} s. Ctrl-C stops it.\n")
        self._row("open", self._settings.public_url)
        if self.set_up_link:
            self._row("set up", f"{self.set_up_link}  (first account; once, within 1 h)")
        for name, (email, password) in zip(("log in", *([""] * len(self.log_ins))), self.log_ins, strict=False):
            self._row(name, f"{email:<24} password: {password}")
        if self._mails:
            self._row("mails", f"{self._mails}  (all that is sent; nothing leaves this host)")
        elif not self._settings.smtp_url:
            self._row("mails", "CRISIS_SMTP_URL is not set: every mail alert fails at once")
        self._row("data", f"{self._settings.data_dir}  ({self.database})")
        self._row("parts", " · ".join(parts))
        if not broker_answers:
            self._row("degraded", "the broker does not answer: alerts still leave, by the metronome, within 10 s")
        self.say("")

    def _row(self, name: str, text: str) -> None:
        self.say(f"  {name:<9} {text}")

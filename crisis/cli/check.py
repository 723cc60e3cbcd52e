"""`crisis check`: one line a part, OK or what to do."""

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from celery import Celery

    from crisis.cli.desk import Desk
    from crisis.domain.alert import Queue
    from crisis.domain.readiness import Line

_WIDTH = 15
_GREEN, _RED, _PLAIN = "\033[32m", "\033[31m", "\033[0m"


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "check",
        help="look at every part of the running desk",
        description="One line a part: OK, or what to do. Exits with 0 only if all parts are OK.",
        epilog="example: crisis check",
    )
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Check every part."""
    from crisis.cli import desk  # late: `crisis --help` needs none of this
    from crisis.jobs import app as jobs_app

    all_ok = True
    with desk.opened(newest_schema=False) as opened:
        for line in _lines(opened, jobs_app.publisher(opened.settings)):
            all_ok = all_ok and line.ok
            print(f"{line.part:<{_WIDTH}} {verdict(line.ok)}  {line.text}", flush=True)
    return 0 if all_ok else 1


def _lines(opened: "Desk", app: "Celery") -> "Iterator[Line]":
    from crisis.domain import alert
    from crisis.domain.readiness import Line
    from crisis.jobs import app as jobs_app
    from crisis.jobs import names
    from crisis.store import clock
    from crisis.workflows import check, probe, surroundings

    def publish(queue: "Queue", probe_id: UUID) -> None:
        app.send_task(names.MARK_PROBE, args=[str(probe_id)], queue=queue.value, retry=False, ignore_result=True)

    settings = opened.settings
    yield Line("settings", True, f"read; data in {settings.data_dir}")
    yield surroundings.secret_key(settings)
    database = check.database()
    yield database
    if settings.is_sqlite:
        yield check.sqlite()
    broker = check.broker(lambda: jobs_app.answers(app))
    yield broker
    if database.ok:
        yield check.schema()
        for queue in alert.Queue:
            part = f"worker {queue.value}"
            asked = probe.probe(queue, now=opened.now(), publish=publish) if broker.ok else None
            yield asked or Line(part, False, "not asked: its ring goes over the broker")
        yield check.metronome(opened.now())
        yield check.clocks(opened.now(), host_now=clock.HostClock().now())
    yield surroundings.mail(settings)
    if settings.imap_url:
        yield surroundings.mailbox(settings)
    yield surroundings.public_address(settings)


def verdict(ok: bool) -> str:
    """OK or FAIL, in colour on a terminal."""
    text = "OK  " if ok else "FAIL"
    if not sys.stdout.isatty():
        return text
    return f"{_GREEN if ok else _RED}{text}{_PLAIN}"

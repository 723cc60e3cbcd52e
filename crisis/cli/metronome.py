"""`crisis metronome`: rings for what is due, fires timers, and sends by itself what nobody took."""

import argparse
from typing import Any


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "metronome",
        help="the process that makes sure that nothing is forgotten; any number may run",
        description="Every 2 s: ring for what is due, fire due timers, send what is more than 5 s overdue.",
        epilog="example: crisis metronome",
    )
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Be a metronome until SIGTERM or Ctrl-C."""
    from setproctitle import setproctitle  # late: `crisis --help` needs none of this

    from crisis import config
    from crisis.jobs import metronome

    setproctitle("crisis metronome")
    return metronome.run(config.load())

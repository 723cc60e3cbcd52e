"""`crisis stand-down`: end an incident; those alerted are told."""

import argparse
from typing import Any


def add(subparsers: Any) -> None:
    """Put the command in the tree."""
    parser = subparsers.add_parser(
        "stand-down",
        help="end an incident",
        description="Cancel what is unsent and tell those who were alerted. Answers are still taken.",
        epilog='example: crisis stand-down INC-2026-0007 --reason "Copies no longer circulate."',
    )
    parser.add_argument("ref", metavar="REF")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="kept in the record and shown in the report")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from crisis.cli import desk  # late: loads the database and the queue
    from crisis.domain import alert
    from crisis.jobs import bell
    from crisis.workflows import stand_down

    with desk.opened() as ours:
        done = stand_down.stand_down(args.ref, args.reason, settings=ours.settings, now=ours.now(), actor=desk.ACTOR)
        bell.ring(*alert.Queue)
    print(f"{done.ref} is stood down. {done.told} endpoints are told, {done.cancelled} unsent alerts were cancelled.")
    return 0

"""`crisis status`: how far an incident is, once or until it ends."""

import argparse
import json
import shutil
import sys
import threading
from typing import Any

_REDRAW_SECONDS = 2.0
_CLEAR = "\x1b[H\x1b[2J"


def add(subparsers: Any) -> None:
    """Put the command in the tree."""
    parser = subparsers.add_parser(
        "status",
        help="how far an incident is",
        description="Counts, clocks, and who has not answered. Ctrl-C ends the watching.",
        epilog="example: crisis status INC-2026-0007 --watch",
    )
    parser.add_argument("ref", metavar="REF")
    parser.add_argument("--watch", action="store_true", help="redraw every 2 s until the incident is stood down")
    parser.add_argument("--json", action="store_true", help="print the incident and its notices as JSON")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from crisis.cli import desk, picture  # late: loads the database
    from crisis.reports import shapes
    from crisis.workflows import overview

    pause = threading.Event()
    with desk.opened() as ours:
        while True:
            view = overview.incident(args.ref, now=ours.now())
            if args.json:
                found = {**shapes.incident(view), "notices": [shapes.notice(one) for one in view.notices]}
                print(json.dumps(found, ensure_ascii=False), flush=True)
            else:
                width = shutil.get_terminal_size((100, 24)).columns
                again = _CLEAR if args.watch and sys.stdout.isatty() else ""
                print(f"{again}{picture.draw(view, width=width)}", flush=True)
            if not args.watch or not view.is_open:
                return 0
            pause.wait(_REDRAW_SECONDS)

"""`crisis preflight`: a real message out and back on each channel, certificates, disk, clocks."""

import argparse
import json
from typing import Any

_WIDTH = 21


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "preflight",
        help="try each channel with a real message, and look at certificates, disk and clocks",
        description=(
            "Sends a real probe to the sinks that are set, waits until it is back, and looks at what a crisis "
            "needs. One line a part: OK, or what to do. Exits with 0 only if all parts are OK."
        ),
        epilog="example: crisis preflight --json",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")
    parser.add_argument("--alarm", action="store_true", help="send the operators a test alarm as well")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Try everything."""
    from crisis.cli import desk  # late: `crisis --help` needs none of this
    from crisis.cli.check import verdict
    from crisis.jobs import bell
    from crisis.store import clock
    from crisis.workflows import preflight

    lines = []
    with desk.opened() as opened:
        found = preflight.run(opened.settings, clock=opened.clock, ring=bell.ring, host_now=clock.HostClock().now())
        for line in (*([preflight.alarm_line(opened.settings)] if args.alarm else []), *found):
            lines.append(line)
            if not args.json:
                print(f"{line.part:<{_WIDTH}} {verdict(line.ok)}  {line.text}", flush=True)
    ok = all(line.ok for line in lines)
    if args.json:
        parts = [{"part": line.part, "ok": line.ok, "text": line.text} for line in lines]
        print(json.dumps({"ok": ok, "parts": parts}, ensure_ascii=False, indent=1))
    return 0 if ok else 1

"""`crisis declare`: declare an incident from a JSON file, the same as through the API."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Put the command in the tree."""
    parser = subparsers.add_parser(
        "declare",
        help="declare an incident from a file",
        description="Declare an incident: the body is that of POST /api/v1/incidents. Prints the reference.",
        epilog="example: crisis declare incident.json",
    )
    parser.add_argument("file", metavar="FILE", help="JSON; - reads standard input")
    parser.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from crisis.cli import desk  # late: loads the database and the queue
    from crisis.domain import alert, declaration
    from crisis.jobs import bell
    from crisis.notify import addresses
    from crisis.reports import answers
    from crisis.workflows import declare

    body = _body(args.file)
    with desk.opened() as ours:
        now = ours.now()
        parsed = declaration.parse(body, now=now, to_ascii=addresses.to_ascii)
        done = declare.declare(parsed, settings=ours.settings, now=now, actor=desk.ACTOR)
        bell.ring(*alert.Queue)
    if args.json:
        print(json.dumps(answers.declared(done), ensure_ascii=False))
    else:
        _tell(done.ref, done.exercise, done.counts)
    return 0


def _body(name: str) -> Any:
    from crisis import errors

    called = "Standard input" if name == "-" else name
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return json.loads(raw)
    except OSError as error:
        raise errors.InvalidInput(f"{called} can't be read ({error.strerror}). Name a readable file, or -.") from None
    except (ValueError, RecursionError) as error:
        raise errors.InvalidInput(f"{called} is not JSON: {str(error)[:120]}. Nothing was sent.") from None


def _tell(ref: str, exercise: bool, counts: Any) -> None:
    kind = "EXERCISE " if exercise else ""
    print(f"{kind}declared: {counts['alerts']} alerts to {counts['notices']} platforms, {counts['items']} items.")
    for name, words in (("merged_items", "merged with another spelling"), ("unrouted_items", "belong to no platform")):
        if counts[name]:
            print(f"{counts[name]} {words}.")
    print(ref)

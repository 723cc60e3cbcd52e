"""`crisis report`: the post-incident report as a file."""

import argparse
import sys
from pathlib import Path
from typing import Any

_FORMATS = ("html", "json", "csv")


def add(subparsers: Any) -> None:
    """Put the command in the tree."""
    parser = subparsers.add_parser(
        "report",
        help="the post-incident report",
        description="Write the report of an incident; before the stand-down it goes as far as the incident did.",
        epilog="example: crisis report INC-2026-0007 --format html --output report.html",
    )
    parser.add_argument("ref", metavar="REF")
    parser.add_argument("--format", choices=_FORMATS, required=True, help="how it is rendered")
    parser.add_argument("--output", required=True, metavar="PATH", help="the file to write; - prints it")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from crisis import errors
    from crisis.cli import desk  # late: loads the database
    from crisis.workflows import report

    with desk.opened() as ours:
        built = report.build(args.ref, now=ours.now())
    rendered = report.render(built, as_format=args.format).encode("utf-8")
    if args.output == "-":
        sys.stdout.buffer.write(rendered)
        return 0
    try:
        Path(args.output).write_bytes(rendered)
    except OSError as error:
        raise errors.InvalidInput(f"{args.output} can't be written ({error.strerror}). Name another path.") from None
    state = "final" if built["status"] == "final" else "interim, for the incident is still open"
    print(f"The report of {built['ref']} ({state}) is in {args.output}.")
    return 0

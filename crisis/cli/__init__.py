"""The command line: one module a command, each with ``add(subparsers)``; this is the tree of them.

A command's module imports at its top only what its ``--help`` needs. What takes time to load (Celery,
SQLAlchemy, Flask) is imported inside its ``run``, so that `crisis --help` answers at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from crisis import errors
from crisis.cli import (
    check,
    declare,
    mail_in,
    metronome,
    migrate,
    platforms,
    preflight,
    report,
    stand_down,
    status,
    tokens,
    up,
    users,
)

_COMMANDS = (
    up,
    metronome,
    migrate,
    check,
    preflight,
    users,
    tokens,
    platforms,
    declare,
    status,
    stand_down,
    report,
    mail_in,
)

FAILED = 1


def tree() -> argparse.ArgumentParser:
    """The parser with every command in it; each leaf sets ``run``, which takes the arguments and returns 0 or 1."""
    parser = argparse.ArgumentParser(
        prog="crisis",
        description="Alert every platform within seconds, time every answer, and report what happened.",
        epilog="example: crisis up --demo",
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0 when it did what was asked, 1 when it did not (the reason is on standard error). Wrong usage
        ends the process with 2, as argparse does.
    """
    args = tree().parse_args(argv)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except errors.CrisisError as error:
        _complain(error)
        return FAILED
    except KeyboardInterrupt:
        print("crisis: stopped.", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # the reader of our output went away, as `| head` does; point it elsewhere so that the exit is quiet
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _complain(error: errors.CrisisError) -> None:
    print(f"crisis: {error}", file=sys.stderr)
    for field, reason in error.fields.items():
        print(f"  {field}: {reason}", file=sys.stderr)

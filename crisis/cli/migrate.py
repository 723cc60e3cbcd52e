"""`crisis migrate`: the database to the newest schema."""

import argparse
from typing import Any


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "migrate",
        help="bring the database to the newest schema",
        description="Apply every migration that the database has not had yet. Running it again changes nothing.",
        epilog="example: crisis migrate",
    )
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Migrate, and say what was done."""
    from crisis.cli import desk  # late: `crisis --help` needs no database
    from crisis.store import db

    with desk.opened(newest_schema=False):
        if db.schema_is_newest():
            print("The database has the newest schema already.")
            return 0
        db.to_newest_schema()
    print("The database has the newest schema now.")
    return 0

"""`crisis users`: people who may log in."""

import argparse
import sys
from typing import Any

_ROLES = ("officer", "manager", "registrar", "auditor", "admin")


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser("users", help="add people, give them a new link", description="People of the desk.")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    new = verbs.add_parser(
        "add",
        help="add a person",
        description="Add a person. Prints a one-time link, valid for one hour, to set the password with; "
        "or reads the password from standard input.",
        epilog="example: crisis users add ann@desk.example --role officer",
    )
    new.add_argument("email", metavar="EMAIL")
    new.add_argument("--role", action="append", required=True, choices=_ROLES, help="may be repeated")
    new.add_argument("--name", default="", help="as others at the desk see it")
    new.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    new.set_defaults(run=run_add)
    link = verbs.add_parser(
        "link",
        help="print a new one-time link for somebody",
        description="Print a one-time link, valid for one hour, with which this person sets a new password.",
        epilog="example: crisis users link ann@desk.example",
    )
    link.add_argument("email", metavar="EMAIL")
    link.set_defaults(run=run_link)


def run_add(args: argparse.Namespace) -> int:
    """Add one person."""
    from crisis.cli import desk  # late: `crisis --help` needs no database
    from crisis.workflows import users

    password = sys.stdin.readline().rstrip("\r\n") if args.password_stdin else None
    with desk.opened() as opened:
        added = users.add(
            args.email,
            roles=args.role,
            name=args.name,
            password=password,
            settings=opened.settings,
            now=opened.now(),
            actor=desk.ACTOR,
        )
    print(f"{args.email} was added as {', '.join(args.role)}.")
    if added.link is not None:
        _print_link(added.link)
    return 0


def run_link(args: argparse.Namespace) -> int:
    """Make a new link."""
    from crisis.cli import desk  # late: `crisis --help` needs no database
    from crisis.workflows import users

    with desk.opened() as opened:
        link = users.new_link_for(args.email, settings=opened.settings, now=opened.now(), actor=desk.ACTOR)
    _print_link(link)
    return 0


def _print_link(link: str) -> None:
    print("Open this link within one hour to set the password; it works once:")
    print(link)

"""`crisis tokens`: bearer tokens for programs, made, listed and revoked."""

import argparse
import re
from datetime import UTC, datetime, timedelta
from typing import Any

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def add(subparsers: Any) -> None:
    """Put the command in the tree."""
    parser = subparsers.add_parser(
        "tokens",
        help="bearer tokens for programs",
        description="Make, list and revoke the tokens with which programs use the API.",
        epilog="example: crisis tokens add situation-room --scope incidents:read --expires-in 90d",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_add(actions)
    listing = actions.add_parser("list", help="every token", epilog="example: crisis tokens list")
    listing.set_defaults(run=_list)
    revoking = actions.add_parser(
        "revoke", help="end the tokens of a name at once", epilog="example: crisis tokens revoke situation-room"
    )
    revoking.add_argument("name", metavar="NAME")
    revoking.set_defaults(run=_revoke)


def _add_add(actions: Any) -> None:
    parser = actions.add_parser(
        "add",
        help="make a token",
        description="Print a new token, once, as the last word of the output.",
        epilog="example: crisis tokens add situation-room --scope incidents:read --expires-in 90d",
    )
    parser.add_argument("name", metavar="NAME", help="what the token is for")
    parser.add_argument(
        "--scope",
        action="append",
        required=True,
        metavar="S",
        help="incidents:read, incidents:write, registry:write or metrics; may be repeated",
    )
    parser.add_argument("--expires-in", type=duration, metavar="90d", help="minutes, hours or days: 30m, 12h, 90d")
    parser.set_defaults(run=_add)


def duration(text: str) -> timedelta:
    """``30m``, ``12h``, ``90d`` as a duration.

    Raises:
        ArgumentTypeError: it is written otherwise.
    """
    match = re.fullmatch(r"([1-9]\d{0,6})([mhd])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration; write it like 30m, 12h or 90d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _add(args: argparse.Namespace) -> int:
    from crisis.cli import desk  # late: loads the database
    from crisis.workflows import tokens

    with desk.opened() as ours:
        added = tokens.add(args.name, scopes=args.scope, now=ours.now(), actor=desk.ACTOR, expires_in=args.expires_in)
    until = f"until {_moment(added.expires_at)}" if added.expires_at is not None else "without an end"
    print(f"Token “{args.name}” for {', '.join(args.scope)}, valid {until}. It is shown this once:")
    print(added.token)
    return 0


def _list(_args: argparse.Namespace) -> int:
    from crisis.cli import desk
    from crisis.workflows import tokens

    with desk.opened() as ours:
        now, found = ours.now(), tokens.every()
    if not found:
        print("There are no tokens. “crisis tokens add NAME --scope S” makes one.")
    for one in found:
        print(f"{one.name}  {one.scopes}  {_standing(one.revoked_at, one.expires_at, now)}")
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from crisis.cli import desk
    from crisis.workflows import tokens

    with desk.opened() as ours:
        count = tokens.revoke(args.name, now=ours.now(), actor=desk.ACTOR)
    print(f"Revoked: {count}. Requests with a token named “{args.name}” are refused from now on.")
    return 0


def _standing(revoked_at: datetime | None, expires_at: datetime | None, now: datetime) -> str:
    if revoked_at is not None:
        return f"revoked {_moment(revoked_at)}"
    if expires_at is None:
        return "in use, no end"
    return f"expired {_moment(expires_at)}" if expires_at <= now else f"in use until {_moment(expires_at)}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")

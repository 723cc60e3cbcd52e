"""`crisis platforms`: the registry as a file."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crisis.workflows.import_registry import Imported


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "platforms", help="import or export the registry", description="The registry of platforms as a CSV file."
    )
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    take = verbs.add_parser(
        "import",
        help="take a registry file",
        description="Make the registry say what the file says of its platforms. If one line has a fault nothing is "
        "applied; the same file again changes nothing.",
        epilog="example: crisis platforms import registry.csv --dry-run",
    )
    take.add_argument("file", metavar="FILE.csv", help="- for standard input")
    take.add_argument("--dry-run", action="store_true", help="tell what would change, change nothing")
    take.add_argument("--retire-missing", action="store_true", help="also retire what is not in the file")
    take.set_defaults(run=run_import)
    give = verbs.add_parser(
        "export",
        help="write the registry file",
        description="Write the registry to standard output, or to a file.",
        epilog="example: crisis platforms export --output registry.csv",
    )
    give.add_argument("--output", metavar="PATH", type=Path, help="write to this file")
    give.set_defaults(run=run_export)


def run_import(args: argparse.Namespace) -> int:
    """Take the file, or tell what it would change."""
    from crisis.cli import desk  # late: `crisis --help` needs no database
    from crisis.workflows import import_registry

    text = _read(args.file)
    with desk.opened() as opened:
        outcome = import_registry.import_registry(
            text,
            now=opened.now(),
            actor=desk.ACTOR,
            dry_run=args.dry_run,
            retire_missing=args.retire_missing,
            services=opened.settings.services,
        )
    _tell(outcome, retire_missing=args.retire_missing)
    return 0


def run_export(args: argparse.Namespace) -> int:
    """Write the registry."""
    from crisis import errors
    from crisis.cli import desk  # late: `crisis --help` needs no database
    from crisis.workflows import export_registry

    with desk.opened():
        exported = export_registry.export_registry()
    if args.output is None:
        sys.stdout.buffer.write(exported.text.encode("utf-8"))
        sys.stdout.buffer.flush()
    else:
        try:
            args.output.write_bytes(exported.text.encode("utf-8"))
        except OSError as error:
            reason = f"{args.output} can't be written ({error.strerror}). Name another path."
            raise errors.InvalidInput(reason) from None
        print(f"{exported.rows} rows were written to {args.output}.")
    if exported.without_address:
        left_out = ", ".join(exported.without_address)
        print(f"Not in the file, because they have no address: {left_out}", file=sys.stderr)
    return 0


def _read(name: str) -> str:
    from crisis import errors

    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise errors.InvalidInput(f"{name} can't be read ({error.strerror}). Name a file that can.") from None
    except UnicodeDecodeError as error:
        raise errors.InvalidInput(f"{name} is not UTF-8 (byte {error.start}). Save it as “CSV UTF-8”.") from None


def _tell(outcome: "Imported", *, retire_missing: bool) -> None:
    verb = "would change" if outcome.dry_run else "changed"
    print(f"{outcome.rows} rows, {outcome.platforms} platforms: ", end="")
    if not outcome.changed:
        print(f"nothing {verb}.")
    else:
        facts = ", ".join(f"{kind} {count}" for kind, count in outcome.facts.items())
        print(f"{len(outcome.concerned)} platforms {verb} ({facts}).")
    if outcome.not_in_file and not retire_missing:
        print(f"{outcome.not_in_file} entries of the registry are not in the file; they stay as they are.")

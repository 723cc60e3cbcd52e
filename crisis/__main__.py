"""The `crisis` script; the same as ``python -m crisis``."""

import sys

from crisis import cli


def main() -> None:
    """Run the command of this process's arguments, then end it with the command's exit code."""
    sys.exit(cli.main())


if __name__ == "__main__":
    main()

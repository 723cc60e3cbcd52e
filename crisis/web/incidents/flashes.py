"""What was just done, told once on the next page."""

from flask import flash, get_flashed_messages


def tell(text: str, *, kind: str = "ok") -> None:
    """Show ``text`` on the next page; ``kind`` is ok, info, warn or bad."""
    flash(text, kind)


def taken() -> list[tuple[str, str]]:
    """What is to be told now, as kind and text; it is told once."""
    return [(str(one[0]), str(one[1])) for one in get_flashed_messages(with_categories=True)]

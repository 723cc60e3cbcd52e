"""Mails that come in, made from the kept ones: about an alert of the test instead of the one in the file."""

from pathlib import Path
from uuid import UUID

MAILS = Path(__file__).parents[1] / "domain" / "mails"
_OURS = UUID("0195a000-0000-7000-8000-00000000abcd")


def letter(name: str, about: UUID, *, ref: str = "INC-2026-0007", **replaced: str) -> bytes:
    """The mail of that name about an alert; ``replaced`` maps texts in it, ``a__b`` standing for ``a-b``."""
    raw = (MAILS / f"{name}.eml").read_bytes()
    raw = raw.replace(str(_OURS).encode(), str(about).encode()).replace(_OURS.hex.encode(), about.hex.encode())
    raw = raw.replace(b"INC-2026-0007", ref.encode())
    for old, new in replaced.items():
        raw = raw.replace(old.replace("__", "-").encode(), new.encode())
    return raw

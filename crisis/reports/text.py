"""A report as JSON text."""

import json
from typing import Any


def as_json(report: dict[str, Any]) -> str:
    """Indented, UTF-8, with a line end; the same report gives the same text."""
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"

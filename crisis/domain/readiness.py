"""Whether the parts of the desk work: a line each, as people and monitors read it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """What was found about one part. ``text`` says what it is, or what to do."""

    part: str
    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether this server can do its work; ``degraded`` names what is down but not needed for that."""

    lines: tuple[Line, ...]
    degraded: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        return all(line.ok for line in self.lines)

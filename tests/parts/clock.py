"""A clock that tests move themselves."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 1, 3, tzinfo=UTC)


class FakeClock:
    """Stands still until it is moved; fits wherever a ``crisis.store.clock.Clock`` is asked for."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        """The instant it was moved to: aware, UTC."""
        return self._now

    def advance(self, step: timedelta | None = None, **parts: float) -> datetime:
        """Move on by a timedelta, or by its parts: ``clock.advance(minutes=5)``; the new instant."""
        self._now += step if step is not None else timedelta(**parts)
        return self._now

    def set(self, instant: datetime) -> datetime:
        """Move to an instant, backwards too; the new instant."""
        self._now = instant.astimezone(UTC)
        return self._now

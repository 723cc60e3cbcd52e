"""Receipts of providers over HTTP: one adapter a provider, each knows its form and its signature, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crisis.config import Settings
from crisis.domain.receipt import Receipt
from crisis.notify.receipts import signed, twilio


@dataclass(frozen=True, slots=True)
class Request:
    """What was posted: ``url`` as the provider called it, headers by lower-case name, the body as it came."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class Adapter(Protocol):
    """One provider."""

    def keys(self, settings: Settings, /) -> tuple[str, ...]:
        """The keys that its signature may be made with; none: it is not in use here."""
        ...

    def is_signed(self, request: Request, keys: tuple[str, ...], *, now: datetime) -> bool:
        """Whether one of the keys signed this very request; in constant time, and before anything else is read."""
        ...

    def read(self, request: Request) -> Receipt | None:
        """What it says; ``None`` where that is nothing about a message.

        Raises:
            ValueError: it is not of the form that the provider has.
        """
        ...


ADAPTERS: Mapping[str, Adapter] = {"twilio": twilio, "signed": signed}  # modules with these three functions

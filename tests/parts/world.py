"""A running desk with a small fictional registry, a mail server and a webhook receiver beside it."""

import contextlib
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from crisis.notify import links
from tests.parts import samples
from tests.parts.mail_sink import MailSink, Received
from tests.parts.running import SECRET, Reply, Running, until_true
from tests.parts.visitor import Visitor
from tests.parts.webhook_sink import WebhookSink

# Pixelly has two contacts, Bücherkanal an IDN, Hookline a webhook, Callme a phone only; Frohsinn reads German.
REGISTRY = (Path(__file__).parent / "registry.csv").read_text(encoding="utf-8")


@dataclass
class World:
    """What a test of the whole works with."""

    desk: Running
    mail: MailSink
    hooks: WebhookSink
    token: str

    def registry(self) -> str:
        return REGISTRY.replace("{hook}", self.hooks.url("/crisis"))

    def declare(self, **parts: Any) -> dict[str, Any]:
        """The answer to a declaration of now.

        Raises:
            AssertionError: it was not taken.
        """
        reply = self.try_to_declare(**parts)
        assert reply.status == 201, reply.text
        found: dict[str, Any] = reply.json
        return found

    def try_to_declare(self, **parts: Any) -> Reply:
        minute_ago = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = samples.declaration(**{"occurred_at": minute_ago, **parts})
        return self.desk.post("/api/v1/incidents", body, token=self.token)

    def notices(self, ref: str) -> dict[str, dict[str, Any]]:
        """The notices of an incident by the platform's id."""
        found = self.desk.pages(f"/api/v1/incidents/{ref}/notices", token=self.token)
        return {one["platform"]["id"]: one for one in found}

    def alerts(self, ref: str) -> list[dict[str, Any]]:
        return self.desk.pages(f"/api/v1/incidents/{ref}/alerts", token=self.token)

    def events(self, ref: str) -> list[dict[str, Any]]:
        return self.desk.pages(f"/api/v1/incidents/{ref}/events", token=self.token)

    def mails(self, ref: str, recipient: str, *, count: int = 1, seconds: float = 20) -> list[Received]:
        """The messages of one incident to one address, once there are ``count`` of them."""
        until = time.monotonic() + seconds
        while True:
            found = [one for one in self.mail.to(recipient) if one.message["X-Crisis-Ref"] == ref]
            if len(found) >= count:
                return found
            assert time.monotonic() < until, f"{len(found)} of {count} messages of {ref} to {recipient}"
            time.sleep(0.05)

    def ended(self, ref: str, *, seconds: float = 30) -> dict[str, Any]:
        """The only alert of an incident once it was accepted or has failed."""

        def only() -> dict[str, Any] | None:
            (alert,) = self.alerts(ref)
            return alert if alert["state"] in {"accepted", "failed"} else None

        found: dict[str, Any] = until_true(only, seconds=seconds, what=f"the alert of {ref} has not ended")
        return found

    def webhook_secret(self) -> str:
        """What the receiver of the only webhook verifies with; the registry's page shows it to the registrar."""
        with contextlib.closing(sqlite3.connect(self.desk.data / "crisis.sqlite")) as connection:
            ((endpoint, generation),) = connection.execute(
                "SELECT id, secret_generation FROM endpoint WHERE channel = 'webhook'"
            )
        return links.webhook_secret(SECRET, UUID(endpoint), generation)

    def visitor(self) -> Visitor:
        return Visitor(self.desk.url)

    def officer(self) -> Visitor:
        """A visitor who is logged in; one officer serves all."""
        if not hasattr(self, "_credentials"):
            self._credentials = self.desk.officer()
        visitor = self.visitor()
        visitor.log_in(*self._credentials)
        return visitor


@contextlib.contextmanager
def running(database_url: str = "", **settings: str) -> Iterator[World]:
    """A world that lives as long as the block; at its end, nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="crisis-desk-"))  # short: the broker's socket is inside
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        mail = stack.enter_context(MailSink())
        hooks = stack.enter_context(WebhookSink())
        settings = {"outbound_allow": "127.0.0.1", **settings}
        desk = Running(folder, smtp_url=mail.url, database_url=database_url, **settings)
        stack.callback(desk.destroy)
        desk.start()
        world = World(desk, mail, hooks, desk.token("incidents:read", "incidents:write", "registry:write"))
        path = folder / "registry.csv"
        path.write_text(world.registry(), encoding="utf-8")
        desk.cli("platforms", "import", str(path))
        yield world
        desk.stop()

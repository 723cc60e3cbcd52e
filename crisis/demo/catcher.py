"""The mail catcher: takes every mail on loopback, keeps it on disk, and passes nothing on."""

import argparse
import asyncio
import os
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.smtp import SMTP

from crisis import config
from crisis.demo import cast, mailbox

HOST = "127.0.0.1"  # never another: nobody else may use it, and it has no way out

_PRUNE_EVERY = 500  # mails


class Catcher:
    """What the SMTP server asks: whether a recipient exists, and what to do with a mail."""

    def __init__(self, box: mailbox.Mailbox) -> None:
        self._box = box
        self._refused: Counter[str] = Counter()
        self._caught = 0

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Some mailboxes of the cast do not exist, or only at the second try, so that failures can be seen."""
        manner = cast.mail_of(address)
        if manner is cast.Mail.UNKNOWN:
            return "550 5.1.1 No such mailbox"
        if manner is cast.Mail.BUSY and self._refused[address] == 0:
            self._refused[address] += 1
            return "451 4.7.1 Try again a little later"
        self._refused[address] = 0
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        for recipient in envelope.rcpt_tos:
            self._box.put(
                envelope.original_content, recipient=recipient, sender=envelope.mail_from or "", now=datetime.now(UTC)
            )
        self._caught += 1
        if self._caught % _PRUNE_EVERY == 0:
            self._box.prune()
        return "250 2.0.0 Caught"


async def serve(box: mailbox.Mailbox, port: int) -> asyncio.Server:
    """A catcher that listens on loopback; port 0 lets the kernel choose."""
    loop = asyncio.get_running_loop()
    catcher = Catcher(box)

    def session() -> SMTP:
        return SMTP(catcher, hostname="catcher.example", ident="mail catcher", enable_SMTPUTF8=True, loop=loop)

    return await loop.create_server(session, HOST, port)


async def _run(port: int) -> None:
    box = mailbox.of(config.load())
    box.prune()
    server = await serve(box, port)
    await server.serve_forever()


def main() -> None:
    """Catch until this process ends, or its parent does."""
    parser = argparse.ArgumentParser(prog="crisis.demo.catcher", description="The demo's mail catcher.")
    parser.add_argument("--smtp-port", type=int, required=True)
    os.umask(0o077)  # even made-up mails hold links that work
    asyncio.run(_run(parser.parse_args().smtp_port))


if __name__ == "__main__":
    main()

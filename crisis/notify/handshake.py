"""Opening a connection to the mail host: greeting, TLS, log-in; credentials never leave without TLS."""

import asyncio
import base64
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any

from crisis.domain import alert
from crisis.notify import smtp
from crisis.notify.connection import Connection
from crisis.notify.smtp import MailHost, Refused, Reply, Verdict
from crisis.notify.transit import Offer, Office

_NO_LOG_IN = "The mail host takes no log-in. Leave user and password out of CRISIS_SMTP_URL."
_NO_WAY_IN = "The mail host takes no log-in by PLAIN or LOGIN, and this desk knows no other."
_NO_TLS = "The mail host offers no TLS. If that is meant, add ?tls=none to CRISIS_SMTP_URL."
_NO_TLS_FOR_USER = "The mail host offers no TLS, and credentials never go without it. Use smtps:// in CRISIS_SMTP_URL."

#: What EHLO offered: the name in capitals, and what stands behind it.
_Extensions = dict[str, str]


async def opened(
    host: MailHost,
    office: Office,
    *,
    greeting: str,
    tls: Callable[[], ssl.SSLContext],
    most_mails: int,
    rest_seconds: float,
) -> Connection:
    """A connection that is ready for mails.

    Args:
        greeting: the name of this host, said in EHLO.
        tls: makes the context; called only where it is needed.
        rest_seconds: without a mail, after which it may end.

    Raises:
        Refused: there is none to be had now; it says why.
    """
    connection = Connection(office)
    try:
        async with asyncio.timeout(2 * smtp.TIMEOUT_SECONDS):
            await _connect(host, connection, tls)
            offer = await _greet(host, connection, greeting, tls)
        connection.begin(offer, most_mails=most_mails, rest_seconds=rest_seconds)
    except (OSError, smtp.Unreadable) as error:  # a time-out and a fault of TLS are OSErrors too
        connection.abort()
        raise Refused(smtp.fault(error)) from None
    except BaseException:
        connection.abort()
        raise
    return connection


async def _connect(host: MailHost, connection: Connection, tls: Callable[[], ssl.SSLContext]) -> None:
    """To the first address of the host that answers; one that swallows everything leaves time for the others."""
    loop = asyncio.get_running_loop()
    addresses = [str(entry[4][0]) for entry in await _resolved(host)]
    for place, address in enumerate(addresses, start=1):
        opening = loop.create_connection(
            lambda: connection,
            address,
            host.port,
            ssl=tls() if host.implicit_tls else None,
            server_hostname=host.host if host.implicit_tls else None,
            ssl_handshake_timeout=smtp.TIMEOUT_SECONDS if host.implicit_tls else None,
        )
        try:
            await asyncio.wait_for(opening, smtp.TIMEOUT_SECONDS / len(addresses))
            break
        except ssl.SSLError:
            raise
        except OSError:
            if place == len(addresses):
                raise
    _expect(await connection.heard(), 220)


async def _resolved(host: MailHost) -> Sequence[tuple[Any, ...]]:
    resolving = asyncio.get_running_loop().getaddrinfo(host.host, host.port, type=socket.SOCK_STREAM)
    return await asyncio.wait_for(resolving, smtp.TIMEOUT_SECONDS)


async def _greet(host: MailHost, connection: Connection, greeting: str, tls: Callable[[], ssl.SSLContext]) -> Offer:
    offered = await _ehlo(connection, greeting)
    secure = host.implicit_tls
    if not secure and not host.plain and "STARTTLS" in offered:
        _expect(await connection.ask(b"STARTTLS"), 220)
        await connection.start_tls(tls(), host=host.host)
        secure = True
        offered = await _ehlo(connection, greeting)  # what was said before TLS may have been said by anybody
    if not secure and (host.user or not (host.plain or host.is_loopback)):
        raise _impossible(_NO_TLS_FOR_USER if host.user else _NO_TLS)
    if host.user:
        await _log_in(host, connection, offered)
    return Offer(
        pipelining="PIPELINING" in offered,
        chunking="CHUNKING" in offered,
        smtputf8="SMTPUTF8" in offered,
        eightbitmime="8BITMIME" in offered,
    )


async def _ehlo(connection: Connection, greeting: str) -> _Extensions:
    code, text = await connection.ask(f"EHLO {greeting}".encode("ascii"))
    if 500 <= code < 600:
        _expect(await connection.ask(f"HELO {greeting}".encode("ascii")), 250)
        return {}
    _expect((code, text), 250)
    lines = text.decode("ascii", "replace").upper().replace("AUTH=", "AUTH ").split("\n")[1:]
    extensions: _Extensions = {}
    for line in lines:
        name, _, rest = line.partition(" ")
        extensions[name] = f"{extensions.get(name, '')} {rest}"
    return extensions


async def _log_in(host: MailHost, connection: Connection, offered: _Extensions) -> None:
    """*Source:* RFC 4954 (AUTH), RFC 4616 (PLAIN); LOGIN is what some hosts have instead."""
    if "AUTH" not in offered:
        raise _impossible(_NO_LOG_IN)
    ways = offered["AUTH"].split()
    user, password = host.user.encode(), host.password.encode()
    if "PLAIN" in ways:
        _expect(await connection.ask(b"AUTH PLAIN " + base64.b64encode(b"\0%b\0%b" % (user, password))), 235)
    elif "LOGIN" in ways:
        _expect(await connection.ask(b"AUTH LOGIN"), 334)
        _expect(await connection.ask(base64.b64encode(user)), 334)
        _expect(await connection.ask(base64.b64encode(password)), 235)
    else:
        raise _impossible(_NO_WAY_IN)


def _expect(reply: Reply, code: int) -> None:
    if reply[0] == code:
        return
    verdict = smtp.said(*reply)
    if verdict.outcome is alert.Outcome.ACCEPTED:  # another 2xx, which means nothing here
        verdict = Verdict(alert.Outcome.TEMPORARY, verdict.detail, reply[0])
    raise Refused(verdict)


def _impossible(text: str) -> Refused:
    return Refused(Verdict(alert.Outcome.PERMANENT, text))

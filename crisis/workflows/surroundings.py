"""Check what surrounds the desk: mail host, public address, and the key that signs."""

import smtplib
import socket
import ssl
from ipaddress import ip_address
from urllib.parse import urlsplit

from crisis import config, errors
from crisis.domain.readiness import Line
from crisis.notify import mailbox as mailboxes

_MAIL_SECONDS = 5.0
_KEY_CHARACTERS = 32


def mail(settings: config.Settings) -> Line:
    """Whether the mail host answers EHLO; nothing is sent."""
    if not settings.smtp_url:
        return Line("mail", False, "no CRISIS_SMTP_URL: every mail alert fails at once")
    parts = urlsplit(settings.smtp_url)
    host = parts.hostname or ""
    try:
        client: smtplib.SMTP
        if parts.scheme == "smtps":
            context = ssl.create_default_context()
            client = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_MAIL_SECONDS, context=context)
        else:
            client = smtplib.SMTP(host, parts.port or 25, timeout=_MAIL_SECONDS)
        with client:
            code, _ = client.ehlo()
    except (OSError, smtplib.SMTPException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return Line("mail", False, f"{host} does not answer ({reason}): look at CRISIS_SMTP_URL")
    if code != 250:  # Source: RFC 5321, 4.1.1.1
        return Line("mail", False, f"{host} refuses EHLO with {code}: ask its operator")
    return Line("mail", True, f"{host} answers")


def mailbox(settings: config.Settings) -> Line:
    """Whether the mailbox can be read; nothing in it is touched. What waits for long is read by nobody."""
    try:
        with mailboxes.opened(settings.imap_url) as box:
            waiting = len(box.waiting())
    except errors.Unavailable as away:
        return Line("mailbox", False, str(away))
    return Line("mailbox", True, f"read; {waiting} waiting" if waiting else "read; nothing waits")


def public_address(settings: config.Settings) -> Line:
    """Whether the links in alerts lead to a place that others reach, safely."""
    parts = urlsplit(settings.public_url)
    host = parts.hostname or ""
    if _is_loopback(host):
        return Line("public address", True, f"{settings.public_url}: only this host reaches it; set CRISIS_PUBLIC_URL")
    if parts.scheme != "https":
        advice = "put a TLS proxy in front and set CRISIS_PUBLIC_URL to https://…"
        return Line("public address", False, f"{settings.public_url} is not https, so log-ins can be read: {advice}")
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return Line("public address", False, f"{host} has no address: look at CRISIS_PUBLIC_URL and the DNS")
    return Line("public address", True, settings.public_url)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def secret_key(settings: config.Settings) -> Line:
    """Whether the key that signs links and sessions is long enough to be guessed by nobody."""
    if len(settings.secret_key) < _KEY_CHARACTERS:
        return Line("secret key", False, f"shorter than {_KEY_CHARACTERS} characters: set a longer CRISIS_SECRET_KEY")
    return Line("secret key", True, "long enough")

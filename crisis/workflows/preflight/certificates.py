"""Certificates of the public address and of the mail host: valid for whom, and for how long."""

import smtplib
import socket
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from crisis.config import Settings
from crisis.domain.readiness import Line
from crisis.notify import addresses

_SECONDS = 5.0
_RENEW = timedelta(days=14)  # renewal that works by itself happens a month before the end


def public(settings: Settings, *, now: datetime) -> Line:
    """The certificate of the address in alerts."""
    part, parts = "certificate", urlsplit(settings.public_url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        if addresses.is_loopback(host):
            return Line(part, True, f"{settings.public_url} is this host itself: none is needed")
        return Line(part, False, f"{settings.public_url} is not https: put a TLS proxy in front")
    try:
        with (
            socket.create_connection((host, parts.port or 443), timeout=_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            return _judged(part, host, secure.getpeercert(), now=now)
    except OSError as error:
        return Line(part, False, f"{host}: {_reason(error)}")


def mail(settings: Settings, *, now: datetime) -> Line:
    """The certificate of the mail host, also where TLS begins within the dialogue."""
    part, parts = "mail certificate", urlsplit(settings.smtp_url)
    host = parts.hostname or ""
    if not settings.smtp_url:
        return Line(part, False, "no CRISIS_SMTP_URL: no mail leaves")
    context = ssl.create_default_context()
    try:
        client: smtplib.SMTP
        if parts.scheme == "smtps":
            client = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_SECONDS, context=context)
        else:
            client = smtplib.SMTP(host, parts.port or 25, timeout=_SECONDS)
        with client:
            client.ehlo()
            if parts.scheme == "smtp":
                if addresses.is_loopback(host) or "tls=none" in parts.query:
                    return Line(part, True, f"{host} is used without TLS, as configured or on this host")
                if not client.has_extn("starttls"):
                    return Line(part, False, f"{host} offers no TLS: anybody between can read alerts; ask its operator")
                client.starttls(context=context)
            secure = client.sock
            found = secure.getpeercert() if isinstance(secure, ssl.SSLSocket) else None
            return _judged(part, host, found, now=now)
    except (OSError, smtplib.SMTPException) as error:
        return Line(part, False, f"{host}: {_reason(error)}")


def _judged(part: str, host: str, certificate: Any, *, now: datetime) -> Line:
    if not certificate:
        return Line(part, False, f"{host} shows none")
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    left = ends - now
    text = f"{host}: {left.days} days left, until {ends:%Y-%m-%d}"
    if left < _RENEW:
        return Line(part, False, f"{text}: renew it")
    return Line(part, True, text)


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate refused ({error.verify_message}): renew or correct it"
    return f"no TLS connection ({getattr(error, 'strerror', None) or type(error).__name__})"

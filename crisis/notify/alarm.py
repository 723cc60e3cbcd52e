"""Alarms to operators by ways that use nothing of the desk: a command, or mail through another host."""

import logging
import shlex
import smtplib
import ssl
import subprocess
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from crisis.config import Settings
from crisis.notify import addresses

_log = logging.getLogger(__name__)

_COMMAND_SECONDS = 20.0
_MAIL_SECONDS = 10.0  # for each step; the watchdog of the metronome waits longer


def is_set(settings: Settings) -> bool:
    """Whether anybody would hear."""
    return not settings.demo and bool(settings.alarm_command or (settings.alarm_smtp_url and settings.alarm_to))


def tell(subject: str, text: str, settings: Settings) -> bool:
    """Tell the operators by every way that is set; whether one of them worked.

    The demo tells nobody: nothing leaves its host.
    """
    told = False
    if settings.demo:
        return told
    if settings.alarm_command:
        told = _run(settings.alarm_command, f"{subject}\n\n{text}\n") or told
    if settings.alarm_smtp_url and settings.alarm_to:
        told = _mail(subject, text, settings) or told
    return told


def _run(command: str, text: str) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
            shlex.split(command),
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_COMMAND_SECONDS,
            check=False,
            start_new_session=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        _log.warning("alarm.command_failed", extra={"error": type(error).__name__})
        return False
    if done.returncode:
        _log.warning("alarm.command_failed", extra={"error": f"exit {done.returncode}"})
    return done.returncode == 0


def _mail(subject: str, text: str, settings: Settings) -> bool:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = settings.mail_from
    message["To"] = ", ".join(settings.alarm_to)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        with _connected(settings.alarm_smtp_url) as client:
            client.send_message(message)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        _log.warning("alarm.mail_failed", extra={"error": type(error).__name__})
        return False
    return True


def _connected(url: str) -> smtplib.SMTP:
    """A connection with TLS where it is offered; credentials never leave without it, but to this host itself.

    Raises:
        SMTPException: the host refuses, or would see credentials in plain text.
    """
    parts = urlsplit(url)
    host, context = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_MAIL_SECONDS, context=context)
        safe = True
    else:
        client = smtplib.SMTP(host, parts.port or 25, timeout=_MAIL_SECONDS)
        safe = addresses.is_loopback(host)
        client.ehlo()
        if "tls=none" not in parts.query and client.has_extn("starttls"):
            client.starttls(context=context)
            safe = True
    if parts.username:
        if not safe:
            client.close()
            raise smtplib.SMTPNotSupportedError("no TLS, so no credentials")
        client.login(unquote(parts.username), unquote(parts.password or ""))
    return client

"""What the host itself must have: disk, file descriptors, and the right time."""

import http.client
import resource
import shutil
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from crisis.config import Settings
from crisis.domain.readiness import Line

_SECONDS = 5.0
_FREE_BYTES = 1 << 30
_FREE_PART = 0.05
_CLOCK_SECONDS = 2.0
_DATE_SECONDS = 5.0  # the header has whole seconds, and the way there takes some
_SPARE_DESCRIPTORS = 256  # database, broker, log files, webhooks


def disk(settings: Settings) -> Line:
    """Room where the data is."""
    folder = settings.data_dir.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = Path(folder.parent)
    total, _, free = shutil.disk_usage(folder)
    text = f"{free / (1 << 30):.1f} GiB free of {total / (1 << 30):.1f} at {settings.data_dir}"
    if not settings.is_sqlite:
        text += "; look at the database's own host as well"
    if free < _FREE_BYTES or free < total * _FREE_PART:
        return Line("disk", False, f"{text}: make room")
    return Line("disk", True, text)


def descriptors(settings: Settings) -> Line:
    """How many files and connections a process may hold; a service may have a limit of its own."""
    needed = settings.smtp_connections + 2 * settings.web_threads + _SPARE_DESCRIPTORS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    shown = "no limit" if soft == resource.RLIM_INFINITY else str(soft)
    if soft != resource.RLIM_INFINITY and soft < needed:
        return Line(
            "descriptors", False, f"{shown} of about {needed} needed: raise `ulimit -n`, LimitNOFILE in systemd"
        )
    return Line("descriptors", True, f"{shown}, about {needed} needed")


def database_clock(now: datetime, *, host_now: datetime) -> Line:
    """This host's clock against the desk's, which every deadline follows."""
    apart = abs((host_now - now).total_seconds())
    if apart > _CLOCK_SECONDS:
        return Line("clock", False, f"{apart:.1f} s from the database's: run chrony or ntpd on both")
    return Line("clock", True, f"{apart * 1000:.0f} ms from the database's")


def public_clock(settings: Settings, *, host_now: datetime) -> Iterator[Line]:
    """Whether the public address answers, and with the right time; a proxy is often another host."""
    parts = urlsplit(settings.public_url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        connection.request("HEAD", f"{parts.path}/healthz", headers={"Connection": "close"})
        answer = connection.getresponse()
        date = answer.headers.get("Date")
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        yield Line(
            "public address", False, f"{settings.public_url} does not answer ({reason}): look at the proxy and the DNS"
        )
        return
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        yield Line("public address", False, f"{settings.public_url} answers {answer.status}: look at the proxy")
        return
    yield Line("public address", True, f"{settings.public_url} answers")
    try:
        apart = abs((parsedate_to_datetime(date or "") - host_now).total_seconds())
    except (TypeError, ValueError):
        return
    if apart > _DATE_SECONDS:
        yield Line("clock outside", False, f"{apart:.0f} s from that of the public address: run chrony or ntpd on both")
    else:
        yield Line("clock outside", True, "agrees with that of the public address")

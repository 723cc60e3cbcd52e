"""A simulated contact at the answer page: reads it, waits as a person does, and sends its forms."""

import csv
import http.client
import io
import math
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from crisis.demo.cast import Act, Do

#: A page that is answered sooner was answered by a machine; the desk says so and does not believe it.
READING_SECONDS = 2.3

_TIMEOUT_SECONDS = 20.0
_SIGNED = re.compile(r'name="form" value="([^"]+)"')
_OVER = ("This incident was stood down", "The desk has taken this request back")
_BOUNDARY = "-- a simulated contact --"


class NothingToDo(Exception):
    """The link opens nothing any more, or nothing more is asked."""


@dataclass(frozen=True)
class Visitor:
    """Somebody with the link of one alert. ``link`` is on the public address of the desk, and nowhere else."""

    link: str
    name: str

    def do(self, act: Act) -> None:
        """Visit once.

        Raises:
            NothingToDo: no further visit is of use.
            OSError: the desk can't be reached now.
        """
        signed = self._open()
        match act.do:
            case Do.OPEN:
                return
            case Do.HURRY:
                self._answer(act, signed)
            case Do.ANSWER:
                time.sleep(READING_SECONDS)
                self._answer(act, signed)
            case Do.REPORT:
                time.sleep(READING_SECONDS)
                self._report(act, signed)

    def _open(self) -> str:
        page = self._ask("GET", {}).decode("utf-8", "replace")
        found = _SIGNED.search(page)
        if found is None or any(text in page for text in _OVER):
            raise NothingToDo
        return found.group(1)

    def _answer(self, act: Act, signed: str) -> None:
        fields = {
            "form": signed,
            "name": self.name,
            "answer": act.answer,
            "case_number": act.case_number,
            "note": act.note,
            "reason": act.reason,
            "better": act.better,
            "happened_at": _happened(act),
        }
        self._post(urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def _report(self, act: Act, signed: str) -> None:
        """Take the list as a file, fill in what has no outcome yet, and hand it in."""
        own = {"form": signed, "name": self.name}
        listed = self._post(urlencode({**own, "csv": "1"}).encode(), "application/x-www-form-urlencoded")
        rows = list(csv.DictReader(io.StringIO(listed.decode("utf-8-sig"), newline="")))
        fields = {**own, "outcomes": "1"}
        if act.found and any(not row["url"] for row in rows):
            fields |= {"cannot": "1"} if act.found == "cannot" else {"found": act.found}
        told = _filled_in(rows, act)
        if told or "found" in fields or "cannot" in fields:
            self._post(*_multipart(fields, told))

    def _post(self, body: bytes, kind: str) -> bytes:
        return self._ask("POST", {"Content-Type": kind, "Origin": _origin(self.link)}, body)

    def _ask(self, method: str, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
        parts = urlsplit(self.link)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
        try:
            # in English, so that a machine can read it; a redirect is not followed
            connection.request(method, f"{parts.path}?lang=en", body, dict(headers))
            answer = connection.getresponse()
            content = answer.read()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from None
        finally:
            connection.close()
        if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise OSError(f"the desk answered {answer.status}")
        if answer.status != http.HTTPStatus.OK:
            raise NothingToDo
        return content


def _filled_in(rows: Sequence[Mapping[str, str]], act: Act) -> str:
    """The file to hand in; empty where there is nothing to tell."""
    waiting = [row for row in rows if row["url"] and not row["outcome"]]
    chosen = waiting[: math.ceil(len(waiting) * act.share)] if act.outcomes else []
    if not chosen:
        return ""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("id", "outcome", "happened_at"))
    for number, row in enumerate(chosen):
        writer.writerow((row["id"], act.outcomes[number % len(act.outcomes)], _happened(act)))
    return out.getvalue()


def _happened(act: Act) -> str:
    if act.ago is None:
        return ""
    return (datetime.now(UTC) - timedelta(seconds=act.ago)).strftime("%Y-%m-%d %H:%M:%S UTC")


def _multipart(fields: Mapping[str, str], file: str) -> tuple[bytes, str]:
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    if file:
        head = 'Content-Disposition: form-data; name="results"; filename="list.csv"\r\nContent-Type: text/csv'
        parts.append(f"{head}\r\n\r\n{file}")
    lines = "".join(f"--{_BOUNDARY}\r\n{part}\r\n" for part in parts)
    return f"{lines}--{_BOUNDARY}--\r\n".encode(), f'multipart/form-data; boundary="{_BOUNDARY}"'


def _origin(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.scheme}://{parts.netloc}"

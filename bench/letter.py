"""The mail of the baselines: as large as the desk's own, with a signed link for each recipient."""

import base64
import hashlib
import hmac
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from html import escape

SENDER = "alerts@desk.example"
_KEY = b"a key for measurements only"
_SUBJECT = "[TLP:AMBER] [INC-2026-0007] EXERCISE: 1 address on your service"
_LINES = """\
EXERCISE EXERCISE EXERCISE. This is not a real alert.

To {name}, of the platform {platform}.

The crisis desk asks you to look at addresses on your service. They are said to show one incident, and to be spread
by those who made it. Please decide under your own rules and law. This is a request; it is not a removal order.

What we ask for, by 14:05 UTC:
- look at every address in the list behind the link;
- say what you decided for each, or that you need more time;
- tell us whom to write to if you are not the right person.

The list and the form are here; the link is yours, please do not pass it on:

{link}

No answer needs a log-in. If the page does not open, call +32 2 555 01 99, answered day and night.

Who asks: Crisis desk of the tests, for the authority that declared the incident.
What TLP:AMBER means: share it within your organisation only, with those who need to know it.

If the exercise disturbs real work, say so by answering this mail, and we leave you out of it.
"""
_TERM = """
{number}. The address of an item is behind the link and nowhere in this mail, so that the mail can be passed on to the
person who is on duty without passing on what it is about. Every outcome is noted with the time at which you say that
it happened and with the time at which we learnt of it; nothing that you send is ever erased, a later answer is put
beside the one before it.
"""
_TEXT = _LINES + "".join(_TERM.replace("{number}", str(number)) for number in range(1, 10))


def link(number: int) -> str:
    """The link of one recipient: an HMAC of 128 bits, as the desk's links are."""
    digest = hmac.digest(_KEY, f"ack|v1|{number}".encode(), hashlib.sha256)[:16]
    return f"https://desk.example/a/{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def text(name: str, platform: str, address: str) -> str:
    return _TEXT.format(name=name, platform=platform, link=address)


def html(name: str, platform: str, address: str) -> str:
    filled = _TEXT.format(name=escape(name), platform=escape(platform), link=f'<a href="{address}">{address}</a>')
    return f"<!doctype html><html lang=en><body><p>{filled.replace(chr(10), '<br>')}</p></body></html>\n"


def build(to: str, name: str, platform: str, address: str) -> EmailMessage:
    """The mail as most programs make it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, to, _SUBJECT
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="desk.example")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text(name, platform, address))
    message.add_alternative(html(name, platform, address), subtype="html")
    return message


class Template:
    """The mail encoded once, with the values put in as bytes."""

    def __init__(self) -> None:
        marks = ("to@template.example", "NAMEMARK", "PLATFORMMARK", "LINKMARK")
        made = build(*marks)
        del made["Message-ID"]
        made["Message-ID"] = "<IDMARK@desk.example>"
        self._bytes = made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        self._marks = [mark.encode() for mark in (*marks, "IDMARK")]

    def fill(self, to: str, name: str, platform: str, address: str, *, number: str) -> bytes:
        made = self._bytes
        for mark, value in zip(self._marks, (to, name, platform, address, number), strict=True):
            made = made.replace(mark, value.encode())
        return made

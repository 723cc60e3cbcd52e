"""Twilio: text messages by its own form, because Apprise gives no id of the message and asks for no receipts.

An address is Apprise's, with one number: ``twilio://ACCOUNT:TOKEN@FROM/TO``; FROM is a number, a short
code or a messaging service. *Source:* Twilio's Messages resource (2010-04-01); stored copies of its pages.
"""

import base64
import json
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, quote_plus, unquote, urlsplit

from crisis import errors
from crisis.config import Settings
from crisis.domain import alert
from crisis.notify import addresses, posting, resolving
from crisis.notify.lanes import Said
from crisis.notify.sender import Envelope

SERVICE = "twilio"
CALLBACK = "/callbacks/twilio"  # below the public address; where Twilio tells what became of a message

_API = "https://api.twilio.com"
_TIMEOUT_SECONDS = 8.0
_LONGEST = 1600  # signs that Twilio takes
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{1,32}")
_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_SENDER = re.compile(r"\+?[0-9]{3,15}|MG[0-9a-fA-F]{1,32}")
_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{1,32}")
_UNREADABLE = "This is no address of Twilio. Write it like twilio://ACCOUNT:TOKEN@+3225550100/+3225550199, one number."


@dataclass(frozen=True, slots=True)
class Account:
    """What an address says; ``sender`` and ``to`` are numbers as Twilio wants them."""

    sid: str
    user: str  # the account itself, or a key of it
    password: str
    sender: str
    to: str


def read(address: str) -> Account:
    """The parts of an address.

    Raises:
        InvalidInput: it has others; the text does not repeat it.
    """
    try:
        parts = urlsplit(address)
        sid, token = unquote(parts.username or ""), unquote(parts.password or "")
        key = parse_qs(parts.query).get("apikey", [""])[0]
    except ValueError:
        raise errors.InvalidInput(_UNREADABLE) from None
    sender = unquote(parts.netloc.rpartition("@")[2])
    [to, *others] = [unquote(one) for one in parts.path.split("/") if one] or [""]
    good = _ACCOUNT.fullmatch(sid) and token and _SENDER.fullmatch(sender) and _NUMBER.fullmatch(to) and not others
    if not good:
        raise errors.InvalidInput(_UNREADABLE)
    return Account(sid, key or sid, token, _as_number(sender), _as_number(to))


class Twilio:
    """Sends on the event loop of the senders, one message a request.

    Args:
        confined: send nothing, because the demo reaches no service.
        api: where the service is.
    """

    def __init__(self, settings: Settings, *, confined: bool, api: str | None = None) -> None:
        self._settings = settings
        self._confined = confined
        self._api = api or _API
        self._poster = posting.Poster(self._checked, ssl.create_default_context, resolving.resolve)

    async def close(self) -> None:
        await self._poster.close()

    async def send(self, address: str, envelope: Envelope) -> Said:
        """How Twilio took it; its id of the message is the one that its receipts name."""
        if self._confined:
            return Said(alert.Outcome.PERMANENT, "The demo sends to its own host only.")
        try:
            account = read(address)
            url = f"{self._api}/2010-04-01/Accounts/{account.sid}/Messages.json"
            answer = await self._poster.post(
                url, _headers(account), self._form(account, envelope), seconds=_TIMEOUT_SECONDS
            )
        except errors.InvalidInput as error:
            return Said(alert.Outcome.PERMANENT, str(error))
        except posting.NotReached as error:
            return Said(alert.Outcome.TEMPORARY, str(error))
        except posting.NoAnswer as error:
            return Said(alert.Outcome.UNKNOWN, str(error), sent=True)
        return _said(answer.status, answer.body)

    def _form(self, account: Account, envelope: Envelope) -> bytes:
        text = "\n".join(part for part in (envelope.subject, envelope.payload.decode()) if part)
        sender = "MessagingServiceSid" if account.sender.startswith("MG") else "From"
        fields = {sender: account.sender, "To": account.to, "Body": text[:_LONGEST]}
        if self._settings.public_url.startswith("https://"):
            fields["StatusCallback"] = self._settings.public_url + CALLBACK
        return "&".join(f"{name}={quote_plus(value)}" for name, value in fields.items()).encode("ascii")

    def _checked(self, url: str, found: Sequence[str]) -> addresses.PinnedTarget:
        return addresses.check_destination(
            url,
            allowed_networks=self._settings.allowed_networks,
            allowed_hosts=self._settings.allowed_hosts,
            resolve=lambda _host: found,
        )


def _headers(account: Account) -> dict[str, str]:
    credentials = base64.b64encode(f"{account.user}:{account.password}".encode()).decode()
    return {"Authorization": f"Basic {credentials}", "Content-Type": "application/x-www-form-urlencoded"}


def _said(status: int, body: bytes) -> Said:
    """Its text may repeat numbers, so only its code is kept."""
    try:
        told = json.loads(body)
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}
    if 200 <= status < 300:
        sid = str(told.get("sid", ""))
        known = sid if _SID.fullmatch(sid) else ""
        return Said(alert.Outcome.ACCEPTED, "Twilio took the message.", sent=True, code=status, remote_id=known)
    number = told.get("code")
    detail = f"Twilio refused: {status}" + (f", its error {number}." if isinstance(number, int) else ".")
    again = status in (408, 425, 429) or status >= 500
    outcome = alert.Outcome.TEMPORARY if again else alert.Outcome.PERMANENT
    return Said(outcome, detail, sent=True, code=status)


def _as_number(text: str) -> str:
    """Apprise's addresses leave the plus out."""
    return text if text.startswith(("+", "MG")) or len(text) < 7 else f"+{text}"

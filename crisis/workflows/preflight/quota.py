"""What is left at a provider that says so; most do not."""

import base64
import http.client
import json
from urllib.parse import urlsplit

from crisis import errors
from crisis.config import Settings
from crisis.domain.readiness import Line
from crisis.notify import twilio

_API = "https://api.twilio.com"
_SECONDS = 5.0
_MOST_READ = 16 * 1024  # bytes
_LOW = 10.0  # in the account's own currency: about a hundred messages


def line(settings: Settings) -> Line:
    """The balance of the Twilio account that CRISIS_CANARY_APPRISE names; other channels offer none."""
    if settings.demo or not settings.canary_apprise.startswith(f"{twilio.SERVICE}://"):
        return Line("quota", True, "not offered by the channels in use: look at the provider's own page")
    try:
        account = twilio.read(settings.canary_apprise)
        balance, currency = _balance(account)
    except errors.InvalidInput as error:
        return Line("quota", False, str(error))
    except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
        reason = str(error) if isinstance(error, _Refused) else type(error).__name__
        return Line("quota", False, f"Twilio does not say its balance ({reason}): look at the account and its token")
    text = f"Twilio: {balance:.2f} {currency} left"
    return Line("quota", balance >= _LOW, text if balance >= _LOW else f"{text}: top it up")


class _Refused(ValueError):
    """It answered, but with another status than 200."""


def _balance(account: twilio.Account) -> tuple[float, str]:
    """*Source:* Twilio's Balance resource (2010-04-01): amount as text, and its currency."""
    parts = urlsplit(_API)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    token = base64.b64encode(f"{account.user}:{account.password}".encode()).decode()
    try:
        path = f"/2010-04-01/Accounts/{account.sid}/Balance.json"
        connection.request("GET", path, headers={"Authorization": f"Basic {token}", "Connection": "close"})
        answer = connection.getresponse()
        if answer.status != http.HTTPStatus.OK:
            raise _Refused(f"it answered {answer.status}")
        found = json.loads(answer.read(_MOST_READ))
        return float(found["balance"]), str(found["currency"])[:3]
    finally:
        connection.close()

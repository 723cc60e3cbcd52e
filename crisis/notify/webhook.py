"""The webhook sender: one signed POST to an address that was checked, over connections pinned to it.

*Source:* Standard Webhooks 1.0.0 for headers and signature.
"""

import asyncio
import base64
import concurrent.futures
import functools
import hashlib
import hmac
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crisis import errors
from crisis.config import Settings
from crisis.domain import alert, pace, provider
from crisis.notify import addresses, http_answer, lanes, loop, posting, resolving
from crisis.notify.lanes import Said
from crisis.notify.sender import Envelope, Results

_TIMEOUT_SECONDS = 5.0  # for the whole attempt
_CONFINED = "The demo posts to its own simulated platforms only."


@dataclass(frozen=True, slots=True)
class Exchange:
    """The headers of ours that say something, what came of it, and the body of the answer."""

    headers: Mapping[str, str]
    said: Said
    body: bytes = b""


class Sender:
    """Posts each alert once; never follows a redirect.

    Args:
        confined: connect to this machine only; by default what ``settings.demo`` says.
        demo_webhook_base: where a confined sender posts everything, with the address that was meant
            in the header ``X-Crisis-Original-Url``; without it only addresses of this machine are posted to.
        part: which of the processes that share what a host takes.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        confined: bool | None = None,
        demo_webhook_base: str | None = None,
        part: pace.Part = pace.WHOLE,
    ) -> None:
        self._settings = settings
        self._confined = settings.demo if confined is None else confined
        self._demo_base = demo_webhook_base
        self._limit = functools.cache(lambda name: pace.share(settings.pace.for_provider(name), part))
        self._poster = posting.Poster(self._checked, _tls, _this_machine if self._confined else resolving.resolve)
        self._lanes = lanes.Lanes(self._attempt, limit=self._limit)

    def room(self, provider: str) -> int:
        """How many more POSTs to this host would not have to wait for long."""
        return self._lanes.room(provider)

    def submit(self, envelopes: Sequence[Envelope], into: Results) -> None:
        """One result for each POST, as they end."""
        self._lanes.submit(envelopes, into)

    def close(self) -> None:
        self._lanes.close(after=self._poster.close)

    def exchange(self, envelope: Envelope) -> Exchange:
        """One POST at once, waited for; for somebody who looks at it."""
        done: concurrent.futures.Future[Exchange] = concurrent.futures.Future()

        async def post() -> None:
            try:
                done.set_result(await self._exchange(envelope))
            except Exception as error:  # a door: it is raised where somebody waits
                done.set_exception(error)

        def begin() -> None:
            self._looked_at = asyncio.get_running_loop().create_task(post())

        loop.run_soon(begin)
        return done.result(2 * _TIMEOUT_SECONDS)

    async def _attempt(self, envelope: Envelope) -> Said:
        return (await self._exchange(envelope)).said

    async def _exchange(self, envelope: Envelope) -> Exchange:
        message_id = str(envelope.alert_id)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(envelope.started_at.timestamp())),
            "webhook-signature": sign(envelope.secrets, message_id, envelope.started_at, envelope.payload),
        }
        if self._confined and self._demo_base is not None:
            headers["X-Crisis-Original-Url"] = envelope.address
        name = envelope.provider or provider.of(envelope.channel, envelope.address)
        try:
            answer = await self._poster.post(
                self._url(envelope), headers, envelope.payload, seconds=_TIMEOUT_SECONDS, batch=self._limit(name).batch
            )
        except errors.InvalidInput as error:
            return Exchange(headers, Said(alert.Outcome.PERMANENT, str(error)))
        except posting.NotReached as error:
            return Exchange(headers, Said(alert.Outcome.TEMPORARY, str(error)))
        except posting.NoAnswer as error:
            return Exchange(headers, Said(alert.Outcome.UNKNOWN, str(error), sent=True))
        return Exchange(headers, said(answer), answer.body)

    def _url(self, envelope: Envelope) -> str:
        return self._demo_base or envelope.address if self._confined else envelope.address

    def _checked(self, url: str, found: Sequence[str]) -> addresses.PinnedTarget:
        if self._confined:
            return addresses.loopback_destination(url, refusal=_CONFINED)
        return addresses.check_destination(
            url,
            allowed_networks=self._settings.allowed_networks,
            allowed_hosts=self._settings.allowed_hosts,
            resolve=lambda _host: found,
        )


async def _this_machine(host: str) -> list[str]:
    """Nothing is asked of a resolver.

    Raises:
        InvalidInput: it is another machine.
    """
    url = f"http://[{host}]/" if ":" in host else f"http://{host}/"
    return [addresses.loopback_destination(url, refusal=_CONFINED).ip]


def sign(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> str:
    """The signatures of a message, one for each secret that the receiver may verify with."""
    start = f"{message_id}.{int(at.timestamp())}.".encode()
    signatures = []
    for secret in secrets:
        digest = _keyed(secret).copy()
        digest.update(start)
        digest.update(body)
        signatures.append(f"v1,{base64.b64encode(digest.digest()).decode()}")
    return " ".join(signatures)


def said(answer: http_answer.Answer) -> Said:
    """What the status of an answer means for the alert."""
    status = answer.status
    printable = "".join(sign for sign in f"{status} {answer.reason}"[:100] if sign.isprintable()).strip()
    if len(answer.body) >= http_answer.MOST_READ:
        printable += ". Of its long answer 64 KiB were read"
    if 200 <= status < 300:
        return Said(alert.Outcome.ACCEPTED, printable, sent=True, code=status)
    if 300 <= status < 400:
        text = f"{printable}. Redirects are not followed; correct the address."
        return Said(alert.Outcome.PERMANENT, text, sent=True, code=status)
    if status == 410:
        text = f"{printable}. The receiver has ended this webhook."
        return Said(alert.Outcome.PERMANENT, text, sent=True, code=status, retire=True)
    again = status in (408, 425, 429) or status >= 500
    outcome = alert.Outcome.TEMPORARY if again else alert.Outcome.PERMANENT
    return Said(outcome, printable, sent=True, code=status)


@functools.lru_cache(maxsize=16384)
def _keyed(secret: str) -> hmac.HMAC:
    return hmac.new(base64.b64decode(secret.removeprefix("whsec_")), digestmod=hashlib.sha256)


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()

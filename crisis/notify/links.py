"""Links in alerts: opaque tokens, derived again from the key whenever the same link is sent once more.

*Source:* reliability notes, section 5: 128 bits, 22 signs, only the SHA-256 of a token is stored.
"""

import base64
import functools
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS = [left + right for left in _SIGNS for right in _SIGNS]
_TWO_PAIRS = len(_PAIRS) ** 2
_BLOCK = 64  # bytes, of SHA-256
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def token(secret: str, link_id: UUID, generation: int) -> str:
    """The 22 signs ``[0-9A-Za-z]`` of a link; the same for the same arguments, on every host."""
    return _sign(secret, _link(link_id, generation))


def token_hash(token: str) -> str:
    """The SHA-256 by which a token is looked up, hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(secret: str, link_id: UUID, generation: int) -> str:
    """What to store for a new link."""
    return token_hash(token(secret, link_id, generation))


def fingerprint_with(secret: str) -> Callable[[UUID, int], str]:
    """``fingerprint`` for one key, for those who have no business with the key itself; made for thousands."""
    sign = _signer(secret)

    def of(link_id: UUID, generation: int) -> str:
        return hashlib.sha256(sign(_link(link_id, generation)).encode()).hexdigest()

    return of


def address(public_url: str, token: str) -> str:
    """The link itself."""
    return f"{public_url}/a/{token}"


def sign_form(secret: str, link_id: UUID, at: datetime) -> str:
    """The hidden field of a form that was shown for the link at ``at`` (UTC)."""
    millis = (at - _EPOCH) // timedelta(milliseconds=1)
    return f"{millis}.{_sign(secret, f'form|v1|{link_id.hex}|{millis}')}"


def read_form(secret: str, link_id: UUID, field: str) -> datetime | None:
    """When the form with this field was shown (UTC); ``None`` if the field is not ours or is of another link."""
    millis, _, signature = field.partition(".")
    if not (millis.isascii() and millis.isdecimal() and len(millis) <= 14 and signature.isascii()):
        return None
    if not hmac.compare_digest(signature, _sign(secret, f"form|v1|{link_id.hex}|{int(millis)}")):
        return None
    return _EPOCH + timedelta(milliseconds=int(millis))


def webhook_secret(secret: str, endpoint_id: UUID, generation: int) -> str:
    """The key that a webhook's receiver verifies with; a higher generation replaces it.

    *Source:* Standard Webhooks 1.0.0: ``whsec_`` and 24 to 64 bytes in base64.
    """
    key = hmac.digest(secret.encode(), f"webhook|v1|{endpoint_id.hex}|{generation}".encode(), "sha256")
    return f"whsec_{base64.b64encode(key).decode()}"


def _link(link_id: UUID, generation: int) -> str:
    return f"ack|v1|{link_id.int.to_bytes(16).hex()}|{generation}"


def _sign(secret: str, message: str) -> str:
    return _signer(secret)(message)


@functools.lru_cache(maxsize=4)
def _signer(secret: str) -> Callable[[str], str]:
    """HMAC-SHA256 with the key's two blocks hashed once: a third of the time of a new one for each message.

    *Source:* RFC 2104, section 2.
    """
    key = secret.encode()
    key = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in key)) for pad in (0x36, 0x5C))

    def sign(message: str) -> str:
        inside = inner.copy()
        inside.update(message.encode())
        whole = outer.copy()
        whole.update(inside.digest())
        return _signs(int.from_bytes(whole.digest()[:16]))

    return sign


def _signs(number: int) -> str:
    """128 bits as 22 signs, most significant first; cut first into numbers with which it is quick to reckon."""
    above, fifth = divmod(number, _TWO_PAIRS)
    above, fourth = divmod(above, _TWO_PAIRS)
    above, third = divmod(above, _TWO_PAIRS)
    above, second = divmod(above, _TWO_PAIRS)
    above, first = divmod(above, _TWO_PAIRS)
    pairs, base = _PAIRS, len(_PAIRS)
    return (
        f"{pairs[above]}{pairs[first // base]}{pairs[first % base]}{pairs[second // base]}{pairs[second % base]}"
        f"{pairs[third // base]}{pairs[third % base]}{pairs[fourth // base]}{pairs[fourth % base]}"
        f"{pairs[fifth // base]}{pairs[fifth % base]}"
    )

"""Sealing: addresses that are secrets themselves, kept so that the database alone gives nobody away.

AES-256-GCM; what may be seen without the key (``domain/sealed.py``) is authenticated with the rest, so
that no part of one sealed address fits another. *Source:* reliability notes, section 7.4.
"""

import base64
import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crisis.domain import sealed

_NONCE_BYTES = 12


class Unopened(Exception):
    """The key that it was sealed with is not among ours, or it was changed; the text says which key that was."""


@dataclass(frozen=True, slots=True)
class _Key:
    name: str
    cipher: AESGCM
    index: bytes


class Vault:
    """Seals with the first of its keys and opens with any of them.

    Args:
        keys: texts of any length; encryption keys are derived from them.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [_derived(key) for key in keys]

    def seal(self, address: str, owner: UUID) -> str:
        """The address of the endpoint ``owner``, sealed; another text each time."""
        key = self._keys[0]
        service = address.partition("://")[0].lower()
        head = f"{sealed.MARK}{key.name}:{service}:{owner.hex}:"
        nonce = os.urandom(_NONCE_BYTES)
        box = nonce + key.cipher.encrypt(nonce, address.encode(), head.encode())
        return head + base64.urlsafe_b64encode(box).decode()

    def open(self, address: str) -> str:
        """The address as it was given; one that is not sealed is given back.

        Raises:
            Unopened: set CRISIS_SEALING_KEY to the key that it was sealed with, behind the one in use.
        """
        if not sealed.is_sealed(address):
            return address
        head, _, body = address.rpartition(":")
        name = address.split(":", 2)[1]
        for key in self._keys:
            if key.name == name:
                try:
                    box = base64.urlsafe_b64decode(body)
                    return key.cipher.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], f"{head}:".encode()).decode()
                except (InvalidTag, ValueError):
                    break
        raise Unopened(f"The address was sealed with the key {name[:16]}, or was changed. Look at CRISIS_SEALING_KEY.")

    def index(self, address: str) -> str:
        """By what an address is found again without being opened; for the key in use."""
        return _indexed(self._keys[0], address)

    def indexed(self, address: str) -> frozenset[str]:
        """The same for every key that may have been in use when it was sealed."""
        return frozenset(_indexed(key, address) for key in self._keys)


@functools.lru_cache(maxsize=8)
def _derived(key: str) -> _Key:
    return _Key(
        name=_expand(key, "name", 4).hex(),
        cipher=AESGCM(_expand(key, "aes-256-gcm", 32)),
        index=_expand(key, "index", 32),
    )


def _expand(key: str, purpose: str, length: int) -> bytes:
    info = f"crisis|sealing|v1|{purpose}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=info).derive(key.encode())


def _indexed(key: _Key, address: str) -> str:
    mac = hmac.HMAC(key.index, hashes.SHA256())
    mac.update(address.encode())
    return mac.finalize()[:16].hex()

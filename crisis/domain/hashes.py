"""Hashes of content: SHA-256, MD5 and PDQ, told apart by length and prefix."""

import re
from dataclasses import dataclass
from enum import StrEnum

from crisis import errors


class Algorithm(StrEnum):
    """In falling order of strength as a name of one file; PDQ is perceptual, many files share one."""

    SHA256 = "sha256"
    PDQ = "pdq"
    MD5 = "md5"


#: Hexadecimal digits. *Source:* FIPS 180-4, RFC 1321, ThreatExchange PDQ (256 bit).
LENGTH: dict[Algorithm, int] = {Algorithm.SHA256: 64, Algorithm.PDQ: 64, Algorithm.MD5: 32}

_PREFIXED = re.compile(r"(sha-?256|md5|pdq)\s*[:=]\s*(.*)", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hash:
    """One hash; ``value`` is lower case hexadecimal."""

    algorithm: Algorithm
    value: str

    @property
    def key(self) -> str:
        """``sha256:9f86…``: what names an item that has no address."""
        return f"{self.algorithm.value}:{self.value}"


def parse(text: str) -> Hash:
    """The hash in ``text``: 64 digits are SHA-256, 32 are MD5; PDQ needs its prefix, ``pdq:…``.

    Raises:
        InvalidInput: the text is no hash; the reason says which lengths are valid.
    """
    text = text.strip()
    if match := _PREFIXED.fullmatch(text):
        algorithm = Algorithm(match[1].lower().replace("-", ""))
        return Hash(algorithm, check(algorithm, match[2]))
    value = text.lower()
    if not _HEX.fullmatch(value):
        raise errors.InvalidInput("A hash is written in the digits 0-9 and a-f.")
    if len(value) == LENGTH[Algorithm.SHA256]:
        return Hash(Algorithm.SHA256, value)
    if len(value) == LENGTH[Algorithm.MD5]:
        return Hash(Algorithm.MD5, value)
    raise errors.InvalidInput(
        f"A hash of {len(value)} digits is none we know: SHA-256 has 64, MD5 has 32, PDQ has 64 after “pdq:”."
    )


def check(algorithm: Algorithm, text: str) -> str:
    """The value of a hash whose algorithm is known, in lower case.

    Raises:
        InvalidInput: other characters than hexadecimal digits, or another length than the algorithm's.
    """
    value = text.strip().lower()
    if not _HEX.fullmatch(value):
        raise errors.InvalidInput(f"A hash ({algorithm.value}) is written in the digits 0-9 and a-f.")
    if len(value) != LENGTH[algorithm]:
        raise errors.InvalidInput(f"{algorithm.value} has {LENGTH[algorithm]} digits, this one has {len(value)}.")
    return value

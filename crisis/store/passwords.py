"""Passwords: argon2id hashes as Flask-Security reads them, and what a password must be."""

import unicodedata

import argon2

from crisis import errors

SHORTEST = 12  # characters. *Source:* OWASP ASVS 5.0, 6.2.1 asks for 8 and recommends 15
LONGEST = 200  # hashing is slow on purpose; a megabyte of password would be an attack

_hasher = argon2.PasswordHasher()


def hash_of(password: str, *, field: str = "password") -> str:
    """The hash to store.

    Raises:
        InvalidInput: too short, too long, or one character repeated; the text says what to do.
    """
    if len(password) < SHORTEST:
        raise _refused(field, f"Use at least {SHORTEST} characters; a sentence is good.")
    if len(password) > LONGEST:
        raise _refused(field, f"Use at most {LONGEST} characters.")
    if len(set(password)) < 5:
        raise _refused(field, "Use more different characters; a sentence is good.")
    return _hasher.hash(normal(password))


def normal(password: str) -> str:
    """One form for the same characters typed on different keyboards. *Source:* NIST SP 800-63B, 5.1.1.2."""
    return unicodedata.normalize("NFKD", password)


def _refused(field: str, text: str) -> errors.InvalidInput:
    return errors.InvalidInput(text, fields={field: text})

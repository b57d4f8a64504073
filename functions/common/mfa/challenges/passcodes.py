"""Draws passcodes and prefixes, computes their MAC, and reads what people type."""

import hashlib
import hmac
import re
from collections.abc import Sequence

from msgspec import Struct

from mfa.challenges.budgets import RandomBelow
from mfa.errors import InvalidRequest
from mfa.pasted import plain

# Consonants only, so that no prefix spells a word. Letters that look like another character are left out.
PREFIX_ALPHABET = "BCDFGHJKMNPQRSTVWXZ"
PREFIX_LENGTH = 4
TYPED_LENGTH = 64

# The code with or without letters before it. ASCII only: `\d` matches any script's digits.
_TYPED = re.compile(r"[A-Za-z]{0,4}([0-9]{4,10})")


def draw(length: int, random_below: RandomBelow) -> str:
    """`length` random digits, leading zeros included."""
    return f"{random_below(10**length):0{length}d}"


def draw_prefix(random_below: RandomBelow) -> str:
    """Four random consonants."""
    return "".join(PREFIX_ALPHABET[random_below(len(PREFIX_ALPHABET))] for _ in range(PREFIX_LENGTH))


def normalise(typed: str) -> str | None:
    """The digits in what a person typed or pasted (`XYWD-581883`, `581 883.`), or None if it cannot be a passcode."""
    if len(typed) > TYPED_LENGTH:
        return None
    match = _TYPED.fullmatch(plain(typed))
    return match[1] if match else None


def typed_digits(typed: str) -> str:
    """The digits in what a person typed. Raises InvalidRequest, naming `code`, if it cannot be a passcode."""
    digits = normalise(typed)
    if digits is None:
        raise InvalidRequest("code", "must be the digits of the message, with or without the letters before them")
    return digits


class SendIdentity(Struct, frozen=True):
    """The send that a passcode belongs to: whose challenge it is, the challenge, the send, and the digest of an action."""

    login_name: str
    challenge_id: str
    send_id: str
    digest: str = ""


def mac(key: bytes, send: SendIdentity, digits: str) -> bytes:
    """HMAC-SHA-256 (RFC 2104) over user, challenge, send and digits, and over the action that they approve, if any.

    Each part is preceded by its length, so that no two different lists of parts are the same message.
    """
    texts = ["passcode", send.login_name, send.challenge_id, send.send_id, digits]
    parts = [part.encode() for part in (*texts, *filter(None, [send.digest]))]
    return hmac.digest(key, b"".join(len(part).to_bytes(4) + part for part in parts), hashlib.sha256)


def matches(keys: Sequence[bytes], expected: bytes, send: SendIdentity, digits: str) -> bool:
    """Whether the digits are the ones that were sent, under the current or the previous key, in constant time."""
    found = False
    for key in keys:
        found |= hmac.compare_digest(mac(key, send, digits), expected)
    return found

"""The `ref` of a vendor's callback: the receipt of the send itself, with a tag over it.

So a send writes nothing for its callbacks, and a callback reads nothing. Twilio signs the URL that the `ref` is in, and IAM
stands for AWS's. The tag keeps those who hold the vendor's credentials from making receipts of sends that never were.
"""

import hashlib
import hmac
from typing import Any

import msgspec

from mfa.challenges.sends import Receipt
from mfa.tokens import base64url
from mfa.tokens.hmac_keys import HmacKeys

# Carriers report for up to two days.
RECEIPT_SECONDS = 3 * 86400
# A receipt of the longest login name has fewer characters.
REF_LENGTH = 1024
_PURPOSE = "receipt"
_TAG_BYTES = 16
_FIELDS = Receipt.__struct_fields__


def ref_of(keys: HmacKeys, receipt: Receipt) -> str:
    """The text that names the send in the vendor's callbacks: base64url of a MessagePack array and its tag."""
    content = msgspec.msgpack.encode([getattr(receipt, name) for name in _FIELDS])
    return base64url.encode(content + _tag(keys.signing(_PURPOSE), content))


def read_ref(keys: HmacKeys, ref: str, now: float) -> Receipt | None:
    """The receipt, or None where nobody of us has made this text, or too long ago."""
    if len(ref) > REF_LENGTH:
        return None
    try:
        raw = base64url.decode(ref)
    except ValueError:
        return None
    content, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
    if not any(hmac.compare_digest(_tag(key, content), tag) for key in keys.accepted(_PURPOSE)):
        return None
    values: list[Any] = msgspec.msgpack.decode(content)
    if len(values) != len(_FIELDS):  # another version made it
        return None
    receipt = msgspec.convert(dict(zip(_FIELDS, values, strict=True)), Receipt)
    return receipt if now < receipt.sent_at + RECEIPT_SECONDS else None


def _tag(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, hashlib.sha256)[:_TAG_BYTES]

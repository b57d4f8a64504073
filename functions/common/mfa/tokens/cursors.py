"""Cursors: opaque, authenticated positions in a list. A cursor is valid for the list that it came from."""

import hashlib
import json
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from mfa.errors import InvalidRequest
from mfa.tokens.base64url import has_one_spelling
from mfa.tokens.hmac_keys import HmacKeys


def write(keys: HmacKeys, filters: list[Any], place: list[str]) -> str:
    """The cursor of this place in the list that these filters make."""
    return str(_serializer([keys.signing("cursor")], filters).dumps(place))


def read(keys: HmacKeys, filters: list[Any], text: str) -> list[str]:
    """The place. Raises InvalidRequest for a cursor that was changed, or is another list's."""
    if not has_one_spelling(text):
        raise InvalidRequest("cursor", "is not one of this list")
    try:
        place: list[str] = _serializer(keys.accepted("cursor")[::-1], filters).loads(text)
    except (BadData, ValueError) as error:
        raise InvalidRequest("cursor", "is not one of this list") from error
    return place


def _serializer(keys: list[bytes], filters: list[Any]) -> URLSafeSerializer:
    salt = hashlib.sha256(json.dumps(filters).encode()).digest()
    return URLSafeSerializer(keys, salt=salt, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256})

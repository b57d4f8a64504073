"""base64url without padding (RFC 7515, 2), in its one spelling.

Python's decoders drop padding, foreign characters and spare bits. A signature would then have many spellings, and one token
could be made into others of it that say the same and compare unequal.
"""

import base64


def encode(data: bytes) -> str:
    """The text of these bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes of a text that `encode` made. Raises ValueError for every other text."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(data) != text:
        raise ValueError("not base64url in its one spelling")
    return data


def has_one_spelling(token: str) -> bool:
    """Whether what follows the last dot, the signature, is in its one spelling. The signature covers the rest as text."""
    try:
        decode(token.rpartition(".")[2])
    except ValueError:
        return False
    return True

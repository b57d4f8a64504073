"""The public keys of access tokens: elliptic curve keys on P-256."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mfa.tokens import base64url
from mfa.tokens.access_tokens import Jwk


def public_key_of(der: bytes) -> EllipticCurvePublicKey:
    """The key in a SubjectPublicKeyInfo. Raises ValueError for another kind of key."""
    key = load_der_public_key(der)
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("not a key on P-256")
    return key


def jwk_of(key_id: str, key: EllipticCurvePublicKey) -> Jwk:
    """The key as the JWKS lists it (RFC 7518, 6.2.1)."""
    numbers = key.public_numbers()
    x, y = (base64url.encode(n.to_bytes(32)) for n in (numbers.x, numbers.y))
    return Jwk(kid=key_id, x=x, y=y)


def is_signed(message: bytes, signature: bytes, key: EllipticCurvePublicKey) -> bool:
    """Whether the private key to this one made the signature, in the 64 bytes of RFC 7518, 3.4."""
    if len(signature) != 64:
        return False
    dss = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    try:
        key.verify(dss, message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True

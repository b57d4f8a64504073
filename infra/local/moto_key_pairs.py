"""KMS's GenerateDataKeyPairWithoutPlaintext for moto, which lacks it."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from moto.kms.exceptions import ValidationException
from moto.kms.responses import KmsResponse


def install() -> None:
    """Teach moto the operation, for the one kind of pair that the product asks for."""
    KmsResponse.generate_data_key_pair_without_plaintext = _generate  # type: ignore[attr-defined]


def _generate(response: Any) -> str:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPairWithoutPlaintext.html"""
    key_id, spec = response._get_param("KeyId"), response._get_param("KeyPairSpec")
    response._validate_key_id(key_id)
    if spec != "ECC_NIST_P256":
        raise ValidationException(f"KeyPairSpec {spec} is not known here")
    private = ec.generate_private_key(ec.SECP256R1())
    secret = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    encrypted, arn = response.kms_backend.encrypt(key_id, secret, response._get_param("EncryptionContext", {}))
    return json.dumps(
        {
            "KeyId": arn,
            "KeyPairSpec": spec,
            "PrivateKeyCiphertextBlob": base64.b64encode(encrypted).decode(),
            "PublicKey": base64.b64encode(public).decode(),
        }
    )

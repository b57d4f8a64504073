"""Access tokens that verify_code signs itself: the pair is made, published and opened, and a switch ends no session."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterator
from typing import Any

import boto3
import jwt
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from infra.local.permissions import Role
from infra.local.policies import Ask
from infra.local.template import read_template
from mfa.aws.connections import Reply, Send
from mfa.aws.process_signer import PUBLISHED_SECONDS
from mfa.store import records
from mfa.tokens.access_tokens import signature
from mfa.tokens.key_pairs import CertifiedKey, statement
from tests import moto_line, people
from tests.api.stack import ISSUER, ROOT, Stack, role_of
from tests.api.test_attacks import denied, taken_over
from tests.api.test_rotation_signing import Deployment, key_id, kid


def deployed(stack: Stack, signing: str, order: str = "first") -> Deployment:
    domain = ISSUER.removeprefix("https://")
    parameters = {"DomainName": domain, "Signing": signing, "SigningOrder": order}
    return Deployment(stack, read_template(ROOT / "template.yaml", parameters))


@pytest.fixture(autouse=True)
def without_pairs(stack: Stack) -> Iterator[None]:
    yield
    forget_pairs(stack)


def forget_pairs(stack: Stack) -> None:
    for partition in (records.CERTIFIED_KEYS, records.PRIVATE_KEYS):
        for name in ("first", "second"):
            try:
                stack.table.delete_item(Key={"pk": partition, "sk": key_id(f"{name}")})
            except ClientError:  # no second key
                continue


def later(stack: Stack, seconds: float = PUBLISHED_SECONDS, name: str = "first") -> None:
    """So much time passes for the pair."""
    key = {"pk": records.CERTIFIED_KEYS, "sk": key_id(name)}
    at = stack.table.get_item(Key=key)["Item"]["published_at"]
    stack.table.update_item(
        Key=key,
        UpdateExpression="SET published_at = :at",
        ExpressionAttributeValues={":at": at - type(at)(str(seconds))},
    )


def of_pair(deployment: Deployment, name: str = "first") -> str:
    """The `kid` of the pair, which the JWKS lists after the keys of KMS."""
    kids = [key["kid"] for key in deployment.published()]
    [found] = [each for each in kids if each not in {key_id(name)}]
    return found


def signed_by_pair(stack: Stack) -> Deployment:
    """A deployment that signs in process, its pair published long enough."""
    deployment = deployed(stack, "process")
    deployment.log_in()
    later(stack)
    deployment.containers.clear()
    return deployment


def test_kms_signs_until_every_application_can_know_the_pair(stack: Stack) -> None:
    deployment = deployed(stack, "process")
    assert [key["kid"] for key in deployment.published()] == [key_id("first")]
    assert kid(deployment.log_in()) == key_id("first")
    deployment.containers.clear()
    pair = of_pair(deployment)
    later(stack, PUBLISHED_SECONDS - 30)
    deployment.containers.clear()
    assert kid(deployment.log_in()) == key_id("first")
    later(stack, 30)
    deployment.containers.clear()
    admin = deployment.log_in()
    assert kid(admin) == pair
    assert deployment.administers(admin) == "200"
    keys = jwt.PyJWKSet.from_dict({"keys": deployment.published()})
    claims = jwt.decode(admin.token, keys[pair], algorithms=["ES256"], audience=ISSUER)
    assert claims["sub"] == admin.name
    assert jwt.get_unverified_header(admin.token) | {"kid": ""} == {"alg": "ES256", "typ": "at+jwt", "kid": ""}


@pytest.mark.parametrize("signings", [*itertools.permutations(("kms", "process"))], ids=" to ".join)
def test_a_switch_ends_no_session_while_old_and_new_containers_answer(stack: Stack, signings: tuple[str, str]) -> None:
    signed_by_pair(stack)
    old, new = (deployed(stack, each) for each in signings)
    for one, other in itertools.permutations((old, new)):
        admin = one.log_in()
        assert (kid(admin) == key_id("first")) == (
            one.template.functions["VerifyCodeFunction"].environment["SIGNING"] == "kms"
        )
        assert other.administers(admin) == "200"
        assert kid(admin) in [key["kid"] for key in other.published()]


def test_a_role_that_goes_back_to_kms_before_the_containers_do_refuses_nobody(stack: Stack) -> None:
    old, new = signed_by_pair(stack), deployed(stack, "kms")
    functions = {
        name: dataclasses.replace(function, statements=new.template.functions[name].statements)
        for name, function in old.template.functions.items()
    }
    meanwhile = Deployment(stack, dataclasses.replace(old.template, functions=functions))
    admin = meanwhile.log_in()
    assert kid(admin) == key_id("first")
    assert meanwhile.administers(admin) == "200"


class Calls:
    """The requests of verify_code to KMS."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.found: list[str] = []

    def __enter__(self) -> list[str]:
        self.stack.guard.seen = self.see
        return self.found

    def see(self, _role: Role, ask: Ask) -> None:
        if ask.action.startswith("kms:"):
            self.found.append(ask.action.removeprefix("kms:"))

    def __exit__(self, *_error: object) -> None:
        self.stack.guard.seen = lambda _role, _ask: None


def test_a_container_decrypts_once_and_asks_kms_for_no_signature(stack: Stack) -> None:
    deployment = signed_by_pair(stack)
    person = people.add(stack, mfa=False, phones=0)
    with Calls(stack) as calls, deployment.answering():
        for _ in range(5):
            assert person.login().status == 200
    assert calls == ["GetPublicKey", "Decrypt"]
    with Calls(stack) as calls, deployed(stack, "kms").answering():
        for _ in range(5):
            assert person.login().status == 200
    assert calls == ["GetPublicKey", *["Sign"] * 5]


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "KMSInternalException", "DisabledException", "InvalidCiphertextException"]
)
def test_nobody_signs_if_kms_does_not_decrypt(stack: Stack, code: str) -> None:
    deployment = signed_by_pair(stack)
    person = people.add(stack, mfa=False, phones=0)

    def failing(send: Send) -> Send:
        def answer(method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
            if headers.get("x-amz-target") == "TrentService.Decrypt":
                return Reply(400, {}, json.dumps({"__type": code}).encode())
            return send(method, url, headers, body)

        return answer

    with moto_line.answering(failing), deployment.answering():
        assert person.login().code == "temporarily_unavailable"
    deployment.containers.clear()
    with deployment.answering():
        assert person.login().status == 200


def attack(stack: Stack, **attributes: Any) -> None:
    """Somebody who may write to the table changes the public key's item."""
    stack.table.update_item(
        Key={"pk": records.CERTIFIED_KEYS, "sk": key_id("first")},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
        ExpressionAttributeNames={f"#{name}": name for name in attributes},
        ExpressionAttributeValues={f":{name}": value for name, value in attributes.items()},
    )


@pytest.mark.parametrize("certified_by_itself", [False, True])
def test_a_key_that_somebody_wrote_to_the_table_is_neither_accepted_nor_published(
    stack: Stack, certified_by_itself: bool
) -> None:
    deployment = signed_by_pair(stack)
    admin = deployment.log_in()
    own = ec.generate_private_key(ec.SECP256R1())
    public = own.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    changes: dict[str, Any] = {"public": public}
    if certified_by_itself:
        changes["certificate"] = signature(*decode_dss_signature(own.sign(statement(public), ec.ECDSA(SHA256()))))
    attack(stack, **changes)
    deployment.containers.clear()
    own_id = CertifiedKey(certifier="", public=public, certificate=b"", published_at=0).key_id
    claims = jwt.decode(admin.token, options={"verify_signature": False})
    forged = jwt.encode(claims, own, "ES256", {"typ": "at+jwt", "kid": own_id})
    assert [key["kid"] for key in deployment.published()] == [key_id("first")]
    assert deployment.administers(dataclasses.replace(admin, token=forged)) == "invalid_token"
    # And nobody signs: the pair in the table is not ours.
    with deployment.answering():
        assert people.add(stack, mfa=False, phones=0).login().code == "temporarily_unavailable"


@pytest.mark.parametrize(
    "private",
    [
        b"no key",
        ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    ],
    ids=["no key", "of another pair"],
)
def test_another_private_key_signs_nothing(stack: Stack, private: bytes) -> None:
    deployment = signed_by_pair(stack)
    key = {"pk": records.PRIVATE_KEYS, "sk": key_id("first")}
    other = boto3.client("kms").encrypt(
        KeyId="alias/local-mfa-settings",
        Plaintext=private,
        EncryptionContext={"use": "access_tokens", "certifier": key_id("first")},
    )["CiphertextBlob"]
    stack.table.put_item(Item={**key, "encrypted": other})
    with deployment.answering():
        assert people.add(stack, mfa=False, phones=0).login().code == "temporarily_unavailable"


def contexts() -> list[dict[str, str]]:
    right = {"use": "access_tokens", "certifier": key_id("first")}
    return [right, {"setting": "twilio.auth_token"}, right | {"setting": "twilio.auth_token"}, {}]


@pytest.mark.parametrize("function", ["SendCodeFunction", "AdminFunction"])
def test_only_verify_code_can_read_decrypt_or_replace_a_private_key(stack: Stack, function: str) -> None:
    deployment = signed_by_pair(stack)
    encrypted = stack.table.get_item(Key={"pk": records.PRIVATE_KEYS, "sk": key_id("first")})["Item"]["encrypted"].value
    first, tried = key_id("first"), contexts()
    place = records.private_key(first)
    with deployment.answering(), taken_over(stack, function) as intruder:
        with denied():
            intruder.get(place)
        for partition in (records.CERTIFIED_KEYS, records.PRIVATE_KEYS):
            with denied():
                intruder.set((partition, first), "public", b"mine")
            with denied():
                intruder.dynamodb.put_item(
                    TableName=stack.table.name, Item={"pk": {"S": partition}, "sk": {"S": "mine"}}
                )
        for context in tried:
            # Even with the ciphertext from a backup: the role or the encryption context stops it.
            with pytest.raises(ClientError, match=r"AccessDenied|InvalidCiphertext"):
                intruder.kms.decrypt(
                    KeyId="alias/local-mfa-settings", CiphertextBlob=encrypted, EncryptionContext=context
                )
    with deployment.answering(), taken_over(stack, "VerifyCodeFunction") as owner:
        assert owner.kms.decrypt(
            KeyId="alias/local-mfa-settings", CiphertextBlob=encrypted, EncryptionContext=tried[0]
        )["Plaintext"]


def test_with_kms_not_even_verify_code_can(stack: Stack) -> None:
    signed_by_pair(stack)
    place, context = records.private_key(key_id("first")), contexts()[0]
    with deployed(stack, "kms").answering(), taken_over(stack, "VerifyCodeFunction") as owner:
        with denied():
            owner.get(place)
        with denied():
            owner.kms.decrypt(KeyId="alias/local-mfa-settings", CiphertextBlob=b"x", EncryptionContext=context)


@pytest.mark.usefixtures("second_key")
def test_a_rotation_of_the_kms_key_makes_another_pair_and_ends_the_old_one(stack: Stack) -> None:
    orders = ("first", "first,second", "second,first", "second")
    before = signed_by_pair(stack).log_in()
    for order in orders[1:3]:
        deployment = deployed(stack, "process", order)
        assert deployment.administers(before) == "200"
        after = deployment.log_in()
    assert kid(after) == key_id("second")  # KMS's, until the new pair is old enough
    later(stack, name="second")
    last = deployed(stack, "process", "second")
    newest = last.log_in()
    assert kid(newest) not in {kid(before), key_id("second"), key_id("first")}
    assert last.administers(before) == "invalid_token"
    assert [last.administers(each) for each in (after, newest)] == ["200", "200"]


def test_the_role_allows_no_more_than_is_asked_for(stack: Stack) -> None:
    deployment = deployed(stack, "process")
    asked: list[Ask] = []
    role = role_of(deployment.template.functions["VerifyCodeFunction"])
    stack.guard.seen = lambda _role, ask: asked.append(ask)
    try:
        deployment.log_in()
        later(stack)
        deployment.containers.clear()
        deployment.log_in()
    finally:
        stack.guard.seen = lambda _role, _ask: None
    added = [
        each
        for each in role.policy.statements
        if each not in role_of(stack.template.functions["VerifyCodeFunction"]).policy.statements
    ]
    assert len(added) == 3
    for each in added:
        for action in each.actions:
            assert any(ask.action == action and each.covers(ask) for ask in asked), action

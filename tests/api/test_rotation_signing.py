"""The signing key of access tokens is rotated, deployment by deployment, while containers of two deployments run."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import boto3
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from infra.local.template import Template, read_template
from mfa.aws.signer import KmsSigner
from mfa.tokens.access_tokens import has_one_signature
from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import ISSUER, ROOT, Stack

ALIAS = "alias/local-mfa-signing-"
ORDERS = ("first", "first,second", "second,first", "second")


@dataclass
class Deployment:
    """The containers of one deployment of the template."""

    stack: Stack
    template: Template
    containers: dict[str, ModuleType] = field(default_factory=dict)

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch, self.stack.on(self.containers):
            patch.setattr(self.stack, "template", self.template)
            # Loaded containers look for their keys when they need them.
            environment = self.template.functions["VerifyCodeFunction"].environment
            for name in ("SIGNING_ORDER", "SIGNING"):
                patch.setenv(name, environment[name])
            yield

    def log_in(self) -> Administrator:
        with self.answering():
            return administrators.logged_in(self.stack)

    def administers(self, admin: Administrator) -> str:
        with self.answering():
            return admin.ask("GET", "/session").code

    def published(self) -> list[dict[str, str]]:
        with self.answering():
            answer = self.stack.call("GET", "/.well-known/jwks.json")
        found: list[dict[str, str]] = answer.json["keys"]
        return found


def deploy(stack: Stack, order: str) -> Deployment:
    return Deployment(
        stack,
        read_template(ROOT / "template.yaml", {"DomainName": ISSUER.removeprefix("https://"), "SigningOrder": order}),
    )


def kid(admin: Administrator) -> str:
    return str(jwt.get_unverified_header(admin.token)["kid"])


def signed_by_a_stranger(admin: Administrator) -> str:
    claims = jwt.decode(admin.token, options={"verify_signature": False})
    headers = jwt.get_unverified_header(admin.token) | {"kid": "a stranger's"}
    key = ec.generate_private_key(ec.SECP256R1())
    # With the other value of s, a token is refused before its key is looked for.
    tokens = (jwt.encode(claims, key, "ES256", headers) for _ in range(100))
    return next(filter(has_one_signature, tokens))


def key_id(name: str) -> str:
    return str(boto3.client("kms").describe_key(KeyId=f"{ALIAS}{name}")["KeyMetadata"]["KeyId"])


@pytest.mark.usefixtures("second_key")
def test_every_token_stays_valid_before_and_after_each_deployment_of_a_rotation(stack: Stack) -> None:
    deployments = [deploy(stack, order) for order in ORDERS]
    for old, new in itertools.pairwise(deployments):
        # Older and newer containers accept each other's tokens, until the last step.
        signed_by_old, signed_by_new = old.log_in(), new.log_in()
        assert old.administers(signed_by_new) == "200"
        if new is not deployments[-1]:
            assert new.administers(signed_by_old) == "200"
        # An application that has read the keys of either knows the keys of both, with the same exception.
        for admin, deployment in ((signed_by_new, old), (signed_by_new, new), (signed_by_old, old)):
            keys = jwt.PyJWKSet.from_dict({"keys": deployment.published()})
            jwt.decode(admin.token, keys[kid(admin)], algorithms=["ES256"], audience=ISSUER)


@pytest.mark.usefixtures("second_key")
@pytest.mark.parametrize("orders", [*itertools.pairwise([*ORDERS, *ORDERS[-2::-1]])], ids=" to ".join)
def test_a_role_change_before_the_alias_moves_stops_nobody(stack: Stack, orders: tuple[str, str]) -> None:
    """CloudFormation changes the role first; earlier containers continue for the whole rollout."""
    old, new = map(deploy, (stack, stack), orders)
    functions = {
        name: dataclasses.replace(function, statements=new.template.functions[name].statements)
        for name, function in old.template.functions.items()
    }
    meanwhile = Deployment(stack, dataclasses.replace(old.template, functions=functions))
    admin = meanwhile.log_in()
    assert kid(admin) in [key["kid"] for key in meanwhile.published()]
    assert meanwhile.administers(admin) == "200"
    assert meanwhile.administers(dataclasses.replace(admin, token=signed_by_a_stranger(admin))) == "invalid_token"


@pytest.mark.usefixtures("second_key")
@pytest.mark.parametrize("order", ORDERS)
def test_the_key_named_first_signs_and_those_named_are_published(stack: Stack, order: str) -> None:
    deployment = deploy(stack, order)
    named = [key_id(name) for name in order.split(",")]
    assert [key["kid"] for key in deployment.published()] == named
    assert kid(deployment.log_in()) == named[0]


@pytest.mark.usefixtures("second_key")
def test_a_key_that_is_no_longer_named_is_not_accepted(stack: Stack) -> None:
    """Holds after the last step of a rotation, and after a deployment that skips steps to end every token."""
    admin = deploy(stack, "first").log_in()
    after = deploy(stack, "second")
    assert after.administers(admin) == "invalid_token"
    assert after.administers(after.log_in()) == "200"


class CountingKms:
    """A KMS client that records which keys were read."""

    def __init__(self, kms: Any) -> None:
        self.kms = kms
        self.read: list[str] = []

    def get_public_key(self, **request: Any) -> Any:
        self.read.append(request["KeyId"])
        return self.kms.get_public_key(**request)

    def sign(self, **request: Any) -> Any:
        return self.kms.sign(**request)


@pytest.mark.usefixtures("second_key")
def test_signing_reads_one_key_and_foreign_tokens_cause_one_read_of_each(stack: Stack) -> None:
    kms = CountingKms(boto3.client("kms"))
    signer = KmsSigner(kms, [f"{ALIAS}second", f"{ALIAS}first"])
    signer.sign(b"message")
    assert signer.public_key(signer.key_id()) is not None
    assert kms.read == [f"{ALIAS}second"]
    for _ in range(3):
        assert signer.public_key("a stranger's") is None
    assert kms.read == [f"{ALIAS}second", f"{ALIAS}first"]


def test_a_missing_key_is_looked_for_again(stack: Stack, request: pytest.FixtureRequest) -> None:
    deployment = deploy(stack, "first,second")
    with deployment.answering():
        assert stack.call("GET", "/.well-known/jwks.json").code == "temporarily_unavailable"
        assert people.add(stack, mfa=False, phones=0).login().status == 200
    request.getfixturevalue("second_key")
    assert len(deployment.published()) == 2

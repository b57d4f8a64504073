"""A switch to the second region, rehearsed: what is as it was there, and what is lost.

Moto has the regions, the replicas of keys and secrets, and a table in each. Global tables it lacks: `replicate` copies the items,
as DynamoDB does within about a second. What was written after the last copy is what a switch loses.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import jwt
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.kms.models import kms_backends

from infra.local.aws import table_definition
from infra.local.template import Template, read_template
from mfa.aws.process_signer import PUBLISHED_SECONDS
from mfa.store import records
from tests import moto_line, people
from tests.api import administrators
from tests.api.stack import EMAIL_SENDER, ISSUER, ROOT, Stack
from tests.api.test_rotation_signing import Deployment, kid
from tests.people import Person
from tests.product import Answer

FIRST, SECOND = "us-east-1", "eu-west-1"
SETTINGS, SIGNING = "alias/local-mfa-settings", "alias/local-mfa-signing-first"
SECRETS = ("hmac", "tokens", "factors")


def client(service: str, region: str) -> Any:
    return boto3.client(service, region_name=region)  # type: ignore[call-overload]  # the service is a variable here


@dataclass
class Region:
    """The stack in one region, with its own containers."""

    name: str
    deployment: Deployment

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_DEFAULT_REGION", self.name)
            patch.setenv("AWS_REGION", self.name)
            moto_line.forget()
            try:
                with self.deployment.answering():
                    yield
            finally:
                moto_line.forget()

    def verify(self, person: Person, code: str | None = None) -> Answer:
        with self.answering():
            return person.verify(code)

    @property
    def table(self) -> Any:
        return boto3.resource("dynamodb", region_name=self.name).Table("local-mfa")

    def challenge(self, person: Person) -> dict[str, Any]:
        key = dict(zip(("pk", "sk"), records.challenge_key(person.name), strict=True))
        item: dict[str, Any] = self.table.get_item(Key=key).get("Item", {})
        return item


@dataclass
class Regions:
    first: Region
    second: Region

    def replicate(self, source: Region | None = None, target: Region | None = None) -> None:
        """All writes so far have arrived in the other region. The last writer wins: one region writes at a time."""
        source, target = source or self.first, target or self.second
        items = {(item["pk"], item["sk"]): item for item in _scan(source.table)}
        with target.table.batch_writer() as batch:
            for item in _scan(target.table):
                if (item["pk"], item["sk"]) not in items:
                    batch.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
            for item in items.values():
                batch.put_item(Item=item)

    def signing(self, where: str) -> Regions:
        """The same regions with new containers, and this value of Signing."""
        return Regions(
            *(
                Region(each.name, Deployment(each.deployment.stack, template(each.name, where)))
                for each in (self.first, self.second)
            )
        )


def _scan(table: Any) -> Iterator[dict[str, Any]]:
    page = table.scan(ConsistentRead=True)
    yield from page["Items"]
    while "LastEvaluatedKey" in page:
        page = table.scan(ConsistentRead=True, ExclusiveStartKey=page["LastEvaluatedKey"])
        yield from page["Items"]


def template(region: str, signing: str = "kms") -> Template:
    """The template with the parameters of the runbook. The second region makes no table, secret or key."""
    parameters = {"DomainName": ISSUER.removeprefix("https://"), "Signing": signing}
    if region == SECOND:
        kms = client("kms", SECOND)
        ids = {alias: kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"] for alias in (SETTINGS, SIGNING)}
        # AWS's id of a multi-Region key has no hyphen but the first.
        ids[SIGNING] = "mrk-" + ids[SIGNING].removeprefix("mrk-").replace("-", "")
        parameters |= {
            **dict.fromkeys(
                ("ExistingTable", "ExistingHmacSecret", "ExistingTokenSecret", "ExistingFactorSecret"), "yes"
            ),
            "ExistingSettingsKey": ids[SETTINGS],
            "ExistingSigningKey": ids[SIGNING],
        }
    return read_template(ROOT / "template.yaml", parameters)


@pytest.fixture(scope="module")
def prepared(shared_stack: Stack) -> Iterator[Stack]:
    """Both regions as the runbook prepares them: keys, secrets, table, public URL."""
    stack = shared_stack
    kms = client("kms", FIRST)
    old = kms.describe_key(KeyId=SIGNING)["KeyMetadata"]["KeyId"]
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY", MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName=SIGNING, TargetKeyId=key)
    # Moto's replica shares the aliases of its key. At AWS each region has its own: the template makes them.
    kms.replicate_key(KeyId=key, ReplicaRegion=SECOND)
    # Moto's ciphertexts have no room for the id of a multi-Region key: here both regions have one and the same key.
    shared = kms.describe_key(KeyId=SETTINGS)["KeyMetadata"]["KeyId"]
    backends = kms_backends[DEFAULT_ACCOUNT_ID]
    backends[SECOND].keys[shared] = backends[FIRST].keys[shared]
    for name in SECRETS:
        client("secretsmanager", FIRST).replicate_secret_to_regions(
            SecretId=f"local/mfa/{name}", AddReplicaRegions=[{"Region": SECOND}]
        )
    [table] = stack.template.named("AWS::DynamoDB::Table").values()
    client("dynamodb", SECOND).create_table(**table_definition(table))
    client("ssm", SECOND).put_parameter(Name="/local/mfa/public-url", Type="String", Value=ISSUER)
    client("ses", SECOND).verify_email_identity(EmailAddress=EMAIL_SENDER)
    stack.restart()
    yield stack
    kms.update_alias(AliasName=SIGNING, TargetKeyId=old)
    del backends[SECOND].keys[shared]
    for name in SECRETS:
        client("secretsmanager", FIRST).remove_regions_from_replication(
            SecretId=f"local/mfa/{name}", RemoveReplicaRegions=[SECOND]
        )
    client("dynamodb", SECOND).delete_table(TableName="local-mfa")
    stack.restart()


@pytest.fixture
def regions(prepared: Stack, stack: Stack) -> Regions:
    del prepared
    first, second = (Region(name, Deployment(stack, template(name))) for name in (FIRST, SECOND))
    both = Regions(first, second)
    both.replicate()
    return both


# --- what is as it was


def test_a_session_goes_on_and_both_regions_publish_the_same_keys(regions: Regions) -> None:
    with regions.first.answering():
        admin = regions.first.deployment.log_in()
    regions.replicate()
    with regions.second.answering():
        assert regions.second.deployment.administers(admin) == "200"
        theirs = regions.second.deployment.published()
    with regions.first.answering():
        assert regions.first.deployment.published() == theirs
    assert theirs[0]["kid"].startswith("mrk-")


def test_a_session_that_was_ended_before_the_switch_stays_ended(regions: Regions) -> None:
    with regions.first.answering():
        admin = regions.first.deployment.log_in()
        assert admin.ask("DELETE", "/session").status == 204
    regions.replicate()
    with regions.second.answering():
        assert regions.second.deployment.administers(admin) == "invalid_token"


def test_a_login_goes_on_with_its_code_and_the_token_is_good_in_the_first_region(
    regions: Regions, stack: Stack
) -> None:
    with regions.first.answering():
        person = people.add(stack).challenged()
    regions.replicate()
    answer = regions.second.verify(person)
    assert answer.status == 200, answer.text
    with regions.first.answering():
        keys = jwt.PyJWKSet.from_dict({"keys": regions.first.deployment.published()})
    token = answer.json["token"]
    claims = jwt.decode(token, keys[jwt.get_unverified_header(token)["kid"]], algorithms=["ES256"], audience=ISSUER)
    assert (claims["sub"], claims["iss"]) == (person.name, ISSUER)


def test_the_second_region_sends_with_the_replica_of_the_key(regions: Regions, stack: Stack) -> None:
    with regions.first.answering():
        person = people.add(stack)
    regions.replicate()
    with regions.second.answering():
        assert person.challenged().verify().status == 200


def test_a_lock_and_the_counters_that_arrived_hold(regions: Regions, stack: Stack) -> None:
    with regions.first.answering():
        person = people.add(stack).challenged()
        person.guess(5)
    regions.replicate()
    assert regions.second.verify(person).code == "too_many_attempts"
    assert regions.second.challenge(person)["failures"] == 5


def test_a_pair_that_signs_in_the_process_signs_in_both_regions(regions: Regions, stack: Stack) -> None:
    both = regions.signing("process")
    try:
        with both.first.answering():
            both.first.deployment.log_in()
        _age(both.first.table)
        both.first.deployment.containers.clear()
        both.replicate()
        with both.first.answering():
            here = both.first.deployment.log_in()
        both.replicate()
        with both.second.answering():
            assert both.second.deployment.administers(here) == "200"
            there = dataclasses.replace(here, token=administrators.log_in(here.person))
        assert kid(here) == kid(there)
        assert not kid(here).startswith("mrk-")
    finally:
        for partition in (records.CERTIFIED_KEYS, records.PRIVATE_KEYS):
            key = client("kms", FIRST).describe_key(KeyId=SIGNING)["KeyMetadata"]["KeyId"]
            both.first.table.delete_item(Key={"pk": partition, "sk": key})


def _age(table: Any) -> None:
    """The pair was made so long ago that it signs."""
    [item] = [item for item in _scan(table) if item["pk"] == records.CERTIFIED_KEYS]
    table.put_item(Item=item | {"published_at": item["published_at"] - PUBLISHED_SECONDS})


# --- what is lost: the writes that had not arrived


def test_wrong_codes_that_had_not_arrived_may_be_guessed_again(regions: Regions, stack: Stack) -> None:
    """Up to five more with each switch. That is why people switch, and no health check alone."""
    with regions.first.answering():
        person = people.add(stack).challenged()
        person.guess(2)
    regions.replicate()
    with regions.first.answering():
        person.guess(3)
        assert person.verify().code == "too_many_attempts"
    assert regions.first.challenge(person)["failures"] == 5
    wrong = person.wrong()
    answers = [regions.second.verify(person, wrong).code for _ in range(4)]
    assert answers == ["invalid_code", "invalid_code", "invalid_code", "too_many_attempts"]
    assert regions.second.challenge(person)["failures"] == 5


def test_two_regions_that_both_serve_give_twice_the_guesses(regions: Regions, stack: Stack) -> None:
    """Why the other region is passive, and closed, not only without a name in the DNS."""
    with regions.first.answering():
        person = people.add(stack).challenged()
    regions.replicate()
    wrong = person.wrong()
    compared = [region.verify(person, wrong).code for region in (regions.first, regions.second) for _ in range(6)]
    assert compared.count("too_many_attempts") == 2
    assert compared.count("invalid_code") == 10  # compared


def test_a_code_whose_use_had_not_arrived_works_once_more(regions: Regions, stack: Stack) -> None:
    with regions.first.answering():
        person = people.add(stack).challenged()
    regions.replicate()
    assert regions.first.verify(person).status == 200
    assert regions.second.verify(person).status == 200
    assert regions.second.verify(person).code != "200"


def test_a_session_whose_end_had_not_arrived_goes_on(regions: Regions) -> None:
    with regions.first.answering():
        admin = regions.first.deployment.log_in()
    regions.replicate()
    with regions.first.answering():
        assert admin.ask("DELETE", "/session").status == 204
    with regions.second.answering():
        assert regions.second.deployment.administers(admin) == "200"


def test_sends_that_had_not_arrived_are_not_counted(regions: Regions, stack: Stack) -> None:
    with regions.first.answering():
        person = people.add(stack)
    regions.replicate()
    with regions.first.answering():
        person.challenged()
    assert regions.second.challenge(person) == {}
    with regions.second.answering():
        # Neither the pause between two messages nor the count of them is known here, nor the code that was sent.
        assert person.start().status == 201
    assert len(regions.second.challenge(person)["charged"]) == 1


# --- and back


def test_what_the_second_region_wrote_holds_after_the_switch_back(regions: Regions, stack: Stack) -> None:
    with regions.first.answering():
        person = people.add(stack).challenged()
    regions.replicate()
    with regions.second.answering():
        person.guess(5)
    regions.replicate(regions.second, regions.first)
    first = dataclasses.replace(regions.first, deployment=Deployment(stack, regions.first.deployment.template))
    assert first.verify(person).code == "too_many_attempts"

"""The reach of somebody who has taken a function over: requests to AWS under its role, and calls of the API.

Each test of what is possible and the threat model's rows say the same. Keep them together.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import replace
from typing import Any

import boto3
import jwt
import pytest
from argon2 import PasswordHasher
from botocore.exceptions import ClientError

from mfa.aws.signer import KmsSigner
from mfa.challenges import action_seals
from mfa.challenges.actions import ActionApproval
from mfa.challenges.challenge import Challenge
from mfa.challenges.challenge_ids import new_challenge_id
from mfa.challenges.drafts import KEY_USE, Mint, Purpose
from mfa.store import records
from mfa.store.actions import action_of
from mfa.store.attribute_values import decode, encode
from mfa.store.challenge_mapping import item_of
from mfa.store.table import Table
from mfa.store.token_keys import TokenKeyStore
from mfa.tokens.access_tokens import sign_access_token, uuid7
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.mfa_tokens import ActionRef, MfaToken
from mfa.tokens.reset_tokens import ResetLink, ResetToken
from mfa.tokens.signed_tokens import read_mfa_token, write_mfa_token, write_reset_token
from mfa.tokens.token_keys import TokenPurpose, TokenSecrets
from mfa.users.user import Kind
from tests import deeds, people
from tests.api import administrators, test_password_reset
from tests.api.administrators import claims
from tests.api.stack import Stack
from tests.deeds import Action
from tests.people import Person, challenge_path
from tests.product import Json

TABLE = "local-mfa"
YEARS = 10 * 365 * 86400


class Intruder:
    """The clients of somebody who runs code as a function."""

    def __init__(self) -> None:
        self.dynamodb: Any = boto3.client("dynamodb")
        self.table: Any = boto3.resource("dynamodb").Table(TABLE)
        self.kms: Any = boto3.client("kms")
        self.secrets: Any = boto3.client("secretsmanager")

    def hmac_keys(self) -> HmacKeys:
        return HmacKeys(json.loads(self.secret("hmac"))["current"].encode())

    def secret(self, name: str) -> str:
        return str(self.secrets.get_secret_value(SecretId=f"local/mfa/{name}")["SecretString"])

    def sign(self, message: bytes) -> None:
        self.kms.sign(
            KeyId="alias/local-mfa-signing-first",
            Message=message,
            MessageType="RAW",
            SigningAlgorithm="ECDSA_SHA_256",
        )

    def set(self, key: tuple[str, str], name: str, value: Any) -> None:
        self.dynamodb.update_item(
            TableName=TABLE,
            Key=encode(dict(zip(("pk", "sk"), key, strict=True))),
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues=encode({":value": value}),
        )

    def get(self, key: tuple[str, str]) -> Any:
        return self.dynamodb.get_item(TableName=TABLE, Key=encode(dict(zip(("pk", "sk"), key, strict=True))))["Item"]

    def open_challenge(self, login: MfaToken) -> tuple[str, str]:
        """Writes a challenge whose passcode is known, past the store; its id and the passcode."""
        keys, now = self.hmac_keys(), time.time()
        mint = Mint(
            keys=keys,
            purpose=Purpose(KEY_USE, login.login_name, login.digest),
            random_below=secrets.randbelow,
            random_bytes=secrets.token_bytes,
        )
        draft = mint.draw(Challenge(), new_challenge_id(keys, login, secrets.token_bytes(12)), 6)
        challenge = Challenge(
            id=draft.challenge_id,
            login_jti=login.jti,
            send_id=draft.send_id,
            region="HK",
            asker="ADDRESS#192.0.2.1",
            prefix=draft.prefix,
            code_mac=draft.code_mac,
            sent_at=now,
            expires_at=now + 300,
            max_failures=5,
            max_sends=5,
            lock_seconds=900,
        )
        for name, value in item_of(challenge).items():
            self.set(records.challenge_key(login.login_name), name, value)
        return draft.challenge_id, draft.digits


@contextmanager
def taken_over(stack: Stack, function: str) -> Iterator[Intruder]:
    """Runs requests under the role of a function, as the code of an intruder would."""
    with stack._as_its_role(stack.template.functions[function]):
        yield Intruder()


@contextmanager
def denied() -> Iterator[None]:
    with pytest.raises(ClientError, match="AccessDenied"):
        yield


def token_of(stack: Stack, person: Person) -> MfaToken:
    """A token as anybody can read it: its payload is signed, not encrypted."""
    return read_mfa_token(stack.token_secrets.public, person.token, time.time())


def forged(login_name: str, kind: Kind, keys: HmacKeys) -> tuple[MfaToken, str]:
    """A token that says whatever an intruder likes, signed by the best key at hand."""
    now = time.time()
    token = MfaToken(
        login_name=login_name,
        kind=kind,
        credentials_changed_at=1.0,
        client_id=None,
        jti=secrets.token_hex(16),
        issued_at=now,
        expires_at=now + 600,
    )
    return token, write_mfa_token(TokenSecrets(keys, now), token)


def verify(stack: Stack, token: str, challenge: tuple[str, str]) -> Any:
    return stack.call("POST", challenge_path(challenge[0], "verify"), {"code": challenge[1]}, token=token)


# --- send_code


@pytest.mark.parametrize("target", ["an administrator", "a backup user", "nobody"])
def test_send_code_logs_nobody_in_whose_password_was_not_proven(stack: Stack, target: str) -> None:
    name = "never.existed"
    if target != "nobody":
        name = administrators.new(stack).name if target == "an administrator" else people.add(stack).name
    kind = Kind.SYSTEM if target == "an administrator" else Kind.BACKUP
    with taken_over(stack, "SendCodeFunction") as intruder:
        with denied():
            intruder.secret("tokens")
        with denied():
            intruder.set(records.TOKEN_KEYS, "keys", [bytes(32)])
        token, text = forged(name, kind, intruder.hmac_keys())
        challenge = intruder.open_challenge(token)
    assert verify(stack, text, challenge).code == "invalid_token"


def test_send_code_can_skip_the_second_factor_of_somebody_whose_password_was_proven(stack: Stack) -> None:
    """The worst that it can do, and the threat model says so."""
    person = people.add(stack)
    person.login()
    with taken_over(stack, "SendCodeFunction") as intruder:
        challenge = intruder.open_challenge(token_of(stack, person))
    assert verify(stack, person.token, challenge).status == 200


@pytest.mark.parametrize("change", [{"status": "disabled"}, {"kind": "system"}, {"password": "another password"}])
def test_send_code_skips_no_second_factor_of_somebody_who_was_changed_since(
    stack: Stack, change: dict[str, str]
) -> None:
    person = people.add(stack)
    person.login()
    stack.admin("users.patch", login_name=person.name, **change)
    with taken_over(stack, "SendCodeFunction") as intruder:
        challenge = intruder.open_challenge(token_of(stack, person))
    assert verify(stack, person.token, challenge).code == "invalid_token"


def end_of(token: str) -> int:
    return int(jwt.decode(token, options={"verify_signature": False})["exp"])


@pytest.mark.parametrize(
    ("kept", "code"),
    [
        ({"seconds": YEARS}, None),
        ({"claimed_at": 600.0, "jti": 600.0}, "challenge_used"),
        ({"jti": 600.0}, "invalid_token"),
        ({"jti": None}, "invalid_token"),
    ],
)
def test_send_code_makes_no_better_token_of_an_attempt_that_was_kept(
    stack: Stack, kept: dict[str, Any], code: str | None
) -> None:
    """Times are seconds from now."""
    person = people.add(stack).challenged()
    passcode = person.code()
    first = person.verify(passcode, key="k").json
    challenge = records.challenge_key(person.name)
    [(key, attempt)] = decode(Intruder().get(challenge))["attempts"].items()
    later = time.time() + 600.0
    changes = {"claimed_at": later, "jti": uuid7(later, bytes(10))}
    forgery = {name: changes.get(name, value) if value is not None else "none" for name, value in kept.items()}
    with taken_over(stack, "SendCodeFunction") as intruder:
        intruder.set(challenge, "attempts", {key: attempt | forgery})
    answer = person.verify(passcode, key="k")
    if code is not None:
        assert answer.code == code
    else:
        assert end_of(answer.json["token"]) == end_of(first["token"])


def test_send_code_repeats_no_approval_of_somebody_who_was_disabled_since(stack: Stack) -> None:
    person = people.add(stack).challenged()
    passcode = person.code()
    assert person.verify(passcode, key="k").status == 200
    challenge = records.challenge_key(person.name)
    item = decode(Intruder().get(challenge))
    stack.admin("users.patch", login_name=person.name, status="disabled")
    with taken_over(stack, "SendCodeFunction") as intruder:
        for name, value in item.items():
            if name not in {"pk", "sk"}:
                intruder.set(challenge, name, value)
    assert person.verify(passcode, key="k").code == "invalid_token"


def test_send_code_cannot_read_a_password_in_any_way(stack: Stack) -> None:
    person = people.add(stack)
    hashed = person._items("#PASSWORD")["password_hash"]
    key = encode(dict(zip(("pk", "sk"), records.password_key(person.name), strict=True)))
    refused = {
        "TableName": TABLE,
        "Key": key,
        "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    with taken_over(stack, "SendCodeFunction") as intruder:
        dynamodb = intruder.dynamodb
        asks: list[Callable[[], object]] = [
            lambda: dynamodb.get_item(TableName=TABLE, Key=key),
            lambda: dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": [key]}}),
            lambda: dynamodb.transact_write_items(TransactItems=[{"ConditionCheck": refused}]),
            lambda: dynamodb.transact_write_items(TransactItems=[{"Delete": refused}]),
            lambda: dynamodb.update_item(
                TableName=TABLE, Key=key, UpdateExpression="REMOVE nothing", ReturnValues="ALL_OLD"
            ),
            lambda: dynamodb.query(
                TableName=TABLE,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": key["pk"]},
            ),
        ]
        for ask in asks:
            with denied():
                ask()
        assert hashed not in str([intruder.get(of) for of in records.account_keys(person.name)[:3:2]])


def test_send_code_learns_no_link_and_resets_no_password(stack: Stack) -> None:
    """With a link, the passcodes that it makes would open any account."""
    person, newcomer = people.add(stack), people.add(stack, phones=0, mfa=False)
    stack.events.clear()
    reset = {"login_name": person.name}
    assert stack.call("POST", "/v1/password-reset", reset, address=stack.address()).status == 202
    stack.admin("invitations.create", login_name=newcomer.name, deliver="email")
    handed_over = [(name, [*event]) for name, event in stack.events]
    assert handed_over == [("VerifyCodeFunction", ["reset"]), ("VerifyCodeFunction", ["link"])]
    key = dict(zip(("pk", "sk"), records.reset_key(person.name), strict=True))
    condition = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    check = {"TableName": TABLE, "Key": encode(key), **condition}
    with taken_over(stack, "SendCodeFunction") as intruder:
        # A link of its own.
        for name, value in (("digest", bytes(32)), ("expires_at", int(time.time()) + 1800)):
            with denied():
                intruder.set(records.reset_key(person.name), name, value)
        with denied():
            intruder.get(records.reset_key(person.name))
        with denied():
            intruder.dynamodb.transact_write_items(TransactItems=[{"ConditionCheck": check}])
        # A token of its own, with and without a passcode of its own.
        token, _ = forged(person.name, Kind.BACKUP, intruder.hmac_keys())
        token = replace(token, reset=bytes(32).hex())
        text = write_mfa_token(TokenSecrets(intruder.hmac_keys(), time.time()), token)
        challenge = intruder.open_challenge(token)
        own = ResetToken.of(token, bytes(32).hex(), ["email", "sms"], time.time() + 600)
        last = write_reset_token(TokenSecrets(intruder.hmac_keys(), time.time()), own)
    assert verify(stack, text, challenge).code == "invalid_token"
    body = {"reset_token": last, "new_password": stack.password()}
    assert stack.call("POST", "/v1/password-reset/password", body).code == "invalid_token"
    guess = ResetLink.new(person.name, bytes(32)).text
    assert stack.call("POST", "/v1/password-reset/open", {"reset": guess}).code == "invalid_token"


def test_send_code_can_finish_a_reset_that_its_user_is_at(stack: Stack) -> None:
    """The user followed the link and asks for a passcode. The threat model says so."""
    person, new = people.add(stack), stack.password()
    person.token = test_password_reset.follow(stack, test_password_reset.mailed(stack, person)).json["mfa_token"]
    with taken_over(stack, "SendCodeFunction") as intruder:
        challenge = intruder.open_challenge(token_of(stack, person))
    token = verify(stack, person.token, challenge).json["token"]
    assert test_password_reset.finish(stack, stack.hide(token), new).status == 204


def test_send_code_keeps_no_link_from_its_user(stack: Stack) -> None:
    person = people.add(stack)
    stack.events.clear()
    assert stack.call("POST", "/v1/password-reset", {"login_name": person.name}).status == 202
    with taken_over(stack, "SendCodeFunction") as intruder:
        with denied():
            intruder.dynamodb.put_item(TableName=TABLE, Item=encode({"pk": "LINK#x", "sk": "#MAIL"}))
        with denied():
            intruder.set(("LINKS#reset-x", "SENDS#x"), "n", 100)
    stack.tell_changes()
    assert person.email
    assert "#reset=" in stack.mails(person.email)[0]


def test_send_code_lifts_no_limit_of_wrong_passwords(stack: Stack) -> None:
    person = people.add(stack)
    assert person.login(password="wrong-password").code == "invalid_credentials"
    hour = time.strftime("%Y-%m-%dT%H", time.gmtime())
    for key in (records.password_tries_key(person.name), records.address_tries_key(person.address, hour)):
        with taken_over(stack, "SendCodeFunction") as intruder:
            for name in ("n", "in_a_row", "ttl"):
                with denied():
                    intruder.set(key, name, 0)


def test_send_code_changes_no_user_and_signs_nothing(stack: Stack) -> None:
    person = people.add(stack)
    profile = records.profile_key(person.name)
    with taken_over(stack, "SendCodeFunction") as intruder:
        for name in ("mfa_enabled", "status", "kind", "credentials_changed_at", "version", "contact_email"):
            with denied():
                intruder.set(profile, name, "x")
        with denied():
            intruder.set(records.phone_key(person.name, 0), "number", "+85200000000")
        with denied():
            intruder.sign(b"x")


@pytest.mark.parametrize("damage", [{"guesses": 5}, {"channel": "fax"}, {"last_attempt_at": "x"}, {"failures": -1}])
def test_send_code_locks_a_user_at_worst_by_a_challenge_that_cannot_be_read(stack: Stack, damage: Json) -> None:
    """It must not take administration with it: not the list of users, and not what that user administers."""
    admin = administrators.new(stack)
    person = people.add(stack)
    with taken_over(stack, "SendCodeFunction") as intruder:
        for name in (admin.name, person.name):
            for attribute, value in damage.items():
                intruder.set(records.challenge_key(name), attribute, value)
    assert person.login().status == 200
    for path in ("/users", f"/users/{person.name}", f"/users/{person.name}/events", "/users/export", "/session"):
        assert admin.ask("GET", path).status == 200
    if damage != {"channel": "fax"}:
        assert person.start().code == "too_many_attempts"
        assert admin.user(person.name).json["locked_until"]
    assert admin.ask("POST", f"/users/{person.name}/unlock").status == 200
    person.challenged()
    assert person.verify(person.code()).status == 200


def test_send_code_cannot_fill_a_user_s_places_with_what_is_no_phone(stack: Stack) -> None:
    admin = administrators.new(stack)
    person = people.add(stack)
    with taken_over(stack, "SendCodeFunction") as intruder:
        for name in (admin.name, person.name):
            for slot in range(1, 5):
                intruder.set(records.phone_key(name, slot), "unusable_reason", "x")
        intruder.set(records.phone_key(person.name, 0), "unusable_at", "x")
    found = admin.user(person.name).json["phones"]
    assert [phone["unusable"]["reason"] for phone in found] == ["unreadable"]
    assert admin.ask("POST", f"/users/{person.name}/phones", {"number": "+85261234567"}).status == 201
    assert admin.ask("DELETE", f"/users/{person.name}/phones/{found[0]['id']}").status == 204


def test_send_code_hides_no_line_of_a_history_by_lines_that_cannot_be_read(stack: Stack) -> None:
    admin = administrators.new(stack)
    person = people.add(stack)
    admin.ask("PATCH", f"/users/{person.name}", {"alias": "another"})
    lines: list[dict[str, Any]] = [
        {"sk": "EVENT#9", "type": 5},
        {"sk": "EVENT#8", "id": "0", "at": 1, "type": "approved", "actor": "x", "detail": {}},
        {"sk": "EVENT#", "id": "x", "at": 10**20, "type": "approved"},
    ]
    with taken_over(stack, "SendCodeFunction") as intruder:
        for line in lines:
            intruder.table.put_item(Item={"pk": records.history_of(person.name), **line})
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = admin.ask("GET", f"/users/{person.name}/events", limit=1, **cursor).json
        found += [event["type"] for event in page["items"]]
        if "cursor" not in page:
            break
        cursor = {"cursor": page["cursor"]}
    assert found == ["unreadable", "approved", "user_changed", "phone_added", "user_created", "unreadable"]


# --- actions


@pytest.fixture
def action(stack: Stack) -> Iterator[Action]:
    """An action that a client has opened."""
    with stack.with_settings(actions=deeds.TYPES):
        yield deeds.register(stack).open(deeds.person(stack))


def token_of_action(stack: Stack, action: Action) -> MfaToken:
    return read_mfa_token(stack.token_secrets.public, action.token, time.time())


def item_of_action(action: Action) -> dict[str, Any]:
    return {"pk": {"S": f"ACTION#{action.id}"}, "sk": {"S": "#ACTION"}}


@pytest.mark.parametrize("function", ["SendCodeFunction", "AdminFunction"])
def test_send_code_and_admin_can_approve_the_action_of_a_token_that_they_hold(
    stack: Stack, action: Action, function: str
) -> None:
    """The worst that they can do: they write a challenge whose passcode they know. send_code may also text another deed."""
    token = token_of_action(stack, action)
    with taken_over(stack, function) as intruder:
        challenge = intruder.open_challenge(token)
    answer = verify(stack, action.token, challenge)
    assert answer.status == 200
    assert claims_of(answer.json["token"])["authorization_details"] == [{"type": "delete_backup", "set": "Payroll"}]
    assert action.redeem().json["params"] == {"set": "Payroll"}


def claims_of(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


@pytest.mark.parametrize("function", ["SendCodeFunction", "AdminFunction"])
def test_send_code_and_admin_approve_no_other_deed_than_the_tokens(stack: Stack, action: Action, function: str) -> None:
    token = token_of_action(stack, action)
    assert token.action is not None
    for other in (None, ActionRef(token.action.id, "0" * 64)):
        with taken_over(stack, function) as intruder:
            challenge = intruder.open_challenge(replace(token, action=other))
        assert verify(stack, action.token, challenge).code == "invalid_code"
    with taken_over(stack, function) as intruder:
        with denied():
            intruder.secret("tokens")
        keys = intruder.hmac_keys()
        forgery = write_mfa_token(TokenSecrets(keys, time.time()), token)
        challenge = intruder.open_challenge(token)
    assert verify(stack, forgery, challenge).code == "invalid_token"
    assert action.get().json["status"] == "pending"


@pytest.mark.parametrize("function", ["SendCodeFunction", "AdminFunction"])
def test_send_code_and_admin_open_change_and_end_no_action(stack: Stack, action: Action, function: str) -> None:
    key = records.action_key(action.id)
    with taken_over(stack, function) as intruder:
        for name in ("approved_at", "denied_at", "redeemed_at", "params", "digest", "seal", "expires_at", "client_id"):
            with denied():
                intruder.set(key, name, "x")
        with denied():
            intruder.get(key)
        with denied():
            intruder.dynamodb.put_item(TableName=TABLE, Item=item_of_action(action))
        with denied():
            intruder.dynamodb.delete_item(TableName=TABLE, Key=item_of_action(action))
    assert action.get().json["status"] == "pending"


def test_admin_does_not_even_read_an_action_and_send_code_only_one_whose_id_it_knows(
    stack: Stack, action: Action
) -> None:
    wanted = {TABLE: {"Keys": [item_of_action(action)]}}
    with taken_over(stack, "AdminFunction") as intruder, denied():
        intruder.dynamodb.batch_get_item(RequestItems=wanted)
    with taken_over(stack, "SendCodeFunction") as intruder:
        assert intruder.dynamodb.batch_get_item(RequestItems=wanted)["Responses"][TABLE]
        with denied():
            intruder.dynamodb.query(
                TableName=TABLE,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": item_of_action(action)["pk"]},
            )


def test_verify_code_can_approve_any_action_while_it_is_taken_over(stack: Stack, action: Action) -> None:
    """The worst that it can do: it has the key of the seals."""
    pk, sk = records.action_key(action.id)
    now = round(time.time(), 3)
    with taken_over(stack, "VerifyCodeFunction") as intruder:
        secrets_of_tokens = HmacKeys(json.loads(intruder.secret("tokens"))["current"].encode())
        kept = action_of(decode(intruder.get((pk, sk))))
        assert kept is not None
        forgery = action_seals.approved(
            secrets_of_tokens, kept, ActionApproval(at=now, redeem_before=now + 60, amr=("sms",))
        )
        assert forgery.approval is not None
        for name, value in {
            "approved_at": forgery.approval.at,
            "redeem_before": forgery.approval.redeem_before,
            "amr": ["sms"],
            "approval_seal": forgery.approval.seal,
        }.items():
            intruder.set((pk, sk), name, value)
        with denied():
            intruder.dynamodb.delete_item(TableName=TABLE, Key=item_of_action(action))
    assert action.redeem().status == 200


def test_whoever_writes_the_table_without_the_key_makes_no_action(stack: Stack, action: Action) -> None:
    now = int(time.time())
    forgeries: list[dict[str, Any]] = [
        {"approved_at": now, "redeem_before": now + 60, "amr": ["sms"]},
        {"approved_at": now, "redeem_before": now + 60, "amr": ["sms"], "approval_seal": b"x" * 32},
        {"params": {"set": "Photos"}},
        {"login_name": "another"},
        {"client_id": "0" * 24},
        {"jti": "x"},
        {"type": 5},
        {"params": {"set": b"x"}},
    ]
    item = action.item
    for forgery in forgeries:
        stack.table.put_item(Item=item | forgery)
        assert action.redeem().code == "action_not_found", forgery
        assert action.application.call("GET", f"/v1/actions/{action.id}").code == "action_not_found", forgery
    stack.table.put_item(Item={"pk": item["pk"], "sk": item["sk"]})
    assert action.redeem().code == "action_not_found"
    assert action.start().code == "invalid_token"
    stack.table.put_item(Item=item)
    assert action.redeem().code == "action_pending"


# --- verify_code


def signed_by(intruder: Intruder, name: str, **changes: Any) -> str:
    return sign_access_token(
        KmsSigner(intruder.kms, ["alias/local-mfa-signing-first"]), claims(name, amr=["pwd", "sms"], **changes)
    )


def test_verify_code_can_be_anybody_while_it_is_taken_over_and_no_longer(stack: Stack) -> None:
    """The worst that it can do. A token of years ends like any other."""
    admin = administrators.new(stack)
    then = round(time.time(), 3) - 3601
    old = {"iat": int(then), "auth_time": int(then), "jti": uuid7(then, bytes(10))}
    admin_profile = records.profile_key(admin.name)
    stack.table.update_item(
        Key=dict(zip(("pk", "sk"), admin_profile, strict=True)),
        UpdateExpression="SET credentials_changed_at = :long_ago",
        ExpressionAttributeValues={":long_ago": 1},
    )
    with taken_over(stack, "VerifyCodeFunction") as intruder:
        now = signed_by(intruder, admin.name, exp=int(time.time()) + YEARS)
        an_hour_ago = signed_by(intruder, admin.name, exp=int(time.time()) + YEARS, **old)
        nobody = signed_by(intruder, "never.existed")
    assert stack.call("GET", "/v1/admin/session", token=now).status == 200
    assert stack.call("GET", "/v1/admin/session", token=an_hour_ago).code == "invalid_token"
    assert stack.call("GET", "/v1/admin/session", token=nobody).code == "invalid_token"


def test_verify_code_can_replace_a_passwords_hash_and_no_switch_number_or_setting(stack: Stack) -> None:
    person = people.add(stack)
    with taken_over(stack, "VerifyCodeFunction") as intruder:
        intruder.set(records.password_key(person.name), "password_hash", PasswordHasher(1, 8, 1).hash("known"))
        for name in (
            "mfa_enabled",
            "status",
            "kind",
            "contact_email",
            "password_hash",
            "credentials_changed_at",
            "ttl",
        ):
            with denied():
                intruder.set(records.profile_key(person.name), name, "x")
        with denied():
            intruder.set(records.phone_key(person.name, 0), "number", "+85200000000")
        with denied():
            intruder.set(records.SETTINGS, "document", "{}")
        for key in (*records.account_keys(person.name), records.SETTINGS, records.TOKEN_KEYS):
            with denied():
                intruder.dynamodb.delete_item(TableName=TABLE, Key=encode(dict(zip(("pk", "sk"), key, strict=True))))
    assert person.login(password="known").json["status"] == "mfa_required"


def send_mail(address: str) -> None:
    boto3.client("ses").send_email(
        Source="no-reply@example.com",
        Destination={"ToAddresses": [address]},
        Message={"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}},
    )


def test_verify_code_sends_mail_and_nothing_to_phones(stack: Stack) -> None:
    """It can read Twilio's Auth Token only as ciphertext."""
    with taken_over(stack, "VerifyCodeFunction") as intruder:
        assert b"auth_token" in json.dumps(str(intruder.get(records.SETTINGS))).encode()
        with denied():
            intruder.kms.decrypt(
                KeyId="alias/local-mfa-settings",
                CiphertextBlob=b"x",
                EncryptionContext={"setting": "twilio.auth_token"},
            )
        send_mail("intruder@example.com")
    assert len(stack.mails("intruder@example.com")) == 1


# --- admin


def test_admin_can_do_all_that_an_administrator_can(stack: Stack) -> None:
    """The worst that it can do: a known password and no second factor, for anybody."""
    person = people.add(stack)
    with taken_over(stack, "AdminFunction") as intruder:
        intruder.set(records.password_key(person.name), "password_hash", PasswordHasher(1, 8, 1).hash("known"))
        intruder.set(records.profile_key(person.name), "mfa_enabled", False)
        intruder.set(records.profile_key(person.name), "kind", "system")
    token = person.login(password="known").json["token"]
    assert stack.call("GET", "/v1/admin/session", token=token).status == 200


def test_admin_sends_no_mail(stack: Stack) -> None:
    with taken_over(stack, "AdminFunction"), denied():
        send_mail("intruder@example.com")


def test_admin_signs_nothing_and_makes_no_tokens(stack: Stack) -> None:
    admin = administrators.new(stack)
    with taken_over(stack, "AdminFunction") as intruder:
        with denied():
            intruder.secret("tokens")
        with denied():
            intruder.set(records.TOKEN_KEYS, "keys", [bytes(32)])
        with denied():
            intruder.sign(b"x")
        token, text = forged(admin.name, Kind.SYSTEM, intruder.hmac_keys())
        challenge = intruder.open_challenge(token)
        for key in (records.SETTINGS, records.ADMINS):
            with denied():
                intruder.dynamodb.delete_item(TableName=TABLE, Key=encode(dict(zip(("pk", "sk"), key, strict=True))))
    assert verify(stack, text, challenge).code == "invalid_token"


# --- whoever reads the table


def test_a_stolen_table_holds_no_private_key(stack: Stack) -> None:
    people.add(stack).login()
    text = str(stack.table.scan()["Items"])
    for name in ("HmacSecret", "TokenSecret"):
        assert stack.secret(name).current.decode() not in text
    reader: Any = boto3.client("dynamodb")
    published = TokenKeyStore(Table(reader, TABLE, lambda _attempt: None)).load()
    assert published.complete
    for purpose in TokenPurpose:
        assert stack.token_secrets.signing(purpose) not in published.of(purpose)

"""Secrets are in no repr and in no text of an exception."""

import dataclasses
import inspect
import pkgutil
from importlib import import_module
from typing import Any

import msgspec
import pytest

import mfa
from mfa.administration import requests
from mfa.administration.requests import NewUser, UserPatch
from mfa.challenges.actions import Action, ActionApproval
from mfa.challenges.budgets import HOUR, Budget, Window
from mfa.challenges.sends import Caller
from mfa.delivery.twilio_account import TwilioAccount
from mfa.flows.approvals import Approval
from mfa.flows.device_trust import NOTHING_TRUSTED
from mfa.http.calls import Call
from mfa.http.gateway import HttpRequest
from mfa.http.requests import Login, VerifyChallenge, VerifyFactor
from mfa.settings.values import Sender, SettingsChange, SettingsPatch
from mfa.store.counters import spend
from mfa.store.table import TransactionRefused, Write
from mfa.users.actors import Actor
from mfa.users.clients import Client
from mfa.users.roles import Role
from tests import accounts

NUMBER = "+85292153799"
SECRET = "hunter2-hunter2"
PHONE = accounts.phone(NUMBER)
BUDGET = Budget(f"NUMBER#{NUMBER}", Window.of(HOUR, 0), 10)

VALUES: list[Any] = [
    PHONE,
    BUDGET,
    spend(BUDGET),
    Write(label="phone", verb="Put", key=("USER#u", "#PHONE#0"), item={"number": NUMBER}),
    Write(label="phone", verb="ConditionCheck", key=("USER#u", "#PHONE#0"), values={":number": NUMBER}),
    Client(client_id="c", name="n", legacy=False, secret_hash=SECRET, created_at=0),
    TwilioAccount("AC", SECRET, Sender(alphanumeric="Backup")),
    Login("u", SECRET),
    VerifyChallenge(code="581883"),
    VerifyFactor(method="totp", code="581883"),
    NewUser("u", SECRET),
    UserPatch("u", password=SECRET),
    Call(Actor("iam", Role.OWNER), NewUser("u", SECRET), HttpRequest(body=SECRET, headers={"authorization": SECRET})),
    requests.StartTest(NUMBER, SettingsPatch({"twilio": {"auth_token": SECRET}})),
    requests.ResendTest("id", SettingsPatch({"twilio": {"auth_token": SECRET}})),
    SettingsPatch({"twilio": {"auth_token": SECRET}}),
    SettingsChange({"twilio": {"auth_token": SECRET}}),
    requests.VerifyTest("id", "581883"),
    requests.ImportUsers(f"login_name,phones\nu,{NUMBER}"),
    requests.ImportUser("u", phones=[NUMBER], password_hash=SECRET),
    Caller("127.0.0.1", "key", "fingerprint"),
    Approval(
        token=SECRET,
        expires_in=60,
        amr=[],
        region="HK",
        repeated=False,
        of_action=False,
        of_reset=True,
        device=NOTHING_TRUSTED,
        feedback_id="",
    ),
    Action(
        id="0" * 32,
        login_name="u",
        type="t",
        params={},
        summary="",
        client_id=None,
        opened_at=0,
        expires_at=0,
        token_seconds=0,
        jti="j",
        digest="",
        seal=SECRET.encode(),
        approval=ActionApproval(at=0, redeem_before=0, amr=(), seal=SECRET.encode()),
        redemption=SECRET,
        ended_by=SECRET,
    ),
    TransactionRefused(frozenset({spend(BUDGET).label})),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_no_number_password_or_passcode_shows(value: object) -> None:
    for shown in (repr(value), str(value), f"{value}", repr([value]), repr({"a": value})):
        assert SECRET not in shown
        assert "3799" not in shown
        assert "581883" not in shown


def classes() -> list[type]:
    found: set[type] = set()
    for module in pkgutil.walk_packages(mfa.__path__, "mfa."):
        for _, value in inspect.getmembers(import_module(module.name), inspect.isclass):
            if value.__module__.startswith("mfa."):
                found.add(value)
    return sorted(found, key=lambda each: f"{each.__module__}.{each.__name__}")


# Fields with these names must be hidden.
SECRET_NAMES = {
    "password",
    "password_hash",
    "number",
    "e164",
    "code",
    "digits",
    "auth_token",
    "secret",
    "client_secret",
    "reset_token",
    "secret_hash",
    "code_mac",
    "content_mac",
}


def test_a_field_named_like_a_secret_is_hidden_in_every_dataclass() -> None:
    shown = {
        f"{each.__module__}.{each.__name__}.{field.name}"
        for each in classes()
        if dataclasses.is_dataclass(each)
        for field in dataclasses.fields(each)
        if field.name in SECRET_NAMES and field.repr and field.type is not Any
    }
    # The number of a line is where it stands.
    assert shown <= {"mfa.administration.csv_users.Line.number"}


def test_a_field_named_like_a_secret_is_hidden_in_every_struct() -> None:
    shown: set[str] = set()
    for each in classes():
        names = set(getattr(each, "__struct_fields__", ())) & SECRET_NAMES
        if names and "__repr__" not in vars(each):
            shown |= {f"{each.__module__}.{each.__name__}.{name}" for name in names}
    # `code` of a problem names the refusal or what is wrong, as of a finding, and of a call's words it is the sentence before
    # the digits. A vendor's error has a code too. The token of the settings hides itself.
    assert shown <= {
        "mfa.http.openapi.ProblemDocument.code",
        "mfa.administration.answers.Finding.code",
        "mfa.administration.answers.FieldFinding.code",
        "mfa.administration.invitation_answers.InvitationRefusal.code",
        "mfa.administration.job_answers.JobLineView.code",
        "mfa.users.jobs.JobLine.code",
        "mfa.administration.message_answers.MessageError.code",
        "mfa.messages.templates.Problem.code",
        "mfa.messages.twiml.Words.code",
        "mfa.vendor_errors.entry.VendorError.code",
        "mfa.settings.values.StoredSettings.auth_token",
    }


def test_the_inputs_of_administration_hide_numbers() -> None:
    for each in vars(requests).values():
        if inspect.isclass(each) and issubclass(each, msgspec.Struct) and "number" in each.__struct_fields__:
            of = {"login_name": "u"} if "login_name" in each.__struct_fields__ else {}
            assert NUMBER not in repr(each(number=NUMBER, **of))

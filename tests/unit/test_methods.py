"""The methods that a login names: those that this user can use now, best first."""

from collections.abc import Collection
from copy import replace
from typing import Any

import pytest
from msgspec import structs

from mfa.challenges.account import Account
from mfa.challenges.methods import METHODS, channels_of, methods_of
from mfa.factors.factors import CODES, Factor
from mfa.factors.held_factors import FactorSecrets, FactorUses, HeldFactors
from mfa.factors.phones import FIXED_LINE
from mfa.messages.channels import Channel, ProviderName
from mfa.settings.routes import Route, RouteSender
from mfa.settings.values import Regions, Settings, VoiceSettings, WhatsApp
from mfa.settings.values import TestNumber as FixedNumber
from mfa.users.user import Kind
from tests import accounts

PHONE = accounts.phone()
CODE = frozenset({b"digest"})
EVERY = Settings(
    email_sender="no-reply@example.com",
    voice=VoiceSettings(enabled=True),
    whatsapp=WhatsApp(content_sid="HX" + "0" * 32),
)
ALL = ["totp", "sms", "voice", "whatsapp", "email", "recovery_code"]


UNUSED = FactorUses()


def held(*, uses: FactorUses | None = UNUSED, **secrets: Any) -> HeldFactors:
    return HeldFactors(secrets=FactorSecrets(**secrets), uses=uses)


EVERYTHING = held(totp_secret=b"sealed", recovery_codes=CODE, temporary_code=b"digest")
ADA = Account(
    user=accounts.user(at=0.0, mfa_enabled=True, contact_email="ada@example.com"), phones=(PHONE,), held=EVERYTHING
)


def of(account: Account, settings: Settings = EVERY, *, paused: Collection[ProviderName] = ()) -> list[str]:
    return [method.value for method in methods_of(account, settings, paused=paused)]


def test_every_method_is_listed_best_first() -> None:
    assert of(ADA) == ALL == [method.value for method in METHODS]


AWS = Route("aws", RouteSender(phone_number="+12065550100"))
TWILIO = Route("twilio", RouteSender(phone_number="+12063125010"))
ELSEWHERE = Route("twilio", RouteSender(phone_number="+12063125010"), regions=["GB"])


@pytest.mark.parametrize(
    ("routes", "paused", "channels"),
    [
        ([AWS, TWILIO], (), ["sms", "voice", "whatsapp"]),
        ([AWS, TWILIO], {"aws"}, ["sms", "voice", "whatsapp"]),
        ([AWS, TWILIO], {"twilio"}, ["sms", "voice"]),
        ([AWS, TWILIO], {"twilio", "aws"}, []),
        ([AWS, ELSEWHERE], (), ["sms", "voice"]),
        ([AWS, ELSEWHERE], {"aws"}, []),
        ([ELSEWHERE], (), []),
    ],
)
def test_a_channel_is_a_method_if_a_route_to_the_phone_takes_it(
    routes: list[Route], paused: Collection[ProviderName], channels: list[str]
) -> None:
    found = of(ADA, structs.replace(EVERY, routes=routes), paused=paused)
    assert [method for method in found if method in {"sms", "voice", "whatsapp"}] == channels


def test_every_channel_and_factor_is_a_method_but_the_phone_and_the_temporary_code() -> None:
    assert set(METHODS) == {*Channel, *CODES} - {Factor.TEMPORARY_CODE}


@pytest.mark.parametrize(
    ("account", "left_out"),
    [
        (replace(ADA, held=HeldFactors()), {"totp", "recovery_code"}),
        (replace(ADA, held=held(temporary_code=b"d")), {"totp", "recovery_code"}),
        (replace(ADA, held=held(totp_secret=b"s")), {"recovery_code"}),
        (replace(ADA, held=held(recovery_codes=CODE)), {"totp"}),
        (replace(ADA, held=held(recovery_codes=CODE, uses=FactorUses(recovery_used=CODE))), {"totp", "recovery_code"}),
        (replace(ADA, held=held(totp_secret=b"s", recovery_codes=CODE, uses=None)), {"totp", "recovery_code"}),
        (replace(ADA, held=held(pending_totp=b"s", pending_totp_at=0.0)), {"totp", "recovery_code"}),
        (replace(ADA, phones=()), {"sms", "whatsapp", "voice"}),
        (replace(ADA, phones=(replace(PHONE, kind=FIXED_LINE),)), {"sms", "whatsapp"}),
        (replace(ADA, phones=(replace(PHONE, kind=FIXED_LINE), PHONE)), set()),
        (replace(ADA, phones=(replace(PHONE, unusable_reason="30005"),)), {"sms", "whatsapp", "voice"}),
        (replace(ADA, phones=(replace(PHONE, unusable_reason="30006"),)), {"sms", "whatsapp"}),
        (replace(ADA, user=accounts.user(at=0.0, mfa_enabled=True)), {"email"}),
        (replace(ADA, user=replace(ADA.existing_user, kind=Kind.SYSTEM)), {"email"}),
    ],
)
def test_what_the_user_cannot_use_is_left_out(account: Account, left_out: set[str]) -> None:
    assert of(account) == [method for method in ALL if method not in left_out]


@pytest.mark.parametrize(
    ("settings", "left_out"),
    [
        (structs.replace(EVERY, voice=VoiceSettings()), {"voice"}),
        (structs.replace(EVERY, whatsapp=WhatsApp()), {"whatsapp"}),
        (structs.replace(EVERY, email_sender=None), {"email"}),
        (structs.replace(EVERY, regions=Regions(allow=["DE"])), {"sms", "whatsapp", "voice"}),
        (structs.replace(EVERY, sending="off"), {"sms", "whatsapp", "voice"}),
        (structs.replace(EVERY, regions=Regions(allow=["HK"])), set()),
    ],
)
def test_what_the_settings_do_not_offer_is_left_out(settings: Settings, left_out: set[str]) -> None:
    assert of(ADA, settings) == [method for method in ALL if method not in left_out]


def test_while_twilio_is_not_asked_its_channels_are_left_out() -> None:
    assert of(ADA, paused={"twilio"}) == ["totp", "email", "recovery_code"]


UNVERIFIED = replace(ADA, phones=(replace(PHONE, verified=False),))
VERIFIED = replace(ADA, phones=(*UNVERIFIED.phones, replace(PHONE, verified=True)))
TESTED = structs.replace(EVERY, test_numbers=[FixedNumber(PHONE.number, "246810")])


@pytest.mark.parametrize(
    ("account", "settings", "goes"),
    [
        (UNVERIFIED, structs.replace(EVERY, sending="on"), True),
        (UNVERIFIED, structs.replace(EVERY, sending="verified_only"), False),
        (VERIFIED, structs.replace(EVERY, sending="verified_only"), True),
        (VERIFIED, structs.replace(EVERY, sending="off"), False),
        (UNVERIFIED, structs.replace(TESTED, sending="off"), True),  # nothing is sent to a test number anyway
        (
            replace(UNVERIFIED, user=accounts.user(at=0.0, kind=Kind.SYSTEM)),
            structs.replace(TESTED, sending="off"),
            False,
        ),
    ],
)
def test_channels_and_methods_that_are_stopped_for_all_phones_are_left_out(
    account: Account, settings: Settings, goes: bool
) -> None:
    by_phone = ["sms", "voice", "whatsapp"]
    assert channels_of(account, settings, ()) == tuple(by_phone if goes else [])
    assert [method for method in of(account, settings) if method in by_phone] == (by_phone if goes else [])

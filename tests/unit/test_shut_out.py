"""Changes that would shut an administrator out are refused; all others are not."""

from copy import replace
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from mfa.administration.shut_out import Change, ShutOutReason, phone_to_keep, refuse_own_end, why_shut_out
from mfa.challenges.account import Account
from mfa.challenges.reach import receives
from mfa.errors import Conflict, Forbidden
from mfa.factors.held_factors import FactorSecrets, HeldFactors
from mfa.factors.phones import FIXED_LINE, Phone
from mfa.settings.routes import Route, RouteSender
from mfa.settings.values import Regions, Settings, VoiceSettings
from mfa.users.actors import Actor
from mfa.users.roles import Role
from mfa.users.user import Kind, UserStatus
from tests import accounts

HERSELF = Actor("ada", Role.OWNER, "192.0.2.1", ("pwd",))
ANOTHER = Actor("root", Role.OWNER, "192.0.2.2", ("pwd",))
IAM = Actor("iam", Role.OWNER)

GOOD = replace(accounts.phone("+85292153799", id_="0-aa"), verified=True)
UNPROVED = accounts.phone("+85292153798", id_="1-bb")
DEAD = replace(GOOD, id="2-cc", unusable_reason="21211", unusable_at=1.0)
LANDLINE = replace(GOOD, id="3-dd", kind=FIXED_LINE)
ABROAD = replace(GOOD, id="4-ee", region="GB", calling_code="+44", number="+447400123456")

ON, OFF = {"mfa_enabled": True}, {"mfa_enabled": False}
DEFAULTS = Settings()
CALLS = Settings(voice=VoiceSettings(enabled=True))
HOME_ONLY = Settings(regions=Regions(allow=["HK"]))
REQUIRED = Settings(require_mfa_for_system_users=True)


def routed(regions: list[str] | Literal["*"], **more: Any) -> Settings:
    """One route, from a name: nobody is called from it."""
    return Settings(routes=[Route("aws", RouteSender(alphanumeric="Acme"), regions)], **more)


@pytest.mark.parametrize(
    ("phone", "settings", "expected"),
    [
        (GOOD, Settings(), True),
        (UNPROVED, Settings(), True),
        (DEAD, Settings(), False),
        (DEAD, CALLS, False),
        (replace(DEAD, unusable_reason="21614"), Settings(), False),
        (replace(DEAD, unusable_reason="21614"), CALLS, True),
        (LANDLINE, Settings(), False),
        (LANDLINE, CALLS, True),
        (ABROAD, Settings(), True),
        (ABROAD, HOME_ONLY, False),
        (GOOD, HOME_ONLY, True),
        (GOOD, routed("*"), True),
        (GOOD, routed(["GB", "HK"]), True),
        (GOOD, routed(["GB"]), False),
        (LANDLINE, routed(["HK"], voice=VoiceSettings(enabled=True)), False),
    ],
)
def test_a_phone_receives_by_a_channel_that_is_offered(phone: Phone, settings: Settings, expected: bool) -> None:
    assert receives(phone, settings) is expected


def held(*, app: bool) -> HeldFactors:
    """Factors beside the phones: an authenticator app, or none."""
    return HeldFactors(secrets=FactorSecrets(totp_secret=b"sealed") if app else FactorSecrets())


@dataclass(frozen=True)
class Case:
    """A change; `left` are the phones afterwards, all of them if None. `app`: there is an authenticator app."""

    actor: Actor
    before: dict[str, Any]
    changes: dict[str, Any]
    phones: tuple[Phone, ...] = ()
    left: tuple[Phone, ...] | None = None
    settings: Settings = DEFAULTS
    app: bool = False
    removes_app: bool = False

    def change(self) -> Change:
        user = accounts.user(
            "ada", at=1.0, **{"kind": Kind.SYSTEM, "role": Role.OWNER, "mfa_enabled": False} | self.before
        )
        after, _ = user.changed(2.0, self.changes)
        left = self.phones if self.left is None else self.left
        account = Account(user=user, phones=self.phones, held=held(app=self.app))
        return Change(self.actor, account, after, left, self.removes_app)


REFUSED = {
    "own MFA without a phone": Case(HERSELF, OFF, ON),
    "own MFA with a phone that was never verified": Case(HERSELF, OFF, ON, (UNPROVED,)),
    "own MFA with an unusable phone": Case(HERSELF, OFF, ON, (DEAD,)),
    "own MFA with a landline": Case(HERSELF, OFF, ON, (LANDLINE,)),
    "own MFA with a phone in a blocked country": Case(HERSELF, OFF, ON, (ABROAD,), settings=HOME_ONLY),
    "own last phone": Case(HERSELF, ON, {}, (GOOD,), ()),
    "own last verified phone": Case(HERSELF, ON, {}, (GOOD, UNPROVED), (UNPROVED,)),
    "own last usable phone": Case(HERSELF, ON, {}, (GOOD, DEAD), (DEAD,)),
    "own MFA off where it is required": Case(HERSELF, ON, OFF, (GOOD,), settings=REQUIRED),
    "another's MFA without a phone": Case(ANOTHER, OFF, ON),
    "another's MFA with an unusable phone": Case(ANOTHER, OFF, ON, (DEAD,)),
    "another's last phone": Case(ANOTHER, ON, {}, (GOOD,), ()),
    "MFA without a phone by direct invocation": Case(IAM, OFF, ON),
    "the last phone by direct invocation": Case(IAM, ON, {}, (UNPROVED,), ()),
    "a backup user's last phone": Case(ANOTHER, {"kind": Kind.BACKUP, **ON}, {}, (GOOD,), ()),
    "a backup user's last usable phone": Case(IAM, {"kind": Kind.BACKUP, **ON}, {}, (GOOD, DEAD), (DEAD,)),
    "the app without a phone": Case(ANOTHER, ON, {}, app=True, removes_app=True),
    "the own app without a verified phone": Case(HERSELF, ON, {}, (UNPROVED,), app=True, removes_app=True),
    "a backup user's app and no usable phone": Case(
        IAM, {"kind": Kind.BACKUP, **ON}, {}, (DEAD,), app=True, removes_app=True
    ),
    "a promotion with MFA and without a phone": Case(ANOTHER, {"kind": Kind.BACKUP}, {"kind": Kind.SYSTEM, **ON}),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_to_shut_a_user_out(case: Case) -> None:
    with pytest.raises(Conflict, match="insist"):
        phone_to_keep(case.change(), case.settings)


# With the phone that must stay, if one must.
ALLOWED = {
    "own MFA with a verified phone": (Case(HERSELF, OFF, ON, (UNPROVED, GOOD)), GOOD),
    "own MFA with a landline that is called": (Case(HERSELF, OFF, ON, (LANDLINE,), settings=CALLS), LANDLINE),
    "own phone beside another": (Case(HERSELF, ON, {}, (GOOD, ABROAD), (ABROAD,)), ABROAD),
    "own unverified phone": (Case(HERSELF, ON, {}, (GOOD, UNPROVED), (GOOD,)), GOOD),
    "own last phone while MFA is off": (Case(HERSELF, OFF, {}, (GOOD,), ()), None),
    "own MFA with an app and without a phone": (Case(HERSELF, OFF, ON, app=True), None),
    "own last phone beside an app": (Case(HERSELF, ON, {}, (GOOD,), (), app=True), None),
    "the app beside a phone": (Case(ANOTHER, ON, {}, (UNPROVED,), app=True, removes_app=True), UNPROVED),
    "own MFA off": (Case(HERSELF, ON, OFF, (GOOD,)), None),
    "another's MFA with a phone that was never verified": (Case(ANOTHER, OFF, ON, (UNPROVED,)), UNPROVED),
    "another's MFA off where it is required": (Case(IAM, ON, OFF, (GOOD,), settings=REQUIRED), None),
    "the dead phone of a user who is shut out already": (Case(ANOTHER, ON, {}, (DEAD,), ()), None),
    "disabling a user without a phone": (Case(ANOTHER, ON, {"status": UserStatus.DISABLED}), None),
    "a backup user's MFA without a phone": (Case(ANOTHER, {"kind": Kind.BACKUP}, ON), None),
    "a backup user's phone beside another": (
        Case(ANOTHER, {"kind": Kind.BACKUP, **ON}, {}, (GOOD, UNPROVED), (UNPROVED,)),
        UNPROVED,
    ),
    "a backup user's last phone while MFA is off": (Case(IAM, {"kind": Kind.BACKUP, **OFF}, {}, (GOOD,), ()), None),
    "a backup user's dead phone": (Case(IAM, {"kind": Kind.BACKUP, **ON}, {}, (DEAD,), ()), None),
    "the last phone of a disabled user": (Case(IAM, {"status": UserStatus.DISABLED, **ON}, {}, (GOOD,), ()), None),
}


@pytest.mark.parametrize(("case", "kept"), ALLOWED.values(), ids=ALLOWED)
def test_everything_else_is_allowed_while_a_phone_is_there(case: Case, kept: Phone | None) -> None:
    assert phone_to_keep(case.change(), case.settings) == kept


@pytest.mark.parametrize("changes", [{"status": UserStatus.DISABLED}, {"kind": Kind.BACKUP}])
def test_nobody_disables_or_demotes_themselves(changes: dict[str, Any]) -> None:
    with pytest.raises(Forbidden):
        refuse_own_end(Case(HERSELF, OFF, changes).change())
    refuse_own_end(Case(ANOTHER, OFF, changes).change())


@pytest.mark.parametrize(
    ("mfa", "phones", "app", "settings", "expected"),
    [
        (False, (), False, Settings(), None),
        (False, (GOOD,), True, REQUIRED, ShutOutReason.MFA_OFF),
        (True, (GOOD,), False, REQUIRED, None),
        (True, (), False, REQUIRED, ShutOutReason.NO_PHONE),
        (True, (), True, REQUIRED, None),
        (True, (ABROAD,), False, HOME_ONLY, ShutOutReason.NO_PHONE),
        (True, (LANDLINE,), False, CALLS, None),
    ],
)
def test_the_reason_why_an_administrator_is_shut_out(
    mfa: bool, phones: tuple[Phone, ...], app: bool, settings: Settings, expected: ShutOutReason | None
) -> None:
    user = accounts.user("ada", at=1.0, kind=Kind.SYSTEM, mfa_enabled=mfa)
    account = Account(user=user, phones=phones, held=held(app=app))
    assert why_shut_out(account, settings) is expected

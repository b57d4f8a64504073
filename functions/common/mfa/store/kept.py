"""Checks, beside a write, that somebody or something is still there."""

from mfa.factors.phones import KeptAccess, Phone
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.table import Write
from mfa.users.user import User


def still_there(login_name: str, phone: Phone | None) -> list[Write]:
    """The user can log in by this phone. The reads before are no snapshot: the version of the profile may be newer."""
    if phone is None:
        return []
    called = phone.unusable_reason is not None  # it takes no messages, but calls
    return [
        Write(
            label="kept phone",
            verb="ConditionCheck",
            key=records.phone_key(login_name, phone.slot),
            condition=when.SAME_PHONE if called else when.every(when.SAME_PHONE, when.STILL_USABLE),
            values={":phone": phone.id},
        )
    ]


def totp_there(login_name: str, kept: KeptAccess | None) -> list[Write]:
    """The user can log in by the authenticator app."""
    if kept is None or not kept.totp:
        return []
    key = records.factors_key(login_name)
    return [Write(label="kept totp", verb="ConditionCheck", key=key, condition=when.HAS_TOTP)]


def heir_there(heir: User | None) -> list[Write]:
    """An owner is left, who can log in: as read, since a demotion, a disabling and a removed factor each make a new version."""
    if heir is None:
        return []
    return [
        Write(
            label="heir",
            verb="ConditionCheck",
            key=records.profile_key(heir.login_name),
            condition=when.HEIR_AS_READ,
            values={":heir": heir.version},
        )
    ]

"""A user's factors as administrators see them."""

from collections.abc import Sequence

from mfa.administration import factor_answers as answers
from mfa.challenges.account import Account
from mfa.factors.trusted_devices import TrustedDevice
from mfa.times import rfc3339


def factors(account: Account, devices: Sequence[TrustedDevice], now: float) -> answers.FactorsView:
    """The factors at this moment, and these devices, which are trusted still."""
    held = account.factors
    secrets = held.secrets
    return answers.FactorsView(
        totp=answers.TotpView(rfc3339(secrets.totp_enrolled_at)) if held.has_totp else None,
        recovery_codes=answers.RecoveryCodesView(len(held.recovery_codes_left), rfc3339(secrets.recovery_codes_at))
        if secrets.recovery_codes
        else None,
        temporary_code=answers.TemporaryCodeView(secrets.temporary_code_by, rfc3339(secrets.temporary_code_expires_at))
        if held.temporary_code_at(now)
        else None,
        devices=[
            answers.DeviceView(
                id=each.id,
                name=each.name,
                created_at=rfc3339(each.created_at),
                expires_at=rfc3339(each.expires_at),
            )
            for each in devices
        ],
    )

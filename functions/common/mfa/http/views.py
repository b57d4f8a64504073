"""Values as the API shows them."""

from typing import Any, Literal

from msgspec import UNSET

from mfa.challenges.challenge import Challenge
from mfa.factors.factors import Proof
from mfa.factors.phones import Phone
from mfa.flows.approvals import Approval
from mfa.flows.enrol import OpenedEnrolment
from mfa.flows.log_in import LoggedIn, SecondFactorNeeded
from mfa.http import answers
from mfa.times import rfc3339


def challenge(value: Challenge, now: float) -> answers.ChallengeState:
    """A challenge at this moment."""
    lane = value.lane(value.channel)
    locked_until = value.locked_until(now)
    return answers.ChallengeState(
        id=value.id,
        status=value.status(now),
        channel=value.channel,
        destination=value.destination,
        prefix=value.prefix,
        sent_at=rfc3339(value.sent_at),
        expires_at=rfc3339(max(value.expires_at, value.sent_at)),  # one that was closed has no such time
        resend_available_at=rfc3339(lane.available_at),
        attempts_remaining=value.attempts_remaining,
        sends_remaining=value.sends_remaining,
        locked_until=None if locked_until is None else rfc3339(locked_until),
        delivery=_delivery(value, now),
        server_time=rfc3339(now),
    )


def first_factor(value: SecondFactorNeeded | LoggedIn) -> answers.MfaRequired | answers.Authenticated:
    """The answer of a passed first factor."""
    if isinstance(value, LoggedIn):
        trusted: dict[str, Any] = {"acr": "1", "trusted_device": True} if value.trusted_device else {}
        return answers.Authenticated(
            token=value.token, expires_in=value.expires_in, amr=[Proof.PASSWORD.value], **trusted
        )
    return second_factor(value)


def second_factor(value: SecondFactorNeeded) -> answers.MfaRequired:
    """The second factors that a user may show now."""
    return answers.MfaRequired(
        mfa_token=value.mfa_token,
        expires_at=rfc3339(value.expires_at),
        phones=[phone_choice(phone) for phone in value.phones],
        help=answers.Help(value.help_email),
        locked_until=None if value.locked_until is None else rfc3339(value.locked_until),
        channels=list(value.channels),
        methods=list(value.methods),
        trusted_device_days=value.trusted_device_days or UNSET,
    )


def enrolment(value: OpenedEnrolment) -> answers.EnrolmentRequired:
    """The answer to a user who has no second factor and may set one up."""
    return answers.EnrolmentRequired(enrolment_token=value.token, expires_at=rfc3339(value.expires_at))


def approval(value: Approval) -> answers.Approved:
    """The answer to a right code."""
    scheme: Literal["Bearer", "Reset"] = "Reset" if value.of_reset else "Bearer"
    device = value.device
    left = value.recovery_codes_remaining
    return answers.Approved(
        token=value.token,
        expires_in=value.expires_in,
        amr=value.amr,
        token_type=scheme,
        device_token=UNSET if device.token is None else device.token,
        device_expires_at=UNSET if device.expires_at is None else rfc3339(device.expires_at),
        recovery_codes_remaining=UNSET if left is None else left,
    )


def phone_choice(phone: Phone) -> answers.PhoneChoice:
    """A phone as its user may choose it."""
    return answers.PhoneChoice(
        id=phone.id,
        region=phone.region,
        calling_code=phone.calling_code,
        masked_number=phone.masked_number,
        verified=phone.verified,
    )


def _delivery(value: Challenge, now: float) -> answers.DeliveryState:
    if value.delivery_error is None:
        return answers.DeliveryState(value.delivery_at(now))
    from mfa.vendor_errors import look_up  # noqa: PLC0415 - a login that meets no error does not pay for the table

    error = look_up(value.delivery_error)
    meaning = None if error.about_setup else error.meaning
    return answers.DeliveryState(value.delivery, value.delivery_error, meaning, error.permanent)

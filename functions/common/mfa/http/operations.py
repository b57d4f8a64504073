"""The operations of a login, as data."""

from types import NoneType
from typing import cast

from mfa import errors
from mfa.http.answers import Approved, Authenticated, ChallengeState, EnrolmentRequired, Jwks, MfaRequired
from mfa.http.auth import ANYONE, CLIENT, MFA_TOKEN, TWILIO
from mfa.http.declaration import AnyOperation, Operation
from mfa.http.requests import (
    Login,
    ResendChallenge,
    StartChallenge,
    StartRecovery,
    VerifyChallenge,
    VerifyFactor,
    VouchedLogin,
)

# A union is no `type` to mypy yet (PEP 747).
_FIRST_FACTOR = cast("type[MfaRequired | Authenticated]", MfaRequired | Authenticated)
_LOGIN = cast("type[MfaRequired | Authenticated | EnrolmentRequired]", MfaRequired | Authenticated | EnrolmentRequired)

_SENDING = (
    errors.TooManyAttempts,
    errors.ResendTooSoon,
    errors.TooManySends,
    errors.RateLimited,
    errors.SmsUnavailable,
    errors.SettingsIncomplete,
)
_TO_A_PHONE = (errors.NoPhone, errors.PhoneNotFound, errors.PhoneUnusable, errors.DestinationBlocked)
# With the MFA token of an action that is over, or whose type is no longer offered.
_OF_AN_ACTION = (
    errors.ActionApproved,
    errors.ActionDenied,
    errors.ActionRedeemed,
    errors.ActionExpired,
    errors.Forbidden,
)

LOGIN = Operation(
    id="login",
    route="POST /v1/login",
    summary="Log in with name and password",
    auth=ANYONE,
    cross_origin=True,
    request=Login,
    response=_LOGIN,
    refusals=(errors.InvalidCredentials, errors.RateLimited),
    meanings={errors.InvalidCredentials: "wrong_passwords"},
)
LOGIN_VOUCHED = Operation(
    id="loginVouched",
    route="POST /v1/login/vouched",
    summary="Log in a user whose password the client has checked",
    auth=CLIENT,
    request=VouchedLogin,
    response=_FIRST_FACTOR,
    refusals=(errors.MfaNotSupported,),
)
START_CHALLENGE = Operation(
    id="startChallenge",
    route="POST /v1/challenges",
    summary="Send a passcode to one of the user's phones",
    auth=MFA_TOKEN,
    cross_origin=True,
    request=StartChallenge,
    response=ChallengeState,
    status=201,
    idempotent=True,
    refusals=(*_TO_A_PHONE, errors.ChallengeSuperseded, *_SENDING, *_OF_AN_ACTION),
)
GET_CHALLENGE = Operation(
    id="getChallenge",
    route="GET /v1/challenges/{id}",
    summary="Read a challenge",
    auth=MFA_TOKEN,
    cross_origin=True,
    request=NoneType,
    response=ChallengeState,
    refusals=(errors.ChallengeNotFound, errors.ChallengeSuperseded),
)
RESEND_CHALLENGE = Operation(
    id="resendChallenge",
    route="POST /v1/challenges/{id}/resend",
    summary="Send a new passcode for the same challenge; the older ones are dead",
    auth=MFA_TOKEN,
    cross_origin=True,
    request=ResendChallenge,
    response=ChallengeState,
    body_required=False,
    idempotent=True,
    refusals=(
        errors.ChallengeNotFound,
        errors.ChallengeSuperseded,
        errors.ChallengeUsed,
        *_TO_A_PHONE,
        *_SENDING,
        *_OF_AN_ACTION,
    ),
)
VERIFY_CHALLENGE = Operation(
    id="verifyChallenge",
    route="POST /v1/challenges/{id}/verify",
    summary="Complete the login, or approve the action, with the passcode",
    auth=MFA_TOKEN,
    cross_origin=True,
    request=VerifyChallenge,
    response=Approved,
    idempotent=True,
    refusals=(
        errors.ChallengeNotFound,
        errors.ChallengeSuperseded,
        errors.ChallengeUsed,
        errors.TooManyAttempts,
        errors.ChallengeExpired,
        errors.CodeSuperseded,
        errors.InvalidCode,
        *_OF_AN_ACTION,
    ),
    meanings={errors.InvalidCode: "wrong_codes", errors.CodeSuperseded: "wrong_codes"},
)
VERIFY_FACTOR = Operation(
    id="verifyFactor",
    route="POST /v1/factors/verify",
    summary="Complete the login with a code that no message brought",
    auth=MFA_TOKEN,
    cross_origin=True,
    request=VerifyFactor,
    response=Approved,
    idempotent=True,
    refusals=(errors.Forbidden, errors.TooManyAttempts, errors.InvalidCode),
    meanings={errors.InvalidCode: "wrong_codes"},
)
START_RECOVERY = Operation(
    id="startRecovery",
    route="POST /v1/recovery",
    summary="Send a passcode to the user's contact email",
    auth=MFA_TOKEN,
    cross_origin=True,
    request=StartRecovery,
    response=ChallengeState,
    status=201,
    body_required=False,
    idempotent=True,
    refusals=(errors.Forbidden, errors.ChallengeSuperseded, *_SENDING),
)
TWILIO_STATUS = Operation(
    id="twilioStatus",
    route="POST /v1/webhooks/twilio/status",
    summary="What Twilio reports of a message or call, signed",
    auth=TWILIO,
    by_function_url=True,
    request=NoneType,
    response=NoneType,
    status=204,
    refusals=(errors.Forbidden,),
)


def callback_url(address: str, ref: str) -> str:
    """The URL at which Twilio reports on the send of this `ref`. Twilio signs this URL to the letter."""
    return f"{address}{TWILIO_STATUS.path}?ref={ref}"


JWKS = Operation(
    id="jwks",
    route="GET /.well-known/jwks.json",
    summary="The public keys of access tokens",
    auth=ANYONE,
    cross_origin=True,
    request=NoneType,
    response=Jwks,
    cache_seconds=300,
)
OPENAPI = Operation(
    id="openapi",
    route="GET /v1/openapi.json",
    summary="This description",
    auth=ANYONE,
    cross_origin=True,
    request=NoneType,
    response=dict[str, object],
    cache_seconds=300,
)

OPERATIONS: tuple[AnyOperation, ...] = (
    LOGIN,
    LOGIN_VOUCHED,
    START_CHALLENGE,
    GET_CHALLENGE,
    RESEND_CHALLENGE,
    VERIFY_CHALLENGE,
    VERIFY_FACTOR,
    START_RECOVERY,
    TWILIO_STATUS,
    JWKS,
    OPENAPI,
)

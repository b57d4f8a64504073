"""The operations on one's own account, as data. `admin` serves them: it alone writes profiles, phones and factors."""

from types import NoneType

from mfa import errors
from mfa.http.auth import FRESH_OR_ENROLMENT, FRESH_TOKEN, USER_TOKEN
from mfa.http.declaration import AnyOperation, Operation
from mfa.http.me_bodies import (
    EmailCode,
    Me,
    NewRecoveryCodes,
    OwnProfile,
    PhoneApproved,
    PhoneChallenge,
    PhoneCode,
    PhoneResend,
    PhoneToEnrol,
    ProfileChange,
    TotpConfirmation,
    TotpConfirmed,
    TotpToConfirm,
)

_SENDING = (
    errors.ChallengeSuperseded,
    errors.TooManyAttempts,
    errors.ResendTooSoon,
    errors.TooManySends,
    errors.RateLimited,
    errors.SmsUnavailable,
    errors.SettingsIncomplete,
    errors.PhoneUnusable,
    errors.DestinationBlocked,
)

GET_ME = Operation(
    id="getMe",
    route="GET /v1/me",
    summary="Read one's own account",
    auth=USER_TOKEN,
    cross_origin=True,
    request=NoneType,
    response=Me,
)
PATCH_ME = Operation(
    id="patchMe",
    route="PATCH /v1/me",
    summary="Change one's own language, or ask for another contact email",
    auth=FRESH_TOKEN,
    cross_origin=True,
    request=ProfileChange,
    response=OwnProfile,
    refusals=(errors.ResendTooSoon, errors.RateLimited, errors.SettingsIncomplete),
)
VERIFY_EMAIL = Operation(
    id="verifyContactEmail",
    route="POST /v1/me/contact-email/verify",
    summary="Make the new address one's contact email, with the code that was mailed to it",
    auth=FRESH_TOKEN,
    cross_origin=True,
    request=EmailCode,
    response=NoneType,
    status=204,
    refusals=(
        errors.ChallengeNotFound,
        errors.ChallengeExpired,
        errors.ChallengeUsed,
        errors.TooManyAttempts,
        errors.InvalidCode,
    ),
    meanings={errors.InvalidCode: "wrong_codes"},
)
START_PHONE = Operation(
    id="startOwnPhone",
    route="POST /v1/me/phones",
    summary="Send a passcode to a number that becomes one's own phone",
    auth=FRESH_OR_ENROLMENT,
    cross_origin=True,
    request=PhoneToEnrol,
    response=PhoneChallenge,
    status=201,
    idempotent=True,
    refusals=_SENDING,
)
GET_PHONE = Operation(
    id="getOwnPhone",
    route="GET /v1/me/phones/{id}",
    summary="Read the challenge of a phone that is being enrolled",
    auth=FRESH_OR_ENROLMENT,
    cross_origin=True,
    request=NoneType,
    response=PhoneChallenge,
    refusals=(errors.PhoneNotFound,),
)
RESEND_PHONE = Operation(
    id="resendOwnPhone",
    route="POST /v1/me/phones/{id}/resend",
    summary="Send a new passcode to the number; the older ones are dead",
    auth=FRESH_OR_ENROLMENT,
    cross_origin=True,
    request=PhoneResend,
    response=PhoneChallenge,
    body_required=False,
    idempotent=True,
    refusals=(errors.PhoneNotFound, errors.ChallengeUsed, *_SENDING),
)
VERIFY_PHONE = Operation(
    id="verifyOwnPhone",
    route="POST /v1/me/phones/{id}/verify",
    summary="Make the number one's own phone, with its passcode",
    auth=FRESH_OR_ENROLMENT,
    cross_origin=True,
    request=PhoneCode,
    response=PhoneApproved,
    idempotent=True,
    refusals=(
        errors.PhoneNotFound,
        errors.ChallengeSuperseded,
        errors.ChallengeUsed,
        errors.TooManyAttempts,
        errors.ChallengeExpired,
        errors.CodeSuperseded,
        errors.InvalidCode,
    ),
    meanings={errors.InvalidCode: "wrong_codes", errors.CodeSuperseded: "wrong_codes"},
)
REMOVE_PHONE = Operation(
    id="removeOwnPhone",
    route="DELETE /v1/me/phones/{id}",
    summary="Remove one of one's own phones",
    auth=FRESH_TOKEN,
    cross_origin=True,
    request=NoneType,
    response=NoneType,
    status=204,
    refusals=(errors.PhoneNotFound, errors.LastFactor),
)

BEGIN_TOTP = Operation(
    id="beginTotp",
    route="POST /v1/me/totp",
    summary="Draw the secret of an authenticator app",
    auth=FRESH_OR_ENROLMENT,
    cross_origin=True,
    request=NoneType,
    response=TotpToConfirm,
    refusals=(errors.Conflict,),
)
CONFIRM_TOTP = Operation(
    id="confirmTotp",
    route="POST /v1/me/totp/confirm",
    summary="Make the authenticator app one's own, with a code of it",
    auth=FRESH_OR_ENROLMENT,
    cross_origin=True,
    request=TotpConfirmation,
    response=TotpConfirmed,
    refusals=(errors.InvalidCode, errors.ChallengeExpired, errors.Conflict),
    meanings={errors.InvalidCode: "wrong_codes"},
)
REMOVE_TOTP = Operation(
    id="removeTotp",
    route="DELETE /v1/me/totp",
    summary="Remove one's authenticator app",
    auth=FRESH_TOKEN,
    cross_origin=True,
    request=NoneType,
    response=NoneType,
    status=204,
    refusals=(errors.NotFound, errors.LastFactor),
)
MAKE_RECOVERY_CODES = Operation(
    id="makeRecoveryCodes",
    route="POST /v1/me/recovery-codes",
    summary="Make ten recovery codes; older ones are dead",
    auth=FRESH_OR_ENROLMENT,
    cross_origin=True,
    request=NoneType,
    response=NewRecoveryCodes,
    refusals=(errors.Conflict,),
)
END_DEVICE = Operation(
    id="endDevice",
    route="DELETE /v1/me/devices/{id}",
    summary="End a trusted device",
    auth=FRESH_TOKEN,
    cross_origin=True,
    request=NoneType,
    response=NoneType,
    status=204,
    refusals=(errors.NotFound,),
)
END_DEVICES = Operation(
    id="endDevices",
    route="DELETE /v1/me/devices",
    summary="End all trusted devices",
    auth=FRESH_TOKEN,
    cross_origin=True,
    request=NoneType,
    response=NoneType,
    status=204,
)

OPERATIONS: tuple[AnyOperation, ...] = (
    GET_ME,
    PATCH_ME,
    VERIFY_EMAIL,
    START_PHONE,
    GET_PHONE,
    RESEND_PHONE,
    VERIFY_PHONE,
    REMOVE_PHONE,
    BEGIN_TOTP,
    CONFIRM_TOTP,
    REMOVE_TOTP,
    MAKE_RECOVERY_CODES,
    END_DEVICE,
    END_DEVICES,
)

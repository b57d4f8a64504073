"""The operations on passwords, as data. `admin` serves those that write; `verify_code` opens links, since that makes a token."""

from types import NoneType
from typing import cast

from mfa import errors
from mfa.http.answers import MfaRequired
from mfa.http.auth import ANYONE, FRESH_TOKEN
from mfa.http.declaration import AnyOperation, Operation
from mfa.http.password_bodies import (
    Asked,
    FollowedLink,
    ForgottenPassword,
    PasswordChange,
    PasswordToSet,
    ResetPermitted,
)

# A union is no `type` to mypy yet (PEP 747).
_FOLLOWED = cast("type[MfaRequired | ResetPermitted]", MfaRequired | ResetPermitted)

CHANGE_PASSWORD = Operation(
    id="changePassword",
    route="POST /v1/me/password",
    summary="Change one's own password",
    auth=FRESH_TOKEN,
    cross_origin=True,
    request=PasswordChange,
    response=NoneType,
    status=204,
    refusals=(errors.InvalidCredentials, errors.RateLimited),
    meanings={errors.InvalidCredentials: "wrong_passwords"},
)
ASK_RESET = Operation(
    id="askPasswordReset",
    route="POST /v1/password-reset",
    summary="Mail a link to a user who forgot the password",
    auth=ANYONE,
    cross_origin=True,
    request=ForgottenPassword,
    response=Asked,
    status=202,
    refusals=(errors.RateLimited, errors.SettingsIncomplete),
)
OPEN_RESET = Operation(
    id="openPasswordReset",
    route="POST /v1/password-reset/open",
    summary="Follow the link to another password",
    auth=ANYONE,
    cross_origin=True,
    request=FollowedLink,
    response=_FOLLOWED,
    refusals=(errors.InvalidToken,),
)
RESET_PASSWORD = Operation(
    id="resetPassword",
    route="POST /v1/password-reset/password",
    summary="Set another password",
    auth=ANYONE,
    cross_origin=True,
    request=PasswordToSet,
    response=NoneType,
    status=204,
    refusals=(errors.InvalidToken,),
)

OPERATIONS: tuple[AnyOperation, ...] = (CHANGE_PASSWORD, ASK_RESET, OPEN_RESET, RESET_PASSWORD)

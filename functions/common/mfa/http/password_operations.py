"""The operations on passwords, as data."""

from types import NoneType

from mfa import errors
from mfa.http.auth import FRESH_TOKEN
from mfa.http.declaration import AnyOperation, Operation
from mfa.http.password_bodies import PasswordChange

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
OPERATIONS: tuple[AnyOperation, ...] = (CHANGE_PASSWORD,)

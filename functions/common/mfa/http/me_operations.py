"""The operations on one's own account, as data. `admin` serves them: it alone writes profiles, phones and factors."""

from types import NoneType

from mfa import errors
from mfa.http.auth import FRESH_TOKEN, USER_TOKEN
from mfa.http.declaration import AnyOperation, Operation
from mfa.http.me_bodies import Me, OwnProfile, ProfileChange

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
    summary="Change one's own language",
    auth=FRESH_TOKEN,
    cross_origin=True,
    request=ProfileChange,
    response=OwnProfile,
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

OPERATIONS: tuple[AnyOperation, ...] = (GET_ME, PATCH_ME, REMOVE_PHONE)

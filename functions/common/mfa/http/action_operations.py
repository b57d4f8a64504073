"""The operations on actions, as data."""

from types import NoneType

from mfa import errors
from mfa.http.action_bodies import ActionOpened, ActionRedemption, ActionState, ActionToOpen
from mfa.http.auth import CLIENT, CLIENT_OR_MFA_TOKEN, CLIENT_OR_USER, MFA_TOKEN
from mfa.http.declaration import AnyOperation, Operation

OPEN_ACTION = Operation(
    id="openAction",
    route="POST /v1/actions",
    summary="Open an action: one deed that the user shall approve with a passcode",
    auth=CLIENT_OR_USER,
    cross_origin=True,
    request=ActionToOpen,
    response=ActionOpened,
    status=201,
    idempotent=True,
    refusals=(errors.NoPhone,),
)
GET_ACTION = Operation(
    id="getAction",
    route="GET /v1/actions/{id}",
    summary="Read an action",
    auth=CLIENT_OR_MFA_TOKEN,
    cross_origin=True,
    request=NoneType,
    response=ActionState,
    refusals=(errors.ActionNotFound,),
)
DENY_ACTION = Operation(
    id="denyAction",
    route="POST /v1/actions/{id}/deny",
    summary="Say that somebody else asked for the action; it is over",
    auth=MFA_TOKEN,
    cross_origin=True,
    request=NoneType,
    response=ActionState,
    refusals=(errors.ActionNotFound, errors.ActionApproved),
)
REDEEM_ACTION = Operation(
    id="redeemAction",
    route="POST /v1/actions/{id}/redeem",
    summary="Use the approval up, once, before doing the deed",
    auth=CLIENT,
    request=NoneType,
    response=ActionRedemption,
    idempotent=True,
    refusals=(
        errors.ActionNotFound,
        errors.ActionPending,
        errors.ActionDenied,
        errors.ActionRedeemed,
        errors.ActionExpired,
    ),
)

OPERATIONS: tuple[AnyOperation, ...] = (OPEN_ACTION, GET_ACTION, DENY_ACTION, REDEEM_ACTION)

"""A user's authenticator app, recovery codes, trusted devices and temporary access code."""

from types import NoneType

from mfa import errors
from mfa.administration import factor_answers, factor_requests, factor_views, requests
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.http.calls import Call
from mfa.http.declaration import AdministrationOperation
from mfa.times import rfc3339
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()


@tasks.carries_out(
    AdministrationOperation(
        id="factors.get",
        route="GET /v1/admin/users/{login_name}/factors",
        summary="Read a user's factors beside phones and contact email",
        needs=Permission.SEE,
        request=requests.ByName,
        response=factor_answers.FactorsView,
        refusals=(errors.UserNotFound,),
    )
)
def get_factors(administration: Administration, call: Call[requests.ByName, Actor]) -> factor_answers.FactorsView:
    """A user's factors."""
    account, devices = administration.factors.get(call.body.login_name)
    return factor_views.factors(account, devices, administration.clock())


@tasks.carries_out(
    AdministrationOperation(
        id="factors.remove",
        route="DELETE /v1/admin/users/{login_name}/factors/{factor}",
        summary="Remove a user's authenticator app, recovery codes or temporary access code",
        needs=Permission.MANAGE_USERS,
        request=factor_requests.FactorRemoval,
        response=NoneType,
        status=204,
        refusals=(errors.UserNotFound, errors.NotFound, errors.Conflict),
    )
)
def remove_factor(administration: Administration, call: Call[factor_requests.FactorRemoval, Actor]) -> None:
    """Removes a factor."""
    administration.factors.remove(call.principal, call.body)


@tasks.carries_out(
    AdministrationOperation(
        id="devices.end",
        route="DELETE /v1/admin/users/{login_name}/devices/{id}",
        summary="End one of a user's trusted devices",
        needs=Permission.HELP,
        request=factor_requests.DeviceEnd,
        response=NoneType,
        status=204,
        refusals=(errors.UserNotFound, errors.NotFound),
    )
)
def end_device(administration: Administration, call: Call[factor_requests.DeviceEnd, Actor]) -> None:
    """Ends a trusted device."""
    administration.factors.end_device(call.principal, call.body.login_name, call.body.id)


@tasks.carries_out(
    AdministrationOperation(
        id="devices.end_all",
        route="DELETE /v1/admin/users/{login_name}/devices",
        summary="End all of a user's trusted devices",
        needs=Permission.HELP,
        request=requests.ByName,
        response=NoneType,
        status=204,
        refusals=(errors.UserNotFound,),
    )
)
def end_devices(administration: Administration, call: Call[requests.ByName, Actor]) -> None:
    """Ends all trusted devices."""
    administration.factors.end_devices(call.principal, call.body.login_name)


@tasks.carries_out(
    AdministrationOperation(
        id="temporary_codes.create",
        route="POST /v1/admin/users/{login_name}/temporary-code",
        summary="Issue a temporary access code for a user who has lost every factor",
        needs=Permission.HAND_OUT_ACCESS,
        request=factor_requests.NewTemporaryCode,
        response=factor_answers.NewTemporaryCodeView,
        status=201,
        refusals=(errors.UserNotFound, errors.Conflict, errors.Forbidden),
    )
)
def issue_temporary_code(
    administration: Administration, call: Call[factor_requests.NewTemporaryCode, Actor]
) -> factor_answers.NewTemporaryCodeView:
    """Issues a code that stands in for a second factor once."""
    code, expires_at = administration.factors.issue_temporary_code(call.principal, call.body)
    return factor_answers.NewTemporaryCodeView(code=code, expires_at=rfc3339(expires_at))

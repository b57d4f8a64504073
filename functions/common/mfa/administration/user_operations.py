"""Users, their phones and their history."""

from types import NoneType

from mfa import errors
from mfa.administration import answers, csv_users, requests, views
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.challenges.account import Account
from mfa.challenges.methods import factors_of
from mfa.http.calls import Answer, Call
from mfa.http.declaration import AdministrationOperation, Transport
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()
_CHANGED = (errors.UserNotFound, errors.PreconditionFailed, errors.Forbidden)


def _view(administration: Administration, account: Account, actor: Actor) -> answers.UserView:
    now = administration.clock()
    return views.user(account, factors_of(account, administration.directory.runtime.settings(), now), now, actor)


def _shown(administration: Administration, account: Account, actor: Actor) -> Answer[answers.UserView]:
    return Answer(_view(administration, account, actor), account.existing_user.etag)


@tasks.carries_out(
    AdministrationOperation(
        id="users.bootstrap",
        route="",
        summary="Add the first system user",
        needs=Permission.MANAGE_ADMINISTRATORS,
        request=requests.NewUser,
        response=answers.UserView,
        only=Transport.DIRECT,
        refusals=(errors.Conflict, errors.DestinationBlocked),
    )
)
def bootstrap(administration: Administration, call: Call[requests.NewUser, Actor]) -> answers.UserView:
    """Adds the first administrator, who cannot log in yet."""
    account = administration.users.bootstrap(call.principal, call.body)
    return _view(administration, account, call.principal)


@tasks.carries_out(
    AdministrationOperation(
        id="users.list",
        route="GET /v1/admin/users",
        summary="List users",
        needs=Permission.SEE,
        request=requests.ListUsers,
        response=answers.UserPage,
    )
)
def list_users(administration: Administration, call: Call[requests.ListUsers, Actor]) -> answers.UserPage:
    """Some users, in order."""
    found = administration.directory.users(call.body)
    items = [_view(administration, account, call.principal) for account in found.accounts]
    return answers.UserPage(items, found.total, found.cursor)


@tasks.carries_out(
    AdministrationOperation(
        id="users.create",
        route="POST /v1/admin/users",
        summary="Add a user",
        needs=Permission.MANAGE_USERS,
        request=requests.NewUser,
        response=answers.UserView,
        status=201,
        refusals=(errors.Conflict, errors.DestinationBlocked),
    )
)
def create_user(administration: Administration, call: Call[requests.NewUser, Actor]) -> Answer[answers.UserView]:
    """Adds a user."""
    return _shown(administration, administration.users.create(call.principal, call.body), call.principal)


@tasks.carries_out(
    AdministrationOperation(
        id="users.import",
        route="POST /v1/admin/users/import",
        summary="Import users from CSV",
        needs=Permission.MANAGE_USERS,
        request=requests.ImportUsers,
        response=answers.ImportReport,
        body_bytes=6_000_000,
    )
)
def import_users(administration: Administration, call: Call[requests.ImportUsers, Actor]) -> answers.ImportReport:
    """Checks a CSV text, or writes a piece of it."""
    return administration.imports.run(call.principal, call.body)


@tasks.carries_out(
    AdministrationOperation(
        id="users.export",
        route="GET /v1/admin/users/export",
        summary="Export users as CSV",
        needs=Permission.EXPORT_PERSONAL_DATA,
        request=requests.ExportUsers,
        response=answers.ExportPage,
    )
)
def export_users(administration: Administration, call: Call[requests.ExportUsers, Actor]) -> answers.ExportPage:
    """Some users as lines of CSV: those whom the list shows with the same filters."""
    which = call.body
    asked = requests.ListUsers(
        **{name: getattr(which, name) for name in which.__struct_fields__}, limit=requests.PAGE_MAX
    )
    found = administration.directory.users(asked)
    return answers.ExportPage(csv_users.write(found.accounts, header=not which.cursor), found.cursor)


@tasks.carries_out(
    AdministrationOperation(
        id="users.get",
        route="GET /v1/admin/users/{login_name}",
        summary="Read a user",
        needs=Permission.SEE,
        request=requests.ByName,
        response=answers.UserView,
        refusals=(errors.UserNotFound,),
    )
)
def get_user(administration: Administration, call: Call[requests.ByName, Actor]) -> Answer[answers.UserView]:
    """The user with phones."""
    return _shown(administration, administration.users.get(call.body.login_name), call.principal)


@tasks.carries_out(
    AdministrationOperation(
        id="users.patch",
        route="PATCH /v1/admin/users/{login_name}",
        summary="Change a user",
        needs=Permission.MANAGE_USERS,
        request=requests.UserPatch,
        response=answers.UserView,
        refusals=(*_CHANGED, errors.Conflict),
    )
)
def patch_user(administration: Administration, call: Call[requests.UserPatch, Actor]) -> Answer[answers.UserView]:
    """Changes a user."""
    account = administration.users.patch(call.principal, call.body, call.if_match)
    return _shown(administration, account, call.principal)


@tasks.carries_out(
    AdministrationOperation(
        id="users.delete",
        route="DELETE /v1/admin/users/{login_name}",
        summary="Delete a user",
        needs=Permission.MANAGE_USERS,
        request=requests.ByName,
        response=NoneType,
        status=204,
        refusals=(*_CHANGED,),
    )
)
def delete_user(administration: Administration, call: Call[requests.ByName, Actor]) -> None:
    """Deletes a user with all phones."""
    administration.users.delete(call.principal, call.body.login_name, call.if_match)


@tasks.carries_out(
    AdministrationOperation(
        id="users.unlock",
        route="POST /v1/admin/users/{login_name}/unlock",
        summary="End a user's locks",
        needs=Permission.HELP,
        request=requests.ByName,
        response=answers.UserView,
        refusals=(errors.UserNotFound,),
    )
)
def unlock_user(administration: Administration, call: Call[requests.ByName, Actor]) -> answers.UserView:
    """Ends every lock of the user."""
    account = administration.users.unlock(call.principal, call.body.login_name)
    return _view(administration, account, call.principal)


@tasks.carries_out(
    AdministrationOperation(
        id="users.events",
        route="GET /v1/admin/users/{login_name}/events",
        summary="Read a user's history",
        needs=Permission.SEE,
        request=requests.ListEvents,
        response=answers.EventPage,
        refusals=(errors.UserNotFound,),
    )
)
def list_events(administration: Administration, call: Call[requests.ListEvents, Actor]) -> answers.EventPage:
    """A page of the user's events, newest first."""
    events, cursor = administration.directory.events(call.body)
    return answers.EventPage([views.event(event) for event in events], cursor)


@tasks.carries_out(
    AdministrationOperation(
        id="users.records",
        route="GET /v1/admin/users/{login_name}/records",
        summary="Read everything kept on a user",
        needs=Permission.EXPORT_PERSONAL_DATA,
        request=requests.ReadRecords,
        response=answers.RecordPage,
        refusals=(errors.UserNotFound,),
    )
)
def read_records(administration: Administration, call: Call[requests.ReadRecords, Actor]) -> answers.RecordPage:
    """A page of the records kept under the login name."""
    return answers.RecordPage(*administration.personal.read(call.body))


@tasks.carries_out(
    AdministrationOperation(
        id="users.erase",
        route="",
        summary="Erase what is kept under the name of a user who was deleted",
        needs=Permission.MANAGE_USERS,
        request=requests.ByName,
        response=answers.Erasure,
        only=Transport.DIRECT,
        refusals=(errors.Conflict, errors.Forbidden),
    )
)
def erase_user(administration: Administration, call: Call[requests.ByName, Actor]) -> answers.Erasure:
    """Erases a history. No session may do this: the history shows what a stolen administrator's session did."""
    return answers.Erasure(*administration.personal.erase(call.principal, call.body.login_name))


@tasks.carries_out(
    AdministrationOperation(
        id="phones.add",
        route="POST /v1/admin/users/{login_name}/phones",
        summary="Add a phone",
        needs=Permission.MANAGE_USERS,
        request=requests.NewPhone,
        response=answers.PhoneView,
        status=201,
        refusals=(errors.UserNotFound, errors.Conflict, errors.DestinationBlocked),
    )
)
def add_phone(administration: Administration, call: Call[requests.NewPhone, Actor]) -> answers.PhoneView:
    """Adds a phone, not yet verified."""
    return views.phone(administration.users.add_phone(call.principal, call.body), call.principal)


@tasks.carries_out(
    AdministrationOperation(
        id="phones.remove",
        route="DELETE /v1/admin/users/{login_name}/phones/{id}",
        summary="Remove a phone",
        needs=Permission.MANAGE_USERS,
        request=requests.PhoneRemoval,
        response=NoneType,
        status=204,
        refusals=(errors.UserNotFound, errors.PhoneNotFound, errors.Conflict),
    )
)
def remove_phone(administration: Administration, call: Call[requests.PhoneRemoval, Actor]) -> None:
    """Removes a phone."""
    administration.users.remove_phone(call.principal, call.body)

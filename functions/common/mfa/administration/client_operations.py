"""Clients: registered relying applications."""

from types import NoneType

from mfa import errors
from mfa.administration import answers, requests, views
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.http.calls import Call
from mfa.http.declaration import AdministrationOperation
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()


@tasks.carries_out(
    AdministrationOperation(
        id="clients.list",
        route="GET /v1/admin/clients",
        summary="List clients",
        needs=Permission.SEE,
        request=requests.Nothing,
        response=answers.ClientPage,
    )
)
def list_clients(administration: Administration, _call: Call[requests.Nothing, Actor]) -> answers.ClientPage:
    """Every client, by name."""
    return answers.ClientPage([views.client(client) for client in administration.clients.registered()])


@tasks.carries_out(
    AdministrationOperation(
        id="clients.create",
        route="POST /v1/admin/clients",
        summary="Register a client",
        needs=Permission.MANAGE_CLIENTS,
        request=requests.NewClient,
        response=answers.ClientWithSecret,
        status=201,
    )
)
def create_client(administration: Administration, call: Call[requests.NewClient, Actor]) -> answers.ClientWithSecret:
    """Registers a client."""
    return views.client_with_secret(*administration.clients.create(call.principal, call.body))


@tasks.carries_out(
    AdministrationOperation(
        id="clients.rotate",
        route="POST /v1/admin/clients/{id}/rotate",
        summary="Give a client a new secret",
        needs=Permission.MANAGE_CLIENTS,
        request=requests.RotateClient,
        response=answers.ClientWithSecret,
        refusals=(errors.ClientNotFound, errors.Conflict),
    )
)
def rotate_client(administration: Administration, call: Call[requests.RotateClient, Actor]) -> answers.ClientWithSecret:
    """Gives a client a new secret. The old one works for `keep_hours` more."""
    return views.client_with_secret(*administration.clients.rotate(call.principal, call.body.id, call.body.keep_hours))


@tasks.carries_out(
    AdministrationOperation(
        id="clients.end_previous_secret",
        route="DELETE /v1/admin/clients/{id}/previous-secret",
        summary="End the former secret of a client",
        needs=Permission.MANAGE_CLIENTS,
        request=requests.ById,
        response=NoneType,
        status=204,
        refusals=(errors.ClientNotFound, errors.Conflict),
    )
)
def end_previous_secret(administration: Administration, call: Call[requests.ById, Actor]) -> None:
    """Ends the secret that the last rotation left working."""
    administration.clients.end_previous_secret(call.principal, call.body.id)


@tasks.carries_out(
    AdministrationOperation(
        id="clients.patch",
        route="PATCH /v1/admin/clients/{id}",
        summary="Rename a client, or change its legacy mark",
        needs=Permission.MANAGE_CLIENTS,
        request=requests.ClientPatch,
        response=answers.ClientView,
        refusals=(errors.ClientNotFound, errors.Conflict),
    )
)
def patch_client(administration: Administration, call: Call[requests.ClientPatch, Actor]) -> answers.ClientView:
    """Changes a client."""
    return views.client(administration.clients.patch(call.principal, call.body))


@tasks.carries_out(
    AdministrationOperation(
        id="clients.delete",
        route="DELETE /v1/admin/clients/{id}",
        summary="Delete a client",
        needs=Permission.MANAGE_CLIENTS,
        request=requests.ById,
        response=NoneType,
        status=204,
        refusals=(errors.ClientNotFound,),
    )
)
def delete_client(administration: Administration, call: Call[requests.ById, Actor]) -> None:
    """Deletes a client."""
    administration.clients.delete(call.principal, call.body.id)

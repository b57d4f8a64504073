"""Invitations: users are invited, one by one or many at once, to set up a first second factor."""

from types import NoneType

from mfa import errors
from mfa.administration import invitation_answers, requests
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.flows.invite import Invited, Inviter, NotInvited
from mfa.http import enrolment_views
from mfa.http.calls import Call
from mfa.http.declaration import AdministrationOperation
from mfa.http.enrolment_bodies import Deliver, InvitationMade
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()


def _inviter(actor: Actor) -> Inviter:
    return Inviter(actor.name, actor.address, actor=actor)


def _by_mail(actor: Actor, deliver: Deliver) -> bool:
    """Whether the link is mailed. Raises Forbidden where the role may not hand it out: its holder enrols a factor."""
    if deliver != "email":
        actor.refuse_without(Permission.HAND_OUT_ACCESS)
    return deliver == "email"


@tasks.carries_out(
    AdministrationOperation(
        id="invitations.create",
        route="POST /v1/admin/users/{login_name}/invitations",
        summary="Invite a user to set up a first second factor",
        needs=Permission.HELP,
        request=requests.NewInvitation,
        response=InvitationMade,
        status=201,
        refusals=(errors.UserNotFound, errors.Conflict, errors.RateLimited, errors.SettingsIncomplete),
    )
)
def create_invitation(administration: Administration, call: Call[requests.NewInvitation, Actor]) -> InvitationMade:
    """Invites a user, in place of an earlier invitation."""
    asked = call.body
    by_mail = _by_mail(call.principal, asked.deliver)
    return enrolment_views.made(
        administration.invite.create(_inviter(call.principal), asked.login_name, asked.hours, by_mail=by_mail)
    )


@tasks.carries_out(
    AdministrationOperation(
        id="invitations.create_many",
        route="POST /v1/admin/invitations",
        summary="Invite up to a hundred users",
        needs=Permission.HELP,
        request=requests.NewInvitations,
        response=invitation_answers.InvitationReport,
        refusals=(errors.SettingsIncomplete,),
    )
)
def create_invitations(
    administration: Administration, call: Call[requests.NewInvitations, Actor]
) -> invitation_answers.InvitationReport:
    """Invites users one by one. A user who cannot be invited stops no other."""
    asked = call.body
    results = administration.invite.create_many(
        _inviter(call.principal), asked.login_names, asked.hours, by_mail=_by_mail(call.principal, asked.deliver)
    )
    return invitation_answers.InvitationReport(
        invited=sum(not isinstance(result, NotInvited) for result in results),
        results=[_result(result) for result in results],
    )


@tasks.carries_out(
    AdministrationOperation(
        id="invitations.withdraw",
        route="DELETE /v1/admin/users/{login_name}/invitations",
        summary="Withdraw a user's invitation",
        needs=Permission.HELP,
        request=requests.ByName,
        response=NoneType,
        status=204,
        refusals=(errors.UserNotFound, errors.NotFound),
    )
)
def withdraw_invitation(administration: Administration, call: Call[requests.ByName, Actor]) -> None:
    """Ends a user's invitation."""
    administration.invite.withdraw(_inviter(call.principal), call.body.login_name)


def _result(value: Invited | NotInvited) -> invitation_answers.InvitationResult:
    if isinstance(value, NotInvited):
        refusal = invitation_answers.InvitationRefusal(value.refusal.code, str(value.refusal))
        return invitation_answers.InvitationResult(login_name=value.login_name, refusal=refusal)
    made = enrolment_views.made(value)
    return invitation_answers.InvitationResult(
        login_name=value.login_name,
        expires_at=made.expires_at,
        token=made.token,
        url=made.url,
        delivered_to=made.delivered_to,
    )

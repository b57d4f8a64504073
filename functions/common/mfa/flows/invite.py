"""Invites users to enrol a first factor, by a link that is handed out or mailed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from mfa import errors
from mfa.challenges.account import Account
from mfa.flows import ports
from mfa.flows.mail_links import LinkHandover, LinkMail
from mfa.flows.runtime import Runtime
from mfa.messages.link_mails import LinkPurpose
from mfa.times import rfc3339
from mfa.tokens.invitation_tokens import InvitationToken
from mfa.users.actors import Actor
from mfa.users.history import Event, EventType
from mfa.users.invitations import HOURS, Invitation
from mfa.users.user import Kind, User, canonical_login_name, existing_login_names, mask_email

# Another change came in between: the user is read and judged anew.
INVITE_TRIES = 4
# An administrator invites so many users in one request.
AT_ONCE = 100
# The last users of a request that takes longer are refused, so that the answer with the links of the others arrives.
ENOUGH_SECONDS = 12
_HOUR = 3600


class Invitations(Protocol):
    """Writes invitations."""

    def invite(self, user: User, invitation: Invitation, event: Event, mailed: Invitation | None) -> None: ...
    def withdraw(self, login_name: str, invitation: Invitation, event: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class Inviter:
    """The inviter: an administrator, `iam` or a relying application, from an address.

    Attributes:
        name: as histories name it.
        address: the source address of the request, if there was one.
        backup_only: whether only backup users are known to it.
        actor: the administrator, whose role decides; None for a relying application.
    """

    name: str
    address: str | None
    backup_only: bool = False
    actor: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A user who was invited.

    Attributes:
        login_name: as stored.
        expires_at: when the invitation ends, in seconds since 1970.
        token: the secret of the link, or None if it was mailed: then nobody else sees it.
        url: the link, or None.
        delivered_to: the mailbox, masked, or None.
    """

    login_name: str
    expires_at: float
    token: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    delivered_to: str | None = None


@dataclass(frozen=True, slots=True)
class NotInvited:
    """A user of many who was not invited, and why."""

    login_name: str
    refusal: errors.Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Makes and withdraws invitations."""

    accounts: ports.InvitedAccounts
    invitations: Invitations
    handover: LinkHandover
    invited: Callable[[], None]
    runtime: Runtime

    def create(self, by: Inviter, login_name: str, hours: int = HOURS, *, by_mail: bool = False) -> Invited:
        """Invites a user, in place of an earlier invitation.

        Raises UserNotFound; Forbidden for a system user unless an owner asks; Conflict for a user who is disabled or has a usable
        factor; InvalidRequest and SettingsIncomplete where mail cannot be sent, and RateLimited where enough was sent today.
        """
        if by_mail:
            self.refuse_without_sender()
        for _ in range(INVITE_TRIES):
            account = self._account(by, login_name)
            user = who_can_enrol(account, by_mail=by_mail)
            now = self.runtime.clock()
            token = InvitationToken.new(user.login_name, self.runtime.random_bytes(32))
            invitation = Invitation(
                user_created_at=user.created_at,
                digest=token.digest,
                expires_at=now + hours * _HOUR,
                at=now,
                by=by.name,
            )
            sent_to = {"to": mask_email(user.contact_email or "")} if by_mail else {}
            event = self._event(by, EventType.INVITED, now, {"expires_at": rfc3339(invitation.expires_at), **sent_to})
            before = account.invitation or Invitation()
            try:
                self.invitations.invite(user, invitation, event, before if by_mail else None)
            except errors.PreconditionFailed:
                continue
            self.invited()
            return self._handed_out(user, token, invitation, event, by_mail=by_mail)
        raise errors.TemporarilyUnavailable

    def create_many(
        self, by: Inviter, login_names: Sequence[str], hours: int = HOURS, *, by_mail: bool = False
    ) -> list[Invited | NotInvited]:
        """Invites users one by one; a user who cannot be invited stops no other.

        Raises InvalidRequest if a user is named twice: the second invitation would end the first.
        """
        if len({canonical_login_name(each) for each in login_names}) < len(login_names):
            raise errors.InvalidRequest("login_names", "must name each user once")
        if by_mail:
            self.refuse_without_sender()
        enough_at = self.runtime.clock() + ENOUGH_SECONDS
        results: list[Invited | NotInvited] = []
        for login_name in login_names:
            try:
                if self.runtime.clock() >= enough_at:
                    raise errors.TemporarilyUnavailable("There was no time for this user. Try again.")
                results.append(self.create(by, login_name, hours, by_mail=by_mail))
            except errors.Refusal as refusal:
                results.append(NotInvited(login_name, refusal))
        return results

    def withdraw(self, by: Inviter, login_name: str) -> None:
        """Ends the user's invitation. Raises UserNotFound, and NotFound if none is live."""
        for _ in range(INVITE_TRIES):
            account = self._account(by, login_name)
            user, invitation, now = account.existing_user, account.invitation, self.runtime.clock()
            if invitation is None or not invitation.is_live(user, now):
                raise errors.NotFound("The user has no invitation that could be used.")
            event = self._event(by, EventType.INVITATION_WITHDRAWN, now, {})
            try:
                return self.invitations.withdraw(user.login_name, invitation, event)
            except errors.PreconditionFailed:
                continue
        raise errors.TemporarilyUnavailable

    def refuse_without_sender(self) -> None:
        """Raises SettingsIncomplete if no mail can be sent."""
        if self.runtime.settings().email_sender is None:
            raise errors.SettingsIncomplete("Mail is not set up: set email_sender.")

    def _account(self, by: Inviter, login_name: str) -> Account:
        """The user. Raises UserNotFound, for a client also where it is an administrator, and Forbidden as `actor` does."""
        for name in existing_login_names(login_name):
            account = self.accounts.load_invited_account(name)
            if account.user is not None and not (by.backup_only and account.user.kind is not Kind.BACKUP):
                if by.actor is not None:
                    by.actor.refuse_to_touch(account.user)
                return account
        raise errors.UserNotFound

    def _handed_out(
        self, user: User, token: InvitationToken, invitation: Invitation, event: Event, *, by_mail: bool
    ) -> Invited:
        if not by_mail or user.contact_email is None:
            return Invited(
                login_name=user.login_name,
                expires_at=invitation.expires_at,
                token=token.text,
                url=token.url(self.runtime.issuer()),
            )
        self.handover.hand_over_link(
            LinkMail(
                id=event.id,
                purpose=LinkPurpose.INVITATION,
                login_name=user.login_name,
                locale=user.locale,
                address=user.contact_email,
                token=token.text,
                expires_at=invitation.expires_at,
            )
        )
        return Invited(
            login_name=user.login_name,
            expires_at=invitation.expires_at,
            delivered_to=mask_email(user.contact_email),
        )

    def _event(self, by: Inviter, type_: EventType, now: float, detail: dict[str, Any]) -> Event:
        noted = detail if by.actor is None else by.actor.noted(detail)
        return self.runtime.event(type_, now, actor=by.name, address=by.address, detail=noted)


def who_can_enrol(account: Account, *, by_mail: bool) -> User:
    """The user, if an invitation may let them enrol. Raises Conflict, and InvalidRequest if it cannot be mailed."""
    user = account.existing_user
    if not user.active:
        raise errors.Conflict("The user is disabled.")
    if account.has_usable_factor:
        raise errors.Conflict("The user has a second factor already.")
    if by_mail and not user.contact_email:
        raise errors.InvalidRequest("deliver", "cannot be email: the user has no contact email")
    return user

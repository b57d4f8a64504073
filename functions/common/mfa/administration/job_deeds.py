"""The deed of a job on one user: judged for the dry run, and done by the same code as for a single user."""

from collections.abc import Callable
from dataclasses import dataclass

from mfa import errors
from mfa.administration.requests import UserPatch
from mfa.administration.user_changes import UserAdministration
from mfa.challenges.account import Account
from mfa.challenges.challenge import UNREADABLE
from mfa.flows.invite import Invite, Inviter, who_can_enrol
from mfa.users.actors import Actor
from mfa.users.invitations import HOURS
from mfa.users.jobs import Job, JobDeed
from mfa.users.user import UserStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDeeds:
    """Does deeds, each on one user."""

    users: UserAdministration
    invite: Invite
    clock: Callable[[], float]

    def would_change(self, actor: Actor, job: Job, account: Account) -> bool:
        """Whether the deed would change this user, who was read with the tries at the password.

        Writes nothing. Raises what refuses the deed. Nobody changes themselves with many others: they would not see it coming.
        """
        user = account.existing_user
        actor.refuse_to_touch(user)
        if user.login_name == actor.name:
            raise errors.Forbidden("This is your own user. Change it by itself.")
        match job.deed:
            case JobDeed.INVITE:
                who_can_enrol(account, by_mail=True)
                return True
            case JobDeed.UNLOCK:
                return self._is_locked(account)
            case JobDeed.DELETE:
                self.users.refuse_deletion(actor, user)
                return True
            case _:
                patch = _patch(job, user.login_name)
                changes = self.users.would_change(actor, account, patch)
                if changes and job.deed is JobDeed.MFA_ON and not (patch.insist or account.has_usable_factor):
                    raise errors.NoPhone("The user has no usable second factor, and could not log in any more.")
                return changes

    def carry_out(self, actor: Actor, job: Job, account: Account) -> None:
        """Does the deed to this user, if nobody has changed the user since. Raises what refuses it, PreconditionFailed for a changed user."""
        user = account.existing_user
        match job.deed:
            case JobDeed.INVITE:
                by = Inviter(actor.name, actor.address, actor=actor)
                self.invite.create(by, user.login_name, job.parameters.hours or HOURS, by_mail=True)
            case JobDeed.UNLOCK:
                self.users.unlock(actor, user.login_name)
            case JobDeed.DELETE:
                self.users.delete(actor, user.login_name, user.etag)
            case _:
                self.users.patch(actor, _patch(job, user.login_name), user.etag)

    def _is_locked(self, account: Account) -> bool:
        limits = self.users.stored_settings().settings.passwords
        return (
            account.challenge == UNREADABLE
            or account.challenge.locked_until(self.clock()) is not None
            or account.tries.is_stopped(limits)
        )


def _patch(job: Job, login_name: str) -> UserPatch:
    """The change that the deed is, where it changes the profile."""
    values = job.parameters
    match job.deed:
        case JobDeed.MFA_ON:
            return UserPatch(login_name, mfa_enabled=True, insist=values.insist)
        case JobDeed.MFA_OFF:
            return UserPatch(login_name, mfa_enabled=False)
        case JobDeed.DISABLE:
            return UserPatch(login_name, status=UserStatus.DISABLED)
        case JobDeed.ENABLE:
            return UserPatch(login_name, status=UserStatus.ACTIVE)
        case JobDeed.SET_OWNER:
            return UserPatch(login_name, owner=values.owner)
        case _:
            return UserPatch(login_name, locale=values.locale)

"""Opens an enrolment: an invitation is exchanged for a token that lets its user register a first factor."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from mfa import errors
from mfa.challenges.account import Account
from mfa.flows import ports
from mfa.flows.runtime import Runtime
from mfa.tokens.enrolment_tokens import ENROLMENT_SECONDS, EnrolmentToken
from mfa.tokens.invitation_tokens import InvitationToken
from mfa.users.history import Event, EventType
from mfa.users.user import Kind, User

if TYPE_CHECKING:
    from mfa.tokens.token_keys import TokenSecrets


class LoginHistory(Protocol):
    """Writes what happened at a login into its actor's history."""

    def record_login(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class OpenedEnrolment:
    """The token, whose it is, and its end in seconds since 1970."""

    token: str = field(repr=False)
    login_name: str
    expires_at: float


def enrolment_of(user: User, jti: str, now: float, *, ends_at: float, invitation: str | None) -> EnrolmentToken:
    """The token by which this user may enrol, for ENROLMENT_SECONDS at most."""
    return EnrolmentToken(
        login_name=user.login_name,
        kind=user.kind,
        credentials_changed_at=user.credentials_changed_at,
        jti=jti,
        issued_at=now,
        expires_at=min(now + ENROLMENT_SECONDS, ends_at),
        invitation=invitation,
    )


class OpenEnrolment(Struct, frozen=True, kw_only=True):
    """Takes invitations. An invitation is not used up here, but by the first factor: a link may be opened again.

    Attributes:
        accounts: reads users with factors and invitation.
        token_secrets: the private keys of signed tokens, at most 30 s old. Raises TemporarilyUnavailable.
        runtime: time and randomness.
    """

    accounts: ports.InvitedAccounts
    token_secrets: "Callable[[], TokenSecrets]"
    runtime: Runtime

    def open(self, invitation: str) -> OpenedEnrolment:
        """The enrolment of this invitation.

        Raises InvalidToken, whatever is wrong: it is unknown, used, withdrawn or over, or its user is disabled, deleted, or
        has a factor meanwhile.
        """
        from mfa.tokens.signed_tokens import write_enrolment_token  # noqa: PLC0415 - other requests make no token

        given, now = InvitationToken.read(invitation), self.runtime.clock()
        account = self.accounts.load_invited_account(given.login_name)
        user, ends_at = _invited(account, given, now)
        jti = self.runtime.random_bytes(16).hex()
        token = enrolment_of(user, jti, now, ends_at=ends_at, invitation=given.digest.hex())
        return OpenedEnrolment(write_enrolment_token(self.token_secrets(), token), user.login_name, token.expires_at)


class EnrolAtLogin(Struct, frozen=True, kw_only=True):
    """Lets backup users enrol by their password, if they have nothing else and the setting is on.

    An administrator is not let in like this: another one can invite them.

    Attributes:
        history: writes that it happened.
        tell: tells the user.
        token_secrets: the private keys of signed tokens, at most 30 s old. Raises TemporarilyUnavailable.
        runtime: settings, time and randomness.
    """

    history: LoginHistory
    tell: Callable[[Account, Event], None]
    token_secrets: "Callable[[], TokenSecrets]"
    runtime: Runtime

    def begun(self, account: Account, address: str, now: float) -> OpenedEnrolment | None:
        """The enrolment of a user who has passed the password, or None for one who needs none or may not."""
        user, is_on = account.existing_user, self.runtime.settings().enrolment_at_login
        if not (is_on and user.mfa_enabled and user.kind is Kind.BACKUP):
            return None
        if not account.holds_only_password(now):
            return None
        from mfa.tokens.signed_tokens import write_enrolment_token  # noqa: PLC0415 - other requests make no token

        event = self.runtime.event(EventType.ENROLMENT_STARTED, now, actor=user.login_name, address=address)
        self.history.record_login(event)
        self.tell(account, event)
        jti = self.runtime.random_bytes(16).hex()
        token = enrolment_of(user, jti, now, ends_at=now + ENROLMENT_SECONDS, invitation=None)
        return OpenedEnrolment(write_enrolment_token(self.token_secrets(), token), user.login_name, token.expires_at)


def _invited(account: Account, given: InvitationToken, now: float) -> tuple[User, float]:
    """The user whom this token invites, and until when. Raises InvalidToken."""
    user, kept = account.user, account.invitation
    if user is None or kept is None or not hmac.compare_digest(kept.digest, given.digest):
        raise errors.InvalidToken
    if not kept.is_live(user, now) or not user.active or account.has_usable_factor:
        raise errors.InvalidToken
    return user, kept.expires_at

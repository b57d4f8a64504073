"""A forgotten password, second step: the link is followed, on whatever device. It is not used up by that."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from mfa import errors
from mfa.challenges.account import Account
from mfa.factors.factors import Proof
from mfa.flows.log_in import LogIn, SecondFactorNeeded
from mfa.flows.runtime import Runtime
from mfa.tokens.reset_tokens import RESET_SECONDS, ResetLink, ResetToken
from mfa.users.password_resets import PasswordReset
from mfa.users.user import Kind

if TYPE_CHECKING:
    from mfa.tokens.token_keys import TokenSecrets


class Found(Protocol):
    """A name's link, if it has one, and its account."""

    @property
    def reset(self) -> PasswordReset | None: ...
    @property
    def complete(self) -> Callable[[], Account]: ...


class FollowedResets(Protocol):
    """Finds links."""

    def find(self, login_name: str) -> Found: ...


@dataclass(frozen=True, slots=True)
class MayReset:
    """Another password may be set: the reset token, and its end in seconds since 1970."""

    token: str = field(repr=False)
    expires_at: float


class OpenReset(Struct, frozen=True, kw_only=True):
    """Opens links.

    Attributes:
        resets: finds them.
        log_in: asks for a second factor.
        token_secrets: the private keys of signed tokens, at most 30 s old. Raises TemporarilyUnavailable.
        runtime: time.
    """

    resets: FollowedResets
    log_in: LogIn
    token_secrets: "Callable[[], TokenSecrets]"
    runtime: Runtime

    def open(self, text: str) -> SecondFactorNeeded | MayReset:
        """Asks for a second factor if the user has one, whether or not MFA is on; else the mailbox is enough.

        A phone that was verified and is marked unusable asks for one too: a message that the link lets its holder send may have
        marked it. So do recovery codes. For an administrator the mailbox is never enough. Raises InvalidToken, whatever is wrong: the link is unknown, over or used, a newer one was asked
        for, or the user was changed, disabled or deleted since.
        """
        from mfa.tokens.signed_tokens import write_reset_token  # noqa: PLC0415 - other requests make no token

        link, now = ResetLink.read(text), self.runtime.clock()
        found = self.resets.find(link.login_name)
        # The account is decoded only for the holder of the link: otherwise the time would tell what is there.
        if found.reset is None or not found.reset.is_opened_by(link.digest, now):
            raise errors.InvalidToken
        account = found.complete()
        user = account.user
        # A user without a password logs in by another service, which knows how to reset its own.
        if user is None or user.password_hash is None or not found.reset.is_for(user):
            raise errors.InvalidToken
        if not account.holds_only_password(now):
            return self.log_in.second_factor(account, user, now, reset=link.digest.hex())
        if user.kind is Kind.SYSTEM:
            raise errors.InvalidToken
        token = ResetToken.of(user, link.digest.hex(), [Proof.EMAIL.value], now + RESET_SECONDS)
        return MayReset(write_reset_token(self.token_secrets(), token), token.expires_at)

"""Proves factors that send no message: an authenticator app, a recovery code, a temporary access code.

They complete a login, and spend the same attempts as passcodes. An action is confirmed by a message that names it.
"""

from collections.abc import Callable
from copy import replace
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mfa import errors
from mfa.challenges.account import Account
from mfa.challenges.challenge import Challenge, ChallengeRefused, Guess
from mfa.challenges.confirmations import FactorConfirmation
from mfa.challenges.factor_codes import FACTOR_CODES, FactorHolder
from mfa.challenges.factor_proofs import COUNTED_AS, FactorProof, FactorUsed
from mfa.challenges.guesses import refused_guesses
from mfa.challenges.sends import Caller, limits_of
from mfa.factors.factors import Factor, Proof
from mfa.flows import ports
from mfa.flows.approvals import Approval, Approvals, Attempt
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.device_trust import DeviceWish
from mfa.flows.runtime import Runtime
from mfa.messages.channels import DEFAULT
from mfa.messages.notice_texts import AccountChange
from mfa.tokens.access_tokens import Signer
from mfa.tokens.factor_keys import FactorKeys
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import EventType

if TYPE_CHECKING:
    from mfa.tokens.token_keys import TokenSecrets

# Other requests of the user may come in between a read and a write.
_TRIES = 4
# What the user is told of a factor that stands in for another.
_USED = {
    Factor.RECOVERY_CODE: AccountChange.RECOVERY_CODE_USED,
    Factor.TEMPORARY_CODE: AccountChange.TEMPORARY_CODE_USED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveFactor:
    """Checks the codes of factors.

    Attributes:
        accounts: reads users with their factors.
        attempts: counts wrong codes and locks.
        proofs: claims attempts and confirms proofs.
        factor_keys: the factor keys, at most 30 s old. Raises TemporarilyUnavailable.
        notices: tells users of a code that stood in for another factor.
        signer: signs access tokens.
        token_secrets: the private keys of reset tokens, at most 30 s old. Raises TemporarilyUnavailable.
        runtime: settings, keys, time and randomness.
    """

    accounts: ports.FactorAccounts
    attempts: ports.Attempts
    proofs: ports.FactorProofs
    factor_keys: Callable[[], FactorKeys]
    notices: ChangeNotices
    signer: Signer
    token_secrets: "Callable[[], TokenSecrets]"
    runtime: Runtime

    def prove(
        self, login: MfaToken, factor: Factor, typed: str, caller: Caller, wish: DeviceWish | None = None
    ) -> Approval:
        """Completes the login if the code is right, as `Approvals.prove`.

        Raises Forbidden for an action's token, InvalidRequest for text that cannot be such a code and for a factor that the
        user has not set up, which cost no attempt, InvalidToken, TooManyAttempts and InvalidCode.
        """
        if login.action is not None and not factor.traits.for_actions:
            raise errors.Forbidden("An action is confirmed by a message that names it.")
        digits = FACTOR_CODES[factor].typed(typed)
        account = self.accounts.load_account_with_factors(login.login_name)
        account.refuse_outdated(login)
        holder = FactorHolder(
            login_name=login.login_name, held=account.factors, keys=self.factor_keys(), now=self.runtime.clock()
        )
        if not account.existing_user.can_use(factor) or not FACTOR_CODES[factor].is_set_up(holder):
            raise errors.InvalidRequest("method", f"must be set up first: this user has not got {factor.traits.label}")
        code = _FactorCode(flow=self, login=login, factor=factor, digits=digits, account=account, holder=holder)
        approvals = Approvals(
            accounts=self.accounts,
            attempts=self.attempts,
            signer=self.signer,
            token_secrets=self.token_secrets,
            runtime=self.runtime,
        )
        approval = approvals.prove(login, code, caller, wish)
        if factor is not Factor.RECOVERY_CODE:
            return approval
        return replace(approval, recovery_codes_remaining=len(code.left))


@dataclass(frozen=True, slots=True, kw_only=True)
class _FactorCode:
    """A code of a factor that was typed: a `TypedCode`.

    Attributes:
        flow: the parts that it is judged with.
        login: the MFA token's login.
        factor: the kind of factor.
        digits: the code.
        account: the user with factors, as read before the attempt was claimed.
        holder: the user as the code is judged.
    """

    flow: ProveFactor = field(repr=False)
    login: MfaToken
    factor: Factor
    digits: str = field(repr=False)
    account: Account = field(repr=False)
    holder: FactorHolder = field(repr=False)

    @property
    def action(self) -> None:
        """It approves none."""
        return None

    @property
    def method(self) -> str:
        """The factor."""
        return self.factor.value

    @property
    def left(self) -> frozenset[bytes]:
        """The recovery codes that are left without this one."""
        proof = self._proof
        return self.holder.held.recovery_codes_left - ({proof.held} if proof else frozenset())

    @property
    def _proof(self) -> FactorProof | None:
        return FACTOR_CODES[self.factor].matching(self.holder, self.digits)

    def claim(self, guess: Guess) -> Challenge:
        """Spends an attempt. A lock that another request ends meanwhile is no reason to refuse."""
        read, settings = self.account.challenge, self.flow.runtime.settings()
        limits = limits_of(settings, DEFAULT)
        for _ in range(_TRIES):
            try:
                return self.flow.proofs.claim_proof(self.login, read, limits, guess)
            except ChallengeRefused as refused:
                read = refused.challenge
                is_known = guess.keyed is not None and guess.keyed.key in (read.attempts or {})
                if is_known or read.locked_until(guess.at, limits.max_failures) is not None:
                    raise
        raise errors.TemporarilyUnavailable

    def answers_again(self, challenge: Challenge) -> bool:
        """Whatever became of the challenge: this attempt is at a factor."""
        return True

    def why_not_claimed(self, challenge: Challenge, now: float) -> errors.Refusal:
        """The user is locked."""
        try:
            challenge.refuse_locked(now, self.flow.runtime.settings().max_invalid_attempts)
        except errors.Refusal as refusal:
            return refusal
        return errors.TemporarilyUnavailable()

    def is_right(self, challenge: Challenge) -> bool:
        """Whether it is a code of the factor, and was not used."""
        return self._proof is not None

    def wrong(self, challenge: Challenge, members: dict[str, Any]) -> errors.Refusal:
        """It is wrong, or was used."""
        return errors.InvalidCode(**members)

    def proves(self, challenge: Challenge) -> Factor:
        """The factor."""
        return self.factor

    def amr(self, challenge: Challenge) -> list[str]:
        """The password and the factor."""
        proof = self.factor.traits.amr
        return [Proof.PASSWORD.value, *([proof.value] if proof else [])]

    def region(self, challenge: Challenge) -> str:
        """No message took part."""
        return COUNTED_AS

    def event_fields(self, challenge: Challenge) -> dict[str, Any]:
        """Neither a phone nor a challenge."""
        return {}

    def confirm(self, attempt: Attempt) -> None:
        """Uses the factor, and tells the user if it stands in for another."""
        proof = self._proof
        if proof is None:
            raise FactorUsed
        challenge, guesses = attempt.challenge, (*attempt.challenge.guesses, attempt.guess)
        if attempt.repeated:
            challenge = self.flow.accounts.load_challenge(self.login.login_name)
            guesses = challenge.guesses
        for _ in range(_TRIES):
            confirmation = self._confirmation(attempt, proof, challenge, guesses)
            try:
                self.flow.proofs.confirm_proof(confirmation)
            except FactorUsed:
                self._raise_if_repeated(attempt)
                raise
            except ChallengeRefused as refused:  # another request has moved the wrong attempts
                challenge, guesses = refused.challenge, refused.challenge.guesses
            else:
                return self._tell(confirmation)
        raise errors.TemporarilyUnavailable

    def why_not_confirmed(self, challenge: Challenge, attempt: Attempt) -> errors.Refusal:
        """`confirm` tries again for as long as that helps."""
        return errors.TemporarilyUnavailable()

    def give_back(self, attempt: Attempt) -> None:
        """Takes the attempt back."""
        self.flow.proofs.give_proof_back(self.login.login_name, attempt.challenge, attempt.guess)

    def _confirmation(
        self, attempt: Attempt, proof: FactorProof, challenge: Challenge, guesses: tuple[Guess, ...]
    ) -> FactorConfirmation:
        """The write of the approval. `guesses` are the attempts in the item, this one among them."""
        login, random_bytes = self.login, self.flow.runtime.random_bytes
        own = next((place for place, guess in enumerate(guesses) if _is_of(attempt, guess)), None)
        moved = () if own is None else guesses[:own]
        event = attempt.event(
            self.flow.runtime, EventType.APPROVED, login.client_id or login.login_name, attempt.device.detail
        )
        return FactorConfirmation(
            login=login,
            proof=proof,
            challenge=challenge,
            guess=attempt.guess,
            moved=moved,
            first=None if own is None else guesses[0],
            events=[
                *refused_guesses(
                    replace(challenge, guesses=moved), login.login_name, random_bytes, notable=event.notable
                ),
                event,
            ],
            logged_in_at=attempt.logged_in_at(self.flow.runtime.clock()),
            devices=attempt.device.change,
        )

    def _raise_if_repeated(self, attempt: Attempt) -> None:
        """Raises ChallengeRefused if the same request, made twice at once, has used the factor."""
        keyed = attempt.guess.keyed
        if keyed is not None:
            fresh = self.flow.accounts.load_challenge(self.login.login_name)
            if fresh.approved_key == keyed.key:
                raise ChallengeRefused(fresh)

    def _tell(self, confirmation: FactorConfirmation) -> None:
        change = _USED.get(self.factor)
        if change is not None:
            self.flow.notices.account_changed(self.account, change, confirmation.events[-1])


def _is_of(attempt: Attempt, guess: Guess) -> bool:
    """Whether the item's element is this attempt. A repeated request may come from another address."""
    own = attempt.guess
    return guess.at == own.at and (attempt.repeated or (guess.address, guess.method) == (own.address, own.method))

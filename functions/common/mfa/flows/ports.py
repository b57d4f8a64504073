"""The Protocols that the flows depend on, one for each idea. The store, the senders and the signer satisfy them."""

from collections.abc import Sequence
from typing import Protocol

from mfa.challenges.account import Account, LoginAccount
from mfa.challenges.actions import Action, ActionEnd
from mfa.challenges.budgets import Charge, Cost
from mfa.challenges.challenge import Challenge, Delivery, Guess, Limits
from mfa.challenges.confirmations import Confirmation, FactorConfirmation
from mfa.challenges.fraud_budgets import FraudDecision
from mfa.challenges.password_tries import PasswordTry
from mfa.challenges.sends import Outcome, Receipt, Send
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import Event
from mfa.users.password_costs import CostsInUse
from mfa.users.user import User


class Accounts(Protocol):
    """Reads users with their phones and challenge."""

    def load_account(self, login_name: str, action_id: str | None = None) -> Account: ...
    def load_account_with_tries(self, login_name: str) -> Account: ...
    def load_challenge(self, login_name: str) -> Challenge: ...


class InvitedAccounts(Protocol):
    """Reads users with their factors and invitation."""

    def load_invited_account(self, login_name: str) -> Account: ...


class Sessions(Protocol):
    """Reads the accounts behind access tokens."""

    def load_own_account(self, login_name: str, token_id: str) -> Account | None: ...


class Logins(Protocol):
    """Reads users for a login, and counts tries at passwords and legacy logins."""

    def load_account_with_factors(self, login_name: str) -> Account: ...
    def load_account_for_login(self, login_name: str, address: str, now: float) -> LoginAccount: ...
    def replace_password_hash(self, user: User, password_hash: str) -> None: ...
    def claim_password_try(self, attempt: PasswordTry) -> bool: ...
    def record_wrong_password(self, attempt: PasswordTry, event: Event) -> None: ...
    def record_right_password(self, attempt: PasswordTry) -> None: ...
    def record_login(self, event: Event) -> None: ...
    def record_seen(self, login_name: str, at: float) -> None: ...
    def record_legacy_login(self, user: User, client_version: str, event: Event) -> bool: ...


class PasswordChecks(Protocol):
    """Checks passwords."""

    def matches(self, password_hash: str | None, password: str, in_use: CostsInUse) -> bool:
        """Whether this is the password. None, for an unknown user, never matches. Every refusal takes as long."""

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash is not of today's kind."""

    def hash(self, password: str) -> str:
        """The password's hash of today's kind."""


class SendOutcomes(Protocol):
    """Writes what became of sends."""

    def record_delivery(self, receipt: Receipt, delivery: Delivery, feedback_id: str = "") -> bool: ...
    def record_arrival(self, receipt: Receipt, event: Event) -> bool: ...
    def record_refused(
        self, receipt: Receipt, outcome: Outcome, event: Event, *, ends_cooldown: bool, new_shard: int | None = None
    ) -> bool: ...


class PhoneTestOutcomes(Protocol):
    """Writes what became of test messages."""

    def record_outcome(self, receipt: Receipt, outcome: Outcome, event: Event | None) -> bool: ...


class Decisions(Protocol):
    """Writes the messages that went beyond a fraud budget, or would have."""

    def record_decision(self, login_name: str, decision: FraudDecision, event: Event) -> None: ...


class Sends(SendOutcomes, Decisions, Protocol):
    """Claims sends and writes what became of them."""

    def open_challenge(self, account: Account, send: Send, charges: Sequence[Charge]) -> Charge: ...
    def charge_notice(self, charges: Sequence[Charge], cost: Cost, now: float) -> Charge: ...


class Actions(Protocol):
    """Reads and writes actions."""

    def load_action(self, action_id: str) -> Action | None: ...
    def open_action(self, action: Action, event: Event) -> None: ...
    def deny(self, action: Action, end: ActionEnd) -> None: ...
    def redeem(self, action: Action, client_id: str, end: ActionEnd) -> None: ...
    def record(self, login_name: str, event: Event) -> None: ...


class Attempts(Protocol):
    """Claims attempts and confirms approvals."""

    def claim_attempt(self, login: MfaToken, challenge_id: str, guess: Guess) -> Challenge: ...
    def give_attempt_back(self, login_name: str, challenge: Challenge, guess: Guess) -> None: ...
    def record_wrong_code(self, region: str, now: float) -> None: ...
    def record_lock(self, login_name: str, event: Event, region: str) -> None: ...
    def confirm(self, confirmation: Confirmation) -> None: ...


class FactorAccounts(Accounts, Protocol):
    """Reads users with their factors."""

    def load_account_with_factors(self, login_name: str) -> Account: ...


class FactorProofs(Protocol):
    """Claims attempts at factors that send no message, and confirms their proofs."""

    def claim_proof(self, login: MfaToken, read: Challenge, limits: Limits, guess: Guess) -> Challenge: ...
    def give_proof_back(self, login_name: str, challenge: Challenge, guess: Guess) -> None: ...
    def confirm_proof(self, confirmation: FactorConfirmation) -> None: ...


class Messenger(Protocol):
    """Sends to phones."""

    def check(self, channel: Channel, region: str, *, verified: bool) -> None:
        """Raises SettingsIncomplete if the channel is not set up, DestinationBlocked if no route leads to the region.

        Raises SmsUnavailable while every provider of the region refuses us, or an administrator has stopped messages to the
        phone. `verified`: whether that was verified before.
        """

    def send(self, outgoing: Outgoing) -> Outcome:
        """Sends one message, or calls, once. Raises nothing."""


class Mailer(Protocol):
    """Sends mail."""

    def send(self, sender: str, outgoing: Outgoing) -> Outcome:
        """Sends one mail, once. Raises nothing."""

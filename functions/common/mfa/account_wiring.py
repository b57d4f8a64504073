"""Builds the parts of logins, passwords and people's own accounts."""

# ruff: noqa: PLC0415 - imports inside functions keep cold starts short

import os
from functools import cached_property
from typing import TYPE_CHECKING

from mfa.aws.clients import boto3_client
from mfa.environment import Environment
from mfa.instrumented import MeteredFeedback, MeteredHandover

if TYPE_CHECKING:
    from mfa.aws.handover import LambdaHandover
    from mfa.flows.ask_reset import AskReset
    from mfa.flows.change_notices import ChangeNotices
    from mfa.flows.check_password import CheckPassword
    from mfa.flows.client_access import ClientAccess
    from mfa.flows.enrol import EnrolAtLogin
    from mfa.flows.log_in import LogIn
    from mfa.flows.new_passwords import NewPasswords
    from mfa.flows.open_reset import OpenReset
    from mfa.flows.own_account import OwnAccounts
    from mfa.flows.own_changes import OwnChanges
    from mfa.flows.own_email import OwnEmail
    from mfa.flows.own_factors import OwnFactors
    from mfa.flows.own_password import OwnPassword
    from mfa.flows.own_phones import OwnPhones
    from mfa.flows.reset_password import ResetPassword
    from mfa.flows.runtime import Runtime
    from mfa.flows.user_access import UserAccess
    from mfa.store.resets import ResetStore
    from mfa.store.sessions import SessionStore
    from mfa.tokens.access_token_checks import AccessTokenChecks


class AccountWiring(Environment):
    """The parts of logins, passwords and people's own accounts."""

    @cached_property
    def runtime(self) -> "Runtime":
        """Settings, keys, time and randomness, as every flow is given them."""
        from mfa.flows.runtime import Runtime

        return Runtime(
            settings=self.settings,
            prices=lambda: self.settings_as_stored().prices(),
            thresholds=lambda: self.settings_as_stored().thresholds,
            keys=self.keys,
            issuer=self.issuer,
            clock=self.clock,
            random_below=self.random_below,
            random_bytes=self.random_bytes,
        )

    @cached_property
    def log_in(self) -> "LogIn":
        """The first factor."""
        from mfa.flows.log_in import LogIn
        from mfa.users.passwords import PasswordHashes

        return LogIn(
            accounts=self.account_store,
            check_password=self._check_password,
            passwords=PasswordHashes(),
            enrol=self._enrol_at_login,
            token_secrets=self.token_secrets,
            paused=lambda now: self.settings_as_stored().paused(now),
            signer=self.signer,
            runtime=self.runtime,
        )

    @cached_property
    def _enrol_at_login(self) -> "EnrolAtLogin":
        from mfa.flows.enrol import EnrolAtLogin

        return EnrolAtLogin(
            history=self.account_store,
            # Built when the first notice goes out: few logins need it.
            tell=lambda account, event: self._change_notices.enrolment_started(account, event),
            token_secrets=self.token_secrets,
            runtime=self.runtime,
        )

    @cached_property
    def _check_password(self) -> "CheckPassword":
        from mfa.flows.check_password import CheckPassword
        from mfa.users.passwords import PasswordHashes

        return CheckPassword(
            accounts=self.account_store,
            passwords=PasswordHashes(),
            costs_in_use=self.costs_in_use,
            runtime=self.runtime,
        )

    @cached_property
    def user_access(self) -> "UserAccess":
        """Lets users in by their access tokens."""
        from mfa.flows.user_access import UserAccess

        return UserAccess(
            tokens=self._access_tokens,
            sessions=self._session_store,
            registered=self.client_access.registered,
            issuer=self.issuer,
        )

    @cached_property
    def _session_store(self) -> "SessionStore":
        from mfa.store.sessions import SessionStore

        return SessionStore(self._table)

    @cached_property
    def own_password(self) -> "OwnPassword":
        """Changes users' own passwords."""
        from mfa.flows.own_password import OwnPassword

        return OwnPassword(
            accounts=self.account_store,
            users=self._user_store,
            check_password=self._check_password,
            passwords=self._new_passwords,
            notices=self._change_notices,
            runtime=self.runtime,
        )

    @cached_property
    def ask_reset(self) -> "AskReset":
        """Takes requests for a link to another password."""
        from mfa.flows.ask_reset import AskReset

        return AskReset(resets=self._reset_store, handover=self._link_handover, runtime=self.runtime)

    @cached_property
    def open_reset(self) -> "OpenReset":
        """Opens links to another password."""
        from mfa.flows.open_reset import OpenReset

        return OpenReset(
            resets=self._reset_store, log_in=self.log_in, token_secrets=self.token_secrets, runtime=self.runtime
        )

    @cached_property
    def reset_password(self) -> "ResetPassword":
        """Sets forgotten passwords anew."""
        from mfa.flows.reset_password import ResetPassword

        return ResetPassword(
            accounts=self.account_store,
            users=self._user_store,
            passwords=self._new_passwords,
            notices=self._change_notices,
            token_keys=self.token_keys,
            runtime=self.runtime,
        )

    @cached_property
    def _reset_store(self) -> "ResetStore":
        from mfa.store.ledger import Ledger
        from mfa.store.resets import ResetStore

        return ResetStore(self._table, Ledger(self._table, self._counters))

    @cached_property
    def own_accounts(self) -> "OwnAccounts":
        """The part of an account that its user sees and changes."""
        from mfa.flows.own_account import OwnAccounts
        from mfa.store.histories import Histories

        return OwnAccounts(
            accounts=self.account_store,
            profiles=self._user_store,
            history=Histories(self._table),
            paused=lambda now: self.settings_as_stored().paused(now),
            notices=self._change_notices,
            runtime=self.runtime,
        )

    @cached_property
    def own_phones(self) -> "OwnPhones":
        """The phones of users' own accounts."""
        from mfa.flows.own_phones import OwnPhones

        return OwnPhones(
            accounts=self.account_store,
            removals=self._user_store,
            notices=self._change_notices,
            runtime=self.runtime,
        )

    @cached_property
    def own_email(self) -> "OwnEmail":
        """The contact emails of users' own accounts."""
        from mfa.flows.own_email import OwnEmail
        from mfa.store.email_changes import EmailChangeStore

        return OwnEmail(
            accounts=self.account_store,
            profiles=self._user_store,
            changes=EmailChangeStore(self._table, self._counters),
            handover=self._handover,
            notices=self._change_notices,
            runtime=self.runtime,
        )

    @cached_property
    def own_factors(self) -> "OwnFactors":
        """Authenticator apps, recovery codes and trusted devices of users' own accounts."""
        from mfa.flows.own_factors import OwnFactors
        from mfa.store.factors import FactorStore

        return OwnFactors(
            accounts=self.account_store,
            store=FactorStore(self._table),
            keys=self.factor_keys,
            changes=self._own_changes,
            runtime=self.runtime,
        )

    @cached_property
    def _own_changes(self) -> "OwnChanges":
        from mfa.flows.own_changes import OwnChanges

        return OwnChanges(self._change_notices, self.runtime)

    @cached_property
    def client_access(self) -> "ClientAccess":
        """Lets registered clients in."""
        from mfa.flows.client_access import ClientAccess

        return ClientAccess(self._client_store, self.clock)

    @cached_property
    def _access_tokens(self) -> "AccessTokenChecks":
        from mfa.tokens.access_token_checks import AccessTokenChecks

        return AccessTokenChecks(keys=self.access_keys, issuer=self.issuer, settings=self.settings, clock=self.clock)

    @cached_property
    def _new_passwords(self) -> "NewPasswords":
        from mfa.flows.new_passwords import NewPasswords
        from mfa.users.passwords import PasswordHashes

        return NewPasswords(hashes=PasswordHashes(), runtime=self.runtime)

    @cached_property
    def _change_notices(self) -> "ChangeNotices":
        from mfa.flows.change_notices import ChangeNotices

        return ChangeNotices(MeteredHandover(self._handover, self.metrics))

    @cached_property
    def _handover(self) -> "LambdaHandover":
        from mfa.aws.handover import LambdaHandover

        return LambdaHandover(boto3_client("lambda"), os.environ["SEND_CODE_FUNCTION"])

    @cached_property
    def feedback(self) -> "MeteredFeedback":
        """Hands feedback about messages over, and waits a second for that at most: the login is done."""
        from mfa.aws.handover import LambdaHandover

        client = boto3_client("lambda", attempts=1, read_timeout=1)
        return MeteredFeedback(LambdaHandover(client, os.environ["SEND_CODE_FUNCTION"]), self.metrics)

    @cached_property
    def _link_handover(self) -> "LambdaHandover":
        """Links go to the function that signs: they are as good as a token."""
        from mfa.aws.handover import LambdaHandover

        return LambdaHandover(boto3_client("lambda"), os.environ["VERIFY_CODE_FUNCTION"])

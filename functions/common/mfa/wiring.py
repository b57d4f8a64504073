"""Builds the functions' parts, each once per container and only when it is needed.

Imports that slow down a cold start (Twilio's SDK, argon2, phonenumbers) stand inside the methods that need them.
"""

# ruff: noqa: PLC0415 - imports inside functions are this module's purpose

import logging
import os
import secrets
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mfa.aws.clients import client as _aws
from mfa.caches import Cached
from mfa.http.operations import callback_url
from mfa.instrumented import (
    MeteredAttempts,
    MeteredHandover,
    MeteredMailer,
    MeteredMessenger,
    MeteredNotices,
    MeteredSends,
)
from mfa.metrics import Metrics
from mfa.settings.values import Settings
from mfa.tokens.hmac_keys import HmacKeys

if TYPE_CHECKING:
    from mfa.administration.access import Access
    from mfa.administration.imports import Imports
    from mfa.administration.overview import Overviews
    from mfa.administration.parts import Administration
    from mfa.administration.user_changes import UserAdministration
    from mfa.aws.cipher import KmsCipher
    from mfa.aws.signer import KmsSigner
    from mfa.delivery.messenger import TwilioMessenger
    from mfa.delivery.twilio_account import TwilioAccounts
    from mfa.delivery.twilio_callbacks import TwilioCallbacks
    from mfa.flows.change_notices import ChangeNotices
    from mfa.flows.client_access import ClientAccess
    from mfa.flows.delivery_report import DeliveryReports
    from mfa.flows.log_in import LogIn
    from mfa.flows.runtime import Runtime
    from mfa.flows.send_passcode import SendPasscode
    from mfa.flows.tell_changes import TellChanges
    from mfa.flows.test_settings import TestSettings
    from mfa.flows.verify_passcode import VerifyPasscode
    from mfa.store.accounts import AccountStore
    from mfa.store.clients import ClientStore
    from mfa.store.counters import Counters
    from mfa.store.histories import Histories
    from mfa.store.search import SearchIndex
    from mfa.store.sends import SendStore
    from mfa.store.settings import SettingsStore
    from mfa.store.table import Table
    from mfa.store.token_keys import TokenKeyStore
    from mfa.store.users import UserStore
    from mfa.tokens.token_keys import TokenSecrets


class Wiring:
    """The functions' parts."""

    def __init__(self) -> None:
        # Incomplete settings are not cached, so that a login works as soon as an administrator completes them.
        self.settings_as_stored = Cached(
            lambda: self.settings_store.load_settings(), lambda stored: stored.auth_token is not None
        )
        self.keys = Cached(self._load_keys)
        self.token_secrets = Cached(self._load_token_secrets)
        self.costs_in_use = Cached(lambda: self.account_store.load_costs_in_use())
        self.token_keys = Cached(lambda: self._token_key_store.load(), lambda found: bool(found.keys))
        # The public URL: the issuer of access tokens. It changes when the stack gets a domain.
        self.issuer = Cached(self._load_public_url)
        self.random_below = secrets.randbelow
        self.random_bytes = secrets.token_bytes
        self.metrics = Metrics(lambda: os.environ["METRICS_NAMESPACE"], self.clock, time.perf_counter)
        # They say at INFO where credentials were found, at each cold start, and at DEBUG what they send: secrets and numbers.
        for library in ("boto3", "botocore", "twilio", "urllib3"):
            logging.getLogger(library).setLevel(logging.WARNING)

    def clock(self) -> float:
        """Now, in seconds since 1970, to the millisecond that the table keeps."""
        return round(time.time(), 3)

    def settings(self) -> Settings:
        """The settings, at most CACHE_SECONDS old."""
        return self.settings_as_stored().settings

    def origins(self) -> frozenset[str]:
        """The sites whose pages may log users in."""
        return frozenset(filter(None, os.environ.get("CORS_ORIGINS", "").split(",")))

    # --- use cases

    @cached_property
    def runtime(self) -> "Runtime":
        """Settings, keys, time and randomness, as every flow is given them."""
        from mfa.flows.runtime import Runtime

        return Runtime(
            settings=self.settings,
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
            passwords=PasswordHashes(),
            costs_in_use=self.costs_in_use,
            token_secrets=self.token_secrets,
            signer=self.signer,
            runtime=self.runtime,
        )

    @cached_property
    def verify_passcode(self) -> "VerifyPasscode":
        """Checks passcodes."""
        from mfa.flows.verify_passcode import VerifyPasscode
        from mfa.store.attempts import AttemptStore

        attempts = MeteredAttempts(AttemptStore(self._table, self._counters), self.metrics)
        return VerifyPasscode(accounts=self.account_store, attempts=attempts, signer=self.signer, runtime=self.runtime)

    @cached_property
    def send_passcode(self) -> "SendPasscode":
        """Sends passcodes."""
        from mfa.delivery.ses import SesEmail
        from mfa.flows.send_passcode import SendPasscode

        return SendPasscode(
            accounts=self.account_store,
            sends=MeteredSends(self._send_store, self.metrics),
            messenger=MeteredMessenger(self._messenger, self.metrics),
            mailer=MeteredMailer(SesEmail(lambda: self._ses), self.metrics),
            runtime=self.runtime,
        )

    @cached_property
    def client_access(self) -> "ClientAccess":
        """Lets registered clients in."""
        from mfa.flows.client_access import ClientAccess

        return ClientAccess(self._client_store, self.clock)

    @cached_property
    def access(self) -> "Access":
        """Decides who may administer."""
        from mfa.administration.access import Access
        from mfa.store.sessions import SessionStore

        sessions = SessionStore(self._table)
        return Access(sessions=sessions, keys=self.signer, issuer=self.issuer, settings=self.settings, clock=self.clock)

    @cached_property
    def administration(self) -> "Administration":
        """The operations of administrators."""
        from mfa.administration.clients import ClientAdministration
        from mfa.administration.configuration import Configuration
        from mfa.administration.directory import Directory
        from mfa.administration.parts import Administration
        from mfa.administration.personal_data import PersonalData
        from mfa.administration.settings_preview import SettingsPreview
        from mfa.store.histories import Histories
        from mfa.store.personal_data import PersonalStore

        runtime, histories = self.runtime, Histories(self._table)
        return Administration(
            users=self._user_administration,
            directory=Directory(
                accounts=self.account_store, search_index=self._search_index, histories=histories, runtime=runtime
            ),
            configuration=Configuration(settings=self.settings_store, cipher=self._cipher, runtime=runtime),
            preview=SettingsPreview(
                settings=self.settings_store, accounts=self.account_store, search_index=self._search_index
            ),
            clients=ClientAdministration(clients=self._client_store, runtime=runtime),
            tests=self._settings_tests,
            imports=self._imports,
            overviews=self._overviews(histories),
            personal=PersonalData(records=PersonalStore(self._table), runtime=runtime),
            sessions=self.access.sessions,
            clock=self.clock,
        )

    @cached_property
    def _user_administration(self) -> "UserAdministration":
        from mfa.administration.user_changes import UserAdministration
        from mfa.users.passwords import PasswordHashes

        return UserAdministration(
            accounts=self.account_store,
            users=self._user_store,
            # Not the cached ones: an administrator who has just changed the settings must see them in force.
            stored_settings=self.settings_store.load_settings,
            passwords=PasswordHashes(),
            notices=self._change_notices,
            runtime=self.runtime,
        )

    @cached_property
    def _change_notices(self) -> "ChangeNotices":
        from mfa.aws.handover import LambdaHandover
        from mfa.flows.change_notices import ChangeNotices

        handover = LambdaHandover(_aws("lambda"), os.environ["SEND_CODE_FUNCTION"])
        return ChangeNotices(MeteredHandover(handover, self.metrics))

    @cached_property
    def tell_changes(self) -> "TellChanges":
        """Tells users of changes to their accounts."""
        from mfa.delivery.ses import SesEmail
        from mfa.flows.tell_changes import TellChanges

        return TellChanges(
            messages=MeteredNotices(self._send_store, self.metrics),
            messenger=MeteredMessenger(self._messenger, self.metrics),
            mailer=MeteredMailer(SesEmail(lambda: self._ses), self.metrics),
            runtime=self.runtime,
        )

    @cached_property
    def _settings_tests(self) -> "TestSettings":
        from mfa.flows.test_settings import TestSettings
        from mfa.store.settings_tests import SettingsTestStore

        return TestSettings(
            accounts=self.account_store,
            tests=SettingsTestStore(self._table, self._counters),
            messenger=self._messenger,
            stored_settings=self.settings_store.load_settings,
            decrypt=self._cipher.decrypt,
            notices=self._change_notices,
            runtime=self.runtime,
        )

    @cached_property
    def _imports(self) -> "Imports":
        from mfa.administration.imports import Imports
        from mfa.users.passwords import PasswordHashes

        return Imports(
            administration=self._user_administration,
            accounts=self.account_store,
            users=self._user_store,
            hashes=PasswordHashes(),
            runtime=self.runtime,
        )

    def _overviews(self, histories: "Histories") -> "Overviews":
        from mfa.administration.overview import Overviews
        from mfa.delivery.prices import TwilioPrices

        prices = TwilioPrices(self._twilio_accounts.current, os.environ.get("TWILIO_API_URL", ""))
        return Overviews(histories=histories, prices=prices, runtime=self.runtime)

    # --- parts

    @cached_property
    def signer(self) -> "KmsSigner":
        """Signs access tokens."""
        from mfa.aws.signer import KmsSigner

        order = os.environ["SIGNING_ORDER"].split(",")
        return KmsSigner(self._kms, [f"{os.environ['SIGNING_KEY_ALIAS']}-{each}" for each in order])

    @cached_property
    def _user_store(self) -> "UserStore":
        from mfa.store.users import UserStore

        return UserStore(self._table)

    @cached_property
    def account_store(self) -> "AccountStore":
        """Reads users."""
        from mfa.store.accounts import AccountStore

        return AccountStore(self._table, self._counters)

    @cached_property
    def settings_store(self) -> "SettingsStore":
        """Reads settings."""
        from mfa.store.settings import SettingsStore

        return SettingsStore(self._table)

    @cached_property
    def _client_store(self) -> "ClientStore":
        from mfa.store.clients import ClientStore

        return ClientStore(self._table, self._search_index)

    @cached_property
    def _search_index(self) -> "SearchIndex":
        from mfa.store.search import SearchIndex

        return SearchIndex(self._table)

    @cached_property
    def _counters(self) -> "Counters":
        from mfa.store.counters import Counters

        return Counters(self.random_below)

    @cached_property
    def _table(self) -> "Table":
        from mfa.store.table import Table

        def pause(attempt: int) -> None:
            """Up to 20, 40, 80 ms, with full jitter: transactions in conflict must not meet again."""
            time.sleep(self.random_below(1000) / 1000 * 0.01 * 2**attempt)

        return Table(_aws("dynamodb"), os.environ["TABLE_NAME"], pause)

    @cached_property
    def _kms(self) -> Any:
        return _aws("kms")

    def _load_public_url(self) -> str:
        from mfa.aws.stored_values import read_parameter

        return read_parameter(_aws("ssm"), os.environ["PUBLIC_URL_PARAMETER"])

    def _load_keys(self) -> HmacKeys:
        from mfa.aws.stored_values import read_secret

        return read_secret(self._secrets_manager, os.environ["HMAC_SECRET_NAME"])[0]

    def _load_token_secrets(self) -> "TokenSecrets":
        """The private keys of MFA tokens. Their public keys are published before anything is signed."""
        from mfa.aws.stored_values import read_secret
        from mfa.tokens.token_keys import TokenSecrets

        secrets = TokenSecrets(*read_secret(self._secrets_manager, os.environ["TOKEN_SECRET_NAME"]))
        self._token_key_store.publish(secrets.public)
        return secrets

    @cached_property
    def _token_key_store(self) -> "TokenKeyStore":
        from mfa.store.token_keys import TokenKeyStore

        return TokenKeyStore(self._table)

    @cached_property
    def _secrets_manager(self) -> Any:
        return _aws("secretsmanager")

    @cached_property
    def delivery_reports(self) -> "DeliveryReports":
        """Takes delivery reports."""
        from mfa.flows.delivery_report import DeliveryReports

        return DeliveryReports(receipts=self._send_store, sends=self._send_store, runtime=self.runtime)

    @cached_property
    def twilio_callbacks(self) -> "TwilioCallbacks":
        """Reads Twilio's callbacks."""
        from mfa.delivery import twilio
        from mfa.delivery.twilio_callbacks import TwilioCallbacks

        return TwilioCallbacks(self._twilio_accounts.signing_tokens, twilio.is_signed)

    def callback_url(self, ref: str) -> str:
        """The URL at which Twilio reports on the send of this `ref`."""
        return callback_url(self.issuer(), ref)

    @cached_property
    def _messenger(self) -> "TwilioMessenger":
        from mfa.delivery.breaker import Breaker
        from mfa.delivery.messenger import TwilioMessenger
        from mfa.store.pauses import PauseStore

        breaker = Breaker(PauseStore(self._table), self.settings_as_stored, self.clock)
        return TwilioMessenger(
            self._twilio_accounts.current, breaker, os.environ.get("TWILIO_API_URL", ""), self.callback_url
        )

    @cached_property
    def _send_store(self) -> "SendStore":
        from mfa.store.sends import SendStore

        return SendStore(self._table, self._counters)

    @cached_property
    def _ses(self) -> Any:
        # One attempt: a mail that may have gone out is not sent again.
        return _aws("ses", attempts=1, region=os.environ.get("SES_REGION") or None)

    @cached_property
    def _cipher(self) -> "KmsCipher":
        from mfa.aws.cipher import KmsCipher

        return KmsCipher(self._kms, os.environ["SETTINGS_KEY_ALIAS"])

    @cached_property
    def _twilio_accounts(self) -> "TwilioAccounts":
        from mfa.delivery.twilio_account import TwilioAccounts

        return TwilioAccounts(self.settings_as_stored, self._cipher.decrypt, self.clock)

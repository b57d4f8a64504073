"""The parts that the functions take from their environment: time, randomness, settings, keys, and the stores on AWS.

Each part is built once per container and only when it is needed.
"""

# ruff: noqa: PLC0415 - imports inside functions keep cold starts short

import logging
import os
import secrets
import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mfa.addresses import Addresses
from mfa.aws.clients import boto3_client, client
from mfa.caches import Cached
from mfa.errors import TemporarilyUnavailable
from mfa.metrics import Metrics
from mfa.settings.values import Settings
from mfa.tokens.hmac_keys import HmacKeys

if TYPE_CHECKING:
    from mfa.aws.cipher import KmsCipher
    from mfa.aws.signer import KmsSigner
    from mfa.store.accounts import AccountStore
    from mfa.store.clients import ClientStore
    from mfa.store.counters import Counters
    from mfa.store.key_pairs import KeyPairStore
    from mfa.store.search import SearchIndex
    from mfa.store.sends import SendStore
    from mfa.store.settings import SettingsStore
    from mfa.store.table import Table
    from mfa.store.token_keys import TokenKeyStore
    from mfa.store.users import UserStore
    from mfa.tokens.access_tokens import Signer
    from mfa.tokens.factor_keys import FactorKeys
    from mfa.tokens.key_pairs import AccessKeys, CertifiedKey
    from mfa.tokens.token_keys import TokenSecrets


class Environment:
    """The parts that come from the environment."""

    def __init__(self) -> None:
        # Incomplete settings are not cached, so that a login works as soon as an administrator completes them.
        self.settings_as_stored = Cached(
            lambda: self.settings_store.load_settings(),
            lambda stored: stored.auth_token is not None or bool(stored.settings.routes),
        )
        self.keys = Cached(self._load_keys)
        self.token_secrets = Cached(self._load_token_secrets)
        self.factor_keys = Cached(self._load_factor_keys)
        self.costs_in_use = Cached(lambda: self.account_store.load_costs_in_use())
        self.token_keys = Cached(lambda: self._token_key_store.load(), lambda found: found.complete)
        self._certified_keys = Cached(self._load_certified_keys)
        # They change when the stack gets a domain, or the functions a URL of their own.
        self.addresses = Cached(self._load_addresses)
        # By themselves, since the settings are not kept while they are incomplete.
        self._partitioned_from = Cached(lambda: self.settings_as_stored().partitioned_from)
        self.random_below = secrets.randbelow
        self.random_bytes = secrets.token_bytes
        self.metrics = Metrics(lambda: os.environ["METRICS_NAMESPACE"], self.clock, time.perf_counter)
        # Logs a deed of an administrator. The handler gives it its logger.
        self.audit: Callable[..., None] = lambda _message, **_facts: None
        # At INFO they log where they found credentials, at each cold start; at DEBUG they log secrets and numbers.
        for library in ("boto3", "botocore", "twilio", "urllib3"):
            logging.getLogger(library).setLevel(logging.WARNING)

    def clock(self) -> float:
        """Now, in seconds since 1970, to the millisecond that the table keeps."""
        return round(time.time(), 3)

    def settings(self) -> Settings:
        """The settings, at most CACHE_SECONDS old."""
        return self.settings_as_stored().settings

    def own_addresses(self) -> dict[str, str]:
        """The addresses in SSM, by their place. Nothing if it does not answer."""
        try:
            return {_place_of_addresses(): self._read_addresses()}
        except TemporarilyUnavailable:
            return {}

    def issuer(self) -> str:
        """The public URL: the issuer of access tokens."""
        return self.addresses().public

    def origins(self) -> frozenset[str]:
        """The sites whose pages may log users in."""
        return frozenset(filter(None, os.environ.get("CORS_ORIGINS", "").split(",")))

    @cached_property
    def signer(self) -> "Signer":
        """Signs access tokens."""
        if os.environ["SIGNING"] == "process":
            from mfa.aws.process_signer import PairMaker, ProcessSigner

            maker = PairMaker(self._kms, os.environ["SETTINGS_KEY_ALIAS"])
            return ProcessSigner(self._kms_signer, maker, self._key_pair_store, self._certified_keys, self.clock)
        return self._kms_signer

    @cached_property
    def access_keys(self) -> "AccessKeys":
        """The public keys of access tokens."""
        from mfa.tokens.key_pairs import AccessKeys

        return AccessKeys(self._kms_signer, self._certified_keys)

    def _load_certified_keys(self) -> "dict[str, CertifiedKey]":
        from mfa.tokens.key_pairs import certified

        return certified(self._key_pair_store.load(self._kms_signer.key_ids()), self._kms_signer)

    @cached_property
    def _key_pair_store(self) -> "KeyPairStore":
        from mfa.store.key_pairs import KeyPairStore

        return KeyPairStore(self._table)

    @cached_property
    def _kms_signer(self) -> "KmsSigner":
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

        return Counters(self.random_below, self._partitioned_from)

    @cached_property
    def _table(self) -> "Table":
        from mfa.store.table import Table

        def pause(attempt: int) -> None:
            """Up to 20, 40, 80 ms, with full jitter: transactions in conflict must not meet again."""
            time.sleep(self.random_below(1000) / 1000 * 0.01 * 2**attempt)

        def history_seconds() -> float:
            return self.settings().history_seconds

        return Table(client("dynamodb"), os.environ["TABLE_NAME"], pause, history_seconds)

    @cached_property
    def _kms(self) -> Any:
        return client("kms")

    def _load_addresses(self) -> Addresses:
        """SSM takes 40 requests a second, and more containers may start. It is asked only until the schedule has noted them."""
        noted = self.settings_as_stored().addresses.get(_place_of_addresses())
        return Addresses.read(noted or self._read_addresses())

    def _read_addresses(self) -> str:
        from mfa.aws.stored_values import read_parameter

        return read_parameter(client("ssm"), os.environ["PUBLIC_URL_PARAMETER"])

    def _load_keys(self) -> HmacKeys:
        from mfa.aws.stored_values import read_secret

        return read_secret(self._secrets_manager, os.environ["HMAC_SECRET_NAME"])[0]

    def _load_token_secrets(self) -> "TokenSecrets":
        """Loads the private keys of signed tokens. Their public keys are published before anything is signed."""
        from mfa.aws.stored_values import read_secret
        from mfa.tokens.token_keys import TokenSecrets

        secrets = TokenSecrets(*read_secret(self._secrets_manager, os.environ["TOKEN_SECRET_NAME"]))
        self._token_key_store.publish(secrets.public)
        return secrets

    def _load_factor_keys(self) -> "FactorKeys":
        from mfa.aws.stored_values import read_key_ring
        from mfa.tokens.factor_keys import FactorKeys

        return FactorKeys(read_key_ring(self._secrets_manager, os.environ["FACTOR_SECRET_NAME"]))

    @cached_property
    def _token_key_store(self) -> "TokenKeyStore":
        from mfa.store.token_keys import TokenKeyStore

        return TokenKeyStore(self._table)

    @cached_property
    def _secrets_manager(self) -> Any:
        return client("secretsmanager")

    @cached_property
    def _send_store(self) -> "SendStore":
        from mfa.store.sends import SendStore

        return SendStore(self._table, self._counters)

    @cached_property
    def _ses(self) -> Any:
        # One attempt: a mail that may have gone out is not sent again.
        return boto3_client("ses", attempts=1, region=os.environ.get("SES_REGION") or None)

    @cached_property
    def _sms_voice(self) -> Any:
        from mfa.delivery.timeouts import AWS_READ_SECONDS

        # One attempt: a message that may have gone out is not sent again.
        return boto3_client("pinpoint-sms-voice-v2", attempts=1, read_timeout=AWS_READ_SECONDS)

    @cached_property
    def _cipher(self) -> "KmsCipher":
        from mfa.aws.cipher import KmsCipher

        return KmsCipher(self._kms, os.environ["SETTINGS_KEY_ALIAS"])


def _place_of_addresses() -> str:
    """The region and the parameter. A table may be a copy of another region's or another stack's, with their addresses."""
    return os.environ["AWS_REGION"] + os.environ["PUBLIC_URL_PARAMETER"]

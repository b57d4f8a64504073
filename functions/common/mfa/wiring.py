"""The one place that builds concrete things, once per container, and only when they are needed.

What costs a cold start (Twilio's SDK, argon2, phonenumbers) is imported where it is built.
"""

# ruff: noqa: PLC0415 - imports inside functions are this module's purpose

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from mfa.clients import Client
from mfa.errors import TemporarilyUnavailable
from mfa.keys import HmacKeys
from mfa.settings import Settings

if TYPE_CHECKING:
    from mfa.administration import Administration
    from mfa.delivery import sms
    from mfa.dispatch import Dispatch
    from mfa.logins import Logins
    from mfa.sealing import KmsSeal
    from mfa.signing import KmsSigner
    from mfa.store.accounts import AccountStore
    from mfa.store.counters import Counters
    from mfa.store.settings import SettingsStore
    from mfa.store.table import Table
    from mfa.verification import Verification

# Settings, clients and keys are as old as this at most.
CACHE_SECONDS = 30.0


class _Cached[T]:
    """A value that is loaded again when it is older than CACHE_SECONDS."""

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._value: T | None = None
        self._until = 0.0

    def __call__(self) -> T:
        if self._value is None or time.monotonic() >= self._until:
            self._value, self._until = self._load(), time.monotonic() + CACHE_SECONDS
        return self._value


class Wiring:
    """The functions' parts."""

    def __init__(self) -> None:
        self.settings_as_stored = _Cached(lambda: self.settings_store.load_settings())
        self.keys = _Cached(self._load_keys)
        self._auth_token = (b"", "")
        self._clients: dict[str, _Cached[Client | None]] = {}
        self.random_below = secrets.randbelow
        self.random_bytes = secrets.token_bytes

    def clock(self) -> float:
        """Now, in seconds since 1970, to the millisecond that the table keeps."""
        return round(time.time(), 3)

    def settings(self) -> Settings:
        """The settings, at most CACHE_SECONDS old."""
        return self.settings_as_stored().settings

    def client(self, client_id: str) -> Client | None:
        """A registered client, at most CACHE_SECONDS old. One that is not there is looked for each time."""
        cached = self._clients.get(client_id) or _Cached(lambda: self.settings_store.load_client(client_id))
        client = cached()
        if client is not None:
            self._clients[client_id] = cached
        return client

    def issuer(self) -> str:
        """The public URL: the issuer of access tokens."""
        return self._public_url

    # --- use cases

    @cached_property
    def logins(self) -> "Logins":
        """The first factor."""
        from mfa.logins import Logins
        from mfa.passwords import Argon2Passwords

        return Logins(
            accounts=self.account_store,
            passwords=Argon2Passwords(),
            signer=self.signer,
            settings=self.settings,
            keys=self.keys,
            issuer=self.issuer,
            clock=self.clock,
            random_bytes=self.random_bytes,
        )

    @cached_property
    def verification(self) -> "Verification":
        """Checks passcodes."""
        from mfa.store.attempts import AttemptStore
        from mfa.verification import Verification

        return Verification(
            attempts=AttemptStore(self._table, self._counters),
            signer=self.signer,
            settings=self.settings,
            keys=self.keys,
            issuer=self.issuer,
            clock=self.clock,
            random_bytes=self.random_bytes,
        )

    @cached_property
    def dispatch(self) -> "Dispatch":
        """Sends passcodes."""
        from mfa.delivery.email import SesEmail
        from mfa.delivery.sms import TwilioSms
        from mfa.dispatch import Dispatch
        from mfa.store.sends import SendStore

        return Dispatch(
            accounts=self.account_store,
            sends=SendStore(self._table, self._counters),
            sms=TwilioSms(self._twilio_account, os.environ.get("TWILIO_API_URL", "")),
            email=SesEmail(lambda: self._ses),
            settings=self.settings,
            keys=self.keys,
            clock=self.clock,
            random_below=self.random_below,
            random_bytes=self.random_bytes,
        )

    @cached_property
    def administration(self) -> "Administration":
        """What administrators do."""
        from mfa.administration import Administration
        from mfa.passwords import Argon2Passwords
        from mfa.store.users import UserStore

        return Administration(
            accounts=self.account_store,
            users=UserStore(self._table),
            settings=self.settings_store,
            passwords=Argon2Passwords(),
            seal=self._seal,
            clock=self.clock,
            random_bytes=self.random_bytes,
        )

    # --- what they stand on

    @cached_property
    def signer(self) -> "KmsSigner":
        """Signs access tokens."""
        from mfa.signing import KmsSigner

        return KmsSigner(self._kms, os.environ["SIGNING_KEY_ALIAS"])

    @cached_property
    def account_store(self) -> "AccountStore":
        """Reads users."""
        from mfa.store.accounts import AccountStore

        return AccountStore(self._table, self._counters)

    @cached_property
    def settings_store(self) -> "SettingsStore":
        """Reads settings and clients."""
        from mfa.store.settings import SettingsStore

        return SettingsStore(self._table)

    @cached_property
    def _counters(self) -> "Counters":
        from mfa.store.counters import Counters

        return Counters(self.random_below)

    @cached_property
    def _table(self) -> "Table":
        from mfa.store.table import Table

        def pause(attempt: int) -> None:
            """Up to 20, 40, 80 ms: full jitter, so that those who met part."""
            time.sleep(self.random_below(1000) / 1000 * 0.01 * 2**attempt)

        return Table(_aws("dynamodb"), os.environ["TABLE_NAME"], pause)

    @cached_property
    def _kms(self) -> Any:
        return _aws("kms")

    @cached_property
    def _public_url(self) -> str:
        with _refusing():
            parameter = _aws("ssm").get_parameter(Name=os.environ["PUBLIC_URL_PARAMETER"])
        return str(parameter["Parameter"]["Value"])

    def _load_keys(self) -> HmacKeys:
        import json

        with _refusing():
            secret = self._secrets_manager.get_secret_value(SecretId=os.environ["HMAC_SECRET_NAME"])
        keys = json.loads(secret["SecretString"])
        return HmacKeys(keys["current"].encode(), keys.get("previous", "").encode())

    @cached_property
    def _secrets_manager(self) -> Any:
        return _aws("secretsmanager")

    @cached_property
    def _ses(self) -> Any:
        # One attempt: a mail that may have gone out is not sent again.
        return _aws("ses", attempts=1)

    @cached_property
    def _seal(self) -> "KmsSeal":
        from mfa.sealing import KmsSeal

        return KmsSeal(self._kms, os.environ["SETTINGS_KEY_ALIAS"])

    def _twilio_account(self) -> "sms.Account | None":
        from mfa.delivery import sms

        stored = self.settings_as_stored()
        twilio, token = stored.settings.twilio, stored.auth_token
        if twilio.account_sid is None or twilio.sender is None or token is None:
            return None
        if self._auth_token[0] != token.ciphertext:
            self._auth_token = token.ciphertext, self._seal.open(token.ciphertext)
        return sms.Account(twilio.account_sid, self._auth_token[1], twilio.sender)


@contextmanager
def _refusing() -> Iterator[None]:
    """A service that does not answer refuses the request."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise TemporarilyUnavailable from error


@cache
def _session() -> Any:
    import boto3

    return boto3.session.Session()


def _aws(service: str, attempts: int = 2) -> Any:
    """A client with timeouts well below the functions' own."""
    from botocore.config import Config

    config = Config(
        connect_timeout=1,
        read_timeout=3,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        tcp_keepalive=True,
    )
    return _session().client(service, config=config)

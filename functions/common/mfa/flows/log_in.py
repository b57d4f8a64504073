"""The first factor: a password, or a relying application that vouches for one."""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Struct

from mfa import errors
from mfa.challenges.account import Account, find_account
from mfa.challenges.methods import can_recover, channels_of, methods_of
from mfa.factors.factors import Factor, Proof
from mfa.factors.phones import Phone
from mfa.factors.trusted_devices import device_of
from mfa.flows import ports
from mfa.flows.check_password import CheckPassword
from mfa.flows.enrol import EnrolAtLogin, OpenedEnrolment
from mfa.flows.runtime import Runtime
from mfa.messages.channels import RECOVERY, Channel, ProviderName
from mfa.tokens.access_tokens import Grant, Signer, access_claims, sign_access_token, uuid7
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.clients import Client
from mfa.users.history import EventType
from mfa.users.last_logins import is_first_of_day
from mfa.users.user import Kind, User, can_trust_devices, mask_email

if TYPE_CHECKING:
    from mfa.tokens.token_keys import TokenSecrets

# An old client that starts several jobs at once logs in as often at once.
LEGACY_TRIES = 4


class Vouched(Struct, frozen=True, kw_only=True):
    """A login whose password a client has checked.

    Attributes:
        client: the client.
        login_name: the user.
        address: where the request comes from.
        end_user_address: where the user is, as the client says.
        supports_mfa: whether the client can ask for a second factor.
        client_version: of the client, as it says.
    """

    client: Client
    login_name: str
    address: str
    end_user_address: str | None = None
    supports_mfa: bool = True
    client_version: str | None = None


class SecondFactorNeeded(Struct, frozen=True):
    """The first factor passed; a passcode is needed. Times are seconds since 1970.

    Attributes:
        trusted_device_days: for how long the user can trust a device now; 0 if not at all.
    """

    mfa_token: str
    expires_at: float
    phones: tuple[Phone, ...]
    help_email: str | None
    locked_until: float | None
    channels: tuple[Channel, ...]
    methods: tuple[Channel | Factor, ...]
    trusted_device_days: int = 0


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """No passcode is needed.

    Attributes:
        token: the access token.
        expires_in: how long it is valid, in seconds.
        legacy: whether a legacy client skipped the second factor.
        trusted_device: whether a trusted device stood in for it.
    """

    token: str = field(repr=False)
    expires_in: int
    legacy: bool = False
    trusted_device: bool = False


class LogIn(Struct, frozen=True, kw_only=True):
    """The first factor.

    Attributes:
        accounts: reads users.
        check_password: checks passwords.
        passwords: renews their hashes.
        enrol: lets users without a second factor enrol one, if the settings say so.
        token_secrets: the private keys of MFA tokens, at most 30 s old. Raises TemporarilyUnavailable.
        paused: the providers that are not asked, since they do not accept the account; at most 30 s old.
        signer: signs access tokens.
        runtime: settings, time and randomness.
    """

    accounts: ports.Logins
    check_password: CheckPassword
    passwords: ports.PasswordChecks
    enrol: EnrolAtLogin
    token_secrets: "Callable[[], TokenSecrets]"
    paused: Callable[[float], Collection[ProviderName]]
    signer: Signer
    runtime: Runtime

    def login(
        self, login_name: str, password: str, address: str, device_token: str | None = None
    ) -> SecondFactorNeeded | LoggedIn | OpenedEnrolment:
        """Checks name and password. The try is claimed before the password is compared.

        A trusted device of the user's stands in for the second factor. A token that is no such device's changes nothing.

        Raises InvalidCredentials, whatever of the two is wrong, and RateLimited, before anything is compared, if there were
        too many wrong ones: from this address, for this name from it, or for this name in a row.
        """
        now = self.runtime.clock()
        user, account = self.check_password.check(login_name, password, address, now)
        self._renew_hash(user, password)
        if user.kind is Kind.SYSTEM and not user.mfa_enabled:  # with MFA, the approval is written
            self.accounts.record_login(
                self.runtime.event(EventType.LOGGED_IN, now, actor=user.login_name, address=address)
            )
        complete = account.complete()
        if device_token is not None and self._is_trusted(complete, device_token, now):
            self._note(complete, now)
            return self._authenticated(user, None, now, trusted_device=True)
        return self.enrol.begun(complete, address, now) or self._passed(complete, user, None, now)

    def vouched(self, login: Vouched) -> SecondFactorNeeded | LoggedIn:
        """The client has checked the password. Backup users only.

        Raises InvalidCredentials, and MfaNotSupported for a client that cannot ask for the passcode that is needed, unless
        it may skip: the setting is on, an administrator marked the client legacy, and the skip is written down.
        """
        now, client = self.runtime.clock(), login.client
        version = login.client_version or "unknown"
        for _ in range(LEGACY_TRIES):
            _, account = find_account(login.login_name, self.accounts.load_account_with_factors)
            user = account.user
            if user is None or not user.active or user.kind is not Kind.BACKUP:
                raise errors.InvalidCredentials
            if login.supports_mfa or not user.mfa_enabled:
                return self._passed(account, user, login, now)
            if not (self.runtime.settings().allow_legacy_clients and client.legacy):
                raise errors.MfaNotSupported
            event = self.runtime.event(
                EventType.LEGACY_LOGIN,
                now,
                actor=client.client_id,
                address=login.end_user_address or login.address,
                detail={"client_version": version},
            )
            if self.accounts.record_legacy_login(user, version, event):
                return self._authenticated(user, client, now, legacy=True)
        raise errors.TemporarilyUnavailable

    def _renew_hash(self, user: User, password: str) -> None:
        """Replaces a hash that was imported, now that the password is known."""
        if user.password_hash is not None and self.passwords.is_outdated(user.password_hash):
            with suppress(errors.TemporarilyUnavailable):  # the next login tries again
                self.accounts.replace_password_hash(user, self.passwords.hash(password))

    def _is_trusted(self, account: Account, device_token: str, now: float) -> bool:
        """Whether the token is that of a device that is trusted now. While the user is locked, none is."""
        if account.challenge.locked_until(now) is not None:
            return False
        devices = account.trusted_devices(self.runtime.settings().trusted_devices.days, now)
        return device_of(device_token, account.existing_user.login_name, devices) is not None

    def _passed(
        self, account: Account, user: User, vouched: Vouched | None, now: float
    ) -> SecondFactorNeeded | LoggedIn:
        if not user.mfa_enabled:
            self._note(account, now)
            return self._authenticated(user, vouched.client if vouched else None, now)
        return self.second_factor(account, user, now, vouched=vouched)

    def _note(self, account: Account, now: float) -> None:
        """Writes a login that shows no second factor down, if it is the first one of the day."""
        if is_first_of_day(now, account.last_login_at):
            with suppress(errors.TemporarilyUnavailable):
                self.accounts.record_seen(account.existing_user.login_name, now)

    def second_factor(
        self, account: Account, user: User, now: float, *, vouched: Vouched | None = None, reset: str | None = None
    ) -> SecondFactorNeeded:
        """Asks for a second factor. With `reset`, the digest of a link that came by mail, another mail is none."""
        from mfa.tokens.signed_tokens import write_mfa_token  # noqa: PLC0415 - other requests make no token

        settings = self.runtime.settings()
        expires_at = now + settings.mfa_token_seconds
        token = MfaToken(
            login_name=user.login_name,
            kind=user.kind,
            credentials_changed_at=user.credentials_changed_at,
            client_id=vouched.client.client_id if vouched else None,
            end_user_address=vouched.end_user_address if vouched else None,
            jti=self.runtime.random_bytes(16).hex(),
            issued_at=now,
            expires_at=expires_at,
            # A client that vouches for the password has no use for a device token, and after a reset none is valid.
            devices_to_drop=() if vouched or reset else account.devices_to_drop(settings.trusted_devices.days, now),
            reset=reset,
        )
        methods = methods_of(account, settings, paused=self.paused(now))
        by_mail = reset is None and can_recover(account, settings)
        trusts = can_trust_devices(user.kind) and not vouched and not reset
        return SecondFactorNeeded(
            mfa_token=write_mfa_token(self.token_secrets(), token),
            expires_at=expires_at,
            phones=account.phones,
            help_email=mask_email(user.contact_email or "") if by_mail else None,
            locked_until=account.challenge.locked_until(now),
            channels=channels_of(account, settings, self.paused(now)),
            methods=tuple(method for method in methods if by_mail or method is not RECOVERY),
            trusted_device_days=settings.trusted_devices.days if trusts else 0,
        )

    def _authenticated(
        self, user: User, client: Client | None, now: float, *, legacy: bool = False, trusted_device: bool = False
    ) -> LoggedIn:
        seconds, issuer = self.runtime.settings().access_token_seconds, self.runtime.issuer()
        grant = Grant(
            issuer=issuer,
            client_id=client.client_id if client else None,
            issued_at=now,
            seconds=seconds,
            jti=uuid7(now, self.runtime.random_bytes(10)),
            amr=[Proof.PASSWORD.value],
        )
        claims = access_claims(user, grant)
        if legacy:
            claims["legacy"] = True
        if trusted_device:
            claims["trusted_device"] = True
        return LoggedIn(sign_access_token(self.signer, claims), seconds, legacy, trusted_device)

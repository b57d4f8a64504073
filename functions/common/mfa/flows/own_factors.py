"""Authenticator apps, recovery codes and trusted devices of one's own account."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from mfa import errors
from mfa.challenges.account import Account
from mfa.challenges.factor_changes import FactorChange
from mfa.challenges.reach import proven_phone
from mfa.factors import recovery_codes, totp
from mfa.factors.held_factors import CONFIRM_TRIES
from mfa.factors.phones import Phone
from mfa.factors.trusted_devices import TrustedDevice
from mfa.flows.changed_meanwhile import FactorReads, judged_anew
from mfa.flows.own_changes import OwnChanges
from mfa.flows.runtime import Runtime
from mfa.flows.user_access import Owner, TokenHolder
from mfa.messages.notice_texts import AccountChange
from mfa.tokens.factor_keys import FactorKeys
from mfa.users.history import EventType
from mfa.users.user import User

_CHANGED = "Your account was changed meanwhile. Try again."


class OwnFactorStore(Protocol):
    """Writes factors."""

    def begin_totp(self, change: FactorChange, sealed: bytes) -> None: ...
    def claim_confirmation(self, login_name: str, sealed: bytes) -> bool: ...
    def confirm_totp(self, change: FactorChange, step: int) -> None: ...
    def remove_totp(self, change: FactorChange, kept: Phone | None = None) -> None: ...
    def put_recovery_codes(self, change: FactorChange, digests: Iterable[bytes]) -> None: ...
    def end_devices(self, change: FactorChange, devices: Iterable[TrustedDevice]) -> None: ...
    def end_device(self, change: FactorChange, device: TrustedDevice) -> None: ...


@dataclass(frozen=True, slots=True)
class NewTotp:
    """The secret of an authenticator app that is to be confirmed: as people type it, and as a QR code holds it."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFactors:
    """Changes users' own factors beside phones.

    Attributes:
        accounts: reads them again after another change.
        store: writes them.
        keys: encrypts secrets and makes digests of codes.
        changes: prepares and tells changes.
    """

    accounts: FactorReads
    store: OwnFactorStore
    keys: Callable[[], FactorKeys]
    changes: OwnChanges
    runtime: Runtime

    def begin_totp(self, owner: Owner) -> NewTotp:
        """Draws the secret of an authenticator app, which counts once a code of it came back.

        An app that the user has stays until then. Raises Conflict, InvalidToken.
        """
        self.changes.refuse_second_enrolment(owner)
        name, secret = owner.user.login_name, totp.draw_secret(self.runtime.random_bytes)
        sealed = self.keys().encrypt(name, totp.PURPOSE, secret, self.runtime.random_bytes)
        try:
            self.store.begin_totp(self.changes.change(owner), sealed)
        except errors.PreconditionFailed as refused:
            raise errors.Conflict(_CHANGED) from refused
        issuer = urlsplit(self.runtime.issuer()).hostname or ""
        return NewTotp(totp.shown_secret(secret), totp.provisioning_uri(secret, name, issuer))

    def confirm_totp(self, owner: Owner, address: str, code: str) -> User:
        """Makes the app the user's by a code of it. A first factor turns MFA on. Gives the user afterwards.

        A try is spent before the code is judged; after five, or ten minutes, the secret is over. Raises InvalidCode,
        ChallengeExpired, Conflict, InvalidToken.
        """
        typed, now, factors = totp.typed_code(code), self.runtime.clock(), owner.account.factors
        self.changes.refuse_second_enrolment(owner)
        sealed, name = factors.secrets.pending_totp, owner.user.login_name
        if sealed is None or factors.pending_totp_until(now) is None:
            raise errors.ChallengeExpired("There is no authenticator app to confirm. Begin again.")
        if not self.store.claim_confirmation(name, sealed):
            raise errors.ChallengeExpired("The secret is over. Begin again.")
        secret = self.keys().decrypt(name, totp.PURPOSE, sealed)
        step = None if secret is None else totp.matching_step(secret, typed, now, 0)
        if step is None:
            raise errors.InvalidCode(attempts_remaining=max(0, CONFIRM_TRIES - factors.secrets.pending_totp_tries - 1))
        event = self.changes.event(owner, address, EventType.TOTP_ADDED, at=now)
        change = self.changes.change(owner, event, enrols=True)
        try:
            self.store.confirm_totp(change, step)
        except errors.PreconditionFailed as refused:
            raise errors.Conflict(_CHANGED) from refused
        self.changes.tell(owner.account, event, AccountChange.TOTP_ADDED)
        return change.after

    def remove_totp(self, holder: TokenHolder, address: str) -> None:
        """Removes the app. Raises NotFound, and LastFactor where MFA is on and no phone would be left to log in with."""

        def remove(owner: TokenHolder) -> None:
            account = owner.account
            if not account.factors.has_totp:
                raise errors.NotFound("You have no authenticator app.")
            kept = self._kept_phone(account)
            event = self.changes.event(owner, address, EventType.TOTP_REMOVED)
            self.store.remove_totp(self.changes.change(owner, event), kept)
            self.changes.tell(account, event, AccountChange.TOTP_REMOVED)

        judged_anew(holder, self.accounts, remove)

    def make_recovery_codes(self, owner: Owner, address: str) -> list[str]:
        """Makes ten new codes, shown this once; older ones are dead. Raises Conflict for a user without another factor."""
        account = owner.account
        has_factor = account.factors.has_totp or proven_phone(account.phones, self.runtime.settings()) is not None
        if self.changes.is_first_factor(owner) or not has_factor:
            raise errors.Conflict("Recovery codes stand in for a factor. Add a phone or an authenticator app first.")
        codes = recovery_codes.draw_codes(self.runtime.random_bytes)
        keys, name = self.keys(), owner.user.login_name
        digests = [keys.digest(name, recovery_codes.PURPOSE, recovery_codes.typed_code(code)) for code in codes]
        event = self.changes.event(owner, address, EventType.RECOVERY_CODES_MADE)
        try:
            self.store.put_recovery_codes(self.changes.change(owner, event), digests)
        except errors.PreconditionFailed as refused:
            raise errors.Conflict(_CHANGED) from refused
        self.changes.tell(account, event, AccountChange.RECOVERY_CODES_MADE)
        return codes

    def end_devices(self, holder: TokenHolder, address: str) -> None:
        """Ends every trusted device."""

        def end(owner: TokenHolder) -> None:
            event = self.changes.event(owner, address, EventType.DEVICES_ENDED)
            self.store.end_devices(self.changes.change(owner, event), _devices(owner.account))
            self.changes.tell(owner.account, event, AccountChange.DEVICES_ENDED)

        judged_anew(holder, self.accounts, end)

    def end_device(self, holder: TokenHolder, address: str, device_id: str) -> None:
        """Ends one trusted device. Raises NotFound."""

        def end(owner: TokenHolder) -> None:
            device = next((each for each in _devices(owner.account) if each.id == device_id), None)
            if device is None:
                raise errors.NotFound("There is no such device.")
            event = self.changes.event(owner, address, EventType.DEVICE_ENDED, detail=device.detail)
            self.store.end_device(self.changes.change(owner, event), device)
            self.changes.tell(owner.account, event, AccountChange.DEVICES_ENDED)

        judged_anew(holder, self.accounts, end)

    def _kept_phone(self, account: Account) -> Phone | None:
        """A verified phone by which the user can log in, or None if none is needed. Raises LastFactor."""
        if not account.existing_user.mfa_enabled:
            return None
        kept = proven_phone(account.phones, self.runtime.settings())
        if kept is None:
            raise errors.LastFactor
        return kept


def _devices(account: Account) -> Sequence[TrustedDevice]:
    uses = account.factors.uses
    return () if uses is None else uses.devices

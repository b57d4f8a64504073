"""Writes the secrets of users' factors: enrolled, replaced and removed.

Every change raises the version of the profile as it was read. So two changes at once, of factors or of phones, cannot both
think that the other factor stays.
"""

from collections.abc import Iterable, Sequence
from copy import replace
from dataclasses import fields
from typing import Any

from mfa.challenges.factor_changes import FactorChange
from mfa.errors import InvalidToken, PreconditionFailed
from mfa.factors.held_factors import CONFIRM_TRIES, FactorSecrets
from mfa.factors.phones import Phone
from mfa.factors.trusted_devices import TrustedDevice
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.expressions import Update
from mfa.store.invitations import using_up
from mfa.store.kept import still_there
from mfa.store.search import entry_writes
from mfa.store.table import ConditionFailed, Table, TransactionRefused, Write
from mfa.store.users import closing

_SECRETS = [each.name for each in fields(FactorSecrets)]


class FactorStore:
    """Changes factors.

    Each method but `claim_confirmation` raises PreconditionFailed if the user has changed since it was read, and InvalidToken
    if the invitation that it uses up is not there any more.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin_totp(self, change: FactorChange, sealed: bytes) -> None:
        """Keeps the secret of an authenticator app that is to be confirmed, in place of another such secret."""
        at = change.after.updated_at
        self._write(change, {"pending_totp": sealed, "pending_totp_at": at, "pending_totp_tries": None})

    def claim_confirmation(self, login_name: str, sealed: bytes) -> bool:
        """Spends a try at confirming this pending secret, before the code is judged. False if all are spent, or it is gone."""
        update = Update()
        update.add("pending_totp_tries", 1)
        update.only_if(when.PENDING_AS_READ, pending=sealed)
        update.only_if(when.CONFIRM_TRIES_LEFT, confirm_tries=CONFIRM_TRIES)
        try:
            self._table.update(update.write("factors", records.factors_key(login_name)), returns="NONE")
        except ConditionFailed:
            return False
        return True

    def confirm_totp(self, change: FactorChange, step: int) -> None:
        """Makes the pending secret the authenticator app's, and ends every trusted device, as another phone does.

        The step of the code that confirmed it is used up.
        """
        at, sealed = change.after.updated_at, change.secrets.pending_totp
        pending = {"pending_totp": None, "pending_totp_at": None, "pending_totp_tries": None}
        self._write(
            change, {"totp_secret": sealed, "totp_enrolled_at": at, **pending}, {"totp_step": step, "devices_since": at}
        )

    def remove_totp(self, change: FactorChange, kept: Phone | None = None) -> None:
        """Removes the authenticator app, and ends every trusted device: whoever has the one may have the other.

        `kept` is a phone that must be there still: the reads before are no snapshot.
        """
        self._write(
            change,
            {"totp_secret": None, "totp_enrolled_at": None},
            {"devices_since": change.after.updated_at},
            others=still_there(change.after.login_name, kept),
        )

    def put_recovery_codes(self, change: FactorChange, digests: Iterable[bytes]) -> None:
        """Puts new recovery codes in place of all older ones."""
        new = {"recovery_codes": frozenset(digests), "recovery_codes_at": change.after.updated_at}
        self._write(change, new, {"recovery_used": None})

    def remove_recovery_codes(self, change: FactorChange) -> None:
        """Removes the recovery codes."""
        self._write(change, {"recovery_codes": None, "recovery_codes_at": None}, {"recovery_used": None})

    def put_temporary_code(self, change: FactorChange, digest: bytes, expires_at: float, issued_by: str) -> None:
        """Puts a temporary access code in place of an earlier one."""
        code = {"temporary_code": digest, "temporary_code_expires_at": expires_at, "temporary_code_by": issued_by}
        self._write(change, code)

    def withdraw_temporary_code(self, change: FactorChange) -> None:
        """Removes the temporary access code."""
        names = ("temporary_code", "temporary_code_expires_at", "temporary_code_by")
        self._write(change, dict.fromkeys(names))

    def end_devices(self, change: FactorChange, devices: Iterable[TrustedDevice]) -> None:
        """Ends every trusted device, those too that are being trusted at this moment. `devices` are those that were read."""
        gone = {records.device_attribute(device.id): None for device in devices}
        self._write(change, {}, {**gone, "devices_since": change.after.updated_at})

    def end_device(self, change: FactorChange, device: TrustedDevice) -> None:
        """Ends one trusted device."""
        self._write(change, {}, {records.device_attribute(device.id): None})

    def _write(
        self,
        change: FactorChange,
        secrets: dict[str, Any],
        uses: dict[str, Any] | None = None,
        others: Sequence[Write] = (),
    ) -> None:
        writes = [*change_writes(change, secrets, uses), *others]
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused as refused:
            raise (InvalidToken if "invitation" in refused.failed else PreconditionFailed) from refused


def change_writes(
    change: FactorChange, secrets: dict[str, Any] | None = None, uses: dict[str, Any] | None = None
) -> list[Write]:
    """Sets attributes of the two items, in one transaction with the profile. None removes an attribute."""
    before, after, name = change.before, change.after, change.after.login_name
    writes = [
        Write(
            label="profile",
            verb="Put",
            key=records.profile_key(name),
            item=records.user_item(after),
            condition=when.VERSION_AS_READ,
            values={":version": before.version},
        ),
        *entry_writes(name, before, after),
    ]
    if after.credentials_changed_at != before.credentials_changed_at:
        # The challenge of a login; the enrolment of a phone has an item of its own.
        writes.append(replace(closing(name, after.updated_at), label="login"))
    if secrets:
        writes.append(_secrets_write(change, secrets))
    if uses:
        update = Update()
        update.set(**uses)
        writes.append(update.write("proofs", records.proofs_key(name)))
    if change.enrolment is not None:
        writes += using_up(change.enrolment, after.updated_at)
    if change.event is not None:
        writes.append(records.event_write(name, change.event))
    return writes


def _secrets_write(change: FactorChange, secrets: dict[str, Any]) -> Write:
    """Sets these secrets. What a deleted user of the same name has left behind is removed."""
    created_at = change.after.created_at
    left_behind: dict[str, Any] = {} if change.secrets.user_created_at == created_at else dict.fromkeys(_SECRETS)
    update = Update()
    update.set(**left_behind | secrets | {"user_created_at": created_at})
    return update.write("factors", records.factors_key(change.after.login_name))

"""Writes trusted devices into the uses of a user's factors. No write needs to know which other devices there are."""

from dataclasses import asdict

from mfa.factors.trusted_devices import DeviceChange
from mfa.store import records
from mfa.store.expressions import Update
from mfa.store.table import Write


def change_devices(update: Update, change: DeviceChange) -> None:
    """Adds the change to an update of the uses."""
    update.set(**{records.device_attribute(id_): None for id_ in change.dropped})
    if (device := change.added) is not None:
        kept = {name: value for name, value in asdict(device).items() if name != "id" and value != ""}
        update.set(**{records.device_attribute(device.id): kept})
    if change.ended_at is not None:
        update.set(devices_since=change.ended_at)


def devices_write(login_name: str, change: DeviceChange, logged_in_at: float | None = None) -> Write:
    """The write of a change of nothing but devices, and of the time of the login that makes it, if one does."""
    update = Update()
    change_devices(update, change)
    if logged_in_at is not None:
        update.set(last_login_at=logged_in_at)
    return update.write("proofs", records.proofs_key(login_name))

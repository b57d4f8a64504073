"""Trusts the device that a login is completed on, or ends the user's trusted devices, with the write that approves the login."""

from dataclasses import dataclass, field

from msgspec import Struct

from mfa.factors.factors import Factor
from mfa.factors.trusted_devices import DeviceChange, new_device
from mfa.flows.runtime import Runtime
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.user import can_trust_devices


class DeviceWish(Struct, frozen=True):
    """The wish that the device, of this name, be trusted from now on."""

    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTrust:
    """The outcome of an approval for trusted devices.

    Attributes:
        change: what is written with the approval, or None.
        token: of the device that is trusted, or None.
    """

    change: DeviceChange | None = None
    token: str | None = field(default=None, repr=False)

    @property
    def expires_at(self) -> float | None:
        """The end of the device that is trusted, in seconds since 1970."""
        return self.change.added.expires_at if self.change and self.change.added else None

    @property
    def detail(self) -> dict[str, str]:
        """The device for the history."""
        device = self.change.added if self.change else None
        return {} if device is None else device.detail


NOTHING_TRUSTED = DeviceTrust()


def device_trust(
    login: MfaToken, factor: Factor, wish: DeviceWish | None, claimed_at: float, runtime: Runtime
) -> DeviceTrust:
    """Decides what the approval of this login by this factor means for the user's trusted devices.

    A factor that stands in for a lost one ends them all: the lost phone may be one of them. No device is trusted for an
    administrator, for an action, for a client that vouches for the password, which has no use for a token, or before a new
    password, which would end it.
    """
    if login.action is not None:
        return NOTHING_TRUSTED
    now = runtime.clock()
    if factor.traits.stands_in:
        return DeviceTrust(change=DeviceChange(ended_at=now))
    days = runtime.settings().trusted_devices.days
    if wish is None or not days or not can_trust_devices(login.kind):
        return NOTHING_TRUSTED
    if login.client_id is not None or login.reset is not None:
        return NOTHING_TRUSTED
    # The moment of the claim, so that whatever ends devices meanwhile ends this one too. The function that sends could put the
    # claim of a kept attempt into the future.
    at = min(claimed_at, now)
    device, token = new_device(login.login_name, wish.name, at, days, runtime.random_bytes)
    return DeviceTrust(change=DeviceChange(added=device, dropped=login.devices_to_drop), token=token)

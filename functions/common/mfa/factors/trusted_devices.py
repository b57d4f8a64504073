"""Trusted devices: each stands in for the second factor of a backup user for a while, by a token that only the device has.

A device is an attribute of its own among the uses of the user's factors, so that one is added, dropped or ended without
reading the others. Only the newest ten count, however many there are.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from msgspec import Struct

from mfa.pasted import INVISIBLE
from mfa.times import Moment

DEVICES_PER_USER = 10
DEVICE_NAME_LENGTH = 64
DEVICE_TOKEN_LENGTH = 128
_DAY = 86_400
_ID_BYTES = 8
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedDevice:
    """A device that stands in for a second factor for a while. Times are seconds since 1970.

    Attributes:
        id: names it to its user.
        digest: of its token, for this user.
        name: as the user called it, or empty.
        created_at: when it was trusted.
        expires_at: its end, as its user was told.
    """

    id: str
    digest: bytes = field(repr=False)
    name: str = ""
    created_at: Moment
    expires_at: Moment

    @property
    def detail(self) -> dict[str, str]:
        """The device for the history. An empty name is left out: some engines of DynamoDB refuse empty text."""
        return {"device_id": self.id} | ({"device_name": self.name} if self.name else {})


class DeviceRule(Struct, frozen=True, kw_only=True):
    """The rule that says which devices are trusted now. Times are seconds since 1970.

    Attributes:
        after: a device that was trusted at this moment or before is trusted no more: credentials or factors have changed.
        days: for how long a device is trusted, as the settings say now. 0: not at all.
        now: the present.
    """

    after: float
    days: int
    now: float

    def trusts(self, device: TrustedDevice) -> bool:
        """Whether the device is trusted. A shorter time holds for older devices too, a longer one does not."""
        ends_at = min(device.expires_at, device.created_at + self.days * _DAY)
        return self.days > 0 and device.created_at > self.after and self.now < ends_at

    def trusted(self, devices: Iterable[TrustedDevice]) -> tuple[TrustedDevice, ...]:
        """The devices that are trusted, oldest first: the newest ten at most."""
        return tuple(sorted(filter(self.trusts, devices), key=_age)[-DEVICES_PER_USER:])


class DeviceChange(Struct, frozen=True, kw_only=True):
    """A change of a user's trusted devices, to be written with the approval that makes it.

    Attributes:
        added: the device that is trusted from now on, if one is.
        dropped: the ids of devices that are removed.
        ended_at: every device that was trusted until then is trusted no more, in seconds since 1970.
    """

    added: TrustedDevice | None = None
    dropped: tuple[str, ...] = ()
    ended_at: float | None = None


def new_device(
    login_name: str, name: str, at: float, days: int, random_bytes: Callable[[int], bytes]
) -> tuple[TrustedDevice, str]:
    """A device that is trusted from this moment on, and its token, which nobody can make from what is kept."""
    id_, secret = random_bytes(_ID_BYTES).hex(), random_bytes(_SECRET_BYTES).hex()
    device = TrustedDevice(
        id=id_,
        digest=_digest(login_name, id_, secret),
        name=device_name(name),
        created_at=at,
        expires_at=at + days * _DAY,
    )
    return device, f"{id_}.{secret}"


def device_of(token: str, login_name: str, devices: Iterable[TrustedDevice]) -> TrustedDevice | None:
    """The one of these devices of the user that the token belongs to, or None."""
    id_, _, secret = token.partition(".")
    device = next((each for each in devices if each.id == id_), None)
    if device is None or not hmac.compare_digest(device.digest, _digest(login_name, id_, secret)):
        return None
    return device


def dropped_for_another(devices: Iterable[TrustedDevice], rule: DeviceRule) -> tuple[str, ...]:
    """The ids of the devices that another one takes the place of: those that have ended, and the oldest of a full list.

    As many as there is room for in an MFA token; others are dropped the next time.
    """
    every = sorted(devices, key=_age)
    stay = rule.trusted(every)[-(DEVICES_PER_USER - 1) :]
    return tuple(device.id for device in every if device not in stay)[:DEVICES_PER_USER]


def device_name(text: str) -> str:
    """The name without what cannot be seen. Marks that turn the direction of text would change what stands around it."""
    seen = (c for c in INVISIBLE.sub("", text) if unicodedata.category(c)[0] not in "CZ" or c == " ")
    return " ".join("".join(seen).split())[:DEVICE_NAME_LENGTH]


def _age(device: TrustedDevice) -> tuple[float, str]:
    return device.created_at, device.id


def _digest(login_name: str, id_: str, secret: str) -> bytes:
    """SHA-256, which is enough for 256 random bits, over user, device and secret: each after its length."""
    parts = [part.encode() for part in (login_name, id_, secret)]
    return hashlib.sha256(b"".join(len(part).to_bytes(4) + part for part in parts)).digest()

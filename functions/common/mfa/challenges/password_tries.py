"""Tries at passwords: how many a name, an address, and a name from an address may make.

A try is claimed before the password is compared, and given back if the password was right. Unknown names count like known
ones.
"""

import hashlib
from collections.abc import Mapping

from msgspec import Struct, field

from mfa.challenges.budgets import DAY, HOUR, Window
from mfa.challenges.challenge import FOREVER
from mfa.settings.passwords import PasswordLimits

# The pause between two tries for a name starts at one second and doubles up to this.
MAX_PAUSE_SECONDS = 900
# Addresses that are kept for a name.
PLACES_KEPT = 20


class PasswordTries(Struct, frozen=True, kw_only=True):
    """The tries that were counted so far.

    Attributes:
        from_address: within the hour from the caller's address, for all names that did not succeed there lately.
        from_address_for_name: within the hour from the caller's address, for this name.
        in_a_row: for this name from all addresses since the last right password.
        tried_at: when the last of those was claimed, in seconds since 1970.
        places: digests of the addresses where the password was right, and when that was last.
    """

    from_address: int = 0
    from_address_for_name: int = 0
    in_a_row: int = 0
    tried_at: float = 0.0
    places: Mapping[str, float] = field(default_factory=dict)

    def is_stopped(self, limits: PasswordLimits) -> bool:
        """Whether the name is refused at unfamiliar places until it is unlocked, or gets a new password."""
        return self.in_a_row >= limits.max_in_a_row

    def pause(self, limits: PasswordLimits) -> int:
        """How many seconds lie between the last try and the next one, at unfamiliar places. 0: no pause."""
        over = self.in_a_row - limits.free_in_a_row
        return min(1 << over, MAX_PAUSE_SECONDS) if over >= 0 else 0


class PasswordTry(Struct, frozen=True, kw_only=True):
    """One try at a name's password.

    Attributes:
        login_name: the name that was typed, canonical.
        address: where from.
        at: when, in seconds since 1970.
        tries: what was counted before it.
        limits: the settings' limits.
        is_user: whether there is such a user.
    """

    login_name: str
    address: str
    at: float
    tries: PasswordTries
    limits: PasswordLimits
    is_user: bool

    @property
    def place(self) -> str:
        """The digest of the address."""
        return digest(self.address)

    @property
    def is_familiar(self) -> bool:
        """Whether the name's password was right at this address lately."""
        return self.tries.places.get(self.place, 0) > self.at - self.limits.familiar_days * DAY

    @property
    def hour(self) -> Window:
        """The window that the address's tries are counted in."""
        return Window.of(HOUR, self.at)

    @property
    def refused_until(self) -> float | None:
        """Until when the name is refused here whatever the password, or None if the try may be claimed.

        At a familiar place only the tries for this name from there count. Guesses from elsewhere refuse nobody there.
        """
        tries, limits = self.tries, self.limits
        if tries.from_address_for_name >= limits.max_per_name_and_address_per_hour:
            return self.hour.ends_at
        if self.is_familiar:
            return None
        if tries.from_address >= limits.max_per_address_per_hour:
            return self.hour.ends_at
        if tries.is_stopped(limits):
            return FOREVER
        paused_until = tries.tried_at + tries.pause(limits)
        return paused_until if self.at < paused_until else None

    @property
    def forgotten_places(self) -> list[str]:
        """Places that make room once this try was right: the old ones, and the oldest of too many."""
        others = {place: at for place, at in self.tries.places.items() if place != self.place}
        newest = sorted(others, key=others.__getitem__, reverse=True)[: PLACES_KEPT - 1]
        since = self.at - self.limits.familiar_days * DAY
        return sorted(place for place, at in others.items() if place not in newest or at <= since)


def digest(text: str) -> str:
    """A digest of a name or an address: what a person typed must become neither a key nor an attribute's name."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]

"""Phones: the numbers of a user."""

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta, Struct

from mfa.times import Moment

PHONES_PER_USER = 5
# A mask shows at most so many digits.
SHOWN_DIGITS = 4
# The kind of a number that only calls reach.
FIXED_LINE = "fixed_line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number of a user. Times are seconds since 1970.

    Attributes:
        id: its slot in the table, 0 to 4, a hyphen, and random digits. The slots bound how many phones a user has.
        number: E.164.
        region: the number's ISO 3166 region.
        calling_code: such as `+852`.
        kind: `mobile`, `fixed_line_or_mobile` or FIXED_LINE.
        verified: whether a passcode that was sent to it came back.
        last_verified_at: when one last did.
        verified_since: when one first did. It stays as long as the phone is the user's.
        last_login_at: when one last completed a login.
        unusable_reason: the vendor's code for why it can receive no messages, or None.
        unusable_at: since when.
    """

    id: Annotated[str, Meta(pattern="^[0-4]-")]
    number: str = field(repr=False)
    region: str
    calling_code: str
    kind: str
    verified: bool = False
    last_verified_at: Moment | None = None
    verified_since: Moment | None = None
    last_login_at: Moment | None = None
    unusable_reason: str | None = None
    unusable_at: Moment | None = None

    @property
    def slot(self) -> int:
        """The phone's slot in the table."""
        return slot_of(self.id)

    def was_verified_before(self, moment: float) -> bool:
        """Whether a passcode had come back before this moment.

        A phone that was verified before `verified_since` was kept counts by its last time, until it is verified anew.
        """
        since = self.verified_since if self.verified_since is not None else self.last_verified_at
        return self.verified and since is not None and since < moment

    def reachable(self, *, by_call: bool) -> bool:
        """Whether nothing is known against it: a number that takes no messages may still be called."""
        if self.unusable_reason is None or not by_call:
            return self.unusable_reason is None
        from mfa.vendor_errors import look_up  # noqa: PLC0415 - a login whose phones are all well does not pay for it

        return look_up(self.unusable_reason).messages_only

    def takes(self, *, by_call: bool) -> bool:
        """Whether it takes calls, or else messages, as far as is known. A landline takes calls alone."""
        return self.reachable(by_call=by_call) and (by_call or self.kind != FIXED_LINE)

    @property
    def masked_number(self) -> str:
        """`****3799`."""
        return mask_number(self.number, self.calling_code)

    @property
    def masked(self) -> dict[str, str]:
        """The phone for a history, which still names it when it is gone."""
        return {"calling_code": self.calling_code, "masked_number": self.masked_number}


class KeptAccess(Struct, frozen=True):
    """The reason why a phone may be removed: a write holds only while it is still true.

    Attributes:
        version: the version of the profile, which says whether MFA is on, and which each removed phone raises.
        phone: another phone by which the user can log in, or None if none is needed.
        totp: whether the user's authenticator app is what must stay.
    """

    version: int
    phone: Phone | None
    totp: bool = False


def mask_number(number: str, calling_code: str) -> str:
    """The last four digits after four stars; fewer where four were more than half of the digits after the calling code.

    >>> mask_number("+85292153799", "+852"), mask_number("+6835012", "+683")
    ('****3799', '****12')
    """
    national = number.removeprefix(calling_code)
    shown = min(SHOWN_DIGITS, len(national) // 2)
    return f"****{national[len(national) - shown :]}"


def slot_of(phone_id: str) -> int:
    """The slot that the phone's id begins with."""
    return int(phone_id.partition("-")[0])

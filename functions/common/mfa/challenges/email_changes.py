"""A contact email that a user changes: it counts once a code that was mailed to it came back."""

from dataclasses import dataclass, field

from mfa.challenges.passcodes import SendIdentity
from mfa.times import Moment

# The use that the HMAC key of its codes is derived for.
KEY_USE = "email-change"
TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChange:
    """A new contact email that is to be confirmed. Times are seconds since 1970.

    Attributes:
        id: names it; the code is bound to it.
        user_created_at: when the user was created who asked. It is nobody's after that user was deleted.
        address: the new mailbox.
        prefix: the letters in the mail.
        code_mac: HMAC of the code.
        expires_at: until when the code is valid.
        available_at: when another mail may be asked for.
        failures: wrong codes so far.
        max_failures: how many there may be.
    """

    id: str
    user_created_at: Moment
    address: str = field(repr=False)
    prefix: str
    code_mac: bytes = field(repr=False)
    expires_at: Moment
    available_at: Moment
    failures: int = 0
    max_failures: int = TRIES

    def identity(self, login_name: str) -> SendIdentity:
        """The mail that the code is for: of this user, to this address."""
        return SendIdentity(login_name, self.id, self.address)

"""Drawing a passcode for a challenge, and judging the one that comes back."""

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import Struct

from mfa.challenges import passcodes
from mfa.challenges.challenge import Challenge, EarlierSend
from mfa.challenges.passcodes import SendIdentity
from mfa.tokens.hmac_keys import HmacKeys

# The use that the HMAC key of a login's passcodes is derived for.
KEY_USE = "passcode"
EARLIER_SENDS_KEPT = 10


class Purpose(Struct, frozen=True):
    """The purpose of a passcode. Its MAC covers it: a code for one purpose is right for no other, also with the same digits.

    Attributes:
        use: the use that the HMAC key is derived for: a login's passcodes or those of a settings test.
        login_name: whose passcodes they are.
        digest: of the action that they approve, or empty.
    """

    use: str
    login_name: str
    digest: str = ""

    def identity(self, challenge_id: str, send_id: str) -> SendIdentity:
        """The send as the MAC covers it."""
        return SendIdentity(self.login_name, challenge_id, send_id, self.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A passcode that was drawn for a send.

    Attributes:
        challenge_id: the challenge that it is for.
        send_id: the send, drawn with it.
        prefix: four letters that no earlier message on the same screen had.
        digits: the passcode. It is never stored.
        code_mac: its HMAC, which is stored.
        earlier: the challenge's earlier sends.
    """

    challenge_id: str
    send_id: str
    prefix: str
    digits: str = field(repr=False)
    code_mac: bytes = field(repr=False)
    earlier: tuple[EarlierSend, ...]


class Mint(Struct, frozen=True, kw_only=True):
    """Draws passcodes for one purpose.

    Attributes:
        keys: the HMAC keys.
        purpose: the user and the use of the passcodes.
        random_below: a random integer from 0 to below its argument.
        random_bytes: so many random bytes.
    """

    keys: HmacKeys
    purpose: Purpose
    random_below: Callable[[int], int]
    random_bytes: Callable[[int], bytes]

    def draw(self, read: Challenge, challenge_id: str, length: int, fixed: str | None = None) -> Draft:
        """Draws `length` digits, or takes the fixed ones of a test number. `read` is the challenge so far.

        No passcode of a challenge is drawn twice, so that the code of an earlier message can be told from a wrong one.
        """
        earlier = _earlier(read) if read.id == challenge_id else ()
        send_id = self.random_bytes(12).hex()
        digits = fixed or self._digits(challenge_id, earlier, length)
        identity = self.purpose.identity(challenge_id, send_id)
        return Draft(
            challenge_id=challenge_id,
            send_id=send_id,
            prefix=self._prefix({read.prefix, *(send.prefix for send in earlier)}),
            digits=digits,
            code_mac=passcodes.mac(self.keys.signing(self.purpose.use), identity, digits),
            earlier=earlier,
        )

    def _digits(self, challenge_id: str, earlier: tuple[EarlierSend, ...], length: int) -> str:
        drawn_before = Challenge(id=challenge_id, earlier=earlier)
        while True:
            digits = passcodes.draw(length, self.random_below)
            if not is_of_earlier_send(self.keys, self.purpose, drawn_before, digits):
                return digits

    def _prefix(self, taken: set[str]) -> str:
        while (prefix := passcodes.draw_prefix(self.random_below)) in taken:
            pass
        return prefix


def is_right(keys: HmacKeys, purpose: Purpose, challenge: Challenge, digits: str) -> bool:
    """Whether the digits are the passcode of the challenge's last send. In constant time."""
    identity = purpose.identity(challenge.id, challenge.send_id)
    return passcodes.matches(keys.accepted(purpose.use), challenge.code_mac, identity, digits)


def is_of_earlier_send(keys: HmacKeys, purpose: Purpose, challenge: Challenge, digits: str) -> bool:
    """Whether the digits are the passcode of an earlier send of the challenge."""
    found = False
    for send in challenge.earlier:  # all of them, so that the time does not tell which
        identity = purpose.identity(challenge.id, send.send_id)
        found |= passcodes.matches(keys.accepted(purpose.use), send.code_mac, identity, digits)
    return found


def _earlier(read: Challenge) -> tuple[EarlierSend, ...]:
    """The challenge's sends so far, the last one included."""
    last = (EarlierSend(read.send_id, read.prefix, read.code_mac),) if read.send_id else ()
    return (*read.earlier, *last)[-EARLIER_SENDS_KEPT:]

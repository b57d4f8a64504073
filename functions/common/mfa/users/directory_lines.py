"""The lines of the directory: as much of each user as a search, a filter and an order of the list look at.

A search must look at every user, and a request cannot read every user. So the directory keeps one short line a user, in a few
large items (docs/decisions/0035-the-directory.md). A line only finds a user: what is shown is read from the user's own items.
"""

from collections.abc import Iterable
from zlib import crc32

from msgspec import Struct, structs

from mfa.factors.phones import Phone
from mfa.users.user import Kind, User, UserStatus, folded

# The directory's items. At 100,000 users each has some 1,600 lines.
CHUNKS = 64
# Stands between the fields of a line's text. No field and no search holds it.
BETWEEN = "\x1f"
# No field may end another one, or a record, before its time.
_CONTROLS = dict.fromkeys(range(32), " ")
# The number of each phone, behind login name, alias, owner and contact email.
_PHONE = 4


class DirectoryLine(Struct, frozen=True, array_like=True):
    """A user, as the directory keeps it. Times are seconds since 1970.

    Attributes:
        login_name: the canonical spelling.
        text: alias, owner, contact email and the last digits of each phone, as they are compared.
        kind: whether the user is an administrator.
        mfa_enabled: whether a login needs a second factor.
        status: whether the user may log in.
        created_at: when the user was added.
        has_factor: whether there is a second factor that can be proven.
        unverified: whether there are phones and none is verified.
        legacy: whether a legacy client ever skipped the second factor.
        locked_until: the end of the lock, or 0.
        last_login_at: the last login, or 0: exact when the line was read, and then the first one of a later day.
    """

    login_name: str
    text: str
    kind: Kind
    mfa_enabled: bool
    status: UserStatus
    created_at: float
    has_factor: bool = False
    unverified: bool = False
    legacy: bool = False
    locked_until: float = 0.0
    last_login_at: float = 0.0

    def seen(self, at: float) -> "DirectoryLine":
        """The line after a login at this moment."""
        return structs.replace(self, last_login_at=at) if at > self.last_login_at else self

    def holds(self, query: str) -> bool:
        """Whether a field holds these words."""
        return query in self.login_name or query in self.text


def searched_text(user: User, phones: Iterable[Phone]) -> str:
    """The text of a user's line. Of a number it has the digits that its mask shows, so that a search tells no other digits."""
    numbers = (phone.masked_number.lstrip("*") for phone in phones)
    fields = (folded(text or "") for text in (user.alias, user.owner, user.contact_email))
    return BETWEEN.join([*(each.translate(_CONTROLS) for each in fields), *numbers])


def rank(login_name: str, text: str, query: str) -> int:
    """The first field that begins with these words, by its number; behind those, a field that only holds them."""
    if login_name.startswith(query):
        return 0
    if not text.startswith(query) and BETWEEN + query not in text:
        return _PHONE + 1
    fields = enumerate(text.split(BETWEEN), 1)
    return next(min(number, _PHONE) for number, field in fields if field.startswith(query))


def chunk_of(login_name: str) -> int:
    """The number of the chunk that holds the line of this user."""
    return crc32(login_name.encode()) % CHUNKS

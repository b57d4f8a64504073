"""The lists of users that an administrator asks for: search, filters and order, decided on the directory's lines."""

from collections.abc import Iterable, Mapping
from copy import replace
from dataclasses import dataclass
from enum import StrEnum

from mfa.users.directory_chunks import LineColumns
from mfa.users.directory_lines import DirectoryLine, rank
from mfa.users.user import Kind, UserStatus

type Place = tuple[float, str]

# Of a chunk: for the pages of some lists that administrators go back and forth between.
LISTS_KEPT = 4
# So many users of a chunk take longer to sort than to find. The few of other words must not push out lists of all users.
MANY = 100


class UserFilter(StrEnum):
    """The users whom an administrator may have to see to."""

    LOCKED = "locked"
    NO_FACTOR = "no_factor"
    UNVERIFIED = "unverified"
    LEGACY = "legacy"


class UserOrder(StrEnum):
    """The orders of the list. A hyphen turns one around. Users who never logged in come before the first login."""

    LOGIN_NAME = "login_name"
    REGISTERED = "registered"
    NEWEST = "-registered"
    LAST_LOGIN = "last_login"
    LATEST_LOGIN = "-last_login"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryQuery:
    """The users that are asked for, and their order.

    Attributes:
        text: folded words that a field must hold; empty for all.
        kind: users of this kind alone.
        mfa: users whose MFA switch is so.
        status: users of this status alone.
        filter: one of the filters.
        registered_after: users who were added after this moment.
        seen_before: users whose last login was before this moment, and those who never logged in.
        order: the order. With a text, users whose login name begins with it come first, then those by the fields behind it.
        now: the moment of the request.
    """

    text: str = ""
    kind: Kind | None = None
    mfa: bool | None = None
    status: UserStatus | None = None
    filter: UserFilter | None = None
    registered_after: float | None = None
    seen_before: float | None = None
    order: UserOrder = UserOrder.LOGIN_NAME
    now: float

    def finds(self, line: DirectoryLine) -> bool:
        """Whether the user is in the list."""
        return line.holds(self.text) and self._fits(line)

    def places(self, columns: LineColumns, logins: Mapping[str, float]) -> list[Place]:
        """The places of those users of a chunk who are in the list, in order. `logins`: those after the lines were made.

        The chunk keeps them for the next page, unless they change with time or are found as fast again.
        """
        if logins or self.filter is UserFilter.LOCKED:
            return sorted(self._places(columns, logins))
        asked = replace(self, now=0.0)
        if (kept := columns.kept.get(asked)) is not None:
            return kept
        found = sorted(self._places(columns, logins))
        if self._needs_lines or not self.text or len(found) >= MANY:
            if len(columns.kept) >= LISTS_KEPT:
                del columns.kept[next(iter(columns.kept))]  # the oldest one
            columns.kept[asked] = found
        return found

    def _places(self, columns: LineColumns, logins: Mapping[str, float]) -> list[Place]:
        if any(letter < " " for letter in self.text):  # no field has a control character, but they stand between fields
            return []
        if self._needs_lines:
            lines: Iterable[DirectoryLine] = columns.lines()
            if logins:
                lines = (line.seen(logins.get(line.login_name, 0.0)) for line in lines)
            return [self.place(line) for line in lines if self.finds(line)]
        if not self.text:
            return [(0.0, name) for name in columns.names()]
        return [(float(rank(name, text, self.text)), name) for name, text in columns.holding(self.text)]

    def place(self, line: DirectoryLine) -> Place:
        """The place of a user in the list, by which it is sorted."""
        match self.order:
            case UserOrder.REGISTERED:
                number = line.created_at
            case UserOrder.NEWEST:
                number = -line.created_at
            case UserOrder.LAST_LOGIN:
                number = line.last_login_at
            case UserOrder.LATEST_LOGIN:
                number = -line.last_login_at
            case _:
                number = float(rank(line.login_name, line.text, self.text)) if self.text else 0.0
        return number, line.login_name

    @property
    def needs_directory(self) -> bool:
        """Whether the search index has no list like this."""
        by_registration = self.registered_after is not None and not self.text
        usual = UserOrder.REGISTERED if by_registration else UserOrder.LOGIN_NAME
        narrowed = any(each is not None for each in (self.status, self.filter, self.seen_before))
        return narrowed or self.order is not usual

    @property
    def needs_logins(self) -> bool:
        """Whether the last logins decide who is in the list, or in which order."""
        return self.seen_before is not None or self.order in {UserOrder.LAST_LOGIN, UserOrder.LATEST_LOGIN}

    @property
    def _needs_lines(self) -> bool:
        """Whether more than names and texts decides who is in the list, or in which order."""
        given = (self.kind, self.mfa, self.status, self.filter, self.registered_after, self.seen_before)
        return self.order is not UserOrder.LOGIN_NAME or any(each is not None for each in given)

    def _fits(self, line: DirectoryLine) -> bool:
        return (
            (self.kind is None or line.kind is self.kind)
            and (self.mfa is None or line.mfa_enabled is self.mfa)
            and (self.status is None or line.status is self.status)
            and (self.registered_after is None or line.created_at > self.registered_after)
            and (self.seen_before is None or line.last_login_at < self.seen_before)
            and (self.filter is None or self._passes(line))
        )

    def _passes(self, line: DirectoryLine) -> bool:
        match self.filter:
            case UserFilter.LOCKED:
                return line.locked_until > self.now
            case UserFilter.NO_FACTOR:
                return line.mfa_enabled and not line.has_factor
            case UserFilter.UNVERIFIED:
                return line.unverified
            case _:
                return line.legacy

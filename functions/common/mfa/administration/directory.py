"""Lists users, and the history of one user."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from mfa.administration import ports
from mfa.administration.requests import ListEvents, ListUsers
from mfa.administration.user_search import FoundUsers
from mfa.challenges.account import Account
from mfa.challenges.guesses import refused_guesses
from mfa.errors import InvalidRequest, TemporarilyUnavailable, UserNotFound
from mfa.flows.runtime import Runtime
from mfa.times import seconds
from mfa.tokens import cursors
from mfa.users.directory_query import DirectoryQuery, Place, UserOrder
from mfa.users.history import Event
from mfa.users.search_index import (
    REGISTERED,
    SEARCHED,
    TERM_LENGTH,
    entries,
    names,
    registered_position,
    search_term,
    user_lists,
)
from mfa.users.user import User, existing_login_names, folded


class UserHistories(Protocol):
    """Reads histories."""

    def events(self, login_name: str, before: str | None, limit: int) -> tuple[list[Event], str | None]: ...


class FindsUsers(Protocol):
    """Finds users by the directory, if there is one."""

    def page(self, query: DirectoryQuery, after: Place | None, limit: int) -> FoundUsers | None: ...


class ListedUsers(NamedTuple):
    """A page of users.

    Attributes:
        accounts: the users.
        cursor: the cursor of the next page.
        total: the number of users in the list, or None while there is no directory that tells it.
    """

    accounts: list[Account]
    cursor: str | None
    total: int | None = None


DAY = 86400
# Pages of the index that one request reads: filters may leave few users of each.
PAGES_PER_REQUEST = 8
# A cursor begins with one of these: how the list went on so far.
_BY_INDEX, _BY_DIRECTORY = "index", "directory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Reads users and events page by page, without a scan."""

    accounts: ports.AccountPages
    search_index: ports.UserLists
    search: FindsUsers
    histories: UserHistories
    runtime: Runtime

    def users(self, which: ListUsers) -> ListedUsers:
        """Users in order, and the cursor of the next ones. Raises InvalidRequest.

        A page may be short or empty and still have a cursor, because a request reads so many pages at most. With `q`: first
        the users whose login name begins with it, then those by another field, then those who have it elsewhere. With
        `registered_after` alone: in order of registration.

        While the directory is being made, the search index serves lists that need no more: then `q` finds the beginnings of
        login name, alias and owner. Raises TemporarilyUnavailable for other lists.
        """
        query = query_of(which, self.runtime.clock())
        filters = ["users", which.kind, which.mfa, query.text, query.registered_after]
        filters += [query.status, query.filter, query.order, which.not_seen_days]
        place = cursors.read(self.runtime.keys(), filters, which.cursor) if which.cursor else []
        by_index = place[:1] == [_BY_INDEX]
        found = None if by_index else self.search.page(query, _place(place), which.limit)
        if found is not None:
            after = None if found.after is None else [_BY_DIRECTORY, repr(found.after[0]), found.after[1]]
            cursor = None if after is None else cursors.write(self.runtime.keys(), filters, after)
            return ListedUsers(found.accounts, cursor, found.total)
        if query.needs_directory or place[:1] == [_BY_DIRECTORY]:
            raise TemporarilyUnavailable("The directory of users is being made. Ask again in some minutes.")
        accounts, after = self._by_index(which, query, place[1:])
        return ListedUsers(
            accounts, cursors.write(self.runtime.keys(), filters, [_BY_INDEX, *after]) if after else None
        )

    def _by_index(
        self, which: ListUsers, given: DirectoryQuery, place: list[str]
    ) -> tuple[list[Account], list[str] | None]:
        query, since = given.text[:TERM_LENGTH], given.registered_after
        fields = SEARCHED if query else (REGISTERED,) if since is not None else SEARCHED[:1]
        at, after = place or [fields[0], ""]
        found: list[Account] = []
        pages = 0
        for field in fields[fields.index(at) :]:
            if field == REGISTERED and not after and since is not None:
                after = registered_position(since) + "\U0010ffff"
            lists = user_lists(field, which.kind, which.mfa)
            while len(found) < which.limit:
                if pages == PAGES_PER_REQUEST:
                    return found, [field, after]
                pages += 1
                page = self.search_index.page(lists, query, after, which.limit - len(found))
                if not page:
                    break
                after = page[-1].position
                positions = {entry.position for entry in page}
                found += [
                    account
                    for account in self.accounts.load_accounts(names(page))
                    if _stands(account.existing_user, field, lists, positions)
                    and _shown(account.existing_user, field, query, since)
                ]
            if len(found) >= which.limit:
                return found, [field, after]
            after = ""
        return found, None

    def events(self, which: ListEvents) -> tuple[list[Event], str | None]:
        """A user's history, newest first, and the cursor of older events. Raises UserNotFound for a name that nobody has or had.

        Wrong passcodes that the next send will move into the history are in it already.
        """
        spellings = existing_login_names(which.login_name)
        filters = ["events", *spellings]
        before = cursors.read(self.runtime.keys(), filters, which.cursor)[0] if which.cursor else None
        *others, login_name = spellings
        login_name = next((name for name in others if self.histories.events(name, None, 1)[0]), login_name)
        events, last = self.histories.events(login_name, before, which.limit)
        cursor = None
        if last is not None and len(events) == which.limit:
            cursor = cursors.write(self.runtime.keys(), filters, [last])
        if which.cursor is None:
            waiting = refused_guesses(self.accounts.load_challenge(login_name), login_name, self.runtime.random_bytes)
            events = sorted([*events, *waiting], key=lambda event: event.at, reverse=True)
        if not events and which.cursor is None and not self.accounts.load_accounts(spellings):
            raise UserNotFound
        return events, cursor


def query_of(which: ListUsers, now: float) -> DirectoryQuery:
    """The list that is asked for. Raises InvalidRequest."""
    text = folded(which.q or "")
    if which.q and not text:
        raise InvalidRequest("q", "must not be blank")
    since = None if which.registered_after is None else seconds(which.registered_after, "registered_after")
    usual = UserOrder.REGISTERED if since is not None and not text else UserOrder.LOGIN_NAME
    return DirectoryQuery(
        text=text,
        kind=which.kind,
        mfa=which.mfa,
        status=which.status,
        filter=which.filter,
        registered_after=since,
        seen_before=None if which.not_seen_days is None else now - which.not_seen_days * DAY,
        order=which.sort or usual,
        now=now,
    )


def _place(place: list[str]) -> Place | None:
    """The place in the directory's list that a cursor names."""
    match place:
        case [_, number, name]:
            return float(number), name
        case _:
            return None


def _stands(user: User, field: str, lists: Sequence[str], positions: set[str]) -> bool:
    """Whether the index entry is current: the index lags behind, and may lead to a user's former position."""
    found = entries(user).get(field)
    return found is not None and found[0] in lists and found[1] in positions


def _shown(user: User, field: str, query: str, since: float | None) -> bool:
    """Whether the user belongs here: registered late enough, and not shown for an earlier field already."""
    if since is not None and user.created_at <= since:
        return False
    if not query:
        return True
    earlier = SEARCHED[: SEARCHED.index(field)]
    return not any(search_term(getattr(user, name) or "").startswith(query) for name in earlier)

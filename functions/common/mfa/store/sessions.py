"""The access tokens of administrators and their sessions, and the accounts behind access tokens.

A session that ended stays ended: its token has an item that says so, which is read with every request. No write of a session can
take that away.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from mfa.challenges.account import Account
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.accounts import account_with_factors_of
from mfa.store.expressions import Update
from mfa.store.reading import read
from mfa.store.search import INDEX, LAST
from mfa.store.table import ConditionFailed, Item, Key, Table, TransactionRefused, Write
from mfa.store.users import closing
from mfa.times import rfc3339
from mfa.users.history import Event
from mfa.users.sessions import EndReason, Session, Standing

# A token is refused for its age from `exp` on. The items outlive it by more than any clock is wrong.
_SPARE_SECONDS = 3600
SESSIONS = "SESSIONS"
# These fields of a session lie in its key.
_IN_KEY = ("login_name", "id")
_PARTITION = records.session_key("", "")[0]


@dataclass(frozen=True, slots=True)
class _Ended:
    # Earlier versions of the product ended a token at a logout alone, and gave no reason.
    reason: EndReason = EndReason.LOGOUT


class SessionStore:
    """The sessions of administrators. Each is one access token."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, tokens: Sequence[tuple[str, str]]) -> list[Standing]:
        """These access tokens, given by login name and id, in one request for 33 of them."""
        keys = {key for login_name, token_id in tokens for key in _keys(login_name, token_id)}
        items = self._table.get_all(keys)
        return [_standing(login_name, token_id, items) for login_name, token_id in tokens]

    def load_own_account(self, login_name: str, token_id: str) -> Account | None:
        """The user with phones, challenge and factors, in one request. None if the token was ended."""
        ended = records.ended_token_key(login_name, token_id)
        keys = [*records.account_keys(login_name), *records.held_factors_keys(login_name), ended]
        items = self._table.get_all(keys)
        return None if items.pop(ended, None) else account_with_factors_of(login_name, items)

    def begin(self, session: Session) -> bool:
        """Writes down a session. One that another request wrote down meanwhile stays. False if it was ended meanwhile."""
        begun = Write(
            label="session",
            verb="Put",
            key=records.session_key(session.login_name, session.id),
            item=_item(session),
            condition=when.NEW_SESSION,
        )
        goes_on = Write(
            label="ended",
            verb="ConditionCheck",
            key=records.ended_token_key(session.login_name, session.id),
            condition=when.NOT_ENDED,
        )
        try:
            self._table.transact(lambda: [begun, goes_on])
        except TransactionRefused as refused:
            return "ended" not in refused.failed
        return True

    def note(self, session: Session, now: float) -> bool:
        """Writes down that the session is in use. False if it was ended meanwhile: it stays ended."""
        update = Update()
        update.set(last_seen_at=now)
        update.only_if(when.SESSION_GOES_ON)
        try:
            self._table.update(update.write("session", records.session_key(session.login_name, session.id)), "NONE")
        except ConditionFailed:
            return False
        return True

    def end(self, session: Session, reason: EndReason, event: Event) -> bool:
        """Ends the session for good, with a line in the administrator's history. False if it was ended before."""
        ended = Write(
            label="ended",
            verb="Put",
            key=records.ended_token_key(session.login_name, session.id),
            item={"reason": reason, "ttl": int(session.expires_at) + _SPARE_SECONDS},
            condition=when.NOT_ENDED,
        )
        gone = Write(label="session", verb="Delete", key=records.session_key(session.login_name, session.id))
        try:
            self._table.transact(lambda: [ended, gone, records.event_write(session.login_name, event)])
        except TransactionRefused:
            return False
        return True

    def end_all(self, login_name: str, event: Event) -> bool:
        """Ends every token of the user that was issued until now, and the login under way. False if there is no such user."""
        profile = Update()
        profile.set(credentials_changed_at=event.at, updated_at=event.at)
        profile.add("version", 1)
        profile.only_if(when.EXISTS)
        user = profile.write("profile", records.profile_key(login_name))
        try:
            self._table.transact(lambda: [user, closing(login_name, event.at), records.event_write(login_name, event)])
        except TransactionRefused:
            return False
        return True

    def newest(self, since: float, before: str, limit: int) -> list[tuple[str, tuple[str, str]]]:
        """The last sessions of all administrators since this moment, newest first, from before this place on: the place of
        each, and its login name and id."""
        span = ("position", rfc3339(since), before or LAST)
        entries = self._table.newest_entries(INDEX, ("list", SESSIONS), span, limit + 1)
        return [
            (position, (pk.removeprefix(_PARTITION), position.partition("#")[2]))
            for position, pk in entries
            if position != before
        ][:limit]

    def newest_of(self, login_name: str, before: str, limit: int) -> list[tuple[str, tuple[str, str]]]:
        """The last sessions of one administrator, in the same form."""
        pk, first = records.session_key(login_name, "")
        items = self._table.newest(pk, first, before or first + LAST, limit)
        return [(item["sk"], (login_name, item["sk"].removeprefix(first))) for item in items]


def _item(session: Session) -> Item:
    """A session as an item. The list of sessions has it by its beginning."""
    values = {name: value for name, value in asdict(session).items() if value is not None and name not in _IN_KEY}
    entry = {"list": SESSIONS, "position": f"{rfc3339(session.started_at)}#{session.id}"}
    return values | entry | {"ttl": int(session.expires_at) + _SPARE_SECONDS}


def _session_of(login_name: str, token_id: str, item: Item) -> Session | None:
    """The session of an item, or None if the item is no session."""
    return read(item | {"login_name": login_name, "id": token_id}, Session)


def _keys(login_name: str, token_id: str) -> tuple[Key, Key, Key]:
    return (
        records.profile_key(login_name),
        records.session_key(login_name, token_id),
        records.ended_token_key(login_name, token_id),
    )


def _standing(login_name: str, token_id: str, items: dict[Key, Item]) -> Standing:
    profile, session, ended = (items.get(key) for key in _keys(login_name, token_id))
    return Standing(
        user=records.user_of(profile, {}) if profile else None,
        session=_session_of(login_name, token_id, session) if session else None,
        ended=None if ended is None else (read(ended, _Ended) or _Ended(EndReason.ENDED)).reason,
    )

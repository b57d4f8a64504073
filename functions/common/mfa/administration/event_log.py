"""Reads the log over everything: filters, paging, and lines as administrators see them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from mfa.administration import views
from mfa.administration.log_answers import LogLine, ValueChange
from mfa.administration.log_requests import FindEvents
from mfa.errors import InvalidRequest
from mfa.flows.runtime import Runtime
from mfa.times import rfc3339, seconds
from mfa.tokens import cursors
from mfa.users.actors import DIRECT
from mfa.users.event_log import LogPlace
from mfa.users.history import Event, EventType
from mfa.users.user import LOGIN_NAME_LENGTH, canonical_login_name, folded, stored_login_names

# Index entries that one request looks through: filters may leave few lines of them.
ENTRIES_PER_REQUEST = 6400
# Lines that one request reads to look for words, or through a user's history.
LINES_PER_REQUEST = 1000
AT_ONCE = 100
# Of an export in one answer. Lambda's takes 6 MB, and API Gateway's 10.
PAGES_AT_ONCE = 10
ENOUGH_BYTES = 1_000_000
# Before and behind every moment.
_START, _END = "0", "\U0010ffff"


class Walk(Protocol):
    """A walk through the places of the log, newest first."""

    is_cut: bool
    last: str

    def __iter__(self) -> Iterator[LogPlace]: ...


class LogReader(Protocol):
    """Reads the log."""

    def walk(self, type_: EventType | None, span: tuple[str, str], entries: int, *, sparse: bool) -> Walk: ...
    def lines(self, places: Sequence[LogPlace]) -> list[tuple[LogPlace, Event]]: ...


class HistoryLines(Protocol):
    """Reads a user's history."""

    def lines(self, login_name: str, before: str, limit: int, since: str = "") -> list[tuple[str, Event]]: ...


@dataclass(frozen=True, slots=True)
class LogExcerpt:
    """Lines of the log.

    Attributes:
        lines: the lines, newest first.
        cursor: where older ones go on, or None if there are none.
        searched_to: the moment down to which the log was looked through, if there may be older lines.
    """

    lines: list[LogLine]
    cursor: str | None = None
    searched_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog:
    """Reads the log page by page, without a scan."""

    log: LogReader
    histories: HistoryLines
    runtime: Runtime

    def find(self, which: FindEvents) -> LogExcerpt:
        """Lines that pass the filters, newest first. Raises InvalidRequest.

        There may be fewer than asked for, or none, and older ones still, because a request looks through a bounded number.
        """
        asked = _Asked.of(which)
        at = cursors.read(self.runtime.keys(), asked.filters, which.cursor) if which.cursor else []
        lines, last = self._of_user(asked, at) if which.user else self._of_all(asked, at)
        if last is None:
            return LogExcerpt(lines)
        moment = last[-1].removeprefix("EVENT#").partition("#")[0]
        return LogExcerpt(lines, cursors.write(self.runtime.keys(), asked.filters, last), moment)

    def excerpt(self, which: FindEvents) -> LogExcerpt:
        """Pages of lines together, as many as one answer takes: lines of settings are long. Raises InvalidRequest."""
        lines: list[LogLine] = []
        size = 0
        for _ in range(PAGES_AT_ONCE):
            found = self.find(which)
            lines += found.lines
            size += len(msgspec.json.encode(found.lines))
            if found.cursor is None or size >= ENOUGH_BYTES:
                break
            which = msgspec.structs.replace(which, cursor=found.cursor)
        return LogExcerpt(lines, found.cursor, found.searched_to)

    def _of_all(self, asked: "_Asked", at: list[str]) -> tuple[list[LogLine], list[str] | None]:
        """Lines of all users, and the place of the last one seen if there may be more."""
        before = at[0] if at else asked.until
        walk = self.log.walk(asked.type, (asked.since, before), ENTRIES_PER_REQUEST, sparse=asked.is_sparse)
        found: list[LogLine] = []
        waiting: list[LogPlace] = []
        read = 0
        for place in walk:
            if asked.admits(place.type, place.actor):
                waiting.append(place)
            if len(waiting) < (AT_ONCE if asked.text else asked.limit - len(found)):
                continue
            for line_place, line in self._lines(asked, waiting):
                found.append(line)
                if len(found) == asked.limit:
                    return found, [line_place.position]
            read, waiting = read + len(waiting), []
            if read >= LINES_PER_REQUEST:
                return found, [walk.last]
        for line_place, line in self._lines(asked, waiting):
            found.append(line)
            if len(found) == asked.limit:
                return found, [line_place.position]
        return found, [walk.last] if walk.is_cut else None

    def _lines(self, asked: "_Asked", places: list[LogPlace]) -> Iterator[tuple[LogPlace, LogLine]]:
        for place, event in self.log.lines(places):
            line = _line(event, _user(place.owner))
            # Judged again: the index may say of a line what the line does not.
            if asked.admits(event.type, event.actor) and asked.contains(line):
                yield place, line

    def _of_user(self, asked: "_Asked", at: list[str]) -> tuple[list[LogLine], list[str] | None]:
        """Lines of a user's history, whether or not the log lists them."""
        found: list[LogLine] = []
        for login_name in at[:1] or asked.names:
            before = at[1] if at else f"EVENT#{asked.until}"
            for _ in range(LINES_PER_REQUEST // AT_ONCE):
                page = self.histories.lines(login_name, before, AT_ONCE, asked.since)
                for before, event in page:
                    line = _line(event, _user(login_name))
                    if asked.admits(event.type, event.actor) and asked.contains(line):
                        found.append(line)
                    if len(found) == asked.limit:
                        return found, [login_name, before]
                if not page:
                    break
            else:
                return found, [login_name, before]
            if found:
                break
        return found, None


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The filters, in the form in which they are compared."""

    type: EventType | None
    actor: str | None
    names: list[str]
    since: str
    until: str
    text: str
    limit: int

    @classmethod
    def of(cls, which: FindEvents) -> "_Asked":
        """Raises InvalidRequest."""
        since = _START if which.from_ is None else rfc3339(seconds(which.from_, "from"))
        until = _END if which.to is None else rfc3339(seconds(which.to, "to"))
        if until <= since:
            raise InvalidRequest("to", "must be after from")
        text = folded(which.text or "")
        if which.text and not text:
            raise InvalidRequest("text", "must not be blank")
        names = stored_login_names(which.user) if which.user else ()
        return cls(
            type=which.type,
            actor=canonical_login_name(which.actor) if which.actor else None,
            names=[name for name in names if len(name) <= LOGIN_NAME_LENGTH],
            since=since,
            until=until,
            text=text,
            limit=which.limit,
        )

    @property
    def filters(self) -> list[Any]:
        """The list that a cursor belongs to."""
        return ["log", self.type, self.actor, self.names, self.since, self.until, self.text]

    def admits(self, type_: str, actor: str) -> bool:
        """Whether type and actor are those asked for."""
        return self.type in (None, type_) and self.actor in (None, actor)

    @property
    def is_sparse(self) -> bool:
        """Whether few places may be asked for."""
        return self.type is not None or self.actor is not None

    def contains(self, line: LogLine) -> bool:
        """Whether the line contains the words, in any spelling of their letters."""
        return not self.text or any(self.text in folded(each) for each in _texts(msgspec.to_builtins(line)))


def _user(owner: str) -> str | None:
    """The user in whose history a line stands. None for what the product did, direct invocations and unknown names."""
    return None if owner == DIRECT or owner.startswith("?") else owner


def _line(event: Event, user: str | None) -> LogLine:
    shown = views.event(event)
    detail = dict(shown.detail)
    changes = views.changes(detail.pop("values", None))
    return LogLine(
        id=shown.id,
        at=shown.at,
        type=shown.type,
        actor=shown.actor,
        user=user,
        address=shown.address,
        changes={name: ValueChange(change["old"], change["new"]) for name, change in changes.items()},
        detail=detail,
        phone_id=shown.phone_id,
        challenge_id=shown.challenge_id,
    )


def _texts(value: object) -> Iterator[str]:
    """The texts in a value, names of members among them."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield str(name)
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
    elif value is not None:
        yield str(value)

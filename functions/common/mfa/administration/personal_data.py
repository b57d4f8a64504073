"""Gives out and erases everything that is kept about a person."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mfa import errors
from mfa.administration.requests import ReadRecords
from mfa.flows.runtime import Runtime
from mfa.times import rfc3339
from mfa.tokens import cursors
from mfa.users.actors import DIRECT, Actor
from mfa.users.history import Event, EventType
from mfa.users.user import existing_login_names

RECORDS = 500
# Keys of the table. They hold nothing about the person beyond the name.
_KEYS = frozenset({"pk", "sk", "list", "position"})
# Index attributes. They hold nothing that the profile does not.
_COPIES = "LIST#"
# Digests of passcodes are binary, and nothing binary is given out.
_SECRETS = frozenset({"password_hash"})


class Records(Protocol):
    """Reads and erases the records of a login name."""

    def page(self, login_name: str, place: list[str], limit: int) -> tuple[list[dict[str, Any]], list[str] | None]: ...
    def erase(self, login_name: str, items: list[dict[str, Any]], actor: str, event: Event) -> None: ...


class DirectoryOfUsers(Protocol):
    """Keeps lines of users."""

    def forget(self, login_name: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """Answers requests for access and erasure (GDPR, articles 15 and 17)."""

    records: Records
    directory: DirectoryOfUsers
    runtime: Runtime

    def read(self, which: ReadRecords) -> tuple[str, list[dict[str, Any]], str | None]:
        """The name as stored, every record under it without secrets, and the cursor of more. Raises UserNotFound.

        The records are the table's own items, not the fields that screens show, so that none is forgotten.
        """
        names = existing_login_names(which.login_name)
        filters = ["records", *names]
        at = cursors.read(self.runtime.keys(), filters, which.cursor) if which.cursor else []
        login_name, items, place_of_more = self._page(tuple(at[:1]) or names, at[1:])
        if not items and not at:
            raise errors.UserNotFound
        cursor = cursors.write(self.runtime.keys(), filters, [login_name, *place_of_more]) if place_of_more else None
        return login_name, [_record(item) for item in items if not item["sk"].startswith(_COPIES)], cursor

    def erase(self, actor: Actor, login_name: str) -> tuple[int, bool]:
        """Erases records of a deleted user. Returns how many, and whether none are left.

        The actor's history records the erasure with a digest of the name, so that a person who knows the name can find it.
        Raises Conflict while the user exists, and Forbidden for the history of direct invocations, which belongs to nobody.
        """
        names = existing_login_names(login_name)
        if DIRECT in names:
            raise errors.Forbidden("The history of direct invocations is kept.")
        login_name, items, place_of_more = self._page(names, [])
        if items:
            detail = {"login_name_sha256": hashlib.sha256(login_name.encode()).hexdigest()}
            event = actor.event(EventType.USER_ERASED, self.runtime.clock(), self.runtime.random_bytes, detail=detail)
            self.records.erase(login_name, items, actor.name, event)
        # With the history goes the line that would have told the directory of the deletion.
        self.directory.forget(login_name)
        return len(items), place_of_more is None

    def _page(self, names: tuple[str, ...], place: list[str]) -> tuple[str, list[dict[str, Any]], list[str] | None]:
        """The first of the names under which something is kept, with a page of it."""
        for name in names:
            items, place_of_more = self.records.page(name, place, RECORDS)
            if items:
                return name, items, place_of_more
        return names[-1], [], None


def _record(item: Mapping[str, Any]) -> dict[str, Any]:
    kind = item["sk"].lstrip("#").partition("#")[0].lower()
    return {"record": kind, **_shown(item)}


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _value(name, value)
        for name, value in values.items()
        if name not in _KEYS | _SECRETS and not isinstance(value, bytes)
    }


def _value(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _shown(value)
    if isinstance(value, list | tuple | set | frozenset):
        members = sorted(value) if isinstance(value, set | frozenset) else value
        return [_value("", each) for each in members if not isinstance(each, bytes)]
    is_moment = name in {"at", "ttl"} or name.endswith(("_at", "_until"))
    return rfc3339(value) if is_moment and isinstance(value, int | float) and value else value

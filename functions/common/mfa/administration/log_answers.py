"""The answers about the log."""

from msgspec import Struct

from mfa.http.answers import Time


class ValueChange(Struct, frozen=True):
    """A value before and after, null where there was none."""

    old: object
    new: object


class LogLine(Struct, frozen=True, omit_defaults=True):
    """A line of the log: an event, the user in whose history it stands, and the changed values."""

    id: str
    at: Time
    type: str
    actor: str
    user: str | None
    address: str | None
    changes: dict[str, ValueChange]
    detail: dict[str, object]
    phone_id: str | None = None
    challenge_id: str | None = None


class LogPage(Struct, frozen=True, omit_defaults=True):
    """Lines of the log, newest first, and the cursor of older ones.

    A page may be short or empty and still have a cursor: a request looks through a bounded number of lines.
    """

    items: list[LogLine]
    searched_to: Time | None
    cursor: str | None = None


class LogExport(Struct, frozen=True, omit_defaults=True):
    """Lines of the log as text, and the cursor of older ones. `truncated` says whether there may be more."""

    text: str
    lines: int
    truncated: bool
    cursor: str | None = None

    def __repr__(self) -> str:
        return "LogExport(...)"

"""The requests of the log."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from mfa.administration.requests import PAGE, Cursor, Limit, LoginName
from mfa.http.answers import Time
from mfa.settings.forms import ONE_LINE
from mfa.users.history import EventType

type Actor = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=256,
        description="who did it: a login name, a client's id, iam, product, or a vendor: twilio, aws, ses",
    ),
]
type Words = Annotated[
    str, Meta(min_length=1, max_length=128, pattern=ONE_LINE, description="words that the line contains")
]
type Format = Literal["csv", "jsonl"]


class LogFilters(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Filters for the log, and the place to go on from. `from` is the first moment, `to` the first one after the last.

    With `user`, the events of that user's history, whether or not the log lists them.
    """

    type: EventType | None = None
    actor: Actor | None = None
    user: LoginName | None = None
    from_: Time | None = field(default=None, name="from")
    to: Time | None = None
    text: Words | None = None
    cursor: Cursor | None = None


class FindEvents(LogFilters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Filters and paging for the log."""

    limit: Limit = PAGE


class ExportEvents(LogFilters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Filters and paging for the log, and the form of the lines."""

    format: Format = "csv"

    @property
    def first_page(self) -> FindEvents:
        """The request for the first page of the lines."""
        return FindEvents(**{name: getattr(self, name) for name in LogFilters.__struct_fields__})

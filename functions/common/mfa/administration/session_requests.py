"""The requests of the operations on sessions of administrators."""

from msgspec import Struct

from mfa.administration.requests import PAGE, Cursor, Limit, LoginName
from mfa.http.requests import Id


class ListSessions(Struct, frozen=True, forbid_unknown_fields=True):
    """Sessions of all administrators whom the caller may see, or of one."""

    login_name: LoginName | None = None
    cursor: Cursor | None = None
    limit: Limit = PAGE


class SessionEnd(Struct, frozen=True, forbid_unknown_fields=True):
    """A session of an administrator."""

    login_name: LoginName
    id: Id

"""Sessions of administrators: each is one access token, from its login until it ends. How long it lasts is decided here."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from mfa.times import Moment
from mfa.users.user import User

# The use of a session is written down so often: most requests write nothing.
NOTE_SECONDS = 60

type OpenedBy = Literal["console", "api"]


class EndReason(StrEnum):
    """Why a session is over."""

    IDLE = "idle"
    EXPIRED = "expired"
    ENDED = "ended"
    LOGOUT = "logout"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How long sessions last, in seconds.

    Attributes:
        token_seconds: at most, since their access token was issued.
        seconds: at most, if that is bounded as well.
        idle_seconds: without use, if that is bounded.
    """

    token_seconds: int
    seconds: int | None = None
    idle_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request of an administrator.

    Attributes:
        address: the source address.
        user_agent: the header `User-Agent`, as the client wrote it.
        attended: whether a person made it. A refresh that a page makes by itself does not keep a session alive.
        opens_console: whether it opens the console's cookie.
        page: the administrator whose page asks, if only their session may answer.
    """

    address: str
    user_agent: str = ""
    attended: bool = True
    opens_console: bool = False
    page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session. Times are seconds since 1970.

    Attributes:
        login_name: the administrator.
        id: the access token's `jti`.
        started_at: when the token was issued.
        last_seen_at: when a person last used it, or the login.
        expires_at: when the token ends.
        address: the source address of its first request.
        client: by what it was opened.
        browser: the browser, or another program, of that request.
        system: the operating system.
    """

    login_name: str
    id: str
    started_at: Moment
    last_seen_at: Moment
    expires_at: Moment
    address: str = ""
    client: OpenedBy = "api"
    browser: str | None = None
    system: str | None = None

    def ends_at(self, limits: SessionLimits) -> float:
        """When it ends if it is used until then."""
        seconds = limits.token_seconds if limits.seconds is None else min(limits.seconds, limits.token_seconds)
        return min(self.expires_at, self.started_at + seconds)

    def over(self, limits: SessionLimits, now: float) -> EndReason | None:
        """Why it is over, or None if it goes on."""
        if now >= self.ends_at(limits):
            return EndReason.EXPIRED
        if limits.idle_seconds is not None and now >= self.last_seen_at + limits.idle_seconds:
            return EndReason.IDLE
        return None

    def is_to_note(self, visit: Visit, now: float) -> bool:
        """Whether this use is to be written down."""
        return visit.attended and now >= self.last_seen_at + NOTE_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An access token as the store knows it.

    Attributes:
        user: the user whom it names, if there is one.
        session: its session, if a request was made with it before and it was not ended.
        ended: why it was ended, if it was.
    """

    user: User | None
    session: Session | None
    ended: EndReason | None

    def open_session(self, limits: SessionLimits, now: float) -> Session | None:
        """The session, if its token would be accepted now."""
        user, session = self.user, self.session
        if self.ended or session is None or user is None or not user.is_administrator:
            return None
        if not user.accepts_token_of(session.started_at) or session.over(limits, now):
            return None
        return session

"""Jobs: one deed on many users. A dry run says what it would do to each, and then it is done, in steps that may be repeated.

The users lie in chunks, each with the outcome so far. The head says which chunk is next.
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct, structs

from mfa.errors import InternalError
from mfa.times import Moment, rfc3339
from mfa.users.directory_query import DirectoryQuery, Place
from mfa.users.roles import Permission

DAY = 86400
# Jobs and their reports are deleted so long after they were made.
KEPT_SECONDS = 30 * DAY
# A dry run is started within this time, or it no longer tells what would happen.
PREVIEW_SECONDS = DAY
USERS_IN_CHUNK = 50


class JobDeed(StrEnum):
    """What a job does to each of its users."""

    MFA_ON = "mfa_on"
    MFA_OFF = "mfa_off"
    INVITE = "invite"
    UNLOCK = "unlock"
    DISABLE = "disable"
    ENABLE = "enable"
    SET_OWNER = "set_owner"
    SET_LOCALE = "set_locale"
    DELETE = "delete"

    @property
    def needs(self) -> Permission:
        """The permission that the deed needs for one user, and so for many."""
        return Permission.HELP if self in {JobDeed.INVITE, JobDeed.UNLOCK} else Permission.MANAGE_USERS

    @property
    def repeatable(self) -> bool:
        """Whether doing it again does no harm. A second invitation would be a second mail."""
        return self is not JobDeed.INVITE


class JobState(StrEnum):
    """How far a job is."""

    PREVIEWING = "previewing"
    PREVIEWED = "previewed"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    STOPPED = "stopped"

    @property
    def has_steps(self) -> bool:
        """Whether there is a next step to be done."""
        return self in {JobState.PREVIEWING, JobState.RUNNING}


class JobOutcome(StrEnum):
    """What a job did to a user, or what it would do.

    Attributes:
        WAITING: nobody has looked at the user yet.
        WILL_CHANGE: the deed would change the user. It stays so if the job ends before.
        UNCHANGED: the user is as the deed would have it.
        REFUSED: the deed is not allowed or not possible.
        CLAIMED: the user is being invited at this moment.
        DONE: the deed was done.
        UNKNOWN: a runner died, or got no answer, between the claim and the end. Nobody tries again, since it may be done.
    """

    WAITING = "waiting"
    WILL_CHANGE = "will_change"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CLAIMED = "claimed"
    DONE = "done"
    UNKNOWN = "unknown"


class JobParameters(Struct, frozen=True, omit_defaults=True):
    """The values of a deed.

    Attributes:
        owner: of `set_owner`; None clears it.
        locale: of `set_locale`; None clears it.
        hours: of `invite`: how long the link works.
        insist: of `mfa_on`: also users who have no usable factor.
    """

    owner: str | None = None
    locale: str | None = None
    hours: int | None = None
    insist: bool = False


class JobLine(Struct, frozen=True, array_like=True, omit_defaults=True):
    """A user of a job.

    Attributes:
        login_name: as stored, or as it was given if there is no such user.
        created_at: when the user was added whom the dry run saw. Another user of that name is not meant.
        outcome: what was or will be done.
        ran: whether the deed was tried, and not only its dry run.
        code: of the refusal.
        detail: the sentence of the refusal.
    """

    login_name: str
    created_at: float = 0.0
    outcome: JobOutcome = JobOutcome.WAITING
    ran: bool = False
    code: str = ""
    detail: str = ""

    def ended(self, outcome: JobOutcome, code: str = "", detail: str = "") -> "JobLine":
        """The line after the deed was tried."""
        return structs.replace(self, outcome=outcome, ran=True, code=code, detail=detail)


class JobChunk(Struct, frozen=True):
    """Some users of a job.

    Attributes:
        lines: the users.
        tries: how often a runner has begun the chunk without an orderly end.
        version: counts the writes; 0 if there is no such item.
    """

    lines: tuple[JobLine, ...] = ()
    tries: int = 0
    version: int = 0

    def with_line(self, at: int, line: JobLine) -> "JobChunk":
        """The chunk with another line in this place."""
        return structs.replace(self, lines=(*self.lines[:at], line, *self.lines[at + 1 :]))

    @property
    def previewed(self) -> Counter[str]:
        """How many lines of each outcome a dry run of this chunk gave."""
        return Counter(line.outcome.value for line in self.lines)

    @property
    def ran(self) -> Counter[str]:
        """How many lines of each outcome the deed gave."""
        return Counter(line.outcome.value for line in self.lines if line.ran)


class Job(Struct, frozen=True, kw_only=True):
    """A job. Times are seconds since 1970.

    Attributes:
        id: random.
        deed: what it does.
        parameters: the values of the deed.
        by: who made it, and in whose name it runs.
        made_by: when that user was added; 0 for a direct invocation.
        address: the source address of the one who made or started it.
        amr: how that login was proved; none for a direct invocation.
        created_at: when it was made.
        query: the filters that select the users, or None if they were named.
        estimate: how many users were selected, by name or as the directory counted them.
        place: behind which place of the list the selection goes on, while it is not complete.
        state: how far it is.
        chunks: how many chunks there are.
        at: the next chunk, of the dry run or of the run.
        preview: the outcomes of the dry run, by name.
        outcomes: the outcomes of the run, by name.
        previewed_at: when the dry run was complete.
        started_at: when it was started.
        ended_at: when it ended.
        reason: the code of what makes it wait, or has stopped it.
        goes_on_at: no step is done before.
        lease_until: a runner is at it, at the latest until then.
        unended: how many steps were begun without an orderly end since the job got further.
        version: counts the writes.
    """

    id: str
    deed: JobDeed
    parameters: JobParameters
    by: str
    made_by: Moment = 0.0
    address: str | None = None
    amr: tuple[str, ...] = ()
    created_at: Moment
    query: DirectoryQuery | None = None
    estimate: int
    place: Place | None = None
    state: JobState = JobState.PREVIEWING
    chunks: int = 0
    at: int = 0
    preview: dict[str, int] = {}
    outcomes: dict[str, int] = {}
    previewed_at: Moment | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None
    reason: str | None = None
    goes_on_at: Moment = 0.0
    lease_until: Moment = 0.0
    unended: int = 0
    version: int = 0

    @property
    def place_in_list(self) -> str:
        """The place of the job among the others, in order of time."""
        return f"{rfc3339(self.created_at)}#{self.id}"

    @property
    def will_change(self) -> int:
        """How many users the dry run would change."""
        return self.preview.get(JobOutcome.WILL_CHANGE, 0)

    @property
    def resumable(self) -> bool:
        """Whether the product gave its run up, so that somebody may let it go on. A dry run is made again."""
        return self.state is JobState.STOPPED and self.reason == InternalError.code and self.started_at is not None

    @property
    def users(self) -> int:
        """How many users the dry run has looked at."""
        return sum(self.preview.values())


class OtherRunnerError(Exception):
    """Another runner, or an administrator, has written the item meanwhile."""


def added(counts: dict[str, int], more: Counter[str]) -> dict[str, int]:
    """The counts with more of them."""
    return dict(Counter(counts) + more)


def in_chunks(lines: Iterable[JobLine]) -> list[JobChunk]:
    """The lines, USERS_IN_CHUNK in each."""
    every = list(lines)
    return [JobChunk(tuple(every[at : at + USERS_IN_CHUNK])) for at in range(0, len(every), USERS_IN_CHUNK)]

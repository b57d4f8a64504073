"""The answers of the operations of jobs."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from mfa.administration.job_requests import FilteredUsers
from mfa.http.answers import Time
from mfa.users.jobs import JobDeed, JobOutcome, JobParameters, JobState


class SelectedUsers(Struct, frozen=True, omit_defaults=True):
    """Who was selected: so many by name, or by these filters."""

    login_names: int | UnsetType = UNSET
    users: FilteredUsers | UnsetType = UNSET


class JobProgress(Struct, frozen=True):
    """How many users the dry run, or the run, has seen to. `of` is an estimate while the users are being selected."""

    done: int
    of: int


class JobPreviewed(Struct, frozen=True):
    """The dry run: how many users the deed would change, or not, and how many it would be refused for."""

    will_change: int = 0
    unchanged: int = 0
    refused: int = 0


class JobResult(Struct, frozen=True):
    """The run: for how many users the deed was done, was not needed any more, was refused, or may have been done."""

    done: int = 0
    unchanged: int = 0
    refused: int = 0
    unknown: int = 0


class JobView(Struct, frozen=True):
    """A job."""

    id: str
    deed: JobDeed
    parameters: JobParameters
    selection: SelectedUsers
    state: JobState
    by: str
    created_at: Time
    previewed_at: Time | None
    started_at: Time | None
    ended_at: Time | None
    progress: JobProgress
    preview: JobPreviewed
    outcomes: JobResult
    goes_on_at: Annotated[Time | None, Meta(description="no step is done before")]
    reason: Annotated[str | None, Meta(description="the code of what makes it wait, or has stopped it")]


class JobPage(Struct, frozen=True, omit_defaults=True):
    """Jobs, newest first."""

    items: list[JobView]
    cursor: str | None = None


class JobLineView(Struct, frozen=True, omit_defaults=True):
    """A user of a job: the outcome, and of a refusal the code and the sentence."""

    login_name: str
    outcome: JobOutcome
    code: str = ""
    detail: str = ""


class JobReport(Struct, frozen=True, omit_defaults=True):
    """Users of a job, in its order. A page may be short or empty and still have a cursor."""

    items: list[JobLineView]
    cursor: str | None = None


class JobsAdvanced(Struct, frozen=True):
    """How many jobs run, and how many of them had a step."""

    running: int
    advanced: int

"""The requests of the operations of jobs."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from mfa.administration.requests import PAGE, Cursor, Limit, Locale, LoginName, Text, UserFilters
from mfa.http.answers import Time
from mfa.http.enrolment_bodies import Hours
from mfa.http.requests import Id
from mfa.users.jobs import JobDeed, JobOutcome

# The users whom a job may be given by name.
NAMES_MAX = 1000


class JobValues(Struct, frozen=True, forbid_unknown_fields=True):
    """The values of a deed: `owner` of `set_owner`, `locale` of `set_locale` (null clears them), `hours` of `invite`, and `insist` of
    `mfa_on`, which includes users without a usable factor.
    """

    owner: Text | UnsetType | None = UNSET
    locale: Locale | UnsetType | None = UNSET
    hours: Hours | UnsetType = UNSET
    insist: bool | UnsetType = UNSET


class FilteredUsers(UserFilters, frozen=True):
    """The filters of the list of users. Without any, everybody."""

    registered_after: Time | None = None


class Selection(Struct, frozen=True, forbid_unknown_fields=True):
    """The users of a job: by login name, each once, or by filters. One of the two."""

    login_names: Annotated[list[LoginName], Meta(min_length=1, max_length=NAMES_MAX)] | UnsetType = UNSET
    users: FilteredUsers | UnsetType = UNSET


class NewJob(Struct, frozen=True, forbid_unknown_fields=True):
    """A deed, its values, and the users."""

    deed: JobDeed
    selection: Selection
    parameters: JobValues = JobValues()


class ListJobs(Struct, frozen=True, forbid_unknown_fields=True):
    """Paging for jobs."""

    cursor: Cursor | None = None
    limit: Limit = PAGE


class JobById(Struct, frozen=True, forbid_unknown_fields=True):
    """The job's id."""

    id: Id


class StartJob(Struct, frozen=True, forbid_unknown_fields=True):
    """The job, and the number of users whom it will change, as its dry run says."""

    id: Id
    expected_users: Annotated[int, Meta(ge=1)]


class ReadReport(Struct, frozen=True, forbid_unknown_fields=True):
    """The job, and paging for its users with this outcome."""

    id: Id
    outcome: JobOutcome | None = None
    cursor: Cursor | None = None

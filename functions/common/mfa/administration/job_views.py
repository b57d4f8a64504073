"""Jobs as their operations show them."""

import csv
import io
from collections.abc import Sequence

from mfa.administration.csv_users import spreadsheet_cell
from mfa.administration.job_answers import (
    JobLineView,
    JobPreviewed,
    JobProgress,
    JobResult,
    JobView,
    SelectedUsers,
)
from mfa.administration.job_requests import FilteredUsers
from mfa.times import rfc3339
from mfa.users.directory_query import DirectoryQuery
from mfa.users.jobs import DAY, Job, JobLine, JobOutcome, JobState

_COLUMNS = ("login_name", "outcome", "code", "detail")


def job(value: Job, now: float) -> JobView:
    """The job."""
    preview, outcomes = value.preview, dict(value.outcomes)
    # Who is being invited at this moment may be, and may not.
    outcomes[JobOutcome.UNKNOWN] = outcomes.get(JobOutcome.UNKNOWN, 0) + outcomes.pop(JobOutcome.CLAIMED, 0)
    return JobView(
        id=value.id,
        deed=value.deed,
        parameters=value.parameters,
        selection=_selected(value),
        state=value.state,
        by=value.by,
        created_at=rfc3339(value.created_at),
        previewed_at=_time(value.previewed_at),
        started_at=_time(value.started_at),
        ended_at=_time(value.ended_at),
        progress=_progress(value),
        preview=JobPreviewed(**{name: preview.get(name, 0) for name in JobPreviewed.__struct_fields__}),
        outcomes=JobResult(**{name: outcomes.get(name, 0) for name in JobResult.__struct_fields__}),
        goes_on_at=_time(value.goes_on_at) if value.goes_on_at > now else None,
        reason=value.reason,
    )


def line(value: JobLine) -> JobLineView:
    """A user of a job."""
    return JobLineView(value.login_name, value.outcome, value.code, value.detail)


def as_csv(lines: Sequence[JobLine], *, header: bool) -> str:
    """The users as CSV (RFC 4180), with the header or without."""
    out = io.StringIO()
    rows = csv.writer(out)
    if header:
        rows.writerow(_COLUMNS)
    for each in lines:
        rows.writerow([spreadsheet_cell(getattr(each, name)) for name in _COLUMNS])
    return out.getvalue()


def _progress(value: Job) -> JobProgress:
    if value.started_at is None:
        complete = value.state is not JobState.PREVIEWING
        return JobProgress(value.users, value.users if complete else max(value.users, value.estimate))
    return JobProgress(sum(value.outcomes.values()), value.will_change)


def _selected(value: Job) -> SelectedUsers:
    if value.query is None:
        return SelectedUsers(login_names=value.estimate)
    return SelectedUsers(users=_filters(value.query, value.created_at))


def _filters(query: DirectoryQuery, at: float) -> FilteredUsers:
    since = query.seen_before
    return FilteredUsers(
        kind=query.kind,
        mfa=query.mfa,
        q=query.text or None,
        registered_after=_time(query.registered_after),
        status=query.status,
        filter=query.filter,
        not_seen_days=None if since is None else round((at - since) / DAY),
    )


def _time(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)

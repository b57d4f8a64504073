"""Jobs: one deed on many users."""

from msgspec import UNSET

from mfa import errors
from mfa.administration import job_answers, job_requests, job_views, requests
from mfa.administration.answers import ExportPage
from mfa.administration.directory import query_of
from mfa.administration.jobs import JobSelected
from mfa.administration.parts import Administration
from mfa.administration.profile_values import canonical_values
from mfa.administration.tasks import Tasks
from mfa.http.calls import Call
from mfa.http.declaration import AdministrationOperation, Transport
from mfa.users.actors import Actor
from mfa.users.directory_query import UserOrder
from mfa.users.jobs import Job, JobDeed, JobParameters
from mfa.users.roles import Permission

tasks = Tasks()
# The deeds that take each value, and must have the first two.
_VALUES = {
    "owner": JobDeed.SET_OWNER,
    "locale": JobDeed.SET_LOCALE,
    "hours": JobDeed.INVITE,
    "insist": JobDeed.MFA_ON,
}
_REQUIRED = ("owner", "locale")


@tasks.carries_out(
    AdministrationOperation(
        id="jobs.create",
        route="POST /v1/admin/jobs",
        summary="Select users for a deed, to be tried dry",
        needs=Permission.HELP,
        request=job_requests.NewJob,
        response=job_answers.JobView,
        status=201,
        body_bytes=600_000,
        refusals=(errors.SettingsIncomplete,),
    )
)
def create_job(administration: Administration, call: Call[job_requests.NewJob, Actor]) -> job_answers.JobView:
    """Makes a job. `jobs.run` makes its dry run, step by step."""
    asked = call.body
    selected = _selected(asked.selection, administration.clock())
    return _shown(administration, administration.jobs.create(call.principal, asked.deed, _parameters(asked), selected))


@tasks.carries_out(
    AdministrationOperation(
        id="jobs.list",
        route="GET /v1/admin/jobs",
        summary="List jobs",
        needs=Permission.SEE,
        request=job_requests.ListJobs,
        response=job_answers.JobPage,
    )
)
def list_jobs(administration: Administration, call: Call[job_requests.ListJobs, Actor]) -> job_answers.JobPage:
    """The jobs of the last 30 days, newest first."""
    jobs, cursor = administration.jobs.newest(call.body.cursor, call.body.limit)
    return job_answers.JobPage([_shown(administration, each) for each in jobs], cursor)


@tasks.carries_out(
    AdministrationOperation(
        id="jobs.get",
        route="GET /v1/admin/jobs/{id}",
        summary="Read a job",
        needs=Permission.SEE,
        request=job_requests.JobById,
        response=job_answers.JobView,
        refusals=(errors.NotFound,),
    )
)
def get_job(administration: Administration, call: Call[job_requests.JobById, Actor]) -> job_answers.JobView:
    """How far the job is."""
    return _shown(administration, administration.jobs.get(call.body.id))


@tasks.carries_out(
    AdministrationOperation(
        id="jobs.run",
        route="POST /v1/admin/jobs/{id}/run",
        summary="Do the next step of a job",
        needs=Permission.HELP,
        request=job_requests.JobById,
        response=job_answers.JobView,
        refusals=(errors.NotFound,),
    )
)
def run_job(administration: Administration, call: Call[job_requests.JobById, Actor]) -> job_answers.JobView:
    """Some seconds of the dry run, or of the run if the job was started."""
    return _shown(administration, administration.jobs.run(call.principal, call.body.id))


@tasks.carries_out(
    AdministrationOperation(
        id="jobs.start",
        route="POST /v1/admin/jobs/{id}/start",
        summary="Start a job after its dry run, or again after a fault",
        needs=Permission.HELP,
        request=job_requests.StartJob,
        response=job_answers.JobView,
        refusals=(errors.NotFound, errors.Conflict),
    )
)
def start_job(administration: Administration, call: Call[job_requests.StartJob, Actor]) -> job_answers.JobView:
    """Lets the job run. The schedule does its steps from now on, and `jobs.run` does them sooner."""
    return _shown(administration, administration.jobs.start(call.principal, call.body.id, call.body.expected_users))


@tasks.carries_out(
    AdministrationOperation(
        id="jobs.cancel",
        route="POST /v1/admin/jobs/{id}/cancel",
        summary="Cancel a job",
        needs=Permission.HELP,
        request=job_requests.JobById,
        response=job_answers.JobView,
        refusals=(errors.NotFound, errors.Conflict),
    )
)
def cancel_job(administration: Administration, call: Call[job_requests.JobById, Actor]) -> job_answers.JobView:
    """Ends the job. What is done stays done."""
    return _shown(administration, administration.jobs.cancel(call.principal, call.body.id))


@tasks.carries_out(
    AdministrationOperation(
        id="jobs.report",
        route="GET /v1/admin/jobs/{id}/report",
        summary="Read the outcome of each user of a job",
        needs=Permission.SEE,
        request=job_requests.ReadReport,
        response=job_answers.JobReport,
        refusals=(errors.NotFound,),
    )
)
def read_report(administration: Administration, call: Call[job_requests.ReadReport, Actor]) -> job_answers.JobReport:
    """Some users of the job."""
    asked = call.body
    lines, cursor = administration.jobs.report(administration.jobs.get(asked.id), asked.outcome, asked.cursor)
    return job_answers.JobReport([job_views.line(each) for each in lines], cursor)


@tasks.carries_out(
    AdministrationOperation(
        id="jobs.export",
        route="GET /v1/admin/jobs/{id}/export",
        summary="Export the report of a job as CSV",
        needs=Permission.SEE,
        request=job_requests.ReadReport,
        response=ExportPage,
        refusals=(errors.NotFound,),
    )
)
def export_report(administration: Administration, call: Call[job_requests.ReadReport, Actor]) -> ExportPage:
    """The same users as lines of CSV."""
    asked = call.body
    lines, cursor = administration.jobs.report(administration.jobs.get(asked.id), asked.outcome, asked.cursor)
    return ExportPage(job_views.as_csv(lines, header=not asked.cursor), cursor)


@tasks.carries_out(
    AdministrationOperation(
        id="jobs.advance",
        route="",
        summary="Do steps of the jobs that run",
        needs=Permission.MANAGE_USERS,
        request=requests.Nothing,
        response=job_answers.JobsAdvanced,
        only=Transport.DIRECT,
        scheduled=True,
    )
)
def advance_jobs(administration: Administration, _call: Call[requests.Nothing, Actor]) -> job_answers.JobsAdvanced:
    """Asked by the template's schedule every minute, so that a job goes on when nobody looks at it."""
    return job_answers.JobsAdvanced(*administration.jobs.advance())


def _shown(administration: Administration, job: Job) -> job_answers.JobView:
    return job_views.job(job, administration.clock())


def _parameters(asked: job_requests.NewJob) -> JobParameters:
    """The values of the deed. Raises InvalidRequest for one that is missing, or another deed's."""
    values = asked.parameters
    given = {name: value for name in values.__struct_fields__ if (value := getattr(values, name)) is not UNSET}
    for name, deed in _VALUES.items():
        if name in given and asked.deed is not deed:
            raise errors.InvalidRequest(f"parameters.{name}", f"is for {deed} only")
        if name in _REQUIRED and name not in given and asked.deed is deed:
            raise errors.InvalidRequest(f"parameters.{name}", "is missing")
    try:
        return JobParameters(**canonical_values(given))
    except errors.InvalidRequest as wrong:
        raise _within("parameters", wrong) from wrong


def _selected(selection: job_requests.Selection, now: float) -> JobSelected:
    """Whom the job is about. Raises InvalidRequest."""
    names, users = selection.login_names, selection.users
    if (names is UNSET) == (users is UNSET):
        raise errors.InvalidRequest("selection", "must have login_names or users")
    if names is not UNSET:
        return JobSelected(login_names=names)
    filters = {name: getattr(users, name) for name in job_requests.FilteredUsers.__struct_fields__}
    try:
        return JobSelected(query=query_of(requests.ListUsers(**filters, sort=UserOrder.REGISTERED), now))
    except errors.InvalidRequest as wrong:
        raise _within("selection.users", wrong) from wrong


def _within(path: str, wrong: errors.InvalidRequest) -> errors.InvalidRequest:
    """The refusal, which names its field by the place in the body."""
    [problem] = wrong.members["errors"]
    return errors.InvalidRequest(f"{path}.{problem['field']}", problem["message"])

"""Jobs: administrators do one deed to many users, after a dry run, in steps that anybody may ask for."""

from collections.abc import Sequence
from contextlib import suppress
from copy import replace
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from msgspec import structs

from mfa import errors
from mfa.administration.job_previews import JobPreview
from mfa.administration.job_runs import JobRun
from mfa.administration.job_steps import JobStep, StepParts
from mfa.flows.runtime import Runtime
from mfa.tokens import cursors
from mfa.users.actors import DIRECT, Actor
from mfa.users.directory_query import DirectoryQuery
from mfa.users.event_log import PRODUCT
from mfa.users.history import Event, EventType
from mfa.users.jobs import (
    PREVIEW_SECONDS,
    Job,
    JobChunk,
    JobDeed,
    JobLine,
    JobOutcome,
    JobParameters,
    JobState,
    OtherRunnerError,
    added,
    in_chunks,
)
from mfa.users.roles import Role
from mfa.users.user import LOGIN_NAME_LENGTH, Kind, User, canonical_login_name

# So long a step begins another user. The function has 20 seconds.
ENOUGH_SECONDS = 8.0
# Longer than a function runs, so that a lease that has ended is a dead runner's.
LEASE_SECONDS = 30.0
# So many steps in a row may fail by a fault of the program, or die, before the product gives the job up.
UNENDED_MAX = 10
# The most users of a job.
USERS_MAX = 100_000
# Jobs that one invocation of the schedule looks at, and chunks that one page of a report reads.
RUNNING_AT_ONCE, CHUNKS_IN_PAGE = 20, 10
# An administrator's write may meet the runner's, which writes after each chunk.
CANCEL_TRIES = 10


class JobItems(Protocol):
    """Keeps jobs. Writes raise OtherRunnerError."""

    def load(self, job_id: str) -> Job | None: ...
    def save(self, job: Job, told: tuple[str, Event] | None = None) -> Job: ...
    def load_chunks(self, job_id: str, numbers: Sequence[int]) -> list[JobChunk]: ...
    def save_chunk(self, job: Job, number: int, chunk: JobChunk) -> JobChunk: ...
    def newest(self, before: str, limit: int) -> list[Job]: ...
    def running(self, limit: int) -> list[Job]: ...


class JobSelected(NamedTuple):
    """Whom a job is about: login names, or the filters of a list of users."""

    login_names: Sequence[str] = ()
    query: DirectoryQuery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """Makes, runs and ends jobs."""

    items: JobItems
    steps: StepParts
    runtime: Runtime

    def create(self, actor: Actor, deed: JobDeed, parameters: JobParameters, selected: JobSelected) -> Job:
        """A new job, whose dry run has to be done. Raises InvalidRequest, Forbidden, and TemporarilyUnavailable without a directory."""
        actor.refuse_without(deed.needs)
        if deed is JobDeed.INVITE:
            self.steps.deeds.invite.refuse_without_sender()
        _refuse_names(selected.login_names)
        chunks = in_chunks(JobLine(name) for name in selected.login_names)
        job = Job(
            id=self.runtime.random_bytes(12).hex(),
            deed=deed,
            parameters=parameters,
            by=actor.name,
            made_by=0.0 if actor.is_direct else self._user(actor.name).created_at,
            address=actor.address,
            amr=actor.amr,
            created_at=self.runtime.clock(),
            query=selected.query,
            estimate=len(selected.login_names) if selected.query is None else self._counted(selected.query),
            chunks=len(chunks),
        )
        for number, chunk in enumerate(chunks):  # before the head: a job is whole or not there
            self.items.save_chunk(job, number, chunk)
        return self.items.save(job)

    def get(self, job_id: str) -> Job:
        """The job. Raises NotFound."""
        job = self.items.load(job_id)
        if job is None:
            raise errors.NotFound("There is no job of this id. Jobs are kept for 30 days.")
        return job

    def newest(self, cursor: str | None, limit: int) -> tuple[list[Job], str | None]:
        """Jobs, newest first, and the cursor of older ones."""
        keys, filters = self.runtime.keys(), ["jobs"]
        before = cursors.read(keys, filters, cursor)[0] if cursor else ""
        jobs = self.items.newest(before, limit)
        return jobs, cursors.write(keys, filters, [jobs[-1].place_in_list]) if len(jobs) == limit else None

    def report(self, job: Job, outcome: JobOutcome | None, cursor: str | None) -> tuple[list[JobLine], str | None]:
        """Some users of the job with this outcome, in the job's order, and the cursor of the next ones. A page may be empty."""
        keys, filters = self.runtime.keys(), ["job", job.id, outcome]
        first = int(cursors.read(keys, filters, cursor)[0]) if cursor else 0
        after = min(first + CHUNKS_IN_PAGE, job.chunks)
        lines = [
            line
            for chunk in self.items.load_chunks(job.id, range(first, after))
            for line in chunk.lines
            if outcome is None or line.outcome is outcome
        ]
        return lines, cursors.write(keys, filters, [str(after)]) if after < job.chunks else None

    def run(self, actor: Actor, job_id: str) -> Job:
        """The job after another step, in the name of the one who made it. Nothing happens while another runner is at it.

        Raises Forbidden where the role may not do the deed.
        """
        job = self.get(job_id)
        actor.refuse_without(job.deed.needs)
        return self._stepped(job, self.runtime.clock() + ENOUGH_SECONDS)

    def advance(self) -> tuple[int, int]:
        """Does steps of jobs that were started: the oldest first, but behind them those whose last step died.

        How many there were, and how many had a step.
        """
        until = self.runtime.clock() + ENOUGH_SECONDS
        jobs = sorted(self.items.running(RUNNING_AT_ONCE), key=lambda job: job.unended)
        advanced = 0
        for job in jobs:
            if self.runtime.clock() >= until:
                break
            with suppress(errors.Refusal):  # the next one may go
                advanced += self._stepped(job, until).version != job.version
        return len(jobs), advanced

    def start(self, actor: Actor, job_id: str, expected_users: int) -> Job:
        """Starts the job in the name of this actor, who made it, or of `iam`. A run that was given up goes on where it was.

        Raises Forbidden, and Conflict if the dry run is not as expected.
        """
        job = self.get(job_id)
        actor.refuse_without(job.deed.needs)
        if actor.name != job.by and not actor.is_direct:
            raise errors.Forbidden(
                "Only the administrator who had the dry run made can start it. Make one of your own."
            )
        now = self.runtime.clock()
        if not job.resumable:
            _refuse_without_dry_run(job, now)
        if not job.will_change or expected_users != job.will_change:
            raise errors.Conflict(f"The dry run found {job.will_change} to change, and not {expected_users}.")
        started = structs.replace(
            job,
            state=JobState.RUNNING,
            started_at=now,
            ended_at=None,
            reason=None,
            unended=0,
            by=actor.name,
            address=actor.address,
            amr=actor.amr,
        )
        told = {"job": job.id, "deed": job.deed.value, "users": job.will_change}
        try:
            return self.items.save(started, self._told(actor, EventType.JOB_STARTED, told))
        except OtherRunnerError as other:
            raise errors.Conflict("Somebody else has just changed this job. Load it again.") from other

    def cancel(self, actor: Actor, job_id: str) -> Job:
        """Ends the job. A runner that is at it ends at its next write. Raises Conflict if it has ended, and Forbidden."""
        for _ in range(CANCEL_TRIES):
            job = self.get(job_id)
            actor.refuse_without(job.deed.needs)
            if job.ended_at is not None:
                raise errors.Conflict("The job has ended already.")
            ran = self.items.load_chunks(job.id, [job.at])[0].ran
            counted = structs.replace(job, outcomes=added(job.outcomes, ran))
            with suppress(OtherRunnerError):
                return self._ended(counted, JobState.CANCELLED, actor)
        raise errors.TemporarilyUnavailable

    def _stepped(self, job: Job, until: float) -> Job:
        now = self.runtime.clock()
        if not job.state.has_steps or max(job.lease_until, job.goes_on_at) > now:
            return job
        actor = self._acting(job)
        try:
            if actor is None:
                return self._stopped(job, errors.Forbidden)
            if job.unended >= UNENDED_MAX:
                return self._stopped(job, errors.InternalError)
            begun = {"lease_until": now + LEASE_SECONDS, "goes_on_at": 0.0, "reason": None, "unended": job.unended + 1}
            job = self.items.save(structs.replace(job, **begun))
        except OtherRunnerError:
            return self.get(job.id)
        step = (JobRun if job.state is JobState.RUNNING else JobPreview)(self.steps, job, actor, until)
        try:
            step.go()
            return self._released(step.job, actor)
        except OtherRunnerError:
            return self._overtaken(step)
        except errors.Refusal:
            with suppress(OtherRunnerError, errors.Refusal):
                self._released(step.job, actor)
            raise

    def _released(self, job: Job, actor: Actor) -> Job:
        """The job after a step: without the lease, and ended if that was the last one."""
        if job.state is JobState.RUNNING and job.at == job.chunks:
            return self._ended(job, JobState.DONE, actor)
        return self.items.save(structs.replace(job, lease_until=0.0, unended=0))

    def _stopped(self, job: Job, reason: type[errors.Refusal]) -> Job:
        return self._ended(structs.replace(job, reason=reason.code), JobState.STOPPED, None)

    def _overtaken(self, step: JobStep) -> Job:
        """The job as somebody else has written it. If it was cancelled, the outcomes of this step are added."""
        job = self.get(step.job.id)
        if isinstance(step, JobRun) and job.state is JobState.CANCELLED:
            outcomes = added(step.job.outcomes, step.unfinished)
            with suppress(OtherRunnerError):
                return self.items.save(structs.replace(job, at=step.job.at, outcomes=outcomes))
        return job

    def _ended(self, job: Job, state: JobState, actor: Actor | None) -> Job:
        """Writes the end, and tells of it if the job was started. Without an actor, the product has ended it."""
        ended = structs.replace(job, state=state, ended_at=self.runtime.clock(), lease_until=0.0, goes_on_at=0.0)
        if job.started_at is None:
            return self.items.save(ended)
        detail = {"job": job.id, "deed": job.deed.value, "state": state.value, **job.outcomes}
        if actor is not None:
            return self.items.save(ended, self._told(actor, EventType.JOB_ENDED, detail))
        event = self.runtime.event(EventType.JOB_ENDED, self.runtime.clock(), actor=PRODUCT, detail=detail)
        return self.items.save(ended, (job.by, event))

    def _told(self, actor: Actor, type_: EventType, detail: dict[str, Any]) -> tuple[str, Event]:
        return actor.name, actor.event(type_, self.runtime.clock(), self.runtime.random_bytes, detail=detail)

    def _acting(self, job: Job) -> Actor | None:
        """The one who made the job, with the role of this moment; None if the deed is not theirs any more.

        What ends the sessions of an administrator ends the jobs: another password, status, kind or MFA switch.
        """
        if not job.amr:
            return Actor(DIRECT, Role.OWNER, job=job.id)
        try:
            user = self._user(job.by)
        except errors.Forbidden:
            return None
        since = job.created_at if job.started_at is None else job.started_at
        if user.created_at != job.made_by or not user.accepts_token_of(since):
            return None
        actor = Actor(user.login_name, user.role, job.address, job.amr, job=job.id)
        return actor if actor.may(job.deed.needs) else None

    def _user(self, login_name: str) -> User:
        """The administrator of this name. Raises Forbidden if there is none any more."""
        for account in self.steps.accounts.load_accounts([login_name]):
            if account.existing_user.kind is Kind.SYSTEM:
                return account.existing_user
        raise errors.Forbidden

    def _counted(self, query: DirectoryQuery) -> int:
        """How many users the filters select. Raises InvalidRequest for none, or too many."""
        found = self.steps.search.places(replace(query, now=self.runtime.clock()))
        if found is None:
            raise errors.TemporarilyUnavailable("The directory of users is being made. Ask again in some minutes.")
        if not 0 < len(found) <= USERS_MAX:
            raise errors.InvalidRequest(
                "selection.users", f"must select 1 to {USERS_MAX} users, and selects {len(found)}"
            )
        return len(found)


def _refuse_without_dry_run(job: Job, now: float) -> None:
    """Raises Conflict unless the job has a dry run that still tells what would happen."""
    if job.state is not JobState.PREVIEWED or job.previewed_at is None:
        raise errors.Conflict(f"The job is {job.state}, and not previewed.")
    if now - job.previewed_at > PREVIEW_SECONDS:
        raise errors.Conflict("The dry run is more than a day old. Make another one.")


def _refuse_names(login_names: Sequence[str]) -> None:
    """Raises InvalidRequest if a user is named twice, or by what can be nobody's name."""
    canonical = {canonical_login_name(name) for name in login_names}
    if len(canonical) < len(login_names):
        raise errors.InvalidRequest("selection.login_names", "must name each user once")
    if any(not 0 < len(name) <= LOGIN_NAME_LENGTH for name in canonical):
        raise errors.InvalidRequest("selection.login_names", f"must have 1 to {LOGIN_NAME_LENGTH} characters each")

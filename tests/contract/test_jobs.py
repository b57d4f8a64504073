"""Jobs: a dry run changes nothing, a run may die anywhere, and of two runners one works."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from mfa import errors
from mfa.administration import job_previews, jobs
from mfa.administration.directory import query_of
from mfa.administration.job_deeds import JobDeeds
from mfa.administration.job_runs import MAILS_AT_ONCE, MAILS_SECONDS, RETRY_SECONDS, TRIES
from mfa.administration.job_steps import StepParts
from mfa.administration.jobs import ENOUGH_SECONDS, LEASE_SECONDS, UNENDED_MAX, Jobs, JobSelected
from mfa.administration.requests import ListUsers, UserPatch
from mfa.administration.user_changes import UserAdministration
from mfa.administration.user_search import DirectoryCache, UserSearch
from mfa.flows.invite import Invite
from mfa.flows.mail_links import LinkMail
from mfa.store import records
from mfa.store.directory import DirectoryStore
from mfa.store.invitations import InvitationStore
from mfa.store.jobs import JobStore
from mfa.store.mailboxes import MailboxStore
from mfa.users import jobs as values
from mfa.users.actors import Actor
from mfa.users.directory_query import UserOrder
from mfa.users.history import EventType
from mfa.users.jobs import KEPT_SECONDS, PREVIEW_SECONDS, Job, JobDeed, JobOutcome, JobParameters, JobState
from mfa.users.roles import Role
from mfa.users.user import Kind, UserStatus
from tests.contract.test_send_faults import Crash
from tests.contract.test_user_directory import compute
from tests.contract.world import NUMBER, World

IAM = Actor("iam", Role.OWNER)
WRITES = frozenset({"put_item", "update_item", "transact_write_items"})


@dataclass
class Post:
    """A handover that keeps the mails, or does not take the next ones."""

    mails: list[LinkMail] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def hand_over_link(self, mail: LinkMail) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.mails.append(mail)


class Office:
    """Jobs on a table, and the mails of their invitations."""

    def __init__(self, world: World, administration: UserAdministration) -> None:
        self.world, self.post = world, Post()
        self.administration = administration
        self.invite = Invite(
            accounts=world.accounts,
            invitations=InvitationStore(world.table),
            handover=self.post,
            invited=lambda: None,
            runtime=world.runtime,
        )
        items = DirectoryStore(world.table)
        clock = world.runtime.clock
        steps = StepParts(
            items=JobStore(world.table),
            accounts=world.accounts,
            search=UserSearch(items=items, cache=DirectoryCache(items), accounts=world.accounts, clock=clock),
            deeds=JobDeeds(users=administration, invite=self.invite, clock=clock),
            mailboxes=MailboxStore(world.table),
            clock=clock,
        )
        self.jobs = Jobs(items=JobStore(world.table), steps=steps, runtime=world.runtime)

    def make(self, deed: JobDeed, *names: str, by: Actor = IAM, **parameters: Any) -> Job:
        """A job on these users, with its dry run not yet begun."""
        return self.jobs.create(by, deed, JobParameters(**parameters), JobSelected(names))

    def preview(self, deed: JobDeed, *names: str, by: Actor = IAM, **parameters: Any) -> Job:
        """A job on these users, after its dry run."""
        return self.finish(self.make(deed, *names, by=by, **parameters), by)

    def start(self, job: Job, by: Actor = IAM) -> Job:
        return self.jobs.start(by, job.id, job.will_change)

    def finish(self, job: Job, by: Actor = IAM) -> Job:
        """The job after so many steps as it takes."""
        while job.state.has_steps:
            before = job
            job = self.jobs.run(by, job.id)
            assert job.version > before.version, job
        return job

    def do(self, deed: JobDeed, *names: str, by: Actor = IAM, **parameters: Any) -> Job:
        """The job after it was done."""
        return self.finish(self.start(self.preview(deed, *names, by=by, **parameters), by), by)

    def report(self, job: Job) -> dict[str, tuple[str, str]]:
        """The outcome of each user, with the code of a refusal."""
        found, cursor = [], None
        while True:
            lines, cursor = self.jobs.report(job, None, cursor)
            found += lines
            if cursor is None:
                return {line.login_name: (line.outcome.value, line.code) for line in found}


@pytest.fixture
def office(world: World, administration: UserAdministration) -> Office:
    return Office(world, administration)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "USERS_IN_CHUNK", 2)
    monkeypatch.setattr(job_previews, "USERS_IN_CHUNK", 2)
    monkeypatch.setattr(jobs, "CHUNKS_IN_PAGE", 1)


def administrator(world: World, name: str, role: Role = Role.ADMINISTRATOR) -> Actor:
    world.add_user(name, kind=Kind.SYSTEM, role=role, mfa_enabled=False)
    return Actor(name, role, "192.0.2.7", ("pwd", "sms"))


def apart_from_jobs(world: World) -> list[Any]:
    return [item for item in world.items() if not item["pk"].startswith("JOB#")]


def lock(world: World, name: str) -> None:
    world.put(
        records.challenge_key(name),
        {"failures": 5, "max_failures": 5, "lock_seconds": 900, "last_attempt_at": world.now, "lock_count": 1},
    )


# --- the dry run, and what is done then

READY = {"mfa_enabled": False}
# By deed: users whom it changes, whom it leaves, and whom it refuses, with the code.
CASES: dict[JobDeed, tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any], str]] = {
    JobDeed.MFA_ON: ({}, READY | {"phone": True}, {"phone": True}, READY, "no_phone"),
    JobDeed.MFA_OFF: ({}, {}, READY, {"kind": Kind.SYSTEM}, "forbidden"),
    JobDeed.INVITE: ({}, READY, {}, {"phone": True}, "conflict"),
    JobDeed.UNLOCK: ({}, {"locked": True}, {}, {"kind": Kind.SYSTEM, "locked": True}, "forbidden"),
    JobDeed.DISABLE: ({}, {}, {"status": UserStatus.DISABLED}, {"kind": Kind.SYSTEM}, "forbidden"),
    JobDeed.ENABLE: ({}, {"status": UserStatus.DISABLED}, {}, {"kind": Kind.SYSTEM}, "forbidden"),
    JobDeed.SET_OWNER: ({"owner": "Acme"}, {}, {"owner": "Acme"}, {"kind": Kind.SYSTEM}, "forbidden"),
    JobDeed.SET_LOCALE: ({"locale": "de"}, {}, {"locale": "de"}, {"kind": Kind.SYSTEM}, "forbidden"),
    JobDeed.DELETE: ({}, {}, {}, {"kind": Kind.SYSTEM}, "forbidden"),
}


def put_user(world: World, name: str, *, phone: bool = False, locked: bool = False, **fields: Any) -> None:
    if fields.get("kind") is Kind.SYSTEM:
        fields = {"role": Role.SUPPORT} | fields
    world.add_user(name, **fields)
    if phone:
        world.add_phone(name)
    if locked:
        lock(world, name)


def changed(world: World, deed: JobDeed, name: str) -> bool:
    """Whether the user is as the deed makes one."""
    account = world.account(name)
    if account.user is None:
        return deed is JobDeed.DELETE
    return {
        JobDeed.MFA_ON: account.user.mfa_enabled,
        JobDeed.MFA_OFF: not account.user.mfa_enabled,
        JobDeed.INVITE: account.invitation is not None,
        JobDeed.UNLOCK: account.challenge.locked_until(world.now) is None,
        JobDeed.DISABLE: not account.user.active,
        JobDeed.ENABLE: account.user.active,
        JobDeed.SET_OWNER: account.user.owner == "Acme",
        JobDeed.SET_LOCALE: account.user.locale == "de",
        JobDeed.DELETE: False,
    }[deed]


@pytest.mark.parametrize("deed", JobDeed)
@pytest.mark.above_the_store
def test_a_dry_run_changes_nothing_and_tells_what_is_done_then(world: World, office: Office, deed: JobDeed) -> None:
    by = administrator(world, "ada")
    parameters, changes, stays, refused, code = CASES[deed]
    for name, fields in (("one", changes), ("stays", stays), ("refused", refused)):
        put_user(world, name, **fields)
    has_unchanged = deed not in {JobDeed.INVITE, JobDeed.DELETE}
    names = ["one", *(["stays"] if has_unchanged else []), "refused", "nobody", "ada"]
    before = apart_from_jobs(world)
    job = office.preview(deed, *names, by=by, **parameters)
    assert apart_from_jobs(world) == before
    expected = {"refused": ("refused", code), "nobody": ("refused", "user_not_found")}
    expected |= {"ada": ("refused", "forbidden")} | ({"stays": ("unchanged", "")} if has_unchanged else {})
    assert office.report(job) == expected | {"one": ("will_change", "")}
    assert job.preview == {"will_change": 1, "refused": 3} | ({"unchanged": 1} if has_unchanged else {})
    done = office.finish(office.start(job, by), by)
    assert (done.state, done.outcomes) == (JobState.DONE, {"done": 1})
    assert office.report(done) == expected | {"one": ("done", "")}
    assert changed(world, deed, "one")
    [event] = [each for each in world.history("one") if each["detail"].get("job") == job.id]
    assert (event["actor"], event["address"]) == ("ada", "192.0.2.7")
    [started], [ended] = (
        [event["detail"] for event in world.history("ada", type_)]
        for type_ in (EventType.JOB_STARTED, EventType.JOB_ENDED)
    )
    assert started == {"job": job.id, "deed": deed.value, "users": 1}
    assert ended == {"job": job.id, "deed": deed.value, "state": "done", "done": 1}


def test_everything_of_a_job_is_deleted_after_a_month(world: World, office: Office) -> None:
    put_user(world, "one")
    office.do(JobDeed.DISABLE, "one")
    assert {item["ttl"] for item in world.items("JOB#")} == {int(world.now) + KEPT_SECONDS}
    assert {item["sk"] for item in world.items("JOB#")} == {"#JOB", "CHUNK#00000"}


def test_users_without_a_factor_get_mfa_only_if_it_is_insisted(world: World, office: Office) -> None:
    put_user(world, "one", **READY)
    assert office.preview(JobDeed.MFA_ON, "one").will_change == 0
    assert office.do(JobDeed.MFA_ON, "one", insist=True).outcomes == {"done": 1}
    assert world.user("one").mfa_enabled


# --- who may


@pytest.mark.parametrize("role", Role)
@pytest.mark.above_the_store
def test_a_role_does_to_many_what_it_does_to_one(world: World, office: Office, role: Role) -> None:
    by = administrator(world, "ada", role)
    administrator(world, "root", Role.OWNER)
    helps = {JobDeed.INVITE, JobDeed.UNLOCK}
    allowed = {Role.OWNER: set(JobDeed), Role.ADMINISTRATOR: set(JobDeed), Role.SUPPORT: helps, Role.AUDITOR: set()}
    for deed in JobDeed:
        parameters, changes, _, _, _ = CASES[deed]
        one, system = f"one.{deed}", f"system.{deed}"
        put_user(world, one, **changes)
        put_user(world, system, **changes, kind=Kind.SYSTEM)
        if deed in allowed[role]:
            report = office.report(office.do(deed, one, system, by=by, **parameters))
            assert report[one] == ("done", "")
            assert report[system] == (("done", "") if role is Role.OWNER else ("refused", "forbidden"))
            continue
        with pytest.raises(errors.Forbidden):
            office.make(deed, one, by=by, **parameters)
        of_root = office.preview(deed, one, **parameters)
        for ask in (office.jobs.run, office.jobs.cancel, partial(office.jobs.start, expected_users=1)):
            with pytest.raises(errors.Forbidden):
                ask(by, of_root.id)


def taken_away(world: World, administration: UserAdministration, how: str) -> None:
    """Takes ada's right to go on."""
    patches = {
        "role": UserPatch("ada", role=Role.AUDITOR),
        "status": UserPatch("ada", status=UserStatus.DISABLED),
        "kind": UserPatch("ada", kind=Kind.BACKUP),
        "password": UserPatch("ada", password="another correct horse"),
    }
    if how in patches:
        administration.patch(IAM, patches[how])
        return
    administration.delete(IAM, "ada")
    if how == "another of the name":
        administrator(world, "ada")


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("how", ["role", "status", "kind", "password", "deleted", "another of the name"])
@pytest.mark.above_the_store
def test_a_job_stops_when_its_administrator_may_no_longer(
    world: World, office: Office, administration: UserAdministration, how: str
) -> None:
    administrator(world, "root", Role.OWNER)
    by = administrator(world, "ada")
    names = ["one", "two", "three"]
    for name in names:
        put_user(world, name)
    job = office.start(office.preview(JobDeed.DISABLE, *names, by=by), by)
    world.wait(1)
    taken_away(world, administration, how)
    stopped = office.jobs.run(IAM, job.id)
    assert (stopped.state, stopped.reason, stopped.outcomes) == (JobState.STOPPED, "forbidden", {})
    assert all(world.user(name).active for name in names)
    [event] = world.history("ada", EventType.JOB_ENDED)
    assert (event["actor"], event["detail"]["state"]) == ("product", "stopped")
    assert office.jobs.run(IAM, job.id) == stopped


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("cured_after", [UNENDED_MAX, None])
@pytest.mark.above_the_store
def test_a_job_whose_steps_fail_by_a_fault_is_given_up_after_some(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch, cured_after: int | None
) -> None:
    """A step that gets further begins the count again, as the first one to fail does here."""
    names = ["one", "two", "three", "four", "five"]
    for name in names:
        put_user(world, name)
    job = office.start(office.preview(JobDeed.DISABLE, *names))
    patch, failures = UserAdministration.patch, 0

    def faulty(self: UserAdministration, actor: Actor, change: UserPatch, if_match: str | None = None) -> Any:
        nonlocal failures
        if change.login_name == "four" and failures != cured_after:
            failures += 1
            raise ZeroDivisionError
        return patch(self, actor, change, if_match)

    monkeypatch.setattr(UserAdministration, "patch", faulty)
    while job.ended_at is None:
        try:
            job = office.jobs.run(IAM, job.id)
        except ZeroDivisionError:
            world.wait(LEASE_SECONDS)
    if cured_after:
        assert (job.state, job.outcomes, failures) == (JobState.DONE, {"done": 5}, cured_after)
        return
    assert (job.state, job.reason, failures) == (JobState.STOPPED, "internal_error", UNENDED_MAX + 1)
    assert job.outcomes == {"done": 2}
    [event] = world.history("iam", EventType.JOB_ENDED)
    assert (event["actor"], event["detail"]["state"]) == ("product", "stopped")
    with pytest.raises(errors.Conflict):
        office.jobs.cancel(IAM, job.id)
    monkeypatch.setattr(UserAdministration, "patch", patch)
    world.wait(PREVIEW_SECONDS)
    again = office.start(job)
    assert (again.reason, again.ended_at) == (None, None)
    assert office.finish(again).outcomes == {"done": 5}
    assert not any(world.user(name).active for name in names)


def test_a_dry_run_that_was_given_up_is_made_again(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_user(world, "one")
    job = office.make(JobDeed.DISABLE, "one")
    monkeypatch.setattr(JobDeeds, "would_change", lambda *_: 1 / 0)
    for _ in range(UNENDED_MAX):
        with pytest.raises(ZeroDivisionError):
            office.jobs.run(IAM, job.id)
        world.wait(LEASE_SECONDS)
    stopped = office.jobs.run(IAM, job.id)
    assert (stopped.state, stopped.reason) == (JobState.STOPPED, "internal_error")
    with pytest.raises(errors.Conflict, match="stopped, and not previewed"):
        office.start(stopped)


@pytest.mark.above_the_store
def test_a_job_whose_steps_die_does_not_hold_up_the_others(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_user(world, "one")
    put_user(world, "two")
    office.start(office.preview(JobDeed.DISABLE, "one"))
    world.wait(1)
    other = office.start(office.preview(JobDeed.DISABLE, "two"))
    change = office.administration.users.change

    def faulty(before: Any, *rest: Any) -> None:
        if before.login_name == "one":
            raise ZeroDivisionError
        change(before, *rest)

    monkeypatch.setattr(office.administration.users, "change", faulty)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            office.jobs.advance()
        world.wait(LEASE_SECONDS)
    assert office.jobs.get(other.id).state is JobState.DONE


def test_only_the_one_who_made_the_dry_run_starts_the_job(world: World, office: Office) -> None:
    ada, bob = administrator(world, "ada"), administrator(world, "bob")
    put_user(world, "one")
    job = office.preview(JobDeed.DISABLE, "one", by=ada)
    with pytest.raises(errors.Forbidden):
        office.start(job, bob)
    assert office.start(job, ada).state is JobState.RUNNING
    assert office.start(office.preview(JobDeed.DISABLE, "one", by=ada), IAM).by == "iam"


# --- starting


def test_a_job_starts_only_as_it_was_previewed(world: World, office: Office) -> None:
    put_user(world, "one")
    waiting = office.make(JobDeed.DISABLE, "one")
    with pytest.raises(errors.Conflict, match="previewing"):
        office.jobs.start(IAM, waiting.id, 1)
    job = office.preview(JobDeed.DISABLE, "one", "nobody")
    with pytest.raises(errors.Conflict, match="1 to change, and not 2"):
        office.jobs.start(IAM, job.id, 2)
    nobody = office.preview(JobDeed.DISABLE, "nobody")
    with pytest.raises(errors.Conflict):
        office.jobs.start(IAM, nobody.id, 0)
    world.wait(PREVIEW_SECONDS + 1)
    with pytest.raises(errors.Conflict, match="a day old"):
        office.start(job)
    assert world.user("one").active


@pytest.mark.guards("VERSION_AS_READ")
def test_of_two_who_start_a_job_at_once_one_does(world: World, office: Office) -> None:
    put_user(world, "one")
    job = office.preview(JobDeed.DISABLE, "one")
    world.wire.before("transact_write_items", lambda: office.start(job))
    with pytest.raises(errors.Conflict):
        office.start(job)
    assert len(world.history("iam", EventType.JOB_STARTED)) == 1


@pytest.mark.parametrize("names", [("one", "ONE"), ("one", " one "), ("a b", "a  b")])
def test_a_user_is_named_once(office: Office, names: tuple[str, str]) -> None:
    with pytest.raises(errors.InvalidRequest):
        office.make(JobDeed.DISABLE, *names)


def test_a_user_who_came_after_the_dry_run_under_the_same_name_is_left_alone(
    world: World, office: Office, administration: UserAdministration
) -> None:
    put_user(world, "one")
    job = office.preview(JobDeed.DELETE, "one")
    administration.delete(IAM, "one")
    world.wait(1)
    put_user(world, "one")
    assert office.report(office.finish(office.start(job))) == {"one": ("refused", "user_not_found")}
    assert world.user("one").active


def test_a_user_who_was_changed_since_the_dry_run_is_judged_anew(
    world: World, office: Office, administration: UserAdministration
) -> None:
    for name in ("off", "promoted"):
        put_user(world, name)
    by = administrator(world, "ada")
    job = office.preview(JobDeed.DISABLE, "off", "promoted", by=by)
    administration.patch(IAM, UserPatch("off", status=UserStatus.DISABLED))
    administration.patch(IAM, UserPatch("promoted", kind=Kind.SYSTEM, insist=True))
    done = office.finish(office.start(job, by), by)
    assert office.report(done) == {"off": ("unchanged", ""), "promoted": ("refused", "forbidden")}


@pytest.mark.guards("VERSION_AS_READ")
def test_a_user_who_is_changed_while_the_deed_is_done_keeps_that_change(world: World, office: Office) -> None:
    put_user(world, "one")
    job = office.start(office.preview(JobDeed.DISABLE, "one"))
    user = world.user("one")
    renamed = replace(user, alias="Dee", version=user.version + 1)
    world.wire.before("transact_write_items", lambda: world.users.change(user, renamed, world.event()))
    assert office.finish(job).outcomes == {"done": 1}
    assert (world.user("one").alias, world.user("one").active) == ("Dee", False)


# --- runners that die


def dying(world: World, number: int, moment: str) -> Callable[[], None]:
    """Lets the function die at this write, before or after it is carried out. Gives the cure."""
    call, writes = world.wire._call, 0

    def counted(method: str, request: dict[str, Any]) -> Any:
        nonlocal writes
        writes += method in WRITES
        if method in WRITES and writes == number:
            if moment == "after":
                call(method, request)
            raise Crash
        return call(method, request)

    world.wire._call = counted  # type: ignore[method-assign]

    def cure() -> None:
        world.wire._call = call  # type: ignore[method-assign]

    return cure


def deaths(world: World, go: Callable[[int], Job], again: Callable[[Job], Job], moment: str) -> Iterator[Job]:
    """A job for each write of its run, at which the first runner died. `go` makes the n-th one, ready to be run."""
    for number in range(1, 100):
        job = go(number)
        cure = dying(world, number, moment)
        try:
            ended = again(job)
        except Crash:
            cure()
            world.wait(LEASE_SECONDS)
            yield again(job)
        else:
            cure()
            assert number > 6, "the run writes less than it should"
            assert ended.ended_at is not None or ended.state is JobState.PREVIEWED
            return


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("deed", [JobDeed.DISABLE, JobDeed.DELETE])
@pytest.mark.above_the_store
def test_a_runner_may_die_at_any_write_and_each_user_is_changed_once(
    world: World, office: Office, deed: JobDeed
) -> None:
    """Before each write, which is after the one before: nothing else happens in between."""

    def made(number: int) -> Job:
        names = [f"{letter}.{number}" for letter in "abc"]
        for name in names:
            put_user(world, name, **CASES[deed][1])
        return office.start(office.preview(deed, *names))

    for job in deaths(world, made, office.finish, "before"):
        assert (job.state, job.outcomes) == (JobState.DONE, {"done": 3})
        for name, outcome in office.report(job).items():
            assert outcome == ("done", "")
            assert changed(world, deed, name)
            events, _ = world.histories.events(name, None, 10)
            assert len([event for event in events if event.detail.get("job") == job.id]) == 1


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.above_the_store
def test_a_runner_may_die_at_any_write_and_nobody_is_invited_twice(world: World, office: Office, moment: str) -> None:
    def made(number: int) -> Job:
        names = [f"{letter}.{number}" for letter in "abc"]
        for name in names:
            put_user(world, name, **READY)
        return office.start(office.preview(JobDeed.INVITE, *names))

    unknown = 0
    for job in deaths(world, made, office.finish, moment):
        report = office.report(job)
        mailed = Counter(mail.login_name for mail in office.post.mails)
        assert job.state is JobState.DONE
        assert sum(job.outcomes.values()) == 3
        for name, (outcome, _) in report.items():
            assert mailed[name] <= 1
            assert (outcome == "done" and mailed[name]) or outcome == "unknown"
        unknown += job.outcomes.get("unknown", 0)
    assert unknown


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("found", [False, True])
@pytest.mark.above_the_store
def test_a_dry_run_may_die_at_any_write_and_each_user_is_in_it_once(world: World, office: Office, found: bool) -> None:
    names = ["one", "two", "three", "four", "five"]
    for name in names:
        put_user(world, name)
        world.wait(1)
    while not compute(world).complete:
        pass

    def made(_number: int) -> Job:
        if not found:
            return office.make(JobDeed.DISABLE, *names)
        return office.jobs.create(IAM, JobDeed.DISABLE, JobParameters(), everybody(world))

    for job in deaths(world, made, office.finish, "before"):
        assert job.preview == {"will_change": 5}
        assert office.report(job) == dict.fromkeys(names, ("will_change", ""))


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.guards("VERSION_AS_READ")
def test_a_runner_that_comes_back_from_the_dead_invites_nobody(world: World, office: Office) -> None:
    """It slept for longer than its lease while it claimed a user, whom the other runner has invited meanwhile."""
    for name in ("one", "two", "three"):
        put_user(world, name, **READY)
    job = office.start(office.preview(JobDeed.INVITE, "one", "two", "three"))

    def sleep() -> None:
        world.wait(LEASE_SECONDS)
        office.finish(job)

    for _ in range(2):  # the lease, and the mark that the chunk is begun
        world.wire.before("put_item", lambda: None)
    world.wire.before("put_item", sleep)
    office.jobs.run(IAM, job.id)
    assert Counter(mail.login_name for mail in office.post.mails) == dict.fromkeys(("one", "two", "three"), 1)
    assert office.jobs.get(job.id).outcomes == {"done": 3}


@pytest.mark.guards("VERSION_AS_READ")
def test_of_two_runners_who_read_the_job_at_once_one_works(world: World, office: Office) -> None:
    put_user(world, "one", **READY)
    job = office.start(office.preview(JobDeed.INVITE, "one"))
    world.wire.before("put_item", lambda: office.jobs.run(IAM, job.id))
    assert office.jobs.run(IAM, job.id).state is JobState.DONE
    assert len(office.post.mails) == len(world.history("iam", EventType.JOB_ENDED)) == 1


@pytest.mark.usefixtures("small_chunks")
def test_of_many_runners_at_once_each_user_is_invited_by_one(world: World, office: Office) -> None:
    names = [f"user.{number}" for number in range(6)]
    for name in names:
        put_user(world, name, **READY)
    job = office.start(office.preview(JobDeed.INVITE, *names))

    def work(_runner: int) -> None:
        while office.jobs.run(IAM, job.id).state is JobState.RUNNING:
            pass

    with ThreadPoolExecutor(4) as runners:
        list(runners.map(work, range(4)))
    assert Counter(mail.login_name for mail in office.post.mails) == dict.fromkeys(names, 1)
    assert office.jobs.get(job.id).outcomes == {"done": 6}
    assert len(world.history("iam", EventType.JOB_ENDED)) == 1


def test_nothing_is_done_while_another_runner_holds_the_lease(world: World, office: Office) -> None:
    put_user(world, "one")
    job = office.start(office.preview(JobDeed.DISABLE, "one"))
    cure = dying(world, 2, "before")
    with pytest.raises(Crash):
        office.jobs.run(IAM, job.id)
    cure()
    for _ in range(2):
        assert office.jobs.run(IAM, job.id).outcomes == {}
        assert office.jobs.advance() == (1, 0)
    world.wait(LEASE_SECONDS)
    assert office.jobs.advance() == (1, 1)
    assert office.jobs.advance() == (0, 0)
    assert not world.user("one").active


# --- time, ceilings and failures


@pytest.mark.usefixtures("small_chunks")
def test_a_step_ends_when_its_time_is_over_and_the_next_one_goes_on(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"user.{number}" for number in range(5)]
    for name in names:
        put_user(world, name)
    job = office.start(office.preview(JobDeed.DISABLE, *names))
    patch = office.administration.users.change

    def slow(*args: Any, **more: Any) -> None:
        world.wait(ENOUGH_SECONDS / 2.5)
        patch(*args, **more)

    monkeypatch.setattr(office.administration.users, "change", slow)
    job = office.jobs.run(IAM, job.id)
    assert (job.state, job.outcomes, job.lease_until) == (JobState.RUNNING, {"done": 2}, 0.0)
    assert [world.user(name).active for name in names] == [False] * 3 + [True] * 2
    assert office.jobs.advance() == (1, 1)
    assert office.jobs.get(job.id).outcomes == {"done": 5}
    assert all(len(world.history(name, EventType.USER_CHANGED)) == 1 for name in names)


@pytest.mark.above_the_store
def test_invitations_keep_to_a_pace_that_the_mail_service_takes(world: World, office: Office) -> None:
    names = [f"user.{number}" for number in range(MAILS_AT_ONCE + 1)]
    for number, name in enumerate(names):
        put_user(world, name, **READY, contact_email=f"{number}@example.com")
    job = office.start(office.preview(JobDeed.INVITE, *names))
    job = office.jobs.run(IAM, job.id)
    assert (len(office.post.mails), job.goes_on_at, job.reason) == (MAILS_AT_ONCE, world.now + MAILS_SECONDS, None)
    assert office.jobs.run(IAM, job.id) == job
    world.wait(MAILS_SECONDS)
    assert office.finish(job).outcomes == {"done": MAILS_AT_ONCE + 1}
    assert {each.login_name for each in office.post.mails} == set(names)


def test_invitations_wait_for_the_next_day_when_a_mailbox_got_enough(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mfa.challenges import charges
    from mfa.store.counters import spend

    monkeypatch.setattr(charges, "LINKS_PER_MAILBOX", 2)
    for name in ("one", "two", "three"):
        put_user(world, name, **READY)
    job = office.start(office.preview(JobDeed.INVITE, "one", "two", "three"))
    job = office.jobs.run(IAM, job.id)
    assert (len(office.post.mails), job.reason) == (2, "rate_limited")
    # As the function does that mails them.
    mailbox = charges.link_mail_charges("invitation", "demo.user@example.com", world.now)[0].budgets[0]
    for _ in range(2):
        world.table.update(spend(mailbox))
    world.wait(MAILS_SECONDS)
    job = office.jobs.run(IAM, job.id)
    assert (len(office.post.mails), job.reason, job.goes_on_at) == (2, "rate_limited", mailbox.window.ends_at)
    world.wait(mailbox.window.ends_at - world.now)
    assert office.finish(job).outcomes == {"done": 3}


def test_an_invitation_that_got_no_answer_is_not_tried_again(world: World, office: Office) -> None:
    for name in ("one", "two"):
        put_user(world, name, **READY)
    office.post.failures.append(errors.TemporarilyUnavailable())
    job = office.do(JobDeed.INVITE, "one", "two")
    assert office.report(job) == {"one": ("unknown", "temporarily_unavailable"), "two": ("done", "")}
    assert [mail.login_name for mail in office.post.mails] == ["two"]


def test_invitations_wait_until_mail_is_set_up(world: World, office: Office) -> None:
    put_user(world, "one", **READY)
    job = office.start(office.preview(JobDeed.INVITE, "one"))
    world.set(email_sender=None)
    with pytest.raises(errors.SettingsIncomplete):
        office.make(JobDeed.INVITE, "one")
    job = office.jobs.run(IAM, job.id)
    assert (job.state, job.reason, job.goes_on_at) == (
        JobState.RUNNING,
        "settings_incomplete",
        world.now + RETRY_SECONDS,
    )
    world.set(email_sender="no-reply@example.com")
    world.wait(RETRY_SECONDS)
    assert office.finish(job).outcomes == {"done": 1}


def test_a_user_who_cannot_be_changed_for_now_is_tried_again_a_few_times(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        put_user(world, name)
    job = office.start(office.preview(JobDeed.DISABLE, "one", "two"))
    change = office.administration.users.change

    def failing(before: Any, *rest: Any) -> None:
        if before.login_name == "one":
            raise errors.TemporarilyUnavailable
        change(before, *rest)

    monkeypatch.setattr(office.administration.users, "change", failing)
    for _ in range(TRIES - 1):
        job = office.jobs.run(IAM, job.id)
        assert (job.reason, job.goes_on_at) == ("temporarily_unavailable", world.now + RETRY_SECONDS)
        assert office.jobs.advance() == (1, 0)
        world.wait(RETRY_SECONDS)
    job = office.jobs.run(IAM, job.id)
    assert office.report(job) == {"one": ("refused", "temporarily_unavailable"), "two": ("done", "")}


# --- cancelling


@pytest.mark.usefixtures("small_chunks")
def test_a_job_is_cancelled_at_any_time_and_says_how_far_it_came(world: World, office: Office) -> None:
    names = ["one", "two", "three", "four"]
    for name in names:
        put_user(world, name)
    job = office.start(office.preview(JobDeed.DISABLE, *names))
    world.wire.before("transact_write_items", lambda: office.jobs.cancel(IAM, job.id))
    ended = office.jobs.run(IAM, job.id)
    assert (ended.state, ended.outcomes) == (JobState.CANCELLED, {"done": 2})
    assert office.report(ended) == {
        "one": ("done", ""),
        "two": ("done", ""),
        "three": ("will_change", ""),
        "four": ("will_change", ""),
    }
    assert [world.user(name).active for name in names] == [False, False, True, True]
    assert office.jobs.get(job.id) == office.jobs.run(IAM, job.id) == ended
    with pytest.raises(errors.Conflict):
        office.jobs.cancel(IAM, job.id)
    with pytest.raises(errors.Conflict):
        office.start(ended)
    assert len(world.history("iam", EventType.JOB_ENDED)) == 1


# --- selections by filters, lists and reports


def everybody(world: World, **filters: Any) -> JobSelected:
    return JobSelected(query=query_of(ListUsers(**filters, sort=UserOrder.REGISTERED), world.now))


def find(office: Office, deed: JobDeed, **filters: Any) -> Job:
    return office.jobs.create(IAM, deed, JobParameters(), everybody(office.world, **filters))


@pytest.mark.usefixtures("small_chunks")
def test_a_job_finds_its_users_by_the_filters_of_the_list(world: World, office: Office) -> None:
    with pytest.raises(errors.TemporarilyUnavailable):
        find(office, JobDeed.DISABLE)
    for name in ("a.one", "a.two", "a.three", "b.one"):
        put_user(world, name)
        world.wait(1)
    while not compute(world).complete:
        pass
    with pytest.raises(errors.InvalidRequest, match="selects 0"):
        find(office, JobDeed.DISABLE, q="nobody")
    job = find(office, JobDeed.DISABLE, q="a.", status=UserStatus.ACTIVE)
    assert job.estimate == 3
    put_user(world, "a.late")  # the list has these two at once
    world.users.delete(world.user("a.two"), world.event(EventType.USER_DELETED))
    job = office.finish(job)
    assert list(office.report(job)) == ["a.one", "a.three", "a.late"]
    assert office.finish(office.start(job)).outcomes == {"done": 3}
    assert world.user("b.one").active


def test_jobs_are_listed_newest_first(world: World, office: Office) -> None:
    put_user(world, "one")
    made = []
    for _ in range(3):
        made.append(office.make(JobDeed.DISABLE, "one").id)
        world.wait(1)
    office.start(office.finish(office.jobs.get(made[0])))
    page, cursor = office.jobs.newest(None, 2)
    rest, end = office.jobs.newest(cursor, 2)
    assert [job.id for job in (*page, *rest)] == made[::-1]
    assert end is None


def test_a_report_is_narrowed_by_outcome(world: World, office: Office) -> None:
    put_user(world, "one")
    job = office.preview(JobDeed.DISABLE, "one", "nobody")
    lines, cursor = office.jobs.report(job, JobOutcome.REFUSED, None)
    assert [(line.login_name, line.code) for line in lines] == [("nobody", "user_not_found")]
    assert cursor is None


def test_a_job_of_another_version_of_the_product_is_none(world: World, office: Office) -> None:
    put_user(world, "one")
    job = office.make(JobDeed.DISABLE, "one")
    world.edit(records.job_key(job.id), document='{"deed": "melt"}')
    with pytest.raises(errors.NotFound):
        office.jobs.get(job.id)
    assert office.jobs.newest(None, 10) == ([], None)


def test_a_chunk_is_far_below_the_size_of_an_item(world: World, office: Office) -> None:
    """50 of the longest names in the widest letters, each with the longest sentence."""
    names = [f"{number:03d}{chr(0x20000 + number) * 125}" for number in range(50)]
    job = office.preview(JobDeed.DISABLE, *names)
    [chunk] = world.items(f"JOB#{job.id}", "CHUNK#")
    assert len(chunk["lines"]) < 40_000
    assert NUMBER not in str(chunk)

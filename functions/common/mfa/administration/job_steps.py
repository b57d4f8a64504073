"""A step of a job: what dry run and run have in common.

A runner holds a lease on the job, and each write of head or chunk asks whether somebody else has written since. So of two
runners one works, and one that comes back from the dead writes nothing more into the job.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from copy import replace
from dataclasses import dataclass
from typing import Protocol

from msgspec import structs

from mfa import errors
from mfa.administration.job_deeds import JobDeeds
from mfa.administration.ports import AccountPages
from mfa.challenges.account import Account
from mfa.users.actors import Actor
from mfa.users.directory_query import DirectoryQuery, Place
from mfa.users.jobs import Job, JobChunk, JobLine, JobOutcome


class JobWrites(Protocol):
    """Reads and writes the parts of a job that a step needs. Writes raise OtherRunnerError."""

    def save(self, job: Job) -> Job: ...
    def load_chunks(self, job_id: str, numbers: Sequence[int]) -> list[JobChunk]: ...
    def save_chunk(self, job: Job, number: int, chunk: JobChunk) -> JobChunk: ...


class FindsPlaces(Protocol):
    """Finds users by the directory, if there is one."""

    def places(self, query: DirectoryQuery) -> Sequence[Place] | None: ...


class MailboxCeilings(Protocol):
    """Knows how many invitations a mailbox still gets today, and when the day ends, in seconds since 1970."""

    def invitations_left(self, address: str, now: float) -> tuple[int, float]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StepParts:
    """The parts that steps need."""

    items: JobWrites
    accounts: AccountPages
    search: FindsPlaces
    deeds: JobDeeds
    mailboxes: MailboxCeilings
    clock: Callable[[], float]


class JobStep(ABC):
    """One step of a job, in somebody's name, which begins another user before `until`.

    Attributes:
        job: the job as it is at this moment. Parts of it may not be written yet.
    """

    def __init__(self, parts: StepParts, job: Job, actor: Actor, until: float) -> None:
        # The settings are read once, and not for each user.
        stored = parts.deeds.users.stored_settings()
        deeds = replace(parts.deeds, users=replace(parts.deeds.users, stored_settings=lambda: stored))
        self.job = job
        self._parts = parts
        self._deeds = deeds
        self._actor = actor
        self._until = until

    @abstractmethod
    def go(self) -> None:
        """Does the step. Raises OtherRunnerError where somebody else has written the job meanwhile."""

    @property
    def _has_time(self) -> bool:
        return self._parts.clock() < self._until

    def _save(self, **changes: object) -> None:
        self.job = structs.replace(self.job, **changes, unended=0)
        self.job = self._parts.items.save(self.job)

    def _chunk(self, number: int) -> JobChunk:
        [chunk] = self._parts.items.load_chunks(self.job.id, [number])
        return chunk

    def _save_chunk(self, number: int, chunk: JobChunk) -> JobChunk:
        return self._parts.items.save_chunk(self.job, number, chunk)

    def _accounts(self, login_names: Sequence[str]) -> dict[str, Account]:
        """Those of these users who exist, by name."""
        found = self._parts.accounts.load_accounts(list(dict.fromkeys(login_names)), tries=True)
        return {account.existing_user.login_name: account for account in found}


def refused(line: JobLine, refusal: errors.Refusal, *, ran: bool) -> JobLine:
    """The line of a user to whom the deed is not done."""
    return structs.replace(line, outcome=JobOutcome.REFUSED, ran=ran, code=refusal.code, detail=str(refusal))

"""Runs of jobs: the deed is done to those whom the dry run would change, one after the other.

A runner may die anywhere. Each deed but the invitation can be done again, so a chunk that was begun is begun again. Who is
invited is claimed in the chunk before, so that nobody gets a second mail: if the runner dies then, the outcome is unknown.
"""

from collections import Counter

from msgspec import structs

from mfa import errors
from mfa.administration.job_steps import JobStep, StepParts, refused
from mfa.challenges.account import Account
from mfa.users.actors import Actor
from mfa.users.jobs import Job, JobChunk, JobDeed, JobLine, JobOutcome, added

# A step hands over so many mails, and the next one begins so much later: SES takes 14 a second at first, and a mail that it
# does not take is tried twice more only.
MAILS_AT_ONCE, MAILS_SECONDS = 50, 5.0
# A chunk is begun so often while users cannot be changed for now. After that, this is their outcome.
TRIES, RETRY_SECONDS = 5, 30.0
# A user who was changed since they were read is read and judged again, so often.
RACES = 3


class JobRun(JobStep):
    """A step of a run.

    Attributes:
        unfinished: the outcomes so far of the chunk that the step ended in.
    """

    def __init__(self, parts: StepParts, job: Job, actor: Actor, until: float) -> None:
        super().__init__(parts, job, actor, until)
        self.unfinished: Counter[str] = Counter()
        self._paused = False
        self._handed = 0
        # The links that mailboxes still get, of those that this step has looked at.
        self._rooms: dict[str, int] = {}

    def go(self) -> None:
        """Does the deed to more users."""
        if self.job.deed is JobDeed.INVITE:
            try:
                self._deeds.invite.refuse_without_sender()
            except errors.SettingsIncomplete as refusal:
                self._pause(RETRY_SECONDS, refusal.code)
        while self._has_time and not self._paused and self.job.at < self.job.chunks:
            number = self.job.at
            chunk = self._through(number, self._chunk(number))
            self.unfinished = chunk.ran
            if any(line.outcome is JobOutcome.WILL_CHANGE for line in chunk.lines):
                return
            outcomes = added(self.job.outcomes, chunk.ran)
            self.unfinished = Counter()
            self._save(at=number + 1, outcomes=outcomes)

    def _pause(self, seconds: float, reason: str | None) -> None:
        """Ends the step, and lets no other begin for so long."""
        self._paused = True
        self.job = structs.replace(self.job, goes_on_at=self._parts.clock() + seconds, reason=reason)

    def _through(self, number: int, chunk: JobChunk) -> JobChunk:
        """Does the deed to the users of the chunk, until the step must end."""
        waiting = [at for at, line in enumerate(chunk.lines) if line.outcome is JobOutcome.WILL_CHANGE]
        lost = [at for at, line in enumerate(chunk.lines) if line.outcome is JobOutcome.CLAIMED]
        if not waiting and not lost:
            return chunk
        for at in lost:
            chunk = chunk.with_line(at, chunk.lines[at].ended(JobOutcome.UNKNOWN))
        # If this runner dies, the next one knows that some may be done.
        chunk = self._save_chunk(number, structs.replace(chunk, tries=chunk.tries + 1))
        accounts = self._accounts([chunk.lines[at].login_name for at in waiting])
        failed = False
        for at in waiting:
            if self._paused or not self._has_time:
                break
            account = accounts.get(chunk.lines[at].login_name)
            if self.job.deed.repeatable:
                chunk, went = self._done(chunk, at, account)
                failed = failed or not went
            else:
                chunk = self._invited(number, chunk, at, account)
        return self._save_chunk(number, chunk if failed else structs.replace(chunk, tries=0))

    def _done(self, chunk: JobChunk, at: int, account: Account | None) -> tuple[JobChunk, bool]:
        """The chunk after the deed was done to this user, or tried, and whether it could be tried."""
        line = chunk.lines[at]
        try:
            return chunk.with_line(at, self._changed(line, account, again=chunk.tries > 1)), True
        except errors.TemporarilyUnavailable as refusal:
            if chunk.tries >= TRIES:
                return chunk.with_line(at, refused(line, refusal, ran=True)), True
            self._pause(RETRY_SECONDS, refusal.code)
            return chunk, False

    def _changed(self, line: JobLine, account: Account | None, *, again: bool) -> JobLine:
        """The line after the deed. `again`: a runner has begun before and died. A user who does not need it now has got it then."""
        for _ in range(RACES):
            if account is None or account.existing_user.created_at != line.created_at:
                if again and self.job.deed is JobDeed.DELETE:
                    return line.ended(JobOutcome.DONE)
                return refused(line, errors.UserNotFound(), ran=True)
            try:
                if not self._deeds.would_change(self._actor, self.job, account):
                    return line.ended(JobOutcome.DONE if again else JobOutcome.UNCHANGED)
                self._deeds.carry_out(self._actor, self.job, account)
            except errors.PreconditionFailed:
                account = self._accounts([line.login_name]).get(line.login_name)
                continue
            except errors.TemporarilyUnavailable:
                raise
            except errors.Refusal as refusal:
                return refused(line, refusal, ran=True)
            return line.ended(JobOutcome.DONE)
        raise errors.TemporarilyUnavailable

    def _invited(self, number: int, chunk: JobChunk, at: int, account: Account | None) -> JobChunk:
        """The chunk after this user was invited, or not. The claim is written before anything else is."""
        line = chunk.lines[at]
        if account is None or account.existing_user.created_at != line.created_at:
            return chunk.with_line(at, refused(line, errors.UserNotFound(), ran=True))
        try:
            self._deeds.would_change(self._actor, self.job, account)
        except errors.Refusal as refusal:
            return chunk.with_line(at, refused(line, refusal, ran=True))
        if not self._has_room(account.existing_user.contact_email or ""):
            return chunk
        chunk = self._save_chunk(number, chunk.with_line(at, line.ended(JobOutcome.CLAIMED)))
        self._handed += 1
        if self._handed == MAILS_AT_ONCE:
            self._pause(MAILS_SECONDS, None)
        try:
            self._deeds.carry_out(self._actor, self.job, account)
        except errors.TemporarilyUnavailable as refusal:  # before or after the mail was handed over
            return chunk.with_line(at, line.ended(JobOutcome.UNKNOWN, refusal.code, str(refusal)))
        except errors.Refusal as refusal:
            return chunk.with_line(at, refused(line, refusal, ran=True))
        return chunk.with_line(at, line.ended(JobOutcome.DONE))

    def _has_room(self, address: str) -> bool:
        """Whether the mailbox still gets links today. If not, the job goes on tomorrow.

        It is read once in a step: the mails of this step may not be counted yet.
        """
        now = self._parts.clock()
        if address not in self._rooms:
            self._rooms[address], ends_at = self._parts.mailboxes.invitations_left(address, now)
            if self._rooms[address] <= 0:
                self._pause(ends_at - now, errors.RateLimited.code)
        elif self._rooms[address] <= 0:
            self._pause(MAILS_SECONDS, errors.RateLimited.code)
        self._rooms[address] -= 1
        return not self._paused

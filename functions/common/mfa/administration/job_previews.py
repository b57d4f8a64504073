"""Dry runs of jobs: who is selected, and what the deed would do to each. Nothing but the job is written."""

from collections.abc import Sequence
from copy import replace
from itertools import batched

from msgspec import structs

from mfa import errors
from mfa.administration.directory_lines import line_of
from mfa.administration.job_steps import JobStep, refused
from mfa.challenges.account import Account
from mfa.users.directory_query import DirectoryQuery, Place
from mfa.users.jobs import USERS_IN_CHUNK, JobLine, JobOutcome, JobState, added
from mfa.users.user import existing_login_names


class JobPreview(JobStep):
    """A step of a dry run."""

    def go(self) -> None:
        """Looks at more users."""
        complete = self._named() if self.job.query is None else self._found(self.job.query)
        if complete:
            self._save(state=JobState.PREVIEWED, at=0, place=None, previewed_at=self._parts.clock())

    def _named(self) -> bool:
        """Looks at users who were given by name. Whether that is all."""
        while self.job.at < self.job.chunks:
            if not self._has_time:
                return False
            number = self.job.at
            chunk = self._chunk(number)
            # A runner that died here has written these outcomes already.
            names = [name for line in chunk.lines for name in existing_login_names(line.login_name)]
            accounts = self._accounts(names)
            lines = tuple(self._previewed(line.login_name, accounts) for line in chunk.lines)
            chunk = self._save_chunk(number, structs.replace(chunk, lines=lines))
            self._save(at=number + 1, preview=added(self.job.preview, chunk.previewed))
        return True

    def _found(self, query: DirectoryQuery) -> bool:
        """Looks at users whom the directory finds. Whether that is all.

        They come in order of registration, which never changes, so that nobody is in the job twice.
        """
        query = replace(query, now=self._parts.clock())
        found = self._parts.search.places(query)
        if found is None:
            raise errors.TemporarilyUnavailable("The directory of users is being made. Ask again in some minutes.")
        place = self.job.place
        behind = sorted(each for each in found if place is None or each > place)
        for some in batched(behind, USERS_IN_CHUNK, strict=False):
            if not self._has_time:
                return False
            self._take(query, some)
        return True

    def _take(self, query: DirectoryQuery, some: Sequence[Place]) -> None:
        """Puts those of these users who still fit the filters into the next chunk."""
        accounts = self._accounts([name for _, name in some])
        fitting = {name: each for name, each in accounts.items() if query.finds(line_of(each, query.now))}
        number, preview = self.job.chunks, self.job.preview
        if fitting:
            lines = tuple(self._previewed(name, fitting) for name in fitting)
            # A runner that died may have left a chunk that the head does not know.
            chunk = self._save_chunk(number, structs.replace(self._chunk(number), lines=lines))
            number, preview = number + 1, added(preview, chunk.previewed)
        self._save(chunks=number, place=some[-1], preview=preview)

    def _previewed(self, given: str, accounts: dict[str, Account]) -> JobLine:
        """The line of a user after the dry run. Raises TemporarilyUnavailable."""
        account = next((accounts[name] for name in existing_login_names(given) if name in accounts), None)
        if account is None:
            return refused(JobLine(given), errors.UserNotFound(), ran=False)
        user = account.existing_user
        line = JobLine(user.login_name, user.created_at)
        try:
            changes = self._deeds.would_change(self._actor, self.job, account)
        except errors.TemporarilyUnavailable:
            raise
        except errors.Refusal as refusal:
            return refused(line, refusal, ran=False)
        return structs.replace(line, outcome=JobOutcome.WILL_CHANGE if changes else JobOutcome.UNCHANGED)

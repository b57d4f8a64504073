"""How long jobs on many users take, and what they cost beside the users' own changes.

AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000 python -m benchmarks.jobs [USERS]

Makes a table on DynamoDB Local with so many users (1,000) and deletes it at the end. Prints, for a dry run and a run of several
deeds, the time, how much of it this process computed itself, and the requests and the capacity that DynamoDB counts.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
import uuid
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.config import Config

from benchmarks.directory import Crowd, measured, user_of
from infra.local.aws import table_definition
from infra.local.processes import HOME
from infra.local.template import read_template
from mfa.administration.heirs import Heirs
from mfa.administration.job_deeds import JobDeeds
from mfa.administration.job_steps import StepParts
from mfa.administration.jobs import Jobs, JobSelected
from mfa.administration.user_changes import UserAdministration
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.invite import Invite
from mfa.flows.new_passwords import NewPasswords
from mfa.flows.runtime import Runtime
from mfa.settings.values import Settings, StoredSettings
from mfa.store.invitations import InvitationStore
from mfa.store.jobs import JobStore
from mfa.store.mailboxes import MailboxStore
from mfa.store.search import SearchIndex
from mfa.store.settings import SettingsStore
from mfa.tokens.hmac_keys import HmacKeys
from mfa.users.actors import Actor
from mfa.users.jobs import Job, JobDeed, JobParameters, JobState
from mfa.users.passwords import PasswordHashes
from mfa.users.roles import Role

IAM = Actor("iam", Role.OWNER)
DEEDS = {
    JobDeed.SET_OWNER: JobParameters(owner="Moved"),
    JobDeed.MFA_ON: JobParameters(insist=True),
    JobDeed.MFA_OFF: JobParameters(),
    JobDeed.INVITE: JobParameters(),
    JobDeed.DELETE: JobParameters(),
}


class NoPost:
    """Takes notices and links, and sends none."""

    def hand_over(self, notice: object) -> None:
        pass

    def hand_over_link(self, mail: object) -> None:
        pass


def jobs_of(crowd: Crowd) -> Jobs:
    """The jobs of this table. Time passes as it does, and waits of a job are not waited for."""
    settings, post = Settings(email_sender="no-reply@example.com"), NoPost()
    runtime = Runtime(
        settings=lambda: settings,
        prices=lambda: StoredSettings(settings).prices(),
        thresholds=dict,
        keys=lambda: HmacKeys(b"the key of this benchmark"),
        issuer=lambda: "https://login.example.com",
        clock=lambda: crowd.now,
        random_below=secrets.randbelow,
        random_bytes=secrets.token_bytes,
    )
    stored, index = SettingsStore(crowd.table), SearchIndex(crowd.table)
    users = UserAdministration(
        accounts=crowd.accounts,
        users=crowd.users,
        heirs=Heirs(accounts=crowd.accounts, search_index=index, settings=lambda: settings),
        stored_settings=stored.load_settings,
        passwords=NewPasswords(hashes=PasswordHashes(), runtime=runtime),
        notices=ChangeNotices(post),
        runtime=runtime,
    )
    invite = Invite(
        accounts=crowd.accounts,
        invitations=InvitationStore(crowd.table),
        handover=post,
        invited=lambda: None,
        runtime=runtime,
    )
    steps = StepParts(
        items=JobStore(crowd.table),
        accounts=crowd.accounts,
        search=crowd.search(),
        deeds=JobDeeds(users=users, invite=invite, clock=runtime.clock),
        mailboxes=MailboxStore(crowd.table),
        clock=runtime.clock,
    )
    return Jobs(items=JobStore(crowd.table), steps=steps, runtime=runtime)


def finish(crowd: Crowd, jobs: Jobs, job: Job) -> Job:
    """The job after all its steps."""
    while job.state.has_steps:
        job = jobs.run(IAM, job.id)
        crowd.now = max(time.time(), job.goes_on_at)
    return job


def do(crowd: Crowd, jobs: Jobs, deed: JobDeed, names: Sequence[str]) -> None:
    with measured(crowd, f"{deed}: dry run"):
        made = [
            finish(crowd, jobs, jobs.create(IAM, deed, DEEDS[deed], JobSelected(names[at : at + 1000])))
            for at in range(0, len(names), 1000)
        ]
    with measured(crowd, f"{deed}: run"):
        for job in made:
            if job.will_change:
                ended = finish(crowd, jobs, jobs.start(IAM, job.id, job.will_change))
                assert ended.state is JobState.DONE
                print(job.preview, ended.outcomes)


def main() -> None:
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    client: Any = boto3.client(
        "dynamodb",
        endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"],
        region_name="us-east-1",
        aws_access_key_id="benchmark",
        aws_secret_access_key="benchmark",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 3}, read_timeout=60),
    )
    [properties] = read_template(HOME / "template.yaml").named("AWS::DynamoDB::Table").values()
    name = f"jobs-{uuid.uuid4().hex[:8]}"
    client.create_table(**table_definition(properties) | {"TableName": name})
    try:
        crowd = Crowd(client, name)
        crowd.fill(users)
        jobs = jobs_of(crowd)
        names = [user_of(n, 0).login_name for n in range(users)]
        for deed in DEEDS:
            do(crowd, jobs, deed, names)
    finally:
        client.delete_table(TableName=name)


if __name__ == "__main__":
    main()

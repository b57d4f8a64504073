"""The operations of the directory."""

from mfa.administration import requests
from mfa.administration.directory_answers import DirectoryComputed
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.http.calls import Call
from mfa.http.declaration import AdministrationOperation, Transport
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()


@tasks.carries_out(
    AdministrationOperation(
        id="directory.compute",
        route="",
        summary="Compute the directory of users",
        needs=Permission.MANAGE_USERS,
        request=requests.Nothing,
        response=DirectoryComputed,
        only=Transport.DIRECT,
        scheduled=True,
    )
)
def compute_directory(administration: Administration, _call: Call[requests.Nothing, Actor]) -> DirectoryComputed:
    """Asked by the template's schedule every five minutes."""
    return administration.directory_upkeep.compute()

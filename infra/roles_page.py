"""Writes `docs/roles.md` from the table of roles and the declared operations: `python -m infra.roles_page`."""

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "functions" / "common"))

from mfa.administration.operations import TASKS  # noqa: E402 - the layer is not an installed package
from mfa.http.declaration import Transport  # noqa: E402
from mfa.users.roles import PERMISSIONS, Permission, Role  # noqa: E402

PAGE = ROOT / "docs" / "roles.md"
_HEAD = """# Roles of administrators

`make roles` writes this page from the table that the functions use, `functions/common/mfa/users/roles.py`, and from the
declared operations. [Decision 0033](decisions/0033-roles.md) says why the lines run where they do.

Every system user has a role. The first administrator, whom `users.bootstrap` makes, is an `owner`, and so are all who were
system users before there were roles. A system user who is added or promoted without a role is an `administrator`. The role
is read with every request: another role counts at once, also for tokens that were issued before.

- **Only owners change system users.** For anybody else every change of a system user is `forbidden`, however it is asked
  for: profile, password, MFA switch, phones, factors, locks, invitations, temporary codes, and lines of an import. What
  people change about themselves below `/v1/me` is open to every role.
- **One owner remains** who is active, has a password, and can pass the second factor where one is needed. The last one
  cannot be demoted, disabled or deleted, not even with `insist`. Owners cannot demote, disable or delete themselves.
- **Sessions.** Everybody sees and ends their own sessions, so `sessions.*` need no more than `see`. Those of others take
  `see_sessions` and `end_sessions`, and an owner's are for owners alone to end.
- **Support invites by mail.** The link of an invitation and a temporary access code stand in for a factor, so only
  administrators and owners get to see them.
- **Auditors see phone numbers masked.** No role sees a secret: passwords, the Auth Token and client secrets are never shown again.
- **Test numbers are for those who set them.** The code of one is a second factor that everybody who reads it has, so support and
  auditors get `test_numbers` empty.
- **A direct invocation** of the admin function is authorised by IAM and acts as an owner.

A refusal is a `forbidden` that names the role and what it may not do. The console shows what the role may do.

"""


def page() -> str:
    """The whole page."""
    permissions = [
        [f"`{each}`", each.meaning, *(_mark(each in PERMISSIONS[role]) for role in Role)] for each in Permission
    ]
    operations = [
        [
            f"`{operation.id}`",
            operation.summary,
            "only IAM" if operation.only is Transport.DIRECT else f"`{operation.needs}`",
            *(_mark(operation.only is not Transport.DIRECT and operation.needs in PERMISSIONS[role]) for role in Role),
        ]
        for operation in sorted((task.operation for task in TASKS), key=lambda each: each.id)
    ]
    roles = [f"`{role}`" for role in Role]
    return (
        _HEAD
        + "## Permissions\n\n"
        + _table(["permission", "may", *roles], permissions)
        + "\n## Operations\n\n"
        + _table(["operation", "does", "needs", *roles], operations)
    )


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _mark(may: bool) -> str:
    return "yes" if may else "–"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

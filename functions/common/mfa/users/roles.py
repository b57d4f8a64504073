"""The roles of system users, and the permissions of each: the one table that says who may do what."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a system user is there for."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    SUPPORT = "support"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What an operation of administration needs. Each operation names one."""

    SEE = "see"
    SEE_NUMBERS = "see_numbers"
    HELP = "help"
    HAND_OUT_ACCESS = "hand_out_access"
    EXPORT_PERSONAL_DATA = "export_personal_data"
    MANAGE_USERS = "manage_users"
    MANAGE_SETTINGS = "manage_settings"
    MANAGE_CLIENTS = "manage_clients"
    SEE_SESSIONS = "see_sessions"
    END_SESSIONS = "end_sessions"
    MANAGE_ADMINISTRATORS = "manage_administrators"

    @property
    def meaning(self) -> str:
        """The deed, as it follows "may"."""
        return _MEANINGS[self]


_MEANINGS = {
    Permission.SEE: "see users, settings, clients and reports",
    Permission.SEE_NUMBERS: "see whole phone numbers",
    Permission.HELP: "help users to log in",
    Permission.HAND_OUT_ACCESS: "hand out links or codes that stand in for a factor; an invitation can be mailed",
    Permission.EXPORT_PERSONAL_DATA: "export personal data",
    Permission.MANAGE_USERS: "change users",
    Permission.MANAGE_SETTINGS: "change or test the settings",
    Permission.MANAGE_CLIENTS: "register or change clients",
    Permission.SEE_SESSIONS: "see other administrators' sessions",
    Permission.END_SESSIONS: "end other administrators' sessions",
    Permission.MANAGE_ADMINISTRATORS: "change system users",
}
_SUPPORT = frozenset({Permission.SEE, Permission.SEE_NUMBERS, Permission.HELP})
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMINISTRATOR: frozenset(Permission) - {Permission.MANAGE_ADMINISTRATORS},
    Role.SUPPORT: _SUPPORT,
    Role.AUDITOR: frozenset({Permission.SEE, Permission.SEE_SESSIONS}),
}
# A system user who is added or promoted without a word about the role.
USUAL = Role.ADMINISTRATOR
# System users were all alike before there were roles.
BEFORE_ROLES = Role.OWNER

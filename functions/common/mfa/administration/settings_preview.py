"""Tells who would be shut out by changed settings, before they are saved."""

from collections.abc import Collection
from dataclasses import dataclass

from mfa.administration import ports
from mfa.administration.configuration import SettingsItems
from mfa.administration.heirs import system_users
from mfa.administration.shut_out import ShutOutReason, why_shut_out
from mfa.messages.channels import PHONE_CHANNELS, ProviderName
from mfa.settings.validation import merged
from mfa.settings.values import Settings, SettingsPatch
from mfa.users.user import User

NAMED = 100


@dataclass(frozen=True, slots=True)
class ShutOut:
    """An administrator who would be shut out, and why."""

    user: User
    reason: ShutOutReason


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPreview:
    """Compares the saved settings with changed ones. `lacking`: the providers by which the stack does not send."""

    settings: SettingsItems
    accounts: ports.AccountPages
    search_index: ports.UserLists
    lacking: Collection[ProviderName] = ()

    def shut_out(self, patch: SettingsPatch) -> list[ShutOut]:
        """The active system users whom the patch would shut out, NAMED at most, by name. Raises InvalidRequest.

        Users who are shut out already are left out. Users are read only if the patch changes a setting that matters: who needs
        MFA, and the countries, routes and channels of passcodes.
        """
        now = self.settings.load_settings().settings
        return self._shut_out(now, merged(now, patch, self.lacking)[0])

    def names_of_shut_out(self, now: Settings, then: Settings) -> list[str]:
        """The login names of those whom the change of settings would shut out."""
        return [each.user.login_name for each in self._shut_out(now, then)]

    def _shut_out(self, now: Settings, then: Settings) -> list[ShutOut]:
        if _ways_in(now) == _ways_in(then):
            return []
        found: list[ShutOut] = []
        for account in system_users(self.accounts, self.search_index):
            user = account.existing_user
            reason = why_shut_out(account, then, self.lacking) if user.active else None
            if reason is not None and why_shut_out(account, now, self.lacking) is None:
                found.append(ShutOut(user, reason))
            if len(found) == NAMED:
                break
        return found


def _ways_in(settings: Settings) -> tuple[object, ...]:
    """The settings that decide whether an administrator can log in."""
    offered = [channel for channel in PHONE_CHANNELS if channel.is_offered(settings)]
    return settings.require_mfa_for_system_users, settings.regions, settings.routes, offered

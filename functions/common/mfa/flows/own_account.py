"""A user's own account: read by any of their tokens, changed after a fresh login."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from mfa import errors
from mfa.challenges.account import Account
from mfa.challenges.methods import methods_of
from mfa.factors.factors import Factor
from mfa.factors.trusted_devices import TrustedDevice
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.changed_meanwhile import FactorReads, judged_anew
from mfa.flows.runtime import Runtime
from mfa.flows.user_access import TokenHolder
from mfa.messages.channels import Channel, ProviderName
from mfa.messages.language_tags import canonical
from mfa.messages.notice_texts import AccountChange
from mfa.users.history import Event, EventType
from mfa.users.user import User

EVENTS_SHOWN = 20
_CLIENT_ID = re.compile(r"[0-9a-f]{24}")
_VENDORS = frozenset({"twilio", "ses"})

type Author = Literal["user", "administrator", "client", "service"]


class OwnHistory(Protocol):
    """Reads a user's history."""

    def events(self, login_name: str, before: str | None, limit: int) -> tuple[list[Event], str | None]: ...


class OwnProfiles(Protocol):
    """Writes profiles."""

    def change(self, before: User, after: User, event: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """A user's own account.

    Attributes:
        account: the user with phones and factors.
        devices: the devices that stand in for the second factor.
        methods: the second factors that can be used now, best first.
        events: the newest ones of the history.
    """

    account: Account
    devices: Sequence[TrustedDevice]
    methods: Sequence[Channel | Factor]
    events: Sequence[Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccounts:
    """Reads and changes users' own accounts."""

    accounts: FactorReads
    profiles: OwnProfiles
    history: OwnHistory
    paused: Callable[[float], Collection[ProviderName]]
    notices: ChangeNotices
    runtime: Runtime

    def read(self, holder: TokenHolder) -> OwnAccount:
        """The account with its newest events."""
        events, _ = self.history.events(holder.user.login_name, None, EVENTS_SHOWN)
        settings, now = self.runtime.settings(), self.runtime.clock()
        devices = holder.account.trusted_devices(settings.trusted_devices.days, now)
        methods = methods_of(holder.account, settings, paused=self.paused(now))
        return OwnAccount(holder.account, devices, methods, events)

    @staticmethod
    def language(locale: str | None) -> str | None:
        """The tag in its canonical form. Raises InvalidRequest if it is no language."""
        tag = canonical(locale) if locale else None
        if locale and tag is None:
            raise errors.InvalidRequest("locale", "is no language tag, such as en or pt-BR")
        return tag

    def set_locale(self, holder: TokenHolder, address: str, locale: str | None) -> User:
        """Changes the language of the user's messages. Raises as `language` and as `judged_anew`."""
        tag = self.language(locale)

        def change(now: TokenHolder) -> User:
            before = now.user
            after, names = before.changed(self.runtime.clock(), {"locale": tag})
            if not names:
                return before
            detail = before.differences(after, names)
            event = self.runtime.event(
                EventType.USER_CHANGED,
                after.updated_at,
                actor=before.login_name,
                address=address,
                detail=detail,
                notable=before.is_administrator,
            )
            self.profiles.change(before, after, event)
            # In the old language: an intruder could choose one that the user cannot read.
            self.notices.account_changed(now.account, AccountChange.LANGUAGE, event)
            return after

        return judged_anew(holder, self.accounts, change)


def author_of(event: Event, user: User) -> Author:
    """The kind of actor behind an event. Users learn no administrator's name."""
    if event.actor == user.login_name:
        return "user"
    if event.actor in _VENDORS:
        return "service"
    return "client" if _CLIENT_ID.fullmatch(event.actor) else "administrator"

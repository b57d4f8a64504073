"""A forgotten password, first step: anybody asks for a link, which is mailed to the user if there is one.

Nothing here depends on whether there is such a user: nobody is read. The function that mails looks, later, on its own.
"""

from dataclasses import dataclass
from typing import Annotated, Protocol

from msgspec import Meta, Struct

from mfa import errors
from mfa.challenges.budgets import HOUR, Budget, Window
from mfa.challenges.password_tries import digest
from mfa.flows.runtime import Runtime
from mfa.tokens.link_tokens import LINK_LENGTH, SECRET_BYTES
from mfa.tokens.reset_tokens import LINK_SECONDS, ResetLink
from mfa.users.history import new_event_id
from mfa.users.password_resets import PasswordReset
from mfa.users.user import LOGIN_NAME_LENGTH, canonical_login_name

# Links that may be asked for in an hour for one name.
RESETS_PER_NAME = 3
# Nobody's name. A name that is too long to be one costs the same as every other.
_NOBODY = "\N{REPLACEMENT CHARACTER}"


class ResetMail(Struct, frozen=True, forbid_unknown_fields=True):
    """A link that was asked for, to be mailed to its user. The event of an asynchronous invocation.

    Attributes:
        id: of the event in the history; names the mail.
        login_name: whose password it is about. There may be no such user.
        token: the secret of the link.
        asked_at: seconds since 1970.
        asked_from: the address of the request.
        locale: the language of the page that asked.
    """

    id: Annotated[str, Meta(max_length=64)]
    login_name: Annotated[str, Meta(max_length=LOGIN_NAME_LENGTH)]
    token: Annotated[str, Meta(max_length=LINK_LENGTH)]
    asked_at: float
    asked_from: Annotated[str, Meta(max_length=64)]
    locale: Annotated[str, Meta(max_length=35)] | None = None

    def __repr__(self) -> str:
        return "ResetMail(...)"


class AskedResets(Protocol):
    """Keeps the links that were asked for."""

    def ask(self, login_name: str, reset: PasswordReset, budgets: tuple[Budget, ...]) -> None: ...


class ResetHandover(Protocol):
    """Hands links over."""

    def hand_over_reset(self, mail: ResetMail) -> None:
        """Raises TemporarilyUnavailable if it was not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskReset:
    """Takes requests for a link."""

    resets: AskedResets
    handover: ResetHandover
    runtime: Runtime

    def ask(self, login_name: str, locale: str | None, address: str) -> None:
        """Makes a link, which takes the place of an earlier one, and hands it over.

        Raises RateLimited after too many for the name or from the address, and SettingsIncomplete if no mail can be sent.
        """
        settings, now = self.runtime.settings(), self.runtime.clock()
        if settings.email_sender is None:
            raise errors.SettingsIncomplete
        canonical = canonical_login_name(login_name)
        name = canonical if 0 < len(canonical) <= LOGIN_NAME_LENGTH else _NOBODY
        link = ResetLink.new(name, self.runtime.random_bytes(SECRET_BYTES))
        hour = Window.of(HOUR, now)
        budgets = (
            Budget(f"RESETS#{digest(name)}", hour, RESETS_PER_NAME),
            Budget(f"RESETS_FROM#{address}", hour, settings.budgets.address_per_hour),
        )
        self.resets.ask(name, PasswordReset(digest=link.digest, at=now, expires_at=now + LINK_SECONDS), budgets)
        self.handover.hand_over_reset(
            ResetMail(
                id=new_event_id(self.runtime.random_bytes),
                login_name=name,
                token=link.text,
                asked_at=now,
                asked_from=address,
                locale=locale,
            )
        )

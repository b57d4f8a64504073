"""The contact email of one's own account."""

from collections.abc import Sequence
from copy import replace
from dataclasses import dataclass
from typing import Protocol

from mfa import errors
from mfa.challenges import passcodes
from mfa.challenges.budgets import HOUR, Budget, Charge, Window
from mfa.challenges.challenge import Challenge
from mfa.challenges.drafts import Purpose
from mfa.challenges.email_changes import KEY_USE, EmailChange
from mfa.challenges.phone_enrolments import hour_of
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.changed_meanwhile import FactorReads, judged_anew
from mfa.flows.mail_codes import CodeMail
from mfa.flows.own_account import OwnProfiles
from mfa.flows.runtime import Runtime
from mfa.flows.user_access import TokenHolder
from mfa.messages import addresses
from mfa.users.history import Event, EventType
from mfa.users.user import User


class EmailChanges(Protocol):
    """Reads and writes contact emails that are to be confirmed."""

    def load(self, login_name: str) -> EmailChange | None: ...
    def begin(
        self,
        login_name: str,
        change: EmailChange,
        event: Event,
        charges: Sequence[Charge],
        read_before: EmailChange | None,
    ) -> None: ...
    def claim_try(self, login_name: str, change: EmailChange, now: float) -> EmailChange | None: ...
    def use_up(self, login_name: str, change: EmailChange) -> bool: ...


class CodeHandover(Protocol):
    """Hands codes to be mailed over."""

    def hand_over_code(self, mail: CodeMail) -> None:
        """Raises TemporarilyUnavailable if it was not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEmail:
    """Changes users' own contact emails."""

    accounts: FactorReads
    profiles: OwnProfiles
    changes: EmailChanges
    handover: CodeHandover
    notices: ChangeNotices
    runtime: Runtime

    def begin(self, holder: TokenHolder, address: str, written: str) -> EmailChange | None:
        """Mails a code to the new address; None if the profile has it already.

        At most five messages an hour go out for a user, phones that are being added included. Raises InvalidRequest,
        SettingsIncomplete, ResendTooSoon, RateLimited, TemporarilyUnavailable.
        """
        user, settings, now = holder.user, self.runtime.settings(), self.runtime.clock()
        mailbox = addresses.email(written, "contact_email")
        if mailbox == user.contact_email:
            return None
        if settings.email_sender is None:
            raise errors.SettingsIncomplete("Mail is not set up.")
        change, digits = self._drawn(user, mailbox, now)
        detail = {"channel": "email", "contact_email": True}
        event = self._event(EventType.PASSCODE_SENT, user, address, now, detail)
        asker = Budget(f"ADDRESS#{address}", Window.of(HOUR, now), settings.budgets.address_per_hour)
        charges = [Charge([hour_of(user.login_name, now), asker], [])]
        self.changes.begin(user.login_name, change, event, charges, self.changes.load(user.login_name))
        self.handover.hand_over_code(
            CodeMail(
                id=event.id,
                login_name=user.login_name,
                locale=user.locale,
                address=mailbox,
                code=digits,
                prefix=change.prefix,
                expires_at=change.expires_at,
            )
        )
        return change

    def _drawn(self, user: User, mailbox: str, now: float) -> tuple[EmailChange, str]:
        """A change to this address, and the digits of its code."""
        settings = self.runtime.settings()
        draft = self.runtime.mint(Purpose(KEY_USE, user.login_name)).draw(
            Challenge(), self.runtime.random_bytes(12).hex(), settings.passcode_length
        )
        change = EmailChange(
            id=draft.challenge_id,
            user_created_at=user.created_at,
            address=mailbox,
            prefix=draft.prefix,
            code_mac=b"",
            expires_at=now + settings.expiry_seconds,
            available_at=now + settings.resend_cooldown_seconds,
        )
        key = self.runtime.keys().signing(KEY_USE)
        return replace(
            change, code_mac=passcodes.mac(key, change.identity(user.login_name), draft.digits)
        ), draft.digits

    def verify(self, holder: TokenHolder, address: str, code: str) -> User:
        """Makes the new address the contact email, by its code. Both addresses are told.

        A try is spent before the code is judged. Raises ChallengeNotFound, ChallengeExpired, TooManyAttempts, InvalidCode,
        ChallengeUsed.
        """
        digits, now, name = passcodes.typed_digits(code), self.runtime.clock(), holder.user.login_name
        change = self.changes.load(name)
        if change is None or change.user_created_at != holder.user.created_at:
            raise errors.ChallengeNotFound("There is no new contact email to confirm.")
        claimed = self.changes.claim_try(name, change, now)
        if claimed is None:
            if now >= change.expires_at:
                raise errors.ChallengeExpired
            raise errors.TooManyAttempts(
                "Too many wrong codes. Ask for another.", retry_after=change.available_at - now
            )
        if not passcodes.matches(
            self.runtime.keys().accepted(KEY_USE), claimed.code_mac, claimed.identity(name), digits
        ):
            raise errors.InvalidCode(attempts_remaining=claimed.max_failures - claimed.failures - 1)
        if not self.changes.use_up(name, claimed):
            raise errors.ChallengeUsed
        return self.set(holder, address, claimed.address)

    def set(self, holder: TokenHolder, address: str, mailbox: str | None) -> User:
        """Writes the contact email, or that there is none, and tells the old and the new one. Raises as `judged_anew`."""

        def change(now: TokenHolder) -> User:
            before = now.user
            after, names = before.changed(self.runtime.clock(), {"contact_email": mailbox})
            if not names:
                return before
            detail = before.differences(after, names)
            event = self._event(EventType.USER_CHANGED, before, address, after.updated_at, detail)
            self.profiles.change(before, after, event)
            self.notices.user_changed(now.account, after, event)
            return after

        return judged_anew(holder, self.accounts, change)

    def _event(self, type_: EventType, user: User, address: str, at: float, detail: dict[str, object]) -> Event:
        return self.runtime.event(
            type_, at, actor=user.login_name, address=address, detail=detail, notable=user.is_administrator
        )

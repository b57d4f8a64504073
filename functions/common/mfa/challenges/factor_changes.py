"""Changes of a user's factors: one write each."""

from dataclasses import dataclass

from mfa.factors.held_factors import FactorSecrets
from mfa.tokens.enrolment_tokens import EnrolmentToken
from mfa.users.history import Event
from mfa.users.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorChange:
    """A change of a user's factors, ready to be written.

    Attributes:
        before: the user as read.
        after: the next version of the user. It may switch MFA on: then tokens end, and the live challenge is closed.
        secrets: the secrets as read.
        event: the line of the history, or None for a change that is not complete yet.
        enrolment: the enrolment token whose invitation the change uses up, if it is the user's first factor.

    ```python
    after, _ = user.changed(now, {})
    store.remove_totp(FactorChange(before=user, after=after, secrets=account.factors.secrets, event=event))
    ```
    """

    before: User
    after: User
    secrets: FactorSecrets
    event: Event | None = None
    enrolment: EnrolmentToken | None = None

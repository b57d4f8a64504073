"""A change of one's own account that meets another change is judged anew, on the account as it is then."""

from collections.abc import Callable
from typing import Protocol

from mfa import errors
from mfa.challenges.account import Account
from mfa.flows.user_access import TokenHolder

# So many other changes may come in between.
CHANGE_TRIES = 4


class FactorReads(Protocol):
    """Reads users with their factors."""

    def load_account_with_factors(self, login_name: str) -> Account: ...


def judged_anew[Done](holder: TokenHolder, accounts: FactorReads, act: Callable[[TokenHolder], Done]) -> Done:
    """Acts, and acts again on the account as it is after each PreconditionFailed.

    Raises InvalidToken if the other change has ended the token, such as a new password, and TemporarilyUnavailable.
    """
    for _ in range(CHANGE_TRIES):
        try:
            return act(holder)
        except errors.PreconditionFailed:
            holder = holder.with_account(accounts.load_account_with_factors(holder.user.login_name))
    raise errors.TemporarilyUnavailable

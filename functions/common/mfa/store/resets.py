"""Writes and reads the links of forgotten passwords. They are asked for by anybody, so a name that nobody has costs the same."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from mfa.challenges.account import Account
from mfa.challenges.budgets import FREE, Budget, Charge
from mfa.store import records
from mfa.store.accounts import account_with_factors_of
from mfa.store.attribute_values import decode
from mfa.store.expressions import Update
from mfa.store.ledger import Ledger
from mfa.store.reading import read
from mfa.store.table import ConditionFailed, Table
from mfa.users.history import Event
from mfa.users.password_resets import PasswordReset

# An item is swept so long after its link.
_KEPT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class FoundReset:
    """The link that was asked for last, if there is one, and the rest: decoding it takes longer the more is there."""

    reset: PasswordReset | None
    complete: Callable[[], Account]


class ResetStore:
    """The links of forgotten passwords, one for each name."""

    def __init__(self, table: Table, ledger: Ledger) -> None:
        self._table = table
        self._ledger = ledger

    def ask(self, login_name: str, reset: PasswordReset, budgets: tuple[Budget, ...]) -> None:
        """Puts the link in the place of the one before, and counts it. Raises RateLimited."""
        update = Update()
        update.set(
            digest=reset.digest, at=reset.at, expires_at=reset.expires_at, ttl=int(reset.expires_at) + _KEPT_SECONDS
        )
        link = update.write("reset", records.reset_key(login_name))
        self._ledger.spend([link], [Charge(budgets, [])], FREE, reset.at)

    def find(self, login_name: str) -> FoundReset:
        """The name's link, and its account, in one request."""
        key = records.reset_key(login_name)
        others = [*records.held_factors_keys(login_name), records.password_key(login_name)]
        items = self._table.get_encoded([key, *records.account_keys(login_name), *others])
        kept = items.pop(key, None)
        return FoundReset(
            read(decode(kept), PasswordReset) if kept else None,
            lambda: account_with_factors_of(login_name, {key: decode(item) for key, item in items.items()}),
        )

    def record(self, login_name: str, event: Event) -> None:
        """Writes an event into the user's history, once."""
        with suppress(ConditionFailed):
            self._table.put(records.event_write(login_name, event))

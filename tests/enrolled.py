"""Users with factors that send no message: enrolled by the store, as the product's own operations do it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import Any

from pyotp import TOTP

from mfa.challenges.factor_changes import FactorChange
from mfa.factors import recovery_codes, totp
from mfa.store.accounts import AccountStore
from mfa.store.counters import Counters
from mfa.store.factors import FactorStore
from mfa.store.table import Table
from mfa.tokens.factor_keys import FactorKeys
from mfa.users.history import Event, EventType


@dataclass(frozen=True)
class Enrolled:
    """The factors that a user has in hand: the app's secret, recovery codes and a temporary access code."""

    secret: bytes = field(repr=False)
    codes: list[str] = field(repr=False)
    temporary: str = field(repr=False)

    def app_code(self, offset: int = 0) -> str:
        """The app's code, so many steps from now."""
        return TOTP(totp.shown_secret(self.secret)).at(time.time(), counter_offset=offset)

    def wrong_app_code(self) -> str:
        """A code that the app shows neither now nor in the steps around it."""
        near = {self.app_code(offset) for offset in range(-2, 3)}
        return next(code for code in map("{:06d}".format, range(9)) if code not in near)


def enrol(client: Any, table_name: str, keys: FactorKeys, login_name: str) -> Enrolled:
    """Gives the user every such factor."""
    table = Table(client, table_name, lambda attempt: time.sleep(attempt / 100))
    accounts, store = AccountStore(table, Counters(lambda _n: 0, lambda: "")), FactorStore(table)

    def change() -> FactorChange:
        account, now = accounts.load_account_with_factors(login_name), round(time.time(), 3)
        after, _ = account.existing_user.changed(now, {})
        event = Event(id=os.urandom(6).hex(), at=now, type=EventType.USER_CHANGED, actor="iam")
        return FactorChange(before=account.existing_user, after=after, secrets=account.factors.secrets, event=event)

    def digest(purpose: str, code: str) -> bytes:
        return keys.digest(login_name, purpose, recovery_codes.typed_code(code))

    made = Enrolled(
        totp.draw_secret(os.urandom), recovery_codes.draw_codes(os.urandom), recovery_codes.draw_code(os.urandom)
    )
    store.begin_totp(change(), keys.encrypt(login_name, totp.PURPOSE, made.secret, os.urandom))
    store.confirm_totp(change(), int(time.time() // 30) - 5)
    store.put_recovery_codes(change(), [digest(recovery_codes.PURPOSE, code) for code in made.codes])
    temporary = digest(recovery_codes.TEMPORARY_PURPOSE, made.temporary)
    store.put_temporary_code(change(), temporary, time.time() + 3600, "root")
    return made

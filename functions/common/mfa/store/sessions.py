"""The accounts behind access tokens, and the tokens that a logout ended."""

from mfa.challenges.account import Account
from mfa.store import records
from mfa.store.accounts import account_of, account_with_factors_of
from mfa.store.expressions import Update
from mfa.store.table import Table

# A token is refused for its age from `exp` on. The item outlives it by more than any clock is wrong.
_SPARE_SECONDS = 3600


class SessionStore:
    """The sessions of administrators. Each is one access token."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load_account(self, login_name: str, token_id: str) -> Account | None:
        """The user with phones and challenge, in one request. None if the token was ended."""
        ended = records.ended_token_key(login_name, token_id)
        items = self._table.get_all([*records.account_keys(login_name), ended])
        return None if items.pop(ended, None) else account_of(login_name, items)

    def load_own_account(self, login_name: str, token_id: str) -> Account | None:
        """The same with the user's factors."""
        ended = records.ended_token_key(login_name, token_id)
        keys = [*records.account_keys(login_name), *records.held_factors_keys(login_name), ended]
        items = self._table.get_all(keys)
        return None if items.pop(ended, None) else account_with_factors_of(login_name, items)

    def end(self, login_name: str, token_id: str, expires_at: float) -> None:
        """Ends the token, which would be valid until `expires_at`."""
        update = Update()
        update.set(ttl=int(expires_at) + _SPARE_SECONDS)
        self._table.update(update.write("session", records.ended_token_key(login_name, token_id)), returns="NONE")

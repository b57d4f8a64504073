"""Publishes the public keys of signed tokens to the functions that check them."""

from contextlib import suppress
from copy import replace

from mfa.store import conditions as when
from mfa.store import records
from mfa.store.expressions import Update
from mfa.store.table import ConditionFailed, Table
from mfa.tokens.token_keys import TokenKeys, TokenPurpose

# The attribute that holds the keys of each purpose. Versions that knew MFA tokens alone wrote `keys`.
_ATTRIBUTES = {
    TokenPurpose.MFA: "keys",
    TokenPurpose.ENROLMENT: "enrolment_keys",
    TokenPurpose.RESET: "reset_keys",
}


class TokenKeyStore:
    """One item, which only `verify_code` and the rotation may write."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self) -> TokenKeys:
        """The public keys; none before the first login of a new stack. An older version wrote no keys of newer purposes."""
        item = self._table.get(records.TOKEN_KEYS) or {}
        keys = {purpose: tuple(item[name]) for purpose, name in _ATTRIBUTES.items() if name in item}
        return TokenKeys(keys, item.get("written_at", 0.0))

    def publish(self, keys: TokenKeys) -> None:
        """Writes these keys, unless they or those of a newer secret are there: a container may have read the secret before a rotation.

        Every container comes by here, again and again. So it reads first: one item takes a thousand writes a second at most,
        and writes cost more than reads.
        """
        if self.load() == replace(keys, written_at=round(keys.written_at, 3)):  # as the table keeps it
            return
        update = Update()
        update.set(written_at=keys.written_at, **{name: keys.of(purpose) for purpose, name in _ATTRIBUTES.items()})
        update.only_if(when.NO_NEWER_KEYS, written_at=keys.written_at)
        with suppress(ConditionFailed):
            self._table.update(update.write("token keys", records.TOKEN_KEYS), returns="NONE")

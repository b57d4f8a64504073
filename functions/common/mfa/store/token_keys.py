"""Publishes the public keys of MFA tokens to the functions that check them."""

from contextlib import suppress
from dataclasses import replace

from mfa.store import conditions as when
from mfa.store import records
from mfa.store.table import ConditionFailed, Table, Write
from mfa.tokens.token_keys import TokenKeys


class TokenKeyStore:
    """One item, which only `verify_code` and the rotation may write."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self) -> TokenKeys:
        """The public keys; none before the first login of a new stack."""
        item = self._table.get(records.TOKEN_KEYS) or {"keys": (), "written_at": 0.0}
        return TokenKeys(tuple(item["keys"]), item["written_at"])

    def publish(self, keys: TokenKeys) -> None:
        """Writes these keys, unless they or those of a newer secret are there: a container may have read the secret before a rotation.

        Every container comes by here, again and again. So it reads first: one item takes a thousand writes a second at most,
        and writes cost more than reads.
        """
        if self.load() == replace(keys, written_at=round(keys.written_at, 3)):  # as the table keeps it
            return
        write = Write(
            label="token keys",
            verb="Update",
            key=records.TOKEN_KEYS,
            update="SET #keys = :keys, written_at = :written_at",
            condition=when.NO_NEWER_KEYS,
            names={"#keys": "keys"},
            values={":keys": keys.keys, ":written_at": keys.written_at},
        )
        with suppress(ConditionFailed):
            self._table.update(write, returns="NONE")

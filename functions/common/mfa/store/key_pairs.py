"""The key pairs of access tokens: public keys for all that check tokens, encrypted private ones for `verify_code` alone."""

from collections.abc import Iterable
from contextlib import suppress

from mfa.store import conditions as when
from mfa.store import records
from mfa.store.reading import read
from mfa.store.table import Table, TransactionRefused, Write
from mfa.tokens.key_pairs import CertifiedKey


class KeyPairStore:
    """Two items for each KMS key. They are written once, by the container that comes first."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, certifiers: Iterable[str]) -> dict[str, CertifiedKey]:
        """The public keys that lie under the ids of these KMS keys. Their certificates are not checked here.

        An item that cannot be read counts for nothing.
        """
        found = self._table.get_all([records.certified_key(each) for each in certifiers])
        keys = {
            certifier: read(item | {"certifier": certifier}, CertifiedKey) for (_, certifier), item in found.items()
        }
        return {certifier: key for certifier, key in keys.items() if key is not None}

    def load_private(self, certifier: str) -> bytes:
        """The private key, encrypted by KMS. Empty if there is none."""
        item = self._table.get(records.private_key(certifier)) or {}
        return bytes(item.get("encrypted", b""))

    def create(self, key: CertifiedKey, encrypted: bytes) -> None:
        """Writes a pair, unless there is one: another container may have been first, and both must sign with the same."""
        public = {"public": key.public, "certificate": key.certificate, "published_at": key.published_at}
        writes = [
            Write(
                label=label,
                verb="Put",
                key=place,
                item=item,
                condition=when.NEW_PAIR,
            )
            for label, place, item in (
                ("public key", records.certified_key(key.certifier), public),
                ("private key", records.private_key(key.certifier), {"encrypted": encrypted}),
            )
        ]
        with suppress(TransactionRefused):
            self._table.transact(lambda: writes)

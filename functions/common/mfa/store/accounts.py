"""What a login reads and writes: the account, wrong passwords, legacy logins."""

import hashlib

from mfa.accounts import Account
from mfa.budgets import HOUR, WRONG_PASSWORDS_PER_ADDRESS, WRONG_PASSWORDS_PER_NAME, Window
from mfa.challenges import Challenge
from mfa.history import Event
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.counters import Counters
from mfa.store.table import ConditionFailed, Key, Table, TransactionRefused, Write


class AccountStore:
    """Users as a login sees them."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters

    def load_account(self, login_name: str) -> Account:
        """The user with phones and challenge, in one request."""
        return self._account(login_name, records.account_keys(login_name))

    def load_account_for_login(self, login_name: str, address: str, now: float) -> Account:
        """The same, and the wrong passwords from this address, in one request."""
        return self._account(login_name, records.account_keys(login_name), _passwords_key(address, now))

    def load_challenge(self, login_name: str) -> Challenge:
        """The user's challenge; one without an id where there is none."""
        return records.challenge_of(self._table.get(records.challenge_key(login_name)) or {})

    def count_wrong_password(self, login_name: str, address: str, now: float) -> bool:
        """Counts a wrong password. False where the address, or the name from it, has had as many as it may."""
        try:
            self._table.update(
                Write(
                    label="passwords",
                    verb="Update",
                    key=_passwords_key(address, now),
                    update="SET #ttl = :ttl ADD n :one, #name :one",
                    condition=when.every(when.PASSWORDS_LEFT_FOR_ADDRESS, when.PASSWORDS_LEFT_FOR_NAME),
                    names={"#ttl": "ttl", "#name": _name_attribute(login_name)},
                    values={
                        ":ttl": int(Window.of(HOUR, now).ends_at) + HOUR,
                        ":one": 1,
                        ":address_limit": WRONG_PASSWORDS_PER_ADDRESS,
                        ":name_limit": WRONG_PASSWORDS_PER_NAME,
                    },
                )
            )
        except ConditionFailed:
            return False
        return True

    def record_legacy_login(self, login_name: str, client_version: str, event: Event) -> bool:
        """Writes that a legacy client skipped the second factor: profile, history and counter.

        False where the user was deleted meanwhile.
        """
        profile = Write(
            label="profile",
            verb="Update",
            key=records.profile_key(login_name),
            update="SET last_legacy_at = :at, client_version = :client_version",
            condition=when.EXISTS,
            values={":at": event.at, ":client_version": client_version},
        )
        try:
            self._table.transact(
                lambda: [
                    profile,
                    records.event_write(login_name, event),
                    self._counters.count("*", event.at, legacy_logins=1),
                ]
            )
        except TransactionRefused:
            return False
        return True

    def _account(self, login_name: str, keys: list[Key], passwords_key: Key | None = None) -> Account:
        items = self._table.get_all([*keys, passwords_key] if passwords_key else keys)
        passwords = items.pop(passwords_key, {}) if passwords_key else {}
        profile = items.pop(records.profile_key(login_name), None)
        challenge = items.pop(records.challenge_key(login_name), {})
        phones = [records.phone_of(item) for item in items.values()]
        return Account(
            user=records.user_of(profile) if profile else None,
            phones=tuple(sorted(phones, key=lambda phone: phone.slot)),
            challenge=records.challenge_of(challenge),
            wrong_passwords=passwords.get("n", 0),
            wrong_passwords_for_name=passwords.get(_name_attribute(login_name), 0),
        )


def _passwords_key(address: str, now: float) -> Key:
    return f"ADDRESS#{address}", f"PASSWORDS#{Window.of(HOUR, now).name}"


def _name_attribute(login_name: str) -> str:
    """A digest, so that nothing that somebody types becomes an attribute's name."""
    return "name_" + hashlib.sha256(login_name.encode()).hexdigest()[:32]

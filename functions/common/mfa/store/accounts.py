"""Reads accounts; counts wrong passwords and legacy logins."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from mfa.challenges.account import Account
from mfa.challenges.budgets import HOUR, WRONG_PASSWORDS_PER_ADDRESS, WRONG_PASSWORDS_PER_NAME, Window
from mfa.challenges.challenge import Challenge
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.challenge_mapping import challenge_of
from mfa.store.counters import Counters
from mfa.store.table import ConditionFailed, Item, Key, Table, TransactionRefused, Write
from mfa.users.history import Event
from mfa.users.user import User


class AccountStore:
    """Users as a login sees them."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters

    def load_account(self, login_name: str) -> Account:
        """The user with phones and challenge, in one request."""
        return _account(login_name, self._table.get_all(records.account_keys(login_name)))

    def load_accounts(self, login_names: Sequence[str]) -> list[Account]:
        """These users with phones and challenges, in this order. Deleted users are left out."""
        items = self._table.get_all(key for name in login_names for key in records.account_keys(name))
        of_user: dict[str, dict[Key, Item]] = {name: {} for name in login_names}
        for key, item in items.items():
            of_user[key[0].partition("#")[2]][key] = item
        accounts = [_account(name, own) for name, own in of_user.items()]
        return [account for account in accounts if account.user]

    def load_account_for_login(self, login_name: str, address: str, now: float) -> Account:
        """The same, and the wrong passwords from this address, in one request."""
        passwords_key = _passwords_key(address, now)
        items = self._table.get_all([*records.account_keys(login_name), passwords_key])
        passwords = items.pop(passwords_key, {})
        return replace(
            _account(login_name, items),
            wrong_passwords=passwords.get("n", 0),
            wrong_passwords_for_name=passwords.get(_name_attribute(login_name), 0),
        )

    def load_challenge(self, login_name: str) -> Challenge:
        """The user's challenge; one without an id if there is none."""
        return challenge_of(self._table.get(records.challenge_key(login_name)) or {})

    def count_wrong_password(self, login_name: str, address: str, now: float) -> bool:
        """Counts a wrong password. False if the address, or the name from this address, has used up its limit."""
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

    def replace_password_hash(self, user: User, password_hash: str) -> None:
        """Writes another hash of the same password. A password that was changed meanwhile stays as it is.

        The profile keeps its version: nothing that an administrator sees has changed.
        """
        try:
            self._table.update(
                Write(
                    label="profile",
                    verb="Update",
                    key=records.profile_key(user.login_name),
                    update="SET password_hash = :new",
                    condition=when.HASH_AS_READ,
                    values={":new": password_hash, ":read": user.password_hash},
                )
            )
        except ConditionFailed:
            return

    def record_legacy_login(self, user: User, client_version: str, event: Event) -> bool:
        """Writes that a legacy client skipped the second factor: profile, history and counter.

        False where the user was changed or deleted meanwhile. The profile gets a new version, so that no administrator
        overwrites what is written here.
        """
        profile = Write(
            label="profile",
            verb="Update",
            key=records.profile_key(user.login_name),
            update="SET last_legacy_at = :at, client_version = :client_version ADD version :one",
            condition=when.VERSION_AS_READ,
            values={":at": event.at, ":client_version": client_version, ":one": 1, ":version": user.version},
        )
        try:
            self._table.transact(
                lambda: [
                    profile,
                    records.event_write(user.login_name, event),
                    self._counters.count("*", event.at, legacy_logins=1),
                ]
            )
        except TransactionRefused:
            return False
        return True


def _account(login_name: str, items: dict[Key, Item]) -> Account:
    profile = items.pop(records.profile_key(login_name), None)
    challenge = items.pop(records.challenge_key(login_name), {})
    phones = [records.phone_of(item) for item in items.values()]
    return Account(
        user=records.user_of(profile) if profile else None,
        phones=tuple(sorted(phones, key=lambda phone: phone.slot)),
        challenge=challenge_of(challenge),
    )


def _passwords_key(address: str, now: float) -> Key:
    return f"ADDRESS#{address}", f"PASSWORDS#{Window.of(HOUR, now).name}"


def _name_attribute(login_name: str) -> str:
    """A digest: text that a person typed must not become an attribute's name."""
    return "name_" + hashlib.sha256(login_name.encode()).hexdigest()[:32]

"""Reads accounts; counts tries at passwords and legacy logins."""

from collections.abc import Sequence
from contextlib import suppress
from copy import replace

from mfa.challenges.account import Account, LoginAccount
from mfa.challenges.budgets import DAY, HOUR, Window
from mfa.challenges.challenge import Challenge
from mfa.challenges.password_tries import PasswordTries, PasswordTry, digest
from mfa.factors.held_factors import HeldFactors
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.actions import action_of
from mfa.store.attribute_values import decode
from mfa.store.challenge_mapping import challenge_of
from mfa.store.counters import Counters
from mfa.store.expressions import Update
from mfa.store.password_costs import COST, cost_writes, dearest
from mfa.store.reading import read
from mfa.store.table import ConditionFailed, Item, Key, Table, TransactionRefused, Write
from mfa.users.exported_hashes import fingerprint
from mfa.users.history import Event
from mfa.users.invitations import Invitation
from mfa.users.last_logins import noted_login
from mfa.users.password_costs import CostsInUse
from mfa.users.user import User

# For names that nobody has: lines of wrong passwords go after so long, and counts so long after the last try.
UNKNOWN_NAMES_SECONDS = 30 * DAY
NOBODY_SECONDS = 90 * DAY
# The attributes of familiar places begin with this.
_PLACE = "place_"


class AccountStore:
    """Users as a login sees them."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters

    def load_account(self, login_name: str, action_id: str | None = None) -> Account:
        """The user with phones and challenge, and an action if its id is given, in one request."""
        keys = records.account_keys(login_name)
        if action_id is None:
            return account_of(login_name, self._table.get_all(keys))
        key = records.action_key(action_id)
        items = self._table.get_all([*keys, key])
        action = action_of(items.pop(key, {}))
        return replace(account_of(login_name, items), action=action)

    def load_account_with_factors(self, login_name: str) -> Account:
        """The user with phones, challenge and factors, in one request."""
        keys = [*records.account_keys(login_name), *records.held_factors_keys(login_name)]
        return account_with_factors_of(login_name, self._table.get_all(keys))

    def load_accounts(
        self, login_names: Sequence[str], *, passwords: bool = False, tries: bool = False
    ) -> list[Account]:
        """These users with phones, challenges, factors and invitations, in this order, and the hashes of `passwords` and the
        `tries` at them if asked.

        Deleted users are left out.
        """
        keys = {
            name: [
                *records.account_keys(name),
                *records.held_factors_keys(name),
                records.invitation_key(name),
                *([records.password_key(name)] if passwords else []),
                *([records.password_tries_key(name)] if tries else []),
            ]
            for name in login_names
        }
        items = self._table.get_all(key for own in keys.values() for key in own)
        found = []
        for name, own in keys.items():
            tried = _tries_of(items.pop(records.password_tries_key(name), {}))
            account = account_with_factors_of(name, {key: items[key] for key in own if key in items})
            found.append(replace(account, tries=tried))
        return [account for account in found if account.user]

    def load_invited_account(self, login_name: str) -> Account:
        """The user with phones, factors and invitation, in one request."""
        others = [*records.held_factors_keys(login_name), records.invitation_key(login_name)]
        return account_with_factors_of(login_name, self._table.get_all([*records.account_keys(login_name), *others]))

    def load_account_for_login(self, login_name: str, address: str, now: float) -> LoginAccount:
        """The same with factors and the tries at the password, in one request. Only what a password is judged by is decoded."""
        of_name = records.password_tries_key(login_name)
        of_address = records.address_tries_key(address, Window.of(HOUR, now).name)
        secret, profile = records.password_key(login_name), records.profile_key(login_name)
        others = [*records.held_factors_keys(login_name), secret, of_name, of_address]
        items = self._table.get_encoded([*records.account_keys(login_name), *others])
        tries, counted = _tries_of(decode(items.pop(of_name, {}))), decode(items.pop(of_address, {}))
        tries = replace(
            tries,
            from_address=counted.get("n", 0),
            from_address_for_name=counted.get(_name_attribute(login_name), 0),
        )

        def complete() -> Account:
            every = {key: decode(item) for key, item in items.items()}
            return replace(account_with_factors_of(login_name, every), tries=tries)

        decoded = {key: decode(items[key]) for key in (profile, secret) if key in items}
        return LoginAccount(user=account_of(login_name, decoded).user, tries=tries, complete=complete)

    def load_account_with_tries(self, login_name: str) -> Account:
        """The user with phones, challenge, factors, invitation and password, and the tries at it from everywhere, in one request."""
        of_name, secret = records.password_tries_key(login_name), records.password_key(login_name)
        others = [*records.held_factors_keys(login_name), records.invitation_key(login_name), secret, of_name]
        items = self._table.get_all([*records.account_keys(login_name), *others])
        tries = _tries_of(items.pop(of_name, {}))
        return replace(account_with_factors_of(login_name, items), tries=tries)

    def load_challenge(self, login_name: str) -> Challenge:
        """The user's challenge; one without an id if there is none."""
        return challenge_of(self._table.get(records.challenge_key(login_name)) or {})

    def claim_password_try(self, attempt: PasswordTry) -> bool:
        """Spends a try before the password is compared. False if other tries have used up a limit since they were read.

        At a familiar place that is the limit of the name from there. Elsewhere it is the address's as well, and the name's.
        """
        try:
            self._table.update(_address_claim(attempt), returns="NONE")
            if not attempt.is_familiar:
                self._table.update(_name_claim(attempt), returns="NONE")
        except ConditionFailed:
            return False
        return True

    def replace_password_hash(self, user: User, password_hash: str) -> None:
        """Writes another hash of the same password. A password that was changed meanwhile stays as it is.

        The profile keeps its version: nothing that an administrator sees has changed.
        """
        update = Update()
        update.set(password_hash=password_hash)
        update.begin_at(fingerprint(user.password_hash or ""), "imported")  # it may be older than this attribute
        update.only_if(when.HASH_AS_READ, read=user.password_hash)
        new = update.write("password", records.password_key(user.login_name))
        with suppress(TransactionRefused):
            self._table.transact(lambda: [new, *cost_writes(user.password_hash, password_hash)])

    def load_costs_in_use(self) -> CostsInUse:
        """The dearest work of each family of hashes that users have, other than ours."""
        item = self._table.get(records.PASSWORD_COSTS) or {}
        return dearest({name: count for name, count in item.items() if name.startswith(COST)})

    def record_wrong_password(self, attempt: PasswordTry, event: Event) -> None:
        """Counts a wrong password in a row for the name, where the claim did not, and writes it into the history.

        For a name that nobody has, the line is written as well, apart and without the name: without it, the time would tell
        which names exist, and the log would not show who tries names.
        """
        if attempt.is_familiar:
            self._table.update(_name_count(attempt).write("passwords", _name_key(attempt)), returns="NONE")
        line = records.event_write(attempt.login_name, event)
        if not attempt.is_user:
            key = records.history_of_nobody(attempt.login_name), event.position
            # People type passwords into the field for names.
            nameless = records.event_write(records.NOBODY, replace(event, actor=records.NOBODY))
            line = replace(nameless, key=key, kept_at_most=UNKNOWN_NAMES_SECONDS)
        self._put_line(line)

    def record_login(self, event: Event) -> None:
        """Writes a login into the history of its actor."""
        self._put_line(records.event_write(event.actor, event))

    def record_seen(self, login_name: str, at: float) -> None:
        """Writes the first login of a day that shows no second factor. No other write of such a login names the user's items."""
        update = Update()
        update.set(**noted_login(login_name, at, None))
        self._table.update(update.write("proofs", records.proofs_key(login_name)), returns="NONE")

    def _put_line(self, line: Write) -> None:
        """A line that is there already was written by the same request, whose first answer was lost."""
        with suppress(ConditionFailed):
            self._table.put(line)

    def record_right_password(self, attempt: PasswordTry) -> None:
        """Gives the try back, ends the row, and makes the place a familiar one."""
        self._table.update(_address_refund(attempt), returns="NONE")
        known_since = attempt.tries.places.get(attempt.place, 0)
        if attempt.tries.in_a_row or not attempt.is_familiar or known_since <= attempt.at - DAY:
            self._table.update(_name_success(attempt), returns="NONE")

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


def account_of(login_name: str, items: dict[Key, Item]) -> Account:
    """The account of the items under `records.account_keys`, and the password's hash and the invitation if their items are there."""
    profile = items.pop(records.profile_key(login_name), None)
    password = items.pop(records.password_key(login_name), {})
    challenge = items.pop(records.challenge_key(login_name), {})
    invitation = items.pop(records.invitation_key(login_name), None)
    phones = filter(None, (records.phone_of(key, item) for key, item in items.items()))
    return Account(
        user=records.user_of(profile, password) if profile else None,
        phones=tuple(sorted(phones, key=lambda phone: phone.slot)),
        challenge=challenge_of(challenge),
        invitation=read(invitation, Invitation) if invitation else None,
    )


def account_with_factors_of(login_name: str, items: dict[Key, Item]) -> Account:
    """The same with the factors of the items under `records.held_factors_keys`."""
    secrets, uses = (items.pop(key, {}) for key in records.held_factors_keys(login_name))
    account = account_of(login_name, items)
    held = records.held_factors_of(account.user, secrets, uses) if account.user else HeldFactors()
    return replace(account, held=held)


def _tries_of(item: Item) -> PasswordTries:
    return PasswordTries(
        in_a_row=item.get("in_a_row", 0),
        tried_at=item.get("tried_at", 0.0),
        places={name.removeprefix(_PLACE): at for name, at in item.items() if name.startswith(_PLACE)},
    )


def _address_claim(attempt: PasswordTry) -> Write:
    limits = attempt.limits
    update = Update()
    update.set(ttl=int(attempt.hour.ends_at) + HOUR)
    update.add(_name_attribute(attempt.login_name), 1)
    names = {"#name": _name_attribute(attempt.login_name)}
    update.only_if(when.PASSWORDS_LEFT_FOR_NAME, names, name_limit=limits.max_per_name_and_address_per_hour)
    if not attempt.is_familiar:
        update.add("n", 1)
        update.only_if(when.PASSWORDS_LEFT_FOR_ADDRESS, address_limit=limits.max_per_address_per_hour)
    return update.write("passwords", records.address_tries_key(attempt.address, attempt.hour.name))


def _address_refund(attempt: PasswordTry) -> Write:
    update = Update()
    update.add(_name_attribute(attempt.login_name), -1)
    if not attempt.is_familiar:
        update.add("n", -1)
    return update.write("passwords", records.address_tries_key(attempt.address, attempt.hour.name))


def _name_count(attempt: PasswordTry) -> Update:
    """Counts a try for the name. Only what is counted for a name that nobody has is swept."""
    update = Update()
    update.set(tried_at=attempt.at, ttl=None if attempt.is_user else int(attempt.at) + NOBODY_SECONDS)
    update.add("in_a_row", 1)
    return update


def _name_claim(attempt: PasswordTry) -> Write:
    """The first tries in a row are free; after that, one of all that come at once is claimed when the pause is over."""
    update, tries, limits = _name_count(attempt), attempt.tries, attempt.limits
    if pause := tries.pause(limits):
        update.only_if(when.TRIES_PAUSED_LONG_ENOUGH, in_a_row=tries.in_a_row, tried_before=attempt.at - pause)
    else:
        update.only_if(when.PASSWORDS_FREE, free=limits.free_in_a_row)
    return update.write("passwords", _name_key(attempt))


def _name_success(attempt: PasswordTry) -> Write:
    update = Update()
    update.set(**{_PLACE + attempt.place: attempt.at}, in_a_row=0, ttl=None)
    update.remove(*(_PLACE + place for place in attempt.forgotten_places))
    return update.write("passwords", _name_key(attempt))


def _name_key(attempt: PasswordTry) -> Key:
    return records.password_tries_key(attempt.login_name)


def _name_attribute(login_name: str) -> str:
    return f"name_{digest(login_name)}"

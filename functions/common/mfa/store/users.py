"""Writes users and phones, and keeps the count of active administrators."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import replace
from functools import partial

from mfa.errors import (
    Conflict,
    Forbidden,
    InvalidToken,
    PhoneNotFound,
    PreconditionFailed,
    Refusal,
    TemporarilyUnavailable,
    UserNotFound,
)
from mfa.factors.phones import PHONES_PER_USER, KeptAccess, Phone
from mfa.factors.trusted_devices import DeviceChange
from mfa.messages.channels import RECOVERY
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.expressions import Update
from mfa.store.kept import heir_there, still_there, totp_there
from mfa.store.password_costs import cost_writes
from mfa.store.search import entry_writes
from mfa.store.table import ConditionFailed, Table, TransactionRefused, Write
from mfa.store.trusted_devices import devices_write
from mfa.users.exported_hashes import fingerprint
from mfa.users.history import Event
from mfa.users.user import CREDENTIALS, Kind, User

# A login replaces an imported hash once, so the second try meets ours.
HASH_TRIES = 3


class UserStore:
    """Writes users. A change of credentials closes the live challenge in the same transaction."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def bootstrap(self, user: User, event: Event, phone: tuple[Phone, Event] | None = None) -> None:
        """Adds the first system user, with a phone if one is given. Raises Conflict if there is one, or ever was."""
        admins = Write(label="first", verb="Put", key=records.ADMINS, item={"active": 1}, condition=when.NEW)
        writes = [*_new_user(user), *_first_password(user), admins, records.event_write(user.login_name, event)]
        self._write([*writes, *_first_phone(user, phone)], Conflict)

    def add(self, user: User, event: Event, phone: tuple[Phone, Event] | None = None) -> None:
        """Adds a user, with a phone if one is given. Raises Conflict if the login name is taken."""
        self._write(
            [
                *_new_user(user),
                *_admins(_administers(user)),
                *_first_password(user),
                records.event_write(user.login_name, event),
                *_first_phone(user, phone),
            ],
            Conflict,
        )

    def change(
        self, before: User, after: User, event: Event, kept: Phone | None = None, heir: User | None = None
    ) -> None:
        """Writes the next version of the user, and closes the live challenge if the change ends tokens.

        Another contact email, or none, closes a challenge that was sent by mail. A new password forgets the tries at the old
        one. `kept` is a phone that must be there still, and `heir` an owner who must be as read.
        Raises PreconditionFailed where another change came first, Forbidden where no active system user would remain.
        """
        self._change(before, after, event, [*still_there(after.login_name, kept), *heir_there(heir)])

    def _change(self, before: User, after: User, event: Event, others: Sequence[Write]) -> None:
        new_password = before.password_hash != after.password_hash
        ends_tokens = any(getattr(before, name) != getattr(after, name) for name in CREDENTIALS)
        profile = Write(
            label="profile",
            verb="Put",
            key=records.profile_key(after.login_name),
            item=records.user_item(after),
            condition=when.VERSION_AS_READ,
            values={":version": before.version},
        )
        closes_mail = before.contact_email != after.contact_email and not ends_tokens

        def clear() -> None:
            if closes_mail:
                self._close_mail(after.login_name, event.at)
            if new_password:
                self._table.transact(lambda: [_forgotten_tries(after.login_name)])

        clear()
        self._write_with_hash(
            before,
            lambda known: [
                profile,
                *others,
                *entry_writes(after.login_name, before, after),
                *_admins(_administers(after) - _administers(before)),
                *([closing(after.login_name, event.at)] if ends_tokens else []),
                *(_password_writes(known, after) if new_password else []),
                records.event_write(after.login_name, event),
            ],
        )
        # Again: a send that read the old address was refused by the profile's version, or claimed before it; a login with the
        # old password may have been compared before. The change is made, so a table that does not answer now must not keep
        # the caller from telling of it.
        with suppress(TemporarilyUnavailable):
            clear()

    def reset_password(self, before: User, after: User, event: Event, link: str) -> None:
        """Writes the version of the user with another password, and uses up the link of this digest, in one write.

        Raises PreconditionFailed if the user was changed meanwhile, and InvalidToken if the link was used, or another one was asked for.
        """
        used = Write(
            label="reset",
            verb="Delete",
            key=records.reset_key(after.login_name),
            condition=when.SAME_RESET,
            values={":reset": bytes.fromhex(link)},
        )
        self._change(before, after, event, (used,))

    def delete(self, user: User, event: Event) -> None:
        """Deletes the user with all phones. Counters and history stay: deleting and creating a user must not end a lock.

        An active system user whose hash is a foreign one has to be disabled first: all at once is a write too many (decision
        0009). Raises PreconditionFailed and Forbidden as `change`.
        """
        profile = Write(
            label="profile",
            verb="Delete",
            key=records.profile_key(user.login_name),
            condition=when.VERSION_AS_READ,
            values={":version": user.version},
        )
        phones = [
            Write(label="phone", verb="Delete", key=records.phone_key(user.login_name, slot))
            for slot in range(PHONES_PER_USER)
        ]
        self._write_with_hash(
            user,
            lambda known: [
                profile,
                *phones,
                *_password_writes(known, replace(known, password_hash=None)),
                *_admins(-_administers(user)),
                closing(user.login_name, event.at),
                records.event_write(user.login_name, event),
            ],
        )
        # Afterwards, since an entry without its user is in no list, and factors of a deleted user are nobody's.
        self._table.transact(lambda: entry_writes(user.login_name, user, None))
        with suppress(TransactionRefused):  # another user has the name now, and has enrolled factors
            self._table.transact(lambda: forgotten_factors(user))

    def unlock(self, login_name: str, event: Event, *, unreadable: bool = False) -> None:
        """Ends every lock and begins the counts anew. The live challenge is closed: its code was guessed at. So was perhaps
        the second factor of a device, and trusted devices end.

        An `unreadable` challenge is removed.
        """
        user = Write(label="profile", verb="ConditionCheck", key=records.profile_key(login_name), condition=when.EXISTS)
        challenge = Write(
            label="challenge",
            verb="Update",
            key=records.challenge_key(login_name),
            update="SET expires_at = :zero, failures = :zero, failures_total = :zero, lock_count = :zero, #ttl = :ttl "
            "REMOVE send_id, code_mac, charged, refunded, available_at, email_charged, email_refunded, email_available_at",
            names={"#ttl": "ttl"},
            values={":zero": 0, ":ttl": int(event.at) + records.CHALLENGE_SECONDS},
        )
        if unreadable:
            challenge = Write(label="challenge", verb="Delete", key=challenge.key)
        passwords = Write(
            label="passwords",
            verb="Update",
            key=records.password_tries_key(login_name),
            update="SET in_a_row = :zero REMOVE #ttl",
            names={"#ttl": "ttl"},
            values={":zero": 0},
        )
        devices = devices_write(login_name, DeviceChange(ended_at=event.at))
        # Its counts and its lock begin anew with the next message.
        enrolment = Write(label="enrolment", verb="Delete", key=records.phone_enrolment_key(login_name))
        writes = [user, challenge, passwords, devices, enrolment, records.event_write(login_name, event)]
        self._write(writes, UserNotFound)

    def add_phone(self, login_name: str, phone: Phone, event: Event) -> bool:
        """Adds the phone in its slot, and ends trusted devices. False if another phone took the slot. Raises UserNotFound."""
        user = Write(label="profile", verb="ConditionCheck", key=records.profile_key(login_name), condition=when.EXISTS)
        place = Write(
            label="phone",
            verb="Put",
            key=records.phone_key(login_name, phone.slot),
            item=records.phone_item(phone),
            condition=when.PLACE_FREE,
            names={"#number": "number"},
            values={":place": f"{phone.slot}-"},
        )
        try:
            devices = devices_write(login_name, DeviceChange(ended_at=event.at))
            self._table.transact(lambda: [user, place, devices, records.event_write(login_name, event)])
        except TransactionRefused as refused:
            if "profile" in refused.failed:
                raise UserNotFound from refused
            return False
        return True

    def remove_phone(self, login_name: str, phone: Phone, event: Event, kept: KeptAccess | None = None) -> None:
        """Removes the phone, closes the live challenge and ends tokens that were issued before. The profile takes over the
        phone's last login.

        Raises PhoneNotFound, and PreconditionFailed where `kept` is true no longer.
        """
        profile = Update()
        profile.set(credentials_changed_at=event.at, updated_at=event.at)
        profile.add("version", 1)
        if phone.last_login_at is not None:
            profile.set(last_login_at=phone.last_login_at)
        if kept is None:
            profile.only_if(when.EXISTS)
        else:
            profile.only_if(when.VERSION_AS_READ, version=kept.version)
        user = profile.write("profile", records.profile_key(login_name))
        place = Write(
            label="phone",
            verb="Delete",
            key=records.phone_key(login_name, phone.slot),
            condition=when.SAME_PHONE,
            values={":phone": phone.id},
        )
        others = [*still_there(login_name, kept.phone if kept else None), *totp_there(login_name, kept)]
        writes = [user, place, *others, closing(login_name, event.at), records.event_write(login_name, event)]
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused as refused:
            if kept is None or "phone" in refused.failed:
                raise PhoneNotFound from refused
            raise PreconditionFailed from refused

    def _close_mail(self, login_name: str, now: float) -> None:
        """Ends the live challenge if its code went to the mailbox."""
        close = closing(login_name, now)
        with suppress(ConditionFailed):
            self._table.update(
                replace(close, condition=when.SENT_BY_MAIL, values={**close.values, ":email": RECOVERY.value}),
                returns="NONE",
            )

    def _write_with_hash(self, user: User, writes: Callable[[User], list[Write]]) -> None:
        """Makes writes that replace the user's hash. Raises PreconditionFailed.

        A login may replace an imported hash meanwhile by ours, which is no change of the user: with that hash it is tried again.
        """
        for _ in range(HASH_TRIES):
            given = writes(user)
            try:
                return self._table.transact(partial(list, given))
            except TransactionRefused as refusal:
                if refusal.failed != {"password"}:
                    raise _explained(refusal, PreconditionFailed) from refusal
            secret = self._table.get(records.password_key(user.login_name)) or {}
            user = replace(user, password_hash=secret.get("password_hash"))
        raise TemporarilyUnavailable

    def _write(self, writes: Sequence[Write], refused: type[Refusal]) -> None:
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused as refusal:
            raise _explained(refusal, refused) from refusal


def _explained(refusal: TransactionRefused, refused: type[Refusal]) -> Refusal:
    if refusal.failed == {"admins"}:
        return Forbidden("At least one active system user must remain.")
    if "reset" in refusal.failed:
        return InvalidToken()
    return refused()


def _administers(user: User) -> int:
    return int(user.kind is Kind.SYSTEM and user.active)


def _new_user(user: User) -> list[Write]:
    profile = Write(
        label="profile",
        verb="Put",
        key=records.profile_key(user.login_name),
        item=records.user_item(user),
        condition=when.NEW,
    )
    return [profile, *entry_writes(user.login_name, None, user)]


def _first_phone(user: User, phone: tuple[Phone, Event] | None) -> list[Write]:
    """The phone of a new user. Whatever lies in its place belongs to nobody."""
    if phone is None:
        return []
    added, event = phone
    place = Write(
        label="phone",
        verb="Put",
        key=records.phone_key(user.login_name, added.slot),
        item=records.phone_item(added),
    )
    return [place, records.event_write(user.login_name, event)]


def _admins(change: int) -> list[Write]:
    """Keeps count of the active system users. One must remain."""
    if change == 0:
        return []
    return [
        Write(
            label="admins",
            verb="Update",
            key=records.ADMINS,
            update="ADD active :change",
            condition=when.ADMIN_REMAINS if change < 0 else None,
            values={":change": change} | ({":one": 1} if change < 0 else {}),
        )
    ]


def _first_password(user: User) -> list[Write]:
    """Writes the hash of a new user, or that there is none, and begins the count of wrong passwords anew."""
    nothing = replace(user, password_hash=None)
    return [*_password_writes(nothing, user), _forgotten_tries(user.login_name)]


def _password_writes(before: User, after: User) -> list[Write]:
    """Puts another hash, or none, in the place of the user's, and counts what it costs. The hash must be as it was read."""
    key = records.password_key(before.login_name)
    update = Update()
    if before.password_hash is not None:
        update.only_if(when.HASH_AS_READ, read=before.password_hash)
    if after.password_hash is None:
        secret = replace(update.write("password", key), verb="Delete", update=None)
    else:
        update.set(password_hash=after.password_hash)
        if after.imported is not None:
            update.set(imported=after.imported)
        elif before.password_hash is not None:  # it may have been imported before this attribute was written
            update.begin_at(fingerprint(before.password_hash), "imported")
        secret = update.write("password", key)
    return [secret, *cost_writes(before.password_hash, after.password_hash)]


def _forgotten_tries(login_name: str) -> Write:
    """Begins the count of wrong passwords anew: no place has seen the new one."""
    return Write(label="passwords", verb="Delete", key=records.password_tries_key(login_name))


def forgotten_factors(user: User) -> list[Write]:
    """Deletes the factors that a deleted user leaves behind, and no others."""
    secrets, uses = records.held_factors_keys(user.login_name)
    return [
        Write(
            label="factors",
            verb="Delete",
            key=secrets,
            condition=when.FACTORS_OF_USER,
            values={":created": user.created_at},
        ),
        Write(label="proofs", verb="Delete", key=uses),
    ]


def closing(login_name: str, now: float) -> Write:
    """Ends the live challenge, whatever stands there; its counters stay."""
    return Write(
        label="challenge",
        verb="Update",
        key=records.challenge_key(login_name),
        # The counters stay as long as they would have: a deleted user who comes back has the same failures.
        update="SET expires_at = :zero, #ttl = if_not_exists(#ttl, :ttl) REMOVE send_id, code_mac",
        names={"#ttl": "ttl"},
        values={":zero": 0, ":ttl": int(now) + records.CHALLENGE_SECONDS},
    )

"""What a test of the settings writes."""

from dataclasses import asdict
from typing import Any

from mfa.challenges.budgets import Budget
from mfa.challenges.challenge import Delivery
from mfa.challenges.settings_tests import ATTEMPTS, REFUNDS_PER_HOUR, SENDS, Trial, TrialRefused
from mfa.errors import Conflict, RateLimited
from mfa.factors.phones import Phone
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.counters import spend
from mfa.store.table import ConditionFailed, Key, Table, TransactionRefused, Write
from mfa.users.history import Event
from mfa.users.user import User

TRIAL_SECONDS = 86400


class TrialStore:
    """The tests of an administrator, of whom each has one at a time."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, login_name: str, trial_id: str) -> Trial | None:
        """The test, where it is this one."""
        item = self._table.get(_key(login_name))
        return _trial(item) if item and item["id"] == trial_id else None

    def start(self, login_name: str, trial: Trial, budget: Budget) -> None:
        """Claims a test of the hour's. Raises RateLimited."""
        item = Write(label="trial", verb="Put", key=_key(login_name), item=_item(trial))
        try:
            self._table.transact(lambda: [item, spend(budget)])
        except TransactionRefused as refused:
            raise RateLimited(
                "Too many tests within the hour.", retry_after=budget.window.ends_at - trial.sent_at
            ) from refused

    def resend(self, login_name: str, trial: Trial) -> Trial:
        """Claims another send of the same test. Raises TrialRefused."""
        return self._update(
            login_name,
            trial.id,
            "SET send_id = :send, prefix = :prefix, code_mac = :code_mac, sent_at = :now, expires_at = :expires_at, "
            "available_at = :available_at, delivery = :delivery REMOVE delivery_error ADD sends :one",
            when.every(when.SAME_CHALLENGE, when.UNUSED, when.COOLED, when.TEST_SENDS_LEFT),
            {
                ":send": trial.send_id,
                ":prefix": trial.prefix,
                ":code_mac": trial.code_mac,
                ":now": trial.sent_at,
                ":expires_at": trial.expires_at,
                ":available_at": trial.available_at,
                ":delivery": Delivery.SENDING,
                ":one": 1,
                ":max_sends": SENDS,
            },
            {"#available_at": "available_at"},
        )

    def record_delivery(self, login_name: str, trial: Trial, delivery: Delivery, error: str | None) -> None:
        """Writes what became of the message; a refused one leaves no code to guess. A newer send keeps its own state."""
        update = "SET delivery = :delivery" + (", delivery_error = :error" if error else "")
        values: dict[str, Any] = {":send": trial.send_id, ":delivery": delivery, ":error": error}
        if delivery.is_refused:
            update += ", expires_at = :now"
            values[":now"] = trial.sent_at
        try:
            self._table.update(
                Write(
                    label="trial",
                    verb="Update",
                    key=_key(login_name),
                    update=update,
                    condition=when.SAME_SEND,
                    values=values,
                )
            )
        except ConditionFailed:
            pass

    def give_back(self, budget: Budget) -> None:
        """Gives a refused test back to the hour, so that a mistyped credential can be mended and tried again; not for ever."""
        write = spend(budget)
        try:
            self._table.update(
                Write(
                    label="budget",
                    verb="Update",
                    key=write.key,
                    update="ADD n :back, refunded :one",
                    condition=when.TEST_REFUNDS_LEFT,
                    values={":back": -1, ":one": 1, ":refunds": REFUNDS_PER_HOUR},
                )
            )
        except ConditionFailed:
            pass

    def claim_attempt(self, login_name: str, trial_id: str, now: float) -> Trial:
        """Spends an attempt; gives the test as it was before. Raises TrialRefused."""
        return self._update(
            login_name,
            trial_id,
            "ADD failures :one",
            when.every(when.SAME_CHALLENGE, when.UNUSED, when.NOT_EXPIRED, when.TEST_ATTEMPTS_LEFT),
            {":now": now, ":one": 1, ":max_failures": ATTEMPTS},
        )

    def approve(self, user: User, trial: Trial, phone: Phone, event: Event, now: float) -> None:
        """Approves the test; the number joins the administrator's phones, verified, and the contact email the profile.

        Raises Conflict where profile or phones changed meanwhile, TrialRefused where the test was approved before.
        """
        login_name = user.login_name
        writes = [
            Write(
                label="trial",
                verb="Update",
                key=_key(login_name),
                update="SET approved_at = :now",
                condition=when.every(when.SAME_SEND, when.UNUSED),
                values={":send": trial.send_id, ":now": now},
            ),
            # A new place, or the same phone again.
            Write(
                label="phone",
                verb="Put",
                key=records.phone_key(login_name, phone.slot),
                item=records.phone_item(phone),
                condition=f"{when.NEW} OR {when.SAME_PHONE}",
                values={":phone": phone.id},
            ),
            _profile(user, trial.contact_email, now),
            records.event_write(login_name, event),
        ]
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused as refused:
            if "trial" in refused.failed:
                raise TrialRefused(self.load(login_name, trial.id)) from refused
            raise Conflict("The profile changed meanwhile. Start another test.") from refused

    def _update(
        self,
        login_name: str,
        trial_id: str,
        update: str,
        condition: str,
        values: dict[str, Any],
        names: dict[str, str] | None = None,
    ) -> Trial:
        write = Write(
            label="trial",
            verb="Update",
            key=_key(login_name),
            update=update,
            condition=condition,
            names=names or {},
            values=values | {":id": trial_id},
        )
        try:
            return _trial(self._table.update(write))
        except ConditionFailed as failed:
            raise TrialRefused(self.load(login_name, trial_id)) from failed


def _key(login_name: str) -> Key:
    return f"USER#{login_name}", "#TEST"


def _item(trial: Trial) -> dict[str, Any]:
    return {name: value for name, value in asdict(trial).items() if value is not None} | {
        "ttl": int(trial.sent_at) + TRIAL_SECONDS
    }


def _trial(item: dict[str, Any]) -> Trial:
    values = {name: value for name, value in item.items() if name in Trial.__dataclass_fields__}
    return Trial(**values | {"delivery": Delivery(item["delivery"])})


def _profile(user: User, contact_email: str | None, now: float) -> Write:
    key = records.profile_key(user.login_name)
    if contact_email is None:
        return Write(label="profile", verb="ConditionCheck", key=key, condition=when.EXISTS)
    return Write(
        label="profile",
        verb="Update",
        key=key,
        update="SET contact_email = :contact_email, updated_at = :now ADD version :one",
        condition=when.PROFILE_AS_READ,
        values={":contact_email": contact_email, ":now": now, ":one": 1, ":version": user.version},
    )

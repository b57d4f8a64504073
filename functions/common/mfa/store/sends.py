"""What a send writes: its claim before the message goes out, and what came of it."""

from collections.abc import Sequence
from typing import Any

from mfa.accounts import Account
from mfa.budgets import Budget, ShardedBudget
from mfa.challenges import FAILURE_CAP, Delivery, NotOpened
from mfa.dispatch import AccountChanged, Send
from mfa.errors import RateLimited
from mfa.history import Event
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.counters import Counters, spend
from mfa.store.table import ConditionFailed, Table, TransactionRefused, Write

CHALLENGE_SECONDS = 90 * 86400


class SendStore:
    """The sends of a challenge."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters

    def open_challenge(
        self, account: Account, send: Send, budgets: Sequence[Budget], sharded: Sequence[ShardedBudget]
    ) -> None:
        """Claims the send, its cooldown and its budgets in one transaction; only then may the message go out.

        Raises NotOpened with the challenge as it stands, AccountChanged where user or phone are no longer as read, and
        RateLimited where a budget is spent.
        """
        full: dict[str, set[int]] = {budget.subject: set() for budget in sharded}
        shards: dict[str, int] = {}
        windows = {spend(budget).label: budget.window for budget in budgets}

        def build() -> list[Write]:
            # Drawn for each try: a shard in conflict with another send is left for another shard.
            for budget in sharded:
                shard = self._counters.open_shard(budget, full[budget.subject])
                if shard is None:
                    raise RateLimited(retry_after=budget.window.ends_at - send.sent_at)
                shards[budget.subject] = shard
            wrong_codes = len(account.challenge.guesses)
            return [
                _claim_send(account, send),
                *_account_as_read(account, send),
                *(spend(budget) for budget in budgets),
                *(self._counters.spend_shard(budget, shards[budget.subject], wrong_codes) for budget in sharded),
                *(records.event_write(send.login_name, event) for event in send.events),
            ]

        while True:
            try:
                return self._table.transact(build)
            except TransactionRefused as refused:
                if "challenge" in refused.failed:
                    item = self._table.get(records.challenge_key(send.login_name))
                    raise NotOpened(records.challenge_of(item or {})) from refused
                if refused.failed & {"profile", "phone"}:
                    raise AccountChanged from refused
                if spent := refused.failed & windows.keys():
                    raise RateLimited(
                        retry_after=max(windows[label].ends_at for label in spent) - send.sent_at
                    ) from refused
                for budget in sharded:
                    if f"shard:{budget.subject}" in refused.failed:
                        full[budget.subject].add(shards[budget.subject])

    def record_accepted(self, send: Send, delivery: Delivery) -> None:
        """Writes what is known of the message. A newer send keeps its own state."""
        try:
            self._table.update(
                Write(
                    label="challenge",
                    verb="Update",
                    key=records.challenge_key(send.login_name),
                    update="SET delivery = :delivery",
                    condition=when.SAME_SEND,
                    values={":delivery": delivery, ":send": send.send_id},
                )
            )
        except ConditionFailed:
            pass

    def record_refused(self, send: Send, event: Event, error: str, *, permanent: bool) -> None:
        """Gives the send back and ends its cooldown, so that another phone can be chosen at once.

        At most `max_sends` are given back between two successes; a refusal for good marks the phone unusable.
        """
        others = [records.event_write(send.login_name, event)]
        if permanent and send.phone is not None:
            others.append(_mark_unusable(send, error, event.at))
        refund, note = _refund(send, error, event.at), _note_refusal(send, error)
        for challenge in ([refund], [note], []):
            try:
                return self._table.transact(lambda writes=(*challenge, *others): writes)  # type: ignore[misc]
            except TransactionRefused as refused:
                if "phone" in refused.failed:  # removed meanwhile
                    others = others[:1]


def _claim_send(account: Account, send: Send) -> Write:
    """The challenge's part of the transaction: the rules of a send, and the state after it."""
    read, names = account.challenge, dict(records.LANES[send.channel])
    conditions = [when.COOLED, when.FAILURES_BELOW_CAP]
    values: dict[str, Any] = {
        ":id": send.challenge_id,
        ":jti": send.login_jti,
        ":send": send.send_id,
        ":channel": send.channel,
        ":phone": send.phone.id if send.phone else None,
        ":region": send.region,
        ":destination": send.destination,
        ":prefix": send.prefix,
        ":code_mac": send.code_mac,
        ":earlier": [{"send_id": e.send_id, "prefix": e.prefix, "code_mac": e.code_mac} for e in send.earlier],
        ":now": send.sent_at,
        ":expires_at": send.expires_at,
        ":available_at": send.available_at,
        ":delivery": Delivery.SENDING,
        ":zero": 0,
        ":failure_cap": FAILURE_CAP,
        ":max_failures": send.max_failures,
        ":lock_seconds": send.lock_seconds,
        ":ttl": int(send.sent_at) + CHALLENGE_SECONDS,
        ":sends": {send.send_id},
    }
    sets = [
        "id = :id, login_jti = :jti, send_id = :send, channel = :channel, #region = :region",
        "destination = :destination, prefix = :prefix, code_mac = :code_mac, earlier = :earlier",
        "sent_at = :now, expires_at = :expires_at, #last_sent_at = :now, #available_at = :available_at",
        "delivery = :delivery, max_failures = :max_failures, lock_seconds = :lock_seconds",
        "failures_total = if_not_exists(failures_total, :zero), #ttl = :ttl",
    ]
    removes = ["approved_at", "delivery_error", *(f"guesses[{n}]" for n in range(len(read.guesses)))]
    adds = []
    if send.phone:
        sets.append("phone_id = :phone, max_sends = :max_sends")
        values[":max_sends"] = send.max_sends
    else:
        removes.append("phone_id")
    if send.resends:
        conditions += [when.SAME_CHALLENGE, when.SAME_LOGIN, when.UNUSED]
    if send.ends_lock:
        conditions.append(when.LOCK_OVER)
        sets.append("failures = :zero, lock_count = :lock_count + :one")
        values |= {
            ":one": 1,
            ":failures": read.failures,
            ":lock_count": read.lock_count,
            ":attempted_before": send.sent_at - (read.lock_ends_at - read.last_attempt_at),
        }
    else:
        conditions.append(when.UNLOCKED)
        sets.append("failures = if_not_exists(failures, :zero), lock_count = if_not_exists(lock_count, :zero)")
    if send.ends_send_lock:
        conditions.append(when.SENDS_OVER)
        sets.append("#charged = :sends")
        values[":sent_before"] = send.sent_at - read.lock_seconds
    else:
        conditions.append(when.SENDS_LEFT)
        values[":max_sends"] = send.max_sends
        adds.append("#charged :sends")
    if read.guesses:
        # Whoever takes the guesses that were read takes the first of them: each comes into the history once.
        conditions.append(when.GUESSES_AS_READ)
        values[":first_guess"] = {"at": read.guesses[0].at, "address": read.guesses[0].address}
    if send.request_key is not None:
        conditions.append(when.NEW_REQUEST)
        names["#request"] = send.request_key
        sets.append("requests = :requests")
        values[":requests"] = {
            key: {"at": request.at, "fingerprint": request.fingerprint, "challenge_id": request.challenge_id}
            for key, request in send.requests.items()
        }
    del names["#refunded"]
    return Write(
        label="challenge",
        verb="Update",
        key=records.challenge_key(send.login_name),
        update=f"SET {', '.join(sets)} REMOVE {', '.join(removes)}" + (f" ADD {', '.join(adds)}" if adds else ""),
        condition=when.every(*conditions),
        names=names | {"#ttl": "ttl", "#region": "region"},
        values=values,
    )


def _account_as_read(account: Account, send: Send) -> list[Write]:
    """User and phone must still be as they were when the send was decided."""
    assert account.user is not None  # noqa: S101 - the use case has refused nobody before
    checks = [
        Write(
            label="profile",
            verb="ConditionCheck",
            key=records.profile_key(send.login_name),
            condition=when.PROFILE_AS_READ,
            values={":version": account.user.version},
        )
    ]
    if send.phone:
        checks.append(
            Write(
                label="phone",
                verb="ConditionCheck",
                key=records.phone_key(send.login_name, send.phone.slot),
                condition=when.PHONE_AS_READ,
                names={"#number": "number"},
                values={":phone": send.phone.id, ":number": send.phone.number},
            )
        )
    return checks


def _refund(send: Send, error: str, now: float) -> Write:
    names = records.LANES[send.channel]
    return Write(
        label="challenge",
        verb="Update",
        key=records.challenge_key(send.login_name),
        update="SET delivery = :delivery, delivery_error = :error, #available_at = :now "
        "ADD #refunded :one DELETE #charged :sends",
        condition=when.every(when.SAME_SEND, when.CHARGED, when.REFUNDS_LEFT),
        names={name: names[name] for name in ("#available_at", "#refunded", "#charged")},
        values={
            ":delivery": Delivery.FAILED,
            ":error": error,
            ":now": now,
            ":one": 1,
            ":sends": {send.send_id},
            ":send": send.send_id,
            ":max_sends": send.max_sends,
        },
    )


def _note_refusal(send: Send, error: str) -> Write:
    return Write(
        label="challenge",
        verb="Update",
        key=records.challenge_key(send.login_name),
        update="SET delivery = :delivery, delivery_error = :error",
        condition=when.SAME_SEND,
        values={":delivery": Delivery.FAILED, ":error": error, ":send": send.send_id},
    )


def _mark_unusable(send: Send, reason: str, now: float) -> Write:
    assert send.phone is not None  # noqa: S101 - only a phone can become unusable
    return Write(
        label="phone",
        verb="Update",
        key=records.phone_key(send.login_name, send.phone.slot),
        update="SET unusable_reason = :reason, unusable_at = :now",
        condition=when.SAME_PHONE,
        values={":phone": send.phone.id, ":reason": reason, ":now": now},
    )

"""Writes sends: the claim before the message goes out, and its outcome."""

from collections.abc import Sequence
from contextlib import suppress
from copy import replace

from mfa.challenges.account import Account
from mfa.challenges.budgets import Charge, Cost, Shards
from mfa.challenges.challenge import UNREADABLE, ChallengeRefused, Delivery
from mfa.challenges.fraud_budgets import FraudDecision
from mfa.challenges.sends import AccountChanged, Outcome, Receipt, Send
from mfa.factors.phones import slot_of
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.challenge_mapping import LANES
from mfa.store.challenges import ChallengeItems
from mfa.store.counters import Counters
from mfa.store.ledger import Ledger
from mfa.store.table import ConditionFailed, Table, TransactionRefused, Write
from mfa.users.history import Event


class SendStore:
    """The sends of a challenge."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters
        self._ledger = Ledger(table, counters)
        self._challenges = ChallengeItems(table, records.challenge_key, records.CHALLENGE_SECONDS, keeps_failures=True)

    def open_challenge(self, account: Account, send: Send, charges: Sequence[Charge]) -> Charge:
        """Claims the send, its cooldown and its budgets in one transaction; only then may the message go out.

        Gives the first of `charges` that has room, to which the send was charged.

        Raises ChallengeRefused with the challenge as it stands, AccountChanged if the user or the phone changed since they
        were read, and RateLimited if a budget is spent.
        """
        if account.challenge == UNREADABLE:
            raise ChallengeRefused(account.challenge)
        others = [
            *([] if send.is_implied else _account_as_read(account, send)),
            *(records.event_write(send.login_name, event) for event in send.events),
        ]

        def claim(shards: Shards) -> list[Write]:
            return [self._challenges.opening(send.counted_in(shards)), *others]

        try:
            return self._ledger.spend(claim, charges, send.cost, send.after.sent_at)
        except TransactionRefused as refused:
            if "challenge" in refused.failed:
                raise ChallengeRefused(self._challenges.load(send.login_name)) from refused
            raise AccountChanged from refused

    def charge_notice(self, charges: Sequence[Charge], cost: Cost, now: float) -> Charge:
        """Charges a message that carries no passcode to the first that has room. Raises RateLimited if none has."""
        return self._ledger.spend([], charges, cost, now)

    def record_decision(self, login_name: str, decision: FraudDecision, event: Event) -> None:
        """Writes a decision to the user's history, and counts it. One that is there already is not counted again."""
        with suppress(TransactionRefused):
            self._table.transact(
                lambda: [records.event_write(login_name, event), self._counters.count_decision(decision, event.at)]
            )

    def record_delivery(self, receipt: Receipt, delivery: Delivery, feedback_id: str = "") -> bool:
        """Writes the message's progress. False if it is not news, or a newer send took the message's place.

        `feedback_id` is kept until the next send: the vendor's name for the message, if it is to be told once the code is back.
        """
        note = _note(receipt, delivery, None)
        if feedback_id:
            note = replace(
                note,
                update=f"{note.update}, feedback_id = :feedback",
                values={**note.values, ":feedback": feedback_id},
            )
        return self._noted(note)

    def record_arrival(self, receipt: Receipt, event: Event) -> bool:
        """Writes that the message arrived, and the event. False if it is not news, or a newer send took the message's place.

        An arrival is counted by how long it took; also one that a newer send replaced, or slow messages would be missing. The
        challenge decides whether it is news. What follows is shown and bounds nothing, so it is written by itself.
        """
        is_news = self._noted(_arrived(receipt))
        if not is_news and not self._noted(_arrived_late(receipt)):
            return False
        lines = [records.event_write(receipt.login_name, event)] if is_news else []
        self._table.write_each(lines, [self._counters.count_arrival(receipt, event.actor, event.at)])
        return is_news

    def record_refused(
        self, receipt: Receipt, outcome: Outcome, event: Event, *, ends_cooldown: bool, new_shard: int | None = None
    ) -> bool:
        """Gives the send back and writes why. False if all of it is known already.

        At most `max_sends` are given back between two successes. `ends_cooldown` lets another phone be chosen at once. A
        permanent refusal marks the phone unusable. `new_shard` is the shard that counts it as a message to a new phone, or None.
        """
        delivery, error = outcome.delivery, outcome.error or "unknown"
        others = [records.event_write(receipt.login_name, event)]
        if ends_cooldown:
            # The answer to the send itself: surely nothing went out. A later report comes of a message that may have cost.
            others += self._counters.give_new_back(receipt.region, new_shard, receipt.sent_at)
        now = event.at if ends_cooldown else None
        steps = [_refund(receipt, delivery, error, now), _note(receipt, delivery, error), _refund_older(receipt)]
        if outcome.permanent and receipt.phone_id:
            others.append(_mark_unusable(receipt, error, event.at))
            steps = [*map(_telling_of_mark, steps)]
        if any(self._recorded([challenge, *others]) for challenge in steps):
            return True
        if ends_cooldown:
            # This is the answer to the send itself and comes once. An administrator reset the counts meanwhile. A send that was
            # opened since has to tell of the mark; a closed challenge implies nothing.
            marks = outcome.permanent and receipt.phone_id
            if not (marks and self._recorded([_telling_of_mark(_as_older(receipt)), *others])):
                self._recorded(others)
            return False
        # A callback may come again: with nothing to give back, it is news while the phone is not marked yet.
        return len(others) > 1 and self._marked(receipt, others)

    def _noted(self, note: Write) -> bool:
        """Writes to the challenge alone. False if it has changed."""
        try:
            self._table.update(note, returns="NONE")
        except ConditionFailed:
            return False
        return True

    def _marked(self, receipt: Receipt, others: Sequence[Write]) -> bool:
        """Marks the phone as unusable for a send that a newer one replaced, and writes why.

        False if the phone is marked already, was verified since, or is gone, or if the live send has arrived.
        """
        said, mark = others
        writes = [
            _telling_of_mark(_as_older(receipt)),
            said,
            replace(mark, condition=when.every(mark.condition or "", when.STILL_USABLE)),
        ]
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused:
            return False
        return True

    def _recorded(self, writes: Sequence[Write]) -> bool:
        """Writes everything; without the phone if that was removed or verified meanwhile. False if the challenge has changed."""
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused as refused:
            return refused.failed == {"phone"} and self._recorded([each for each in writes if each.label != "phone"])
        return True


def _account_as_read(account: Account, send: Send) -> list[Write]:
    """The user and the phone must still be as they were read."""
    assert account.user is not None  # noqa: S101 - the use case has refused nobody before
    checks = [
        Write(
            label="profile",
            verb="ConditionCheck",
            key=records.profile_key(send.login_name),
            condition=when.VERSION_AS_READ,
            values={":version": account.user.version},
        )
    ]
    if send.phone:
        # A phone that takes no messages may be called: then its mark has been read, and stays.
        marked = send.phone.unusable_reason is not None
        checks.append(
            Write(
                label="phone",
                verb="ConditionCheck",
                key=records.phone_key(send.login_name, send.phone.slot),
                condition=when.PHONE_AS_READ if marked else when.every(when.PHONE_AS_READ, when.STILL_USABLE),
                names={"#number": "number"},
                values={":phone": send.phone.id, ":number": send.phone.number},
            )
        )
    return checks


def _note(receipt: Receipt, delivery: Delivery, error: str | None) -> Write:
    """Writes the message's progress."""
    return Write(
        label="challenge",
        verb="Update",
        key=records.challenge_key(receipt.login_name),
        update="SET delivery = :delivery, delivery_rank = :rank" + (", delivery_error = :error" if error else ""),
        condition=when.every(when.SAME_SEND, when.LATER),
        values={":delivery": delivery, ":rank": delivery.rank, ":error": error, ":send": receipt.send_id},
    )


def _arrived(receipt: Receipt) -> Write:
    """The live message arrived."""
    note = _note(receipt, Delivery.DELIVERED, None)
    return replace(
        note, update=f"{note.update} ADD arrived :sends", values={**note.values, ":sends": {receipt.send_id}}
    )


def _arrived_late(receipt: Receipt) -> Write:
    """A message arrived whose state no longer matters. It is remembered, to be counted once."""
    return Write(
        label="challenge",
        verb="Update",
        key=records.challenge_key(receipt.login_name),
        update="ADD arrived :sends",
        condition=when.NOT_ARRIVED,
        values={":send": receipt.send_id, ":sends": {receipt.send_id}},
    )


def _refund(receipt: Receipt, delivery: Delivery, error: str, now: float | None) -> Write:
    """Gives the live send back; with `now`, its cooldown ends."""
    note, older, names = _note(receipt, delivery, error), _refund_older(receipt), LANES[receipt.channel]
    cooled = ", #available_at = :now" if now is not None else ""
    return replace(
        note,
        update=f"{note.update}{cooled} {older.update}",
        condition=when.every(when.SAME_SEND, when.LATER, when.CHARGED, when.REFUNDS_LEFT),
        names={**older.names, **({"#available_at": names["#available_at"]} if cooled else {})},
        values={**note.values, **older.values, ":now": now},
    )


def _refund_older(receipt: Receipt) -> Write:
    """Gives back a send that a newer one replaced: its state no longer matters, its count does."""
    names = LANES[receipt.channel]
    return Write(
        label="challenge",
        verb="Update",
        key=records.challenge_key(receipt.login_name),
        update="ADD #refunded :one DELETE #charged :sends",
        condition=when.every(when.NEWER_SEND, when.CHARGED, when.REFUNDS_LEFT),
        names={name: names[name] for name in ("#refunded", "#charged")},
        values={
            ":one": 1,
            ":sends": {receipt.send_id},
            ":send": receipt.send_id,
            ":max_sends": receipt.max_sends,
        },
    )


def _as_older(receipt: Receipt) -> Write:
    """Holds if a newer send replaced this one."""
    return Write(
        label="challenge",
        verb="Update",
        key=records.challenge_key(receipt.login_name),
        update="",
        condition=when.every(when.EXISTS, when.NEWER_SEND),
        values={":send": receipt.send_id},
    )


def _telling_of_mark(challenge: Write) -> Write:
    """The same, and a send that has read the phone as usable is refused by the challenge."""
    mark, update = "SET phone_marked = :marked", challenge.update or ""
    joined = f"{mark}, {update.removeprefix('SET ')}" if update.startswith("SET ") else f"{mark} {update}".strip()
    return replace(challenge, update=joined, values={**challenge.values, ":marked": True})


def _mark_unusable(receipt: Receipt, reason: str, now: float) -> Write:
    return Write(
        label="phone",
        verb="Update",
        key=records.phone_key(receipt.login_name, slot_of(receipt.phone_id or "")),
        update="SET unusable_reason = :reason, unusable_at = :now",
        condition=when.every(when.SAME_PHONE, when.NOT_VERIFIED_SINCE),
        values={":phone": receipt.phone_id, ":reason": reason, ":now": now, ":sent_at": receipt.sent_at},
    )

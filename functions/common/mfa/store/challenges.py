"""The challenge items: one of a user's logins, one of a phone being enrolled, and one of an administrator's settings test."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import replace
from typing import Any

from mfa.challenges.challenge import FAILURE_CAP, Challenge, ChallengeRefused, Guess, KeyedAttempt
from mfa.challenges.idempotency import REPLAY_SECONDS
from mfa.challenges.sends import Send
from mfa.store import challenge_mapping as mapping
from mfa.store import conditions as when
from mfa.store.expressions import Update
from mfa.store.table import ConditionFailed, Item, Key, Table, Write

# 9999-12-31. DynamoDB deletes no such item.
NEVER = 253402214400
# Vendors repeat a report within minutes if at all, and so many messages take longer.
ARRIVALS_KEPT = 10


class ChallengeItems:
    """Reads and writes the challenges that lie under one kind of key."""

    def __init__(self, table: Table, key_of: Callable[[str], Key], ttl_seconds: int, *, keeps_failures: bool) -> None:
        """`key_of` gives the key of a user's item, which is kept for `ttl_seconds` after its last write.

        With `keeps_failures`, an item with failures since the last success is never swept: time alone must not lift the cap.
        """
        self._table = table
        self._ttl_seconds = ttl_seconds
        self._keeps_failures = keeps_failures
        self.key_of = key_of

    def item(self, login_name: str) -> Item:
        """The user's item, empty if there is none."""
        return self._table.get(self.key_of(login_name)) or {}

    def load(self, login_name: str) -> Challenge:
        """The user's challenge; one without an id if there is none."""
        return mapping.challenge_of(self.item(login_name))

    def claim_attempt(self, login_name: str, challenge_id: str, login_jti: str, guess: Guess) -> Item:
        """Spends an attempt, before any code is judged; gives the item as it was before.

        Raises ChallengeRefused with the challenge as it stands.
        """
        update = Update()
        if guess.keyed is not None:
            claim_key(update, guess.keyed)
        update.set(last_attempt_at=guess.at, ttl=self._ttl(guess.at, failed=True))
        update.append("guesses", mapping.guess(guess))
        update.add("failures", 1)
        update.add("failures_total", 1)
        update.only_if(when.SAME_CHALLENGE, id=challenge_id)
        update.only_if(when.SAME_LOGIN, jti=login_jti)
        update.only_if(when.UNUSED)
        update.only_if(when.NOT_EXPIRED, now=guess.at)
        update.only_if(when.ATTEMPTS_LEFT)
        update.only_if(when.FAILURES_BELOW_CAP, failure_cap=FAILURE_CAP)
        try:
            return self._table.update(update.write("challenge", self.key_of(login_name)))
        except ConditionFailed as failed:
            item = failed.item or self.item(login_name)
            if guess.keyed is not None and item and "attempts" not in item:
                # An earlier version opened the challenge: it cannot keep the key.
                return self.claim_attempt(login_name, challenge_id, login_jti, replace(guess, keyed=None))
            raise ChallengeRefused(mapping.challenge_of(item)) from failed

    def give_attempt_back(self, login_name: str, challenge: Challenge, guess: Guess) -> None:
        """Takes back the attempt that followed `challenge`, if the same send is still to be confirmed.

        Its guess lies behind those that were read, as long as no send and no approval has moved these. Its idempotency key
        is free again.
        """
        update = Update()
        if guess.keyed is not None and challenge.attempts is not None:
            update.remove_in("attempts", guess.keyed.key)
        update.add("failures", -1)
        update.add("failures_total", -1)
        update.remove_at("guesses", len(challenge.guesses))
        update.only_if(when.SAME_SEND, send=challenge.send_id)
        update.only_if(when.UNUSED)
        update.only_if(when.ATTEMPT_COUNTED, zero=0)
        with suppress(ConditionFailed):
            self._table.update(update.write("challenge", self.key_of(login_name)), returns="NONE")

    def opening(self, send: Send, others: Mapping[str, Any] | None = None) -> Write:
        """Claims a send: the rules that it must meet, and the challenge after it, together with other attributes."""
        after, lane = send.after, mapping.LANES[send.after.channel]
        update = Update()
        update.set(**(others or {}))
        self._message(update, send)
        _failures(update, send)
        _charge(update, send, lane)
        _guesses(update, send)
        if len(send.before.arrived) >= ARRIVALS_KEPT:
            update.remove("arrived")
        if send.request_key is not None:
            update.only_if(when.NEW_REQUEST, {"#request": send.request_key})
            update.set(requests=mapping.requests(after.requests))
        if send.is_implied:
            update.only_if(when.SAME_SEND, send=send.before.send_id)
            update.only_if(when.NO_PHONE_MARKED)
        if send.resends:
            update.only_if(when.SAME_CHALLENGE, id=after.id)
            update.only_if(when.SAME_LOGIN, jti=after.login_jti)
            update.only_if(when.UNUSED)
        return update.write("challenge", self.key_of(send.login_name))

    def approval(
        self, login_name: str, challenge: Challenge, guess: Guess, others: Mapping[str, Any] | None = None
    ) -> Write:
        """Approves the challenge and begins its counts anew, together with other attributes. Succeeds once.

        `challenge` is as it was before the attempt that is approved: an attempt that is claimed meanwhile is appended
        behind the guesses that are removed here, and stays for the next write.
        """
        update = Update()
        update.set(**(others or {}))
        update.set(approved_at=guess.at, approved_key=guess.keyed and guess.keyed.key, ttl=self._ttl(guess.at))
        update.set(failures=0, failures_total=0, lock_count=0)
        update.remove(*mapping.COUNTS)
        update.remove_first("guesses", len(challenge.guesses) + 1)
        update.only_if(when.SAME_SEND, send=challenge.send_id)
        update.only_if(when.UNUSED)
        return update.write("challenge", self.key_of(login_name))

    def full(self, login_name: str, challenge: Challenge, others: Mapping[str, Any]) -> Write:
        """Puts the challenge in place of whatever was there, together with other attributes."""
        item = mapping.item_of(challenge) | {"ttl": self._ttl(challenge.sent_at), **others}
        return Write(label="challenge", verb="Put", key=self.key_of(login_name), item=item)

    def _message(self, update: Update, send: Send) -> None:
        """Sets the attributes that every send replaces."""
        after = send.after
        update.set(**mapping.message_attributes(after), ttl=self._ttl(after.sent_at, failed=bool(after.failures_total)))
        if after.channel.traits.max_sends is None:
            update.set(max_sends=after.max_sends)

    def _ttl(self, now: float, *, failed: bool = False) -> int:
        """`failed`: whether there was a failure since the last success."""
        return NEVER if failed and self._keeps_failures else int(now) + self._ttl_seconds


def claim_key(update: Update, keyed: KeyedAttempt) -> None:
    """An attempt under an idempotency key is claimed once, until it is too old to be answered again."""
    update.set_in("attempts", keyed.key, mapping.keyed_attempt(keyed))
    claimed_before = keyed.claimed_at - REPLAY_SECONDS
    update.only_if(when.NEW_ATTEMPT, {"#attempt": keyed.key}, claimed_before=claimed_before)


def _failures(update: Update, send: Send) -> None:
    """A send ends a lock that is over, and no other."""
    read, after = send.before, send.after
    update.only_if(when.FAILURES_BELOW_CAP, failure_cap=FAILURE_CAP)
    if send.ends_lock:
        update.only_if(
            when.LOCK_OVER,
            attempted_before=after.sent_at - read.lock_duration,
            failures=read.failures,
            lock_count=read.lock_count,
        )
        update.set(failures=0, lock_count=after.lock_count)
    else:
        update.only_if(when.UNLOCKED, max_failures=after.max_failures)
        update.begin_at(0, "failures", "lock_count")


def _charge(update: Update, send: Send, lane: dict[str, str]) -> None:
    """The lane's cooldown is over, and its sends are not spent, or their block is over."""
    after, charged = send.after, lane["#charged"]
    update.only_if(when.COOLED, {"#available_at": lane["#available_at"]}, now=after.sent_at)
    if send.ends_send_block:
        sent_before = after.sent_at - send.before.lock_seconds
        update.only_if(when.SENDS_OVER, {"#last_sent_at": lane["#last_sent_at"]}, sent_before=sent_before)
        update.set(**{charged: {after.send_id}})
    else:
        update.only_if(when.SENDS_LEFT, {"#charged": charged}, max_sends=send.receipt.max_sends)
        update.add(charged, {after.send_id})
    moved = after.lane(after.channel)
    update.set(**{lane["#last_sent_at"]: moved.last_sent_at, lane["#available_at"]: moved.available_at})


def _guesses(update: Update, send: Send) -> None:
    """Moves the guesses that were read to the history."""
    if guesses := send.before.guesses:
        # Only one writer may move these guesses to the history: the condition is on the first of them.
        update.only_if(when.GUESSES_AS_READ, first_guess=mapping.guess(guesses[0]))
        update.remove_first("guesses", len(guesses))

"""What a passcode writes: the attempt before it is judged, and the approval that can succeed once."""

from collections.abc import Sequence

from mfa.challenges.challenge import FAILURE_CAP, Challenge, Guess, NotOpened
from mfa.factors.phones import slot_of
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.counters import Counters
from mfa.store.sends import CHALLENGE_SECONDS
from mfa.store.table import ConditionFailed, Table, TransactionRefused, Write
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import Event


class AttemptStore:
    """The attempts at a challenge."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters

    def claim_attempt(self, login: MfaToken, challenge_id: str, guess: Guess) -> Challenge:
        """Spends an attempt, before any code is judged; gives the challenge as it was before.

        Raises NotOpened with the challenge as it stands.
        """
        claim = Write(
            label="challenge",
            verb="Update",
            key=records.challenge_key(login.login_name),
            update="SET last_attempt_at = :now, guesses = list_append(if_not_exists(guesses, :none), :guess), #ttl = :ttl "
            "ADD failures :one, failures_total :one",
            condition=when.every(
                when.SAME_CHALLENGE,
                when.SAME_LOGIN,
                when.UNUSED,
                when.NOT_EXPIRED,
                when.ATTEMPTS_LEFT,
                when.FAILURES_BELOW_CAP,
            ),
            names={"#ttl": "ttl"},
            values={
                ":id": challenge_id,
                ":jti": login.jti,
                ":now": guess.at,
                ":none": [],
                ":guess": [{"at": guess.at, "address": guess.address}],
                ":one": 1,
                ":failure_cap": FAILURE_CAP,
                ":ttl": int(guess.at) + CHALLENGE_SECONDS,
            },
        )
        try:
            return records.challenge_of(self._table.update(claim))
        except ConditionFailed as failed:
            item = failed.item or self._table.get(claim.key) or {}
            raise NotOpened(records.challenge_of(item)) from failed

    def record_lock(self, login_name: str, event: Event, region: str) -> None:
        """Writes into history and counters that a wrong passcode locked; the lock itself is the claimed attempts."""
        self._table.transact(
            lambda: [records.event_write(login_name, event), self._counters.count(region, event.at, locks=1)]
        )

    def confirm(self, login_name: str, challenge: Challenge, events: Sequence[Event], now: float) -> None:
        """Approves the challenge, begins the counts anew and verifies the phone, in the one write that succeeds once.

        `challenge` is as it was before the attempt that is confirmed. Raises NotOpened.
        """
        # One that is claimed meanwhile is appended behind these, and stays for the next write.
        guesses = ", ".join(f"guesses[{n}]" for n in range(len(challenge.guesses) + 1))
        writes = [
            Write(
                label="challenge",
                verb="Update",
                key=records.challenge_key(login_name),
                update="SET approved_at = :now, failures = :zero, failures_total = :zero, lock_count = :zero, #ttl = :ttl "
                f"REMOVE charged, refunded, email_charged, email_refunded, {guesses}",
                condition=when.every(when.SAME_SEND, when.UNUSED),
                names={"#ttl": "ttl"},
                values={":send": challenge.send_id, ":now": now, ":zero": 0, ":ttl": int(now) + CHALLENGE_SECONDS},
            ),
            *(records.event_write(login_name, event) for event in events),
        ]
        if challenge.phone_id:
            writes.append(
                Write(
                    label="phone",
                    verb="Update",
                    key=records.phone_key(login_name, slot_of(challenge.phone_id)),
                    update="SET verified = :yes, last_verified_at = :now REMOVE unusable_reason, unusable_at",
                    condition=when.SAME_PHONE,
                    values={":phone": challenge.phone_id, ":yes": True, ":now": now},
                )
            )
        counts = {"approvals": 1, "wrong_codes": len(challenge.guesses)}
        try:
            self._table.transact(lambda: [*writes, self._counters.count(challenge.region, now, **counts)])
        except TransactionRefused as refused:
            item = self._table.get(records.challenge_key(login_name))
            raise NotOpened(records.challenge_of(item or {})) from refused

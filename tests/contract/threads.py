"""Histories in which the requests of a round run in real threads, judged by what came of them.

`tests.contract.model` decides the order of all writes. Here nobody does, so nothing is said of the order: what is counted are the
answers that clients got, the messages that went out, and the lines of the histories. Every bound is the loosest that some order
allows, so none can fail by chance.

Hypothesis is of no use here, as it runs a failed history again and demands the same end. The dice of a seed choose the requests.
Moto takes one request at a time, so this is for DynamoDB Local.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mfa import errors
from mfa.challenges.challenge import Delivery
from mfa.challenges.receipts import read_ref
from mfa.challenges.sends import Caller, Outcome
from mfa.flows.approvals import Approval
from mfa.messages.outgoing import Outgoing
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import EventType
from tests.contract.engines import Engine
from tests.contract.model import CEILING, COOLDOWN, DAY, EPSILON, EXPIRY, IAM, LOCK, MAX_FAILURES, MAX_SENDS
from tests.contract.test_actions import DELETE, LONG_AGO, Deed, opened
from tests.contract.world import ADDRESS, KEYS, REFUSED, Login, World
from tests.people import digits, other_code

PEOPLE = 3
ROUNDS = 10
MOST = 12


@dataclass(frozen=True)
class Round:
    """What the requests of a round are.

    Attributes:
        kinds: what they ask for, and how often each comes.
        often: how often such a round comes.
        shared: the part of the requests that share an idempotency key.
        refused: the part of the rounds in which the vendor refuses messages.
    """

    kinds: dict[str, int]
    often: int
    shared: float = 0.3
    refused: float = 0.2


ROUND_KINDS = (
    Round({"right": 1, "wrong": 3, "old": 1}, 3),
    Round({"right": 1}, 1),
    Round({"wrong": 1}, 1),
    Round({"send": 3, "resend": 1}, 2),
    # A refusal ends the cooldown, so only the key stands between the others and another message.
    Round({"send": 1}, 2, shared=1.0, refused=1.0),
    Round({"right": 2, "wrong": 4, "old": 1, "send": 3, "resend": 3, "unlock": 1}, 3),
    Round({"right": 2, "wrong": 1, "deny": 2, "redeem": 2}, 2),
    Round({"deny": 1, "redeem": 3}, 2),
)
WAITS = (0, 0, 1, 61, 61, 61, 299, 301, 901)
NEVER = float("-inf")
TAKEN = Outcome(Delivery.QUEUED)


@dataclass(eq=False)
class Asked:
    """A request of a round.

    Attributes:
        person: who makes it.
        kind: what it asks for.
        call: makes it.
        name: its idempotency key, or a name of its own.
        code: that it types.
        action: the id of the action that it is about, or empty.
        result: what it returned or raised.
        messages: the sends of the messages that went out for it.
    """

    person: "Person"
    kind: str
    call: Callable[[], Any]
    name: object
    code: str = ""
    action: str = ""
    result: Any = None
    messages: list[str] = field(default_factory=list)

    @property
    def compared(self) -> bool:
        """Whether the answer tells that a code was compared."""
        return isinstance(self.result, Approval | errors.InvalidCode | errors.CodeSuperseded)

    @property
    def may_begin_anew(self) -> bool:
        """Whether it perhaps began the counts of its person anew."""
        if self.kind == "unlock":
            return True
        return self.kind == "right" and isinstance(self.result, Approval | errors.TemporarilyUnavailable)


@dataclass(eq=False)
class Person:
    """A user, and what is known for sure.

    Attributes:
        login: the user.
        token: of the newest first factor, or action.
        tokens: all of them, by id.
        deed: the newest action.
        compared: how many codes were compared since the counts began, at least, and when the last one was.
        sent: how many messages were taken since, at least, and when the last one was claimed.
        codes: the code of each send, and when that was claimed.
        approved: the token that the code of a send gave.
        denied: the actions that a request has denied.
        acts: the token that each approved action gave.
        redeemed: by which request each action was redeemed.
        unsure: how many requests got no answer.
    """

    login: Login
    token: MfaToken
    tokens: dict[str, MfaToken]
    deed: Deed | None = None
    compared: int = 0
    compared_at: float = NEVER
    sent: int = 0
    sent_at: float = NEVER
    codes: dict[str, tuple[str, float]] = field(default_factory=dict)
    approved: dict[str, str] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    acts: dict[str, str] = field(default_factory=dict)
    redeemed: dict[str, object] = field(default_factory=dict)
    unsure: int = 0


class Crowd:
    """One history of some people whose requests run at the same time."""

    def __init__(self, engine: Engine, table: str, seed: int) -> None:
        self.dice = random.Random(seed)
        self.world = World(engine.client, table, lambda attempt: time.sleep(random.random() * 0.02 * attempt))
        self.world.set(actions={"delete_backup": DELETE})
        # A low ceiling is soon reached, and nothing else happens then.
        self.ceiling = self.dice.choice((CEILING, 10 * CEILING, 10 * CEILING))
        self.world.budgets(global_per_day=self.ceiling)
        self.world.sms.send = self._message  # type: ignore[method-assign]
        self.outcome = TAKEN
        self.claimed_on: Counter[int] = Counter()
        self.sends: set[str] = set()
        self.asks = threading.local()
        logins = [self.world.person(f"user.{n}", f"+8529215379{n}", LONG_AGO) for n in range(PEOPLE)]
        self.people = [Person(login, login.token, {login.token.jti: login.token}) for login in logins]
        self.administration = self.world.administration()

    def run(self, threads: ThreadPoolExecutor) -> None:
        """Runs the rounds, and then judges the histories that they left."""
        for round_ in range(ROUNDS):
            self.world.wait(self.dice.choice(WAITS))
            [chosen] = self.dice.choices(ROUND_KINDS, [each.often for each in ROUND_KINDS])
            kinds = chosen.kinds
            people = self.people if self.dice.random() < 0.3 else [self.dice.choice(self.people)]
            for person in people:
                self._prepare(person, kinds)
            self.outcome = REFUSED if self.dice.random() < chosen.refused else TAKEN
            asked = [
                self._ask(self.dice.choice(people), kind, f"key {round_}" if self.dice.random() < chosen.shared else "")
                for kind in self.dice.choices([*kinds], [*kinds.values()], k=self.dice.randint(2, MOST))
            ]
            self._at_once(threads, [each for each in asked if each is not None])
        for person in self.people:
            self._judge_history(person)

    def _prepare(self, person: Person, kinds: dict[str, int]) -> None:
        """Lets most rounds begin with what their requests are about: a code that is alive, or an action."""
        if self.dice.random() < 0.2:
            return
        if "deny" in kinds:
            try:
                person.deed = opened(self.world, login_name=person.login.name)
            except errors.Refusal:
                return
            person.token = person.deed.token
        elif person.token.action is not None or self.dice.random() < 0.2:
            person.token = self.world.token(person.login.name)
        person.tokens[person.token.jti] = person.token
        if kinds.keys() & {"right", "redeem"}:
            if self.world.now < person.sent_at + COOLDOWN:
                self.world.wait(COOLDOWN)
            self._by_itself(person, "send")
        if "redeem" in kinds and "right" not in kinds:
            self._by_itself(person, "right")

    def _by_itself(self, person: Person, kind: str) -> None:
        self.outcome = TAKEN
        if (asked := self._ask(person, kind, "")) is not None:
            self._run(asked)
            self._judge([asked])

    # --- the requests

    def _at_once(self, threads: ThreadPoolExecutor, asked: Sequence[Asked]) -> None:
        """Makes all requests at the same moment, and judges what came of them."""
        barrier = threading.Barrier(max(1, len(asked)))

        def run(each: Asked) -> None:
            barrier.wait(30)
            self._run(each)

        list(threads.map(run, asked))
        self._judge(asked)

    def _run(self, asked: Asked) -> None:
        self.asks.running = asked
        try:
            asked.result = asked.call()
        except errors.Refusal as refusal:
            asked.result = refusal

    def _message(self, outgoing: Outgoing) -> Outcome:
        """A message goes out."""
        receipt = read_ref(KEYS, outgoing.ref, self.world.now)
        assert receipt is not None
        asked: Asked = self.asks.running
        asked.messages.append(receipt.send_id)
        asked.person.codes[receipt.send_id] = digits(outgoing.body), self.world.now
        return self.outcome

    def _ask(self, person: Person, kind: str, key: str) -> Asked | None:
        """A request, perhaps under a key that others of its person have too. None where there is nothing to ask for."""
        shared = key or None
        name: object = (person, kind, shared) if shared else object()
        match kind:
            case "send" | "resend":
                return self._send(person, kind, shared, name)
            case "right" | "wrong" | "old":
                return self._guess(person, kind, shared, name)
            case "unlock":
                return Asked(person, kind, lambda: self.administration.unlock(IAM, person.login.name), name)
            case _:
                deed = person.deed
                if deed is None:
                    return None
                call = deed.deny if kind == "deny" else lambda: deed.redeem(key=shared)
                return Asked(person, kind, call, name, action=deed.id)

    def _send(self, person: Person, kind: str, key: str | None, name: object) -> Asked | None:
        world, caller = self.world, Caller(ADDRESS, key, kind)
        if kind == "send":
            token = person.token
            return Asked(person, kind, lambda: world.send_passcode.start(token, caller, person.login.phone.id), name)
        item = person.login.item
        if "id" not in item:
            return None
        token = person.tokens[item["login_jti"]]
        return Asked(person, kind, lambda: world.send_passcode.resend(token, caller, item["id"]), name)

    def _guess(self, person: Person, kind: str, key: str | None, name: object) -> Asked | None:
        item = person.login.item
        if "id" not in item or item.get("send_id") not in person.codes:
            return None
        right, _ = person.codes[item["send_id"]]
        dead = [code for code, _ in person.codes.values() if code != right]
        code = right
        if kind == "wrong":
            code = other_code(right)
        elif kind == "old":
            if not dead:
                return None
            code = self.dice.choice(dead)
        challenge, token = item["id"], person.tokens[item["login_jti"]]
        caller = Caller(ADDRESS, key, f"{challenge} {code}")
        # Codes of any kind share a key.
        shared: object = (person, "guess", key) if key else name
        call = partial(self.world.verify_passcode.verify, token, challenge, code, caller)
        return Asked(person, kind, call, shared, code, token.action.id if token.action else "")

    # --- the judgement

    def _judge(self, asked: Sequence[Asked]) -> None:
        """Raises what must not happen. Then the counts go on."""
        sends = [send for each in asked for send in each.messages]
        assert len(set(sends)) == len(sends), "two messages for one claim"
        assert not self.sends & set(sends), "two messages for one claim"
        self.sends |= set(sends)
        self.claimed_on[int(self.world.now // DAY)] += len(sends)
        assert max(self.claimed_on.values()) <= self.ceiling, "a message above the ceiling"
        per_request = Counter(each.name for each in asked for _ in each.messages)
        assert not per_request or max(per_request.values()) == 1, "one request sends twice"
        for person in self.people:
            own = [each for each in asked if each.person is person]
            self._judge_approvals(person, own)
            self._judge_counts(person, own)
            self._judge_actions(person, own)

    def _judge_counts(self, person: Person, asked: Sequence[Asked]) -> None:
        now = self.world.now
        anew = sum(each.may_begin_anew for each in asked)
        # Where a code was compared at once under one key, it is one attempt.
        compared = {(each.name, each.code) for each in asked if each.compared}
        # A new code for the same challenge frees its keys.
        most = 1 + sum(each.kind == "resend" for each in asked)
        per_name = Counter(name for name, _ in compared)
        assert not per_name or max(per_name.values()) <= most, "two codes are compared under one key"
        locked = person.compared >= MAX_FAILURES
        served = locked and now > person.compared_at + LOCK - EPSILON
        if served and any(each.kind in {"send", "resend"} for each in asked):
            person.compared, locked = 0, False
        # An approval or an unlock ends the challenge that all of these codes were typed for.
        assert person.compared + len(compared) <= MAX_FAILURES, "a sixth code is compared"

        taken = 0 if self.outcome is REFUSED else sum(len(each.messages) for each in asked)
        if person.sent >= MAX_SENDS and now > person.sent_at + LOCK - EPSILON:
            person.sent = 0
        spent = person.sent >= MAX_SENDS
        cools = now < person.sent_at + COOLDOWN - EPSILON
        assert taken <= anew + (not (locked or spent or cools)), "a message within the cooldown, a lock or a pause"

        person.compared = 0 if anew else person.compared + len(compared)
        person.compared_at = now if compared else person.compared_at
        person.sent = 0 if anew else person.sent + taken
        if taken and not anew:
            person.sent_at = now
        elif anew or any(each.messages for each in asked):
            person.sent_at = NEVER

    def _judge_approvals(self, person: Person, asked: Sequence[Asked]) -> None:
        person.unsure += sum(isinstance(each.result, errors.TemporarilyUnavailable) for each in asked)
        for each in asked:
            if not isinstance(each.result, Approval):
                continue
            assert each.kind == "right", "a wrong code approves"
            send, claimed_at = [(send, at) for send, (code, at) in person.codes.items() if code == each.code][-1]
            assert self.world.now < claimed_at + EXPIRY, "an expired code approves"
            assert person.approved.setdefault(send, each.result.token) == each.result.token, "a code approves twice"

    def _judge_actions(self, person: Person, asked: Sequence[Asked]) -> None:
        for each in asked:
            if isinstance(each.result, Approval) and each.action:
                token = person.acts.setdefault(each.action, each.result.token)
                assert token == each.result.token, "an action is approved twice"
            elif each.kind == "deny" and isinstance(each.result, tuple) and each.result[1]:
                assert each.action not in person.denied, "an action is denied twice"
                person.denied.add(each.action)
            elif each.kind == "redeem" and isinstance(each.result, tuple):
                by = person.redeemed.setdefault(each.action, each.name)
                assert by == each.name, "an approval is redeemed twice"
        assert not person.denied & person.acts.keys(), "an action is approved and denied"
        assert not person.denied & person.redeemed.keys(), "a denied action is redeemed"

    def _judge_history(self, person: Person) -> None:
        """The history has a line of each, and no more: a request that got no answer may have written one."""
        history = Counter(event["type"] for event in self.world.history(person.login.name))
        unsure, claims = person.unsure, history[EventType.PASSCODE_SENT]
        assert len(person.codes) <= claims <= len(person.codes) + unsure, "a message without a claim, or none for one"
        approvals = history[EventType.APPROVED] + history[EventType.ACTION_APPROVED]
        assert len(person.approved) <= approvals <= len(person.approved) + unsure, "a code approves twice"
        assert history[EventType.ACTION_DENIED] <= len(person.denied) + unsure, "an action is denied twice"
        assert history[EventType.ACTION_REDEEMED] <= len(person.redeemed) + unsure, "an approval is redeemed twice"


def run_histories(engine: Engine, seeds: Sequence[int]) -> None:
    """Runs the history of each seed. A failure names it."""
    with ThreadPoolExecutor(MOST) as threads:
        for seed in seeds:
            with engine.table() as table:
                try:
                    Crowd(engine, table, seed).run(threads)
                except AssertionError as failure:
                    failure.add_note(f"in the history of seed {seed}")
                    raise

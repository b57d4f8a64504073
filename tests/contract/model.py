"""A reference model of one user's second factor, and histories that compare the product with it.

The model knows nothing of items and conditions. It hears of each write in the order in which the table carries them out, and
says what must never happen, whatever order, loss or crash there was:

- no more than five codes are compared since a success, an unlock, or the end of a lock that was served
- a code approves once, in time, if it is the last one sent, and only for who asked before the password changed
- a claimed send gives one message at most, a request under one key one claim, and a day no more than the ceiling
- messages keep the cooldown, and five without success are followed by a pause
- an action is approved or denied, and redeemed once
"""

from copy import replace
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from mfa import errors
from mfa.administration.requests import UserPatch
from mfa.challenges.challenge import Challenge, Delivery
from mfa.challenges.sends import Caller, Outcome
from mfa.flows.approvals import Approval
from mfa.messages.outgoing import Outgoing
from mfa.store import records
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.actors import Actor
from mfa.users.roles import Role
from tests.contract.engines import Engine
from tests.contract.test_actions import DELETE, LONG_AGO, TOKEN_SECONDS, Deed, opened
from tests.contract.turns import Fault, Flow, Turn, Turns, Verbs
from tests.contract.world import ADDRESS, REFUSED, World
from tests.people import digits, other_code

IAM = Actor("iam", Role.OWNER)
MAX_FAILURES = MAX_SENDS = 5
LOCK, COOLDOWN, EXPIRY, DAY, REPLAY = 900, 60, 300, 86400, 60
# The newest requests that sent something, whose keys are surely known.
REQUESTS_KEPT = 4
CEILING = 12
STEPS = 12
EPSILON = 0.0005


@dataclass(eq=False)
class Sent:
    """A send that was claimed."""

    began: float
    claimed_at: float
    token: MfaToken
    code: str = ""
    approved: bool = False


@dataclass(eq=False)
class Claim:
    """An attempt that was claimed."""

    began: float
    send: Sent | None


@dataclass
class Act:
    """An action."""

    approved_at: float | None = None
    denied: bool = False
    redeemed: bool = False


@dataclass
class Model:
    """What is true of the user."""

    credentials: float
    compared: int = 0
    last_claim: float = 0.0
    locks: int = 0
    current: Sent | None = None
    charged: set[Sent] = field(default_factory=set)
    last_send: float = -1e9
    available_at: float = 0.0
    claimed_on: dict[int, int] = field(default_factory=dict)
    keys: list[tuple[str, str]] = field(default_factory=list)
    attempts: dict[tuple[str, str], Claim] = field(default_factory=dict)
    acts: dict[str, Act] = field(default_factory=dict)

    def claim_attempt(self, began: float, now: float, name: tuple[str, str] | None) -> Claim:
        """A code may be compared."""
        assert self.compared < MAX_FAILURES, "a sixth code is compared"
        before = self.attempts.get(name) if name else None
        again = before is not None and before.send is self.current and now < before.began + REPLAY - EPSILON
        assert not again, "two codes are compared under one key"
        self.compared += 1
        self.last_claim = began
        claim = Claim(began, self.current)
        if name:
            self.attempts[name] = claim
        return claim

    def give_back(self, name: tuple[str, str] | None) -> None:
        """A right code could not be approved."""
        self.compared = max(0, self.compared - 1)
        if name:
            self.attempts.pop(name, None)

    def approve(self, claim: Claim | None, code: str, token: MfaToken, now: float) -> None:
        """A code approves."""
        assert claim is not None, "an approval without an attempt"
        send = claim.send
        assert send is not None, "a dead code approves"
        assert send.code == code, "a wrong code approves"
        assert not send.approved, "a code approves twice"
        assert send is self.current, "a dead code approves"
        assert claim.began < send.claimed_at + EXPIRY + EPSILON, "an expired code approves"
        assert send.token.jti == token.jti, "another login is approved"
        assert token.credentials_changed_at == self.credentials, "an outdated token is approved"
        if token.action is not None:
            act = self.acts[token.action.id]
            assert not act.denied, "a denied action is approved"
            assert act.approved_at is None, "an action is approved twice"
            act.approved_at = now
        send.approved = True
        self.reset()

    def reset(self) -> None:
        """All counts begin anew."""
        self.compared = self.locks = 0
        self.charged.clear()
        self.available_at = 0.0

    def claim_send(self, send: Sent, key: tuple[str, str] | None) -> None:
        """A message may go out."""
        now = send.claimed_at
        assert send.token.credentials_changed_at == self.credentials, "an outdated token sends"
        if key is not None:
            assert key not in self.keys[-REQUESTS_KEPT:], "one request sends twice"
            self.keys.append(key)
        assert now > self.available_at - EPSILON, "a message within the cooldown"
        if self.compared >= MAX_FAILURES:
            assert now > self.last_claim + (LOCK << self.locks) - EPSILON, "a message within a lock"
            self.compared, self.locks = 0, self.locks + 1
        if len(self.charged) >= MAX_SENDS:
            assert now > self.last_send + LOCK - EPSILON, "a sixth message without success"
            self.charged.clear()
        day = int(send.began // DAY)
        self.claimed_on[day] = self.claimed_on.get(day, 0) + 1
        assert self.claimed_on[day] <= CEILING, "a message above the ceiling"
        self.charged.add(send)
        self.last_send, self.available_at, self.current = send.began, send.began + COOLDOWN, send

    def refund(self, send: Sent) -> None:
        """The vendor refused the message."""
        self.charged.discard(send)
        if send is self.current:
            self.available_at = 0.0

    def deny(self, action_id: str) -> None:
        """An action is denied."""
        assert self.acts[action_id].approved_at is None, "an approved action is denied"
        self.acts[action_id].denied = True

    def redeem(self, action_id: str, began: float) -> None:
        """An approval is used up."""
        act = self.acts[action_id]
        assert act.approved_at is not None, "an action is redeemed without an approval"
        assert not act.redeemed, "an approval is redeemed twice"
        assert began < act.approved_at + TOKEN_SECONDS + EPSILON, "an approval is redeemed too late"
        act.redeemed = True


@dataclass
class Known:
    """A challenge that a client knows, with the token that asked for it, and its code."""

    token: MfaToken
    challenge: Challenge
    code: str


KEYS = st.sampled_from([None, None, "a", "b"])
WHICH = st.integers(0, 3)
ASKED = st.one_of(
    st.tuples(st.just("send"), WHICH, KEYS),
    st.tuples(st.just("resend"), WHICH, KEYS),
    *[st.tuples(st.just(kind), WHICH, KEYS) for kind in ("right", "right", "wrong", "wrong", "wrong", "old")],
    st.tuples(st.sampled_from(["deny", "redeem", "unlock", "password"]), WHICH, KEYS),
)
JUMPS = st.sampled_from([0.0] * 20 + [1.0, 20.0, 60.0, 300.0])
FAULTS = st.sampled_from([Fault.NONE] * 12 + list(Fault))
TURNS = st.lists(st.builds(Turn, st.integers(0, 2), FAULTS, JUMPS), max_size=12)
OUTCOMES = st.sampled_from([Outcome(Delivery.QUEUED)] * 4 + [Outcome(Delivery.UNKNOWN), REFUSED])


class Histories(RuleBasedStateMachine):
    """One history. `engine` is the table that it runs on."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self._table = self.engine.table()
        self.turns = Turns(self.engine.client, lambda seconds: self.world.wait(seconds))
        self.world = World(self.turns, self._table.__enter__())
        self.world.set(actions={"delete_backup": DELETE})
        self.world.budgets(global_per_day=CEILING)
        self.demo = self.world.person(verified_at=LONG_AGO)
        self.model = Model(credentials=self.demo.token.credentials_changed_at)
        self.tokens: list[MfaToken] = [self.demo.token]
        self.known: list[Known] = []
        self.deeds: list[Deed] = []
        self.claimed: dict[Flow, Sent] = {}
        self.passwords = 0
        self.outcome = Outcome(Delivery.QUEUED)
        self.world.sms.send = self._message  # type: ignore[method-assign]
        self._name_verbs()
        self.administration = self.world.administration(Verbs(self.world.users, self.turns))

    def _name_verbs(self) -> None:
        """Lets the model know which verb of a store each write belongs to."""
        world, turns = self.world, self.turns
        genuine: Any = replace(world.genuine, actions=Verbs(world.actions, turns))
        world.send_passcode = replace(world.send_passcode, sends=Verbs(world.sends, turns))
        world.verify_passcode = replace(world.verify_passcode, attempts=Verbs(world.attempts, turns), genuine=genuine)
        world.end_action = replace(world.end_action, genuine=genuine)

    def teardown(self) -> None:
        self._table.__exit__(None, None, None)

    @rule()
    def log_in(self) -> None:
        """The first factor is passed again."""
        self.tokens.append(self.world.token())

    @rule()
    def open_action(self) -> None:
        """A client asks for an action."""
        try:
            deed = opened(self.world)
        except errors.Refusal:
            return
        self.deeds.append(deed)
        self.model.acts[deed.id] = Act()
        self.tokens.append(deed.token)

    @rule(seconds=st.sampled_from([1, 31, 60, 299, 301, 900, 1800, 3600, DAY]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.world.wait(seconds)

    @rule(asked=st.lists(ASKED, min_size=1, max_size=3), turns=TURNS, outcome=OUTCOMES)
    def ask(self, asked: list[tuple[str, int, str | None]], turns: list[Turn], outcome: Outcome) -> None:
        """Up to three requests at the same time."""
        self.outcome = outcome
        self.ask_all(asked, turns)

    @initialize()
    def begin(self) -> None:
        """A history without a message has nothing to tell."""
        self.ask_all([("send", 0, None)], [])

    @rule(count=st.sampled_from([3, 4, 5, 5, 6]))
    def guess(self, count: int) -> None:
        """A message, wrong codes, one after the other, then the right one, and another message."""
        self.outcome = Outcome(Delivery.QUEUED)
        self.log_in()
        self.world.wait(COOLDOWN)
        self.ask_all([("send", 0, None)], [])
        for _ in range(count):
            self.ask_all([("wrong", 0, None)], [])
        self.ask_all([("right", 0, None)], [])
        self.world.wait(COOLDOWN)
        self.ask_all([("send", 0, None)], [])

    @rule(seconds=st.sampled_from([1, 59, 60, 301]), times=st.integers(1, 7))
    def send_on(self, seconds: int, times: int) -> None:
        """Messages, one after the other."""
        self.log_in()
        for _ in range(times):
            self.world.wait(seconds)
            self.ask_all([("send", 0, None)], [])

    @rule(seconds=st.sampled_from([60, 299, 301, 900]), kind=st.sampled_from(["right", "old"]), which=WHICH)
    def type_late(self, seconds: int, kind: str, which: int) -> None:
        """A right code, or a dead one, some time later."""
        self.world.wait(seconds)
        self.ask_all([(kind, which, None)], [])

    @rule(kinds=st.permutations(["right", "wrong"]) | st.just(["right", "right"]), key=KEYS)
    def type_twice(self, kinds: list[str], key: str | None) -> None:
        """Two codes at the same time, each request to the table in turn, perhaps under one key."""
        self.world.wait(COOLDOWN)
        self.ask_all([("send", 0, None)], [])
        self.ask_all([(kind, 0, key) for kind in kinds], [Turn(n) for n in range(12)])

    @rule(reads=st.sampled_from([1, 1, 2]), kind=st.sampled_from(["send", "resend"]))
    def overtake(self, reads: int, kind: str) -> None:
        """Another message is claimed after a right code was, and before it approves."""
        self.outcome = Outcome(Delivery.QUEUED)
        self.log_in()
        self.world.wait(COOLDOWN)
        self.ask_all([("send", 0, None)], [])
        self.world.wait(COOLDOWN)
        self.ask_all([("right", 0, None), (kind, 0, None)], [Turn(0)] * reads + [Turn(1)] * 3)

    @rule(reads=st.integers(1, 2))
    def send_twice(self, reads: int) -> None:
        """Two requests under one key, of which one has read before the vendor refuses the other's message.

        No send is before them, from which the second could tell that it is late.
        """
        self.log_in()
        self.ask_all([("unlock", 0, None)], [])
        self.outcome = REFUSED
        self.ask_all([("send", 0, "a"), ("send", 0, "a")], [Turn(0)] * reads + [Turn(1)] * 12)
        self.outcome = Outcome(Delivery.QUEUED)

    @rule(times=st.integers(5, 8))
    def log_in_often(self, times: int) -> None:
        """Logins, one after the other."""
        self.outcome = Outcome(Delivery.QUEUED)
        for _ in range(times):
            self.log_in()
            self.world.wait(COOLDOWN)
            self.ask_all([("send", 0, None)], [])
            self.ask_all([("right", 0, None)], [])

    @rule(key=KEYS)
    def redeem_twice(self, key: str | None) -> None:
        """An approval is redeemed by two requests at the same time, each request to the table in turn."""
        self.outcome = Outcome(Delivery.QUEUED)
        self.world.wait(COOLDOWN)
        self.open_action()
        self.ask_all([("send", 0, None)], [])
        self.ask_all([("right", 0, None)], [])
        self.ask_all([("redeem", 0, key), ("redeem", 0, None)], [Turn(n) for n in range(12)])

    @rule(reads=st.integers(1, 4))
    def deny_late(self, reads: int) -> None:
        """An action is denied after its code was typed, and before that approves."""
        self.world.wait(COOLDOWN)
        self.open_action()
        self.ask_all([("send", 0, None)], [])
        self.ask_all([("right", 0, None), ("deny", 0, None)], [Turn(0)] * reads + [Turn(1)] * 3)

    @rule(turns=TURNS, ends=st.sampled_from(["deny", "redeem", "right"]))
    def decide(self, turns: list[Turn], ends: str) -> None:
        """An action is opened, sent, approved, and ended at the same time and after it."""
        self.world.wait(COOLDOWN)
        self.open_action()
        self.outcome = Outcome(Delivery.QUEUED)
        self.ask_all([("send", 0, None)], [])
        self.ask_all([("right", 0, None), (ends, 0, None)], turns)
        self.ask_all([(ends, 0, None), (ends, 0, None)], turns)

    def ask_all(self, asked: list[tuple[str, int, str | None]], turns: list[Turn]) -> None:
        """Runs requests at the same time, and raises what must not happen."""
        flows = [flow for each in asked if (flow := self._flow(*each)) is not None]
        self.turns.together(flows, turns)
        for flow in flows:
            if isinstance(flow.result, Exception) and not isinstance(flow.result, errors.Refusal):
                raise flow.result

    # --- the requests

    def _flow(self, kind: str, which: int, key: str | None) -> Flow | None:
        match kind:
            case "send":
                return self._send(self._token(which), key, None)
            case "resend":
                known = self._challenge(which)
                return self._send(known.token, key, known.challenge) if known else None
            case "right" | "old" | "wrong":
                return self._guess(kind, which, key)
            case "deny" | "redeem":
                return self._end(kind, which, key)
            case "unlock":
                return Flow(lambda: self.administration.unlock(IAM, self.demo.name), self._unlocked)
            case _:
                return self._new_password()

    def _token(self, which: int) -> MfaToken:
        return self.tokens[-1 - which % len(self.tokens)]

    def _challenge(self, which: int) -> Known | None:
        return self.known[-1 - which % len(self.known)] if self.known else None

    def _send(self, token: MfaToken, key: str | None, resends: Challenge | None) -> Flow:
        began, world = self.world.now, self.world
        caller = Caller(ADDRESS, key, f"send {resends and resends.id}")

        def call() -> Any:
            if resends is None:
                result = world.send_passcode.start(token, caller, self.demo.phone.id)
            else:
                result = world.send_passcode.resend(token, caller, resends.id)
            if result.sent:
                self.known.append(Known(token, result.challenge, self.claimed[flow].code))
            return result

        def committed(verb: str) -> None:
            if verb == "open_challenge":
                assert flow not in self.claimed, "a request claims two messages"
                self.claimed[flow] = Sent(began=began, claimed_at=world.now, token=token)
                self.model.claim_send(self.claimed[flow], (token.jti, key) if key else None)
            elif verb == "record_refused":
                self.model.refund(self.claimed[flow])

        flow = Flow(call, committed)
        return flow

    def _message(self, outgoing: Outgoing) -> Outcome:
        """A message goes out."""
        flow = self.turns.running
        send = self.claimed.get(flow) if flow else None
        assert send is not None, "a message without a claim"
        assert not send.code, "two messages for one claim"
        send.code = digits(outgoing.body)
        return self.outcome

    def _guess(self, kind: str, which: int, key: str | None) -> Flow | None:
        known = self._challenge(which if kind == "old" else 0)
        if known is None:
            return None
        code = other_code(known.code) if kind == "wrong" else known.code
        token = self._token(which) if kind == "old" else known.token
        began, model, world = self.world.now, self.model, self.world
        name = (token.jti, key) if key else None
        own: list[Claim] = []

        def claim() -> Claim | None:
            return own[0] if own else (model.attempts.get(name) if name else None)

        def committed(verb: str) -> None:
            if verb == "claim_attempt":
                own.append(model.claim_attempt(began, world.now, name))
            elif verb == "give_attempt_back":
                model.give_back(name)
            elif verb == "confirm":
                model.approve(claim(), code, token, world.now)

        def call() -> Approval:
            caller = Caller(ADDRESS, key, f"{known.challenge.id} {code}")
            try:
                approval = world.verify_passcode.verify(token, known.challenge.id, code, caller)
            except (errors.InvalidCode, errors.CodeSuperseded):
                assert claim() is not None, "a code is compared that cost no attempt"
                raise
            claimed = claim()
            assert claimed is not None, "an approval without an attempt"
            assert claimed.send is not None, "a dead code approves"
            assert claimed.send.approved, "an approval that is not written"
            return approval

        return Flow(call, committed)

    def _end(self, kind: str, which: int, key: str | None) -> Flow | None:
        if not self.deeds:
            return None
        deed = self.deeds[-1 - which % len(self.deeds)]
        began, model = self.world.now, self.model

        def committed(verb: str) -> None:
            if verb == "deny":
                model.deny(deed.id)
            elif verb == "redeem":
                model.redeem(deed.id, began)

        return Flow(deed.deny if kind == "deny" else lambda: deed.redeem(key=key), committed)

    def _unlocked(self, verb: str) -> None:
        if verb == "unlock":
            self.model.reset()
            self.model.current = None

    def _new_password(self) -> Flow:
        self.passwords += 1
        patch = UserPatch(self.demo.name, password=f"another battery staple {self.passwords}")

        def committed(_verb: str) -> None:
            # A change is several writes. The profile tells whether it was the one that ends tokens.
            credentials = self.world.item(records.profile_key(self.demo.name))["credentials_changed_at"]
            if credentials != self.model.credentials:
                self.model.credentials, self.model.current = credentials, None

        self.world.wait(0.001)
        return Flow(lambda: self.administration.patch(IAM, patch), committed)


def histories(on: Engine) -> type[Histories]:
    """The histories of this engine."""
    return type("Histories", (Histories,), {"engine": on})


def settings_for(count: int, *, derandomize: bool = False) -> settings:
    """Settings for this number of histories. Hypothesis does not shorten one that fails, because that takes minutes."""
    return settings(
        max_examples=count,
        stateful_step_count=STEPS,
        phases=(Phase.generate,),
        derandomize=derandomize,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )

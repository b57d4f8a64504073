"""The store and the flows on a real table. The test controls the vendors, the clock and the randomness."""

import random
import re
from collections import defaultdict
from collections.abc import Callable
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Self

from botocore.exceptions import ClientError
from msgspec import structs
from pyotp import TOTP

from mfa.administration.heirs import Heirs
from mfa.administration.user_changes import UserAdministration
from mfa.challenges.account import Account
from mfa.challenges.challenge import Challenge, Delivery
from mfa.challenges.factor_changes import FactorChange
from mfa.challenges.receipts import read_ref
from mfa.challenges.sends import Caller, Outcome, Receipt, SendResult
from mfa.errors import SmsUnavailable
from mfa.factors import recovery_codes, totp
from mfa.factors.factors import Factor
from mfa.factors.phones import Phone
from mfa.flows.approvals import Approval
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.check_password import CheckPassword
from mfa.flows.device_trust import DeviceWish
from mfa.flows.end_action import EndAction
from mfa.flows.enrol import EnrolAtLogin
from mfa.flows.genuine_actions import GenuineActions
from mfa.flows.log_in import LogIn
from mfa.flows.new_passwords import NewPasswords
from mfa.flows.open_action import OpenAction
from mfa.flows.prove_factor import ProveFactor
from mfa.flows.runtime import Runtime
from mfa.flows.send_passcode import SendPasscode
from mfa.flows.tell_changes import Notice
from mfa.flows.verify_passcode import VerifyPasscode
from mfa.messages.channels import Channel, ProviderName
from mfa.messages.outgoing import Outgoing
from mfa.settings.ceilings import Budgets
from mfa.settings.fraud import Fraud
from mfa.settings.fraud_thresholds import Thresholds
from mfa.settings.values import Settings, StoredSettings
from mfa.store import records
from mfa.store.accounts import AccountStore
from mfa.store.actions import ActionStore
from mfa.store.attempts import AttemptStore
from mfa.store.attribute_values import decode, encode
from mfa.store.clients import ClientStore
from mfa.store.counters import Counters
from mfa.store.factors import FactorStore
from mfa.store.histories import Histories
from mfa.store.notices import NoticeStore
from mfa.store.pauses import PauseStore
from mfa.store.proofs import ProofStore
from mfa.store.search import SearchIndex
from mfa.store.sends import SendStore
from mfa.store.settings import SettingsStore
from mfa.store.settings_tests import SettingsTestStore
from mfa.store.table import Item, Key, Table
from mfa.store.users import UserStore
from mfa.tokens.factor_keys import FactorKeys
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.mfa_tokens import MfaToken
from mfa.tokens.token_keys import TokenSecrets
from mfa.users.history import Event, EventType
from mfa.users.password_costs import CostsInUse
from mfa.users.user import Kind, User
from tests import accounts
from tests.people import digits, other_code
from tests.product import PASSWORD

# Far from the hour's end and with milliseconds; years ahead, so that no engine sweeps an item by its TTL.
START = datetime(2031, 3, 14, 12, 0, 0, 125000, tzinfo=UTC).timestamp()
ADDRESS = "192.0.2.1"
# DynamoDB Local's build of 2020 takes no more; AWS takes 100.
WRITES_IN_A_TRANSACTION = 10
NUMBER = "+85292153799"
KEYS = HmacKeys(b"the key of these tests")
TOKEN_SECRETS = TokenSecrets(HmacKeys(b"the other key of these tests"), START)
FACTOR_KEYS = FactorKeys((b"the factor key of these tests",))
TOTP_SECRET = b"12345678901234567890"
CODES = [f"{letter * 4}-0000-1111-2222" for letter in "abcdefghjk"]
TEMPORARY = "zzzz-yyyy-xxxx-wwww"
REFUSED = Outcome(Delivery.FAILED, "21610", SmsUnavailable())
REFUSED_FOR_GOOD = Outcome(Delivery.FAILED, "21211", SmsUnavailable(), permanent=True)


class Wire:
    """The store's client. A test can run code between two requests, or break a request."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._before: defaultdict[str, list[Callable[[], object]]] = defaultdict(list)
        self._lost: dict[str, BaseException] = {}
        self.requests: list[str] = []
        self.transactions: list[int] = []
        self.partitions: list[str] = []  # of each write
        self.tells_item = True

    def before(self, method: str, action: Callable[[], object]) -> None:
        """Runs this before the next request of the method. Several actions run before successive requests."""
        self._before[method].append(action)

    def fail(self, method: str, *failures: BaseException) -> None:
        """Breaks the next requests of the method."""

        def failing(failure: BaseException) -> Callable[[], object]:
            def fail() -> None:
                raise failure

            return fail

        for failure in failures:
            self.before(method, failing(failure))

    def lose(self, method: str, failure: BaseException) -> None:
        """Breaks the answer to the next request of the method, which is carried out."""
        self._lost[method] = failure

    def get_item(self, **request: Any) -> Any:
        return self._call("get_item", request)

    def batch_get_item(self, **request: Any) -> Any:
        return self._call("batch_get_item", request)

    def put_item(self, **request: Any) -> Any:
        self.partitions.append(request["Item"]["pk"]["S"])
        return self._call("put_item", request)

    def query(self, **request: Any) -> Any:
        return self._call("query", request)

    def update_item(self, **request: Any) -> Any:
        self.partitions.append(request["Key"]["pk"]["S"])
        return self._call("update_item", request)

    def transact_write_items(self, **request: Any) -> Any:
        self.transactions.append(len(request["TransactItems"]))
        assert self.transactions[-1] <= WRITES_IN_A_TRANSACTION
        for item in request["TransactItems"]:
            for write in item.values():
                self.partitions.append((write.get("Item") or write["Key"])["pk"]["S"])
        return self._call("transact_write_items", request)

    def _call(self, method: str, request: dict[str, Any]) -> Any:
        self.requests.append(method)
        if self._before[method]:
            self._before[method].pop(0)()
        try:
            answer = getattr(self._client, method)(**request)
        except ClientError as error:
            if not self.tells_item:
                error.response.pop("Item", None)  # type: ignore[typeddict-item]
            raise
        if method in self._lost:
            raise self._lost.pop(method)
        return answer


def one_after_the_other(*calls: Callable[[], object]) -> None:
    """Makes each call in its turn, as `together` makes them at once: all of them, and the first failure is raised."""
    failures = []
    for call in calls:
        try:
            call()
        except Exception as failure:  # noqa: BLE001 - raised below
            failures.append(failure)
    if failures:
        raise failures[0]


@dataclass
class Phones:
    """A messenger that keeps messages, with the outcomes of the next ones."""

    outbox: list[tuple[str, str]] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def check(self, channel: Channel, region: str, *, verified: bool) -> None:
        pass

    def send(self, outgoing: Outgoing) -> Outcome:
        outcome = self.outcomes.pop(0) if self.outcomes else Outcome(Delivery.QUEUED)
        self.refs.append(outgoing.ref)
        if outcome.refusal is None:
            self.outbox.append((outgoing.address, outgoing.body))
        while self.meanwhile:
            self.meanwhile.pop(0)()
        return outcome


@dataclass
class Mailboxes:
    """A mailer that keeps mails, with the outcomes of the next ones."""

    outbox: list[tuple[str, str]] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def send(self, sender: str, outgoing: Outgoing) -> Outcome:
        outcome = self.outcomes.pop(0) if self.outcomes else Outcome(Delivery.QUEUED)
        self.refs.append(outgoing.ref)
        if outcome.refusal is None:
            self.outbox.append((outgoing.address, outgoing.body))
        return outcome


@dataclass
class Handed:
    """A handover that keeps notices."""

    notices: list[Notice] = field(default_factory=list)

    def hand_over(self, notice: Notice) -> None:
        self.notices.append(notice)


@dataclass
class Signatures:
    """A signer that counts its signatures."""

    failures: list[Exception] = field(default_factory=list)
    signed: int = 0

    def current(self) -> Self:
        return self

    def key_id(self) -> str:
        return "key"

    def sign(self, message: bytes) -> bytes:
        if self.failures:
            raise self.failures.pop(0)
        self.signed += 1
        return bytes(64)


class PlainPasswords:
    """Passwords that are their own hash."""

    def matches(self, password_hash: str | None, password: str, _in_use: CostsInUse) -> bool:
        return password_hash == password

    def is_outdated(self, password_hash: str) -> bool:
        return False

    def hash(self, password: str) -> str:
        return password


class World:
    """The store and the flows on one table."""

    def __init__(self, client: Any, table_name: str, pause: Callable[[int], None] | None = None) -> None:
        """`pause` waits before a transaction that met another one is made again. Without it, none waits."""
        self.now = START
        self.settings = Settings(
            email_sender="no-reply@example.com",
            # Tests of ceilings use up the whole of them.
            budgets=Budgets(
                number_per_hour=1000, number_per_day=1000, address_per_hour=1000, kept_for_verified_percent=0
            ),
            fraud=Fraud(mode="off"),
        )
        self.thresholds: dict[str, Thresholds] = {}
        self.partitioned_from = ""
        self.token_secrets = TOKEN_SECRETS
        self.factor_keys = FACTOR_KEYS
        self.paused: frozenset[ProviderName] = frozenset()
        self.dice = random.Random(1)  # the same draws in every run
        self.random_below: Callable[[int], int] = self.dice.randrange
        self.pauses: list[int] = []
        self.wire = Wire(client)
        self.sms, self.email, self.signer = Phones(), Mailboxes(), Signatures()
        self.handover = Handed()
        self.table = Table(
            self.wire,
            table_name,
            pause or self.pauses.append,
            lambda: self.settings.history_seconds,
            one_after_the_other,
        )
        self._client, self._table_name = client, table_name
        self._serial = count()
        counters = Counters(lambda n: self.random_below(n), lambda: self.partitioned_from)
        self.accounts = AccountStore(self.table, counters)
        self.sends = SendStore(self.table, counters)
        self.notice_claims = NoticeStore(self.table, counters, records.notice_key)
        self.attempts = AttemptStore(self.table, counters)
        self.users = UserStore(self.table)
        self.search_index, self.histories = SearchIndex(self.table), Histories(self.table)
        self.settings_store = SettingsStore(self.table)
        self.clients = ClientStore(self.table, self.search_index)
        self.pause_store = PauseStore(self.table, "twilio", lambda: self.now)
        self.settings_tests = SettingsTestStore(self.table, counters)
        self.runtime = Runtime(
            settings=lambda: self.settings,
            prices=lambda: StoredSettings(self.settings).prices(),
            thresholds=lambda: self.thresholds,
            keys=lambda: KEYS,
            issuer=lambda: "https://login.example.com",
            clock=lambda: self.now,
            random_below=lambda n: self.random_below(n),
            random_bytes=self.dice.randbytes,
        )
        self.send_passcode = SendPasscode(
            accounts=self.accounts,
            sends=self.sends,
            messenger=self.sms,
            mailer=self.email,
            runtime=self.runtime,
        )
        self.factors = FactorStore(self.table)
        self.prove_factor = ProveFactor(
            accounts=self.accounts,
            attempts=self.attempts,
            proofs=ProofStore(self.table, counters),
            factor_keys=lambda: self.factor_keys,
            notices=ChangeNotices(self.handover),
            signer=self.signer,
            token_secrets=lambda: self.token_secrets,
            runtime=self.runtime,
        )
        self.actions = ActionStore(self.table)
        self.genuine = GenuineActions(actions=self.actions, token_secrets=lambda: self.token_secrets)
        self.verify_passcode = VerifyPasscode(
            accounts=self.accounts,
            attempts=self.attempts,
            genuine=self.genuine,
            signer=self.signer,
            runtime=self.runtime,
        )
        self.open_action = OpenAction(accounts=self.accounts, genuine=self.genuine, runtime=self.runtime)
        self.end_action = EndAction(genuine=self.genuine, runtime=self.runtime)
        self.check_password = CheckPassword(
            accounts=self.accounts,
            passwords=PlainPasswords(),
            costs_in_use=dict,  # cached in a function, and nothing to PlainPasswords
            runtime=self.runtime,
        )
        self.log_in = LogIn(
            accounts=self.accounts,
            check_password=self.check_password,
            passwords=PlainPasswords(),
            enrol=EnrolAtLogin(
                history=self.accounts,
                tell=ChangeNotices(self.handover).enrolment_started,
                token_secrets=lambda: self.token_secrets,
                runtime=self.runtime,
            ),
            token_secrets=lambda: self.token_secrets,
            paused=lambda _now: self.paused,
            signer=self.signer,
            runtime=self.runtime,
        )

    # --- what is there

    @property
    def endpoint(self) -> str:
        """The engine's address."""
        return str(self._client._url)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now = round(self.now + seconds, 3)

    def set(self, **settings: Any) -> None:
        """Changes settings."""
        self.settings = structs.replace(self.settings, **settings)

    def budgets(self, **ceilings: Any) -> None:
        """Changes the budgets."""
        self.set(budgets=structs.replace(self.settings.budgets, **ceilings))

    def event(self, type_: EventType = EventType.USER_CHANGED) -> Event:
        """A new event for the history."""
        return Event(id=self.dice.randbytes(6).hex(), at=self.now, type=type_, actor="iam")

    def add_user(self, login_name: str = "demo.user", **fields: Any) -> User:
        """Adds a user with MFA on."""
        user = self._user(login_name, **fields)
        self.users.add(user, self.event(EventType.USER_CREATED))
        return user

    def _user(self, login_name: str, **fields: Any) -> User:
        given: dict[str, Any] = {
            "mfa_enabled": True,
            "contact_email": "demo.user@example.com",
            "locale": "en",  # without one, the phone's region would choose the language
            "password_hash": PASSWORD,
        }
        return accounts.user(login_name, at=self.now, **given | fields)

    def phone(self, number: str = NUMBER, slot: int = 0) -> Phone:
        """A phone that belongs to nobody yet."""
        return accounts.phone(number, id_=f"{slot}-{self.dice.randbytes(8).hex()}")

    def add_phone(self, login_name: str = "demo.user", number: str = NUMBER, slot: int = 0) -> Phone:
        """Adds a phone to a user."""
        phone = self.phone(number, slot)
        assert self.users.add_phone(login_name, phone, self.event(EventType.PHONE_ADDED))
        return phone

    def person(self, login_name: str = "demo.user", number: str = NUMBER, verified_at: float | None = None) -> "Login":
        """Puts a user with a phone into the table, who has passed the first factor."""
        phone = self.phone(number)
        if verified_at is not None:
            phone = replace(phone, verified=True, last_verified_at=verified_at, verified_since=verified_at)
        self.put(records.profile_key(login_name), records.user_item(self._user(login_name)))
        self.put(records.password_key(login_name), {"password_hash": PASSWORD})
        self.put(records.phone_key(login_name, phone.slot), records.phone_item(phone))
        return Login(self, self.token(login_name), phone)

    def receipts(self) -> list[Receipt]:
        """The receipts of the messages to phones, as callbacks bring them, the oldest first."""
        return [receipt for ref in self.sms.refs if (receipt := read_ref(KEYS, ref, self.now))]

    def token(self, login_name: str = "demo.user", client_id: str | None = None, kind: Kind = Kind.BACKUP) -> MfaToken:
        """The token of a passed first factor."""
        jti = f"login {next(self._serial)}"
        credentials = self.item(records.profile_key(login_name)).get("credentials_changed_at", self.now)
        fields = {"kind": kind, "client_id": client_id, "credentials_changed_at": credentials}
        return accounts.mfa_token(login_name, at=self.now, jti=jti, **fields)

    def account(self, login_name: str = "demo.user") -> Account:
        """The user with phones, challenge and password."""
        return self.accounts.load_account_with_tries(login_name)

    def user(self, login_name: str = "demo.user") -> User:
        """The user, who must exist."""
        user = self.account(login_name).user
        assert user is not None
        return user

    def challenge(self, login_name: str = "demo.user") -> Challenge:
        """The user's challenge."""
        return self.account(login_name).challenge

    # --- factors

    def change_factors(self, login_name: str = "demo.user") -> FactorChange:
        """A change of the factors as the table has them now."""
        account = self.accounts.load_account_with_factors(login_name)
        after, _ = account.existing_user.changed(self.now, {})
        return FactorChange(
            before=account.existing_user, after=after, secrets=account.factors.secrets, event=self.event()
        )

    def enrol(self, login_name: str = "demo.user") -> None:
        """Gives the user an authenticator app with TOTP_SECRET, the recovery codes CODES and the temporary code TEMPORARY."""
        keys, day = self.factor_keys, self.now + 86400
        sealed = keys.encrypt(login_name, totp.PURPOSE, TOTP_SECRET, self.dice.randbytes)
        self.factors.begin_totp(self.change_factors(login_name), sealed)
        self.factors.confirm_totp(self.change_factors(login_name), int(self.now // 30) - 5)
        codes = [keys.digest(login_name, recovery_codes.PURPOSE, code.replace("-", "")) for code in CODES]
        self.factors.put_recovery_codes(self.change_factors(login_name), codes)
        digest = keys.digest(login_name, recovery_codes.TEMPORARY_PURPOSE, TEMPORARY.replace("-", ""))
        self.factors.put_temporary_code(self.change_factors(login_name), digest, day, "root")

    def app_code(self, offset: int = 0) -> str:
        """The code of the authenticator app, so many steps from now."""
        return TOTP(totp.shown_secret(TOTP_SECRET)).at(self.now, counter_offset=offset)

    def administration(self, users: Any = None) -> UserAdministration:
        """What changes users; by `users` in place of the store, if they are given."""
        return UserAdministration(
            accounts=self.accounts,
            users=users or self.users,
            heirs=Heirs(
                accounts=self.accounts,
                search_index=self.search_index,
                settings=lambda: self.settings_store.load_settings().settings,
            ),
            stored_settings=self.settings_store.load_settings,
            passwords=NewPasswords(hashes=PlainPasswords(), runtime=self.runtime),
            notices=ChangeNotices(self.handover),
            runtime=self.runtime,
        )

    # --- the table itself

    def item(self, key: Key) -> Item:
        """The item in the table, or an empty one."""
        answer = self._client.get_item(
            TableName=self._table_name, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}}, ConsistentRead=True
        )
        return decode(answer.get("Item", {}))

    def put(self, key: Key, item: Item) -> None:
        """Puts an item into the table, bypassing the store."""
        self._client.put_item(TableName=self._table_name, Item=encode(item | {"pk": key[0], "sk": key[1]}))

    def edit(self, key: Key, **attributes: Any) -> None:
        """Changes an item, bypassing the store; None removes an attribute."""
        self.put(key, self.item(key) | attributes)

    def remove(self, key: Key) -> None:
        """Removes an item, bypassing the store."""
        self._client.delete_item(TableName=self._table_name, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}})

    def items(self, pk: str = "", sk: str = "") -> list[Item]:
        """All items whose keys begin like this."""
        items: list[Item] = []
        start: dict[str, Any] = {}
        while True:
            answer = self._client.scan(TableName=self._table_name, ConsistentRead=True, **start)
            items += map(decode, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                break
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
        found = [item for item in items if item["pk"].startswith(pk) and item["sk"].startswith(sk)]
        return sorted(found, key=lambda item: (item["pk"], item["sk"]))

    def history(self, login_name: str = "demo.user", *types: EventType) -> list[Item]:
        """A user's events in order; only these types, if some are given."""
        events = self.items(records.history_of(login_name))
        return [
            event
            for event in events
            if event["pk"] == records.history_of(login_name) and (event["type"] in types or not types)
        ]

    def refused_from(self, login_name: str = "demo.user") -> list[str]:
        """The addresses of the wrong attempts in a user's history, in order."""
        events = self.history(login_name, EventType.PASSCODE_REFUSED)
        return [attempt["address"] for event in events for attempt in event["detail"]["attempts"]]

    def counted(self, subject: str, name: str = "n") -> int:
        """A counter of the present windows, summed over all shards."""
        shard = re.compile(rf"{re.escape(subject)}(#\d\d)?")
        return sum(item.get(name, 0) for item in self.items() if shard.fullmatch(item["pk"]))


@dataclass
class Login:
    """A user who has passed the first factor, at the flows. People who use the API are in `tests.people`."""

    world: World
    token: MfaToken
    phone: Phone

    @property
    def name(self) -> str:
        return self.token.login_name

    @property
    def code(self) -> str:
        """The passcode in the newest message or mail to this user."""
        outboxes = [*self.world.sms.outbox, *self.world.email.outbox]
        bodies = [body for _, body in outboxes if f'user "{self.name}" login' in body]
        latest = [body for body in bodies if self.item["prefix"] in body][-1]
        return digits(latest)

    @property
    def wrong_code(self) -> str:
        return other_code(self.code)

    @property
    def messages(self) -> int:
        """How many messages were sent to this user."""
        return sum(f'user "{self.name}" login' in body for _, body in self.world.sms.outbox)

    @property
    def mails(self) -> int:
        """How many mails were sent."""
        return len(self.world.email.outbox)

    @property
    def item(self) -> Item:
        """The challenge's item."""
        return self.world.item(records.challenge_key(self.name))

    def logs_in_again(self) -> "Login":
        """The same user after another first factor."""
        return replace(self, token=self.world.token(self.name))

    def start(self, phone: Phone | None = None, *, key: str | None = None, asked: str = "a") -> Challenge:
        return self.started(phone, key=key, asked=asked).challenge

    def started(self, phone: Phone | None = None, *, key: str | None = None, asked: str = "a") -> SendResult:
        return self.world.send_passcode.start(self.token, Caller(ADDRESS, key, asked), (phone or self.phone).id)

    def resend(self, challenge: Challenge, *, key: str | None = None) -> Challenge:
        return self.world.send_passcode.resend(self.token, Caller(ADDRESS, key, "resend"), challenge.id).challenge

    def recover(self, *, key: str | None = None) -> Challenge:
        return self.world.send_passcode.recover(self.token, Caller(ADDRESS, key, "recovery")).challenge

    def verify(self, challenge: Challenge, code: str, address: str = ADDRESS, *, key: str | None = None) -> Approval:
        caller = Caller(address, key, f"{challenge.id} {code}")
        return self.world.verify_passcode.verify(self.token, challenge.id, code, caller)

    def prove(
        self,
        factor: Factor,
        code: str,
        address: str = ADDRESS,
        *,
        key: str | None = None,
        wish: DeviceWish | None = None,
    ) -> Approval:
        caller = Caller(address, key, f"{factor} {code}")
        return self.world.prove_factor.prove(self.token, factor, code, caller, wish)

    def edit(self, **attributes: Any) -> None:
        """Changes the challenge's item, bypassing the store."""
        self.world.edit(records.challenge_key(self.name), **attributes)

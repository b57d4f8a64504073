"""The keys of the table, and how values become items.

IAM grants writes by partition. So items that different functions write lie in different partitions: a user's challenge
and history are not in the partition of the profile.
"""

from collections.abc import Iterator
from copy import replace
from dataclasses import asdict

from msgspec import Struct

from mfa.challenges.password_tries import digest
from mfa.factors.held_factors import FactorSecrets, FactorUses, HeldFactors
from mfa.factors.phones import PHONES_PER_USER, Phone
from mfa.factors.trusted_devices import TrustedDevice
from mfa.store import conditions as when
from mfa.store.reading import read
from mfa.store.search import profile_entry
from mfa.store.table import Item, Key, Write
from mfa.times import Moment, rfc3339
from mfa.users.changes import change_entry
from mfa.users.clients import Client
from mfa.users.event_log import PRODUCTS_HISTORY, log_entry
from mfa.users.history import Event
from mfa.users.roles import BEFORE_ROLES
from mfa.users.user import Kind, User

SETTINGS: Key = ("SETTINGS", "#SETTINGS")
ADMINS: Key = ("SETTINGS", "#ADMINS")
BREAKER: Key = ("BREAKER", "#BREAKER")
PRICES: Key = ("PRICES", "#PRICES")
FRAUD: Key = ("FRAUD", "#FRAUD")
DIRECTORY: Key = ("DIRECTORY", "#DIRECTORY")
TOKEN_KEYS: Key = ("TOKEN_KEYS", "#TOKEN_KEYS")
CERTIFIED_KEYS, PRIVATE_KEYS = "CERTIFIED_KEYS", "PRIVATE_KEYS"
PASSWORD_COSTS: Key = ("PASSWORD_COSTS", "#PASSWORD_COSTS")
CLIENTS = "CLIENTS"
# Stands for a part of an item that cannot be read.
UNREADABLE = "unreadable"
# The user or the actor of an event where there is none, or none that is known.
NOBODY = "-"
# The attributes of a phone that others than administration write.
_MARKS = frozenset({"last_verified_at", "verified_since", "unusable_reason", "unusable_at"})
# These fields of a user lie in the item of the password.
_OF_PASSWORD = ("password_hash", "imported")
# The attributes of trusted devices begin with this.
_DEVICE = "device_"
# DynamoDB deletes a challenge and its counters this long after the last write, unless there were failures since the last success.
CHALLENGE_SECONDS = 90 * 86400


def certified_key(certifier: str) -> Key:
    """The public key of the pair that signs access tokens in the place of this KMS key."""
    return CERTIFIED_KEYS, certifier


def private_key(certifier: str) -> Key:
    """Its private key, encrypted by KMS."""
    return PRIVATE_KEYS, certifier


def profile_key(login_name: str) -> Key:
    """A user's profile."""
    return f"USER#{login_name}", "#PROFILE"


def phone_key(login_name: str, slot: int) -> Key:
    """A user's phone: five places bound how many there can be."""
    return f"USER#{login_name}", f"#PHONE#{slot}"


def challenge_key(login_name: str) -> Key:
    """A user's one live challenge and consecutive counters."""
    return f"CHALLENGE#{login_name}", "#CHALLENGE"


def phone_test_key(login_name: str) -> Key:
    """A user's last test message. Both the function that sends it and the one that takes reports write there."""
    return challenge_key(login_name)[0], "#PHONE_TEST"


def factors_key(login_name: str) -> Key:
    """The secrets of a user's factors. Their partition is their own: only `admin` may write there, and `send_code` not read."""
    return f"FACTORS#{login_name}", "#FACTORS"


def proofs_key(login_name: str) -> Key:
    """The uses of a user's factors, which the function that proves writes."""
    return f"PROOFS#{login_name}", "#PROOFS"


def password_tries_key(login_name: str) -> Key:
    """The tries at a name's password, whether or not there is such a user."""
    return f"PASSWORDS#{digest(login_name)}", "#PASSWORDS"


def address_tries_key(address: str, hour: str) -> Key:
    """The tries at passwords from an address in an hour. The function that counts an address's messages must not reach them."""
    return f"TRIES#{address}", f"PASSWORDS#{hour}"


def password_key(login_name: str) -> Key:
    """The hash of a user's password. It is not in the profile, because IAM cannot keep a part of an item from a reader."""
    return f"PASSWORDS#{digest(login_name)}", "#PASSWORD"


def directory_chunk_key(number: int) -> Key:
    """A chunk of the directory's lines."""
    return DIRECTORY[0], f"CHUNK#{number:02d}"


def job_key(job_id: str) -> Key:
    """A job on many users."""
    return f"JOB#{job_id}", "#JOB"


def job_chunk_key(job_id: str, number: int) -> Key:
    """Some users of a job."""
    return job_key(job_id)[0], f"CHUNK#{number:05d}"


def settings_test_key(login_name: str) -> Key:
    """An administrator's one settings test."""
    return f"USER#{login_name}", "#TEST"


def invitation_key(login_name: str) -> Key:
    """A user's one invitation."""
    return f"USER#{login_name}", "#INVITATION"


def phone_enrolment_key(login_name: str) -> Key:
    """The one phone that a user is enrolling."""
    return f"USER#{login_name}", "#PHONE_ENROLMENT"


def reset_key(login_name: str) -> Key:
    """The one link by which a name's password can be set anew, whether or not there is such a user."""
    return f"RESETS#{digest(login_name)}", "#RESET"


def email_change_key(login_name: str) -> Key:
    """The new contact email that a user is to confirm."""
    return f"USER#{login_name}", "#EMAIL_CHANGE"


def notice_key(ref: str) -> Key:
    """The claim of a notice's message, or of a code for a new mailbox."""
    return f"SEND#{ref}", "#NOTICE"


def link_mail_key(ref: str) -> Key:
    """The claim of a mail with a link. Its partition is its own: only `verify_code` may write there."""
    return f"LINK#{ref}", "#MAIL"


def ended_token_key(login_name: str, token_id: str) -> Key:
    """An access token of an administrator that was ended."""
    return f"USER#{login_name}", f"#ENDED#{token_id}"


def session_key(login_name: str, token_id: str) -> Key:
    """The session of an administrator's access token."""
    return f"USER#{login_name}", f"#SESSION#{token_id}"


def action_key(action_id: str) -> Key:
    """An action. Its partition is its own: only verify_code may write there, and a client knows no more than the id."""
    return f"ACTION#{action_id}", "#ACTION"


def action_id(partition: str) -> str:
    """The id of the action that lies in this partition."""
    return partition.removeprefix("ACTION#")


def history_of(login_name: str) -> str:
    """The partition of a user's history."""
    return f"HISTORY#{login_name}"


def history_owner(partition: str) -> str | None:
    """In whose history the lines of this partition stand, or None if it is no history."""
    prefix = history_of("")
    return partition.removeprefix(prefix) if partition.startswith(prefix) else None


def history_of_nobody(login_name: str) -> str:
    """The partition of what happened to a name that nobody has. No user's name has a question mark in it."""
    return f"HISTORY#?{digest(login_name)}"


def account_keys(login_name: str) -> list[Key]:
    """The keys of a user with phones and challenge."""
    phones = [phone_key(login_name, slot) for slot in range(PHONES_PER_USER)]
    return [profile_key(login_name), challenge_key(login_name), *phones]


def held_factors_keys(login_name: str) -> list[Key]:
    """The keys of a user's factors beside phones and mailbox."""
    return [factors_key(login_name), proofs_key(login_name)]


def partitions(login_name: str) -> list[str]:
    """The partitions that hold data of this user."""
    return [
        f"USER#{login_name}",
        challenge_key(login_name)[0],
        factors_key(login_name)[0],
        proofs_key(login_name)[0],
        password_tries_key(login_name)[0],
        reset_key(login_name)[0],
        history_of(login_name),
    ]


def client_key(client_id: str) -> Key:
    """A registered client."""
    return f"CLIENT#{client_id}", "#CLIENT"


def user_item(user: User) -> Item:
    """A user's profile as an item, found by its login name."""
    values = {name: value for name, value in asdict(user).items() if value is not None and name not in _OF_PASSWORD}
    return values | profile_entry(user)


def user_of(profile: Item, password: Item) -> User | None:
    """The user of a profile, with the hash of the password where that item was read. None if the item is no profile."""
    user = read(profile | {name: password.get(name) for name in _OF_PASSWORD}, User)
    if user is not None and user.kind is Kind.SYSTEM and user.role is None:
        return replace(user, role=BEFORE_ROLES)
    return user


def phone_item(phone: Phone) -> Item:
    """A phone as an item."""
    return {name: value for name, value in asdict(phone).items() if value is not None}


def phone_of(key: Key, item: Item) -> Phone | None:
    """The phone of an item, or None if the item is no phone. One whose marks cannot be read is unusable."""
    rest = {name: value for name, value in item.items() if name not in _MARKS}
    phone = read(item, Phone) or read(rest | {"unusable_reason": UNREADABLE}, Phone)
    return phone if phone and key[1] == f"#PHONE#{phone.slot}" else None


def proven_phone_write(login_name: str, phone: Phone) -> Write:
    """A phone whose code came back: in a place that was free, or that of the same phone, which was not verified yet."""
    return Write(
        label="phone",
        verb="Put",
        key=phone_key(login_name, phone.slot),
        item=phone_item(phone),
        condition=f"({when.PLACE_FREE}) OR {when.SAME_PHONE}",
        names={"#number": "number"},
        values={":phone": phone.id, ":place": f"{phone.slot}-"},
    )


def held_factors_of(user: User, secrets: Item, uses: Item) -> HeldFactors:
    """The factors of the two items, which may be empty. Those of a deleted user of the same name are nobody's."""
    read_secrets = read(secrets, FactorSecrets)
    if read_secrets is None or read_secrets.user_created_at != user.created_at:
        read_secrets = FactorSecrets()
    read_uses = read(uses, FactorUses)
    if read_uses is not None:
        read_uses = replace(read_uses, devices=tuple(_devices_of(uses)))
    return HeldFactors(secrets=read_secrets, uses=read_uses)


def device_attribute(device_id: str) -> str:
    """The attribute of a trusted device among the uses of the user's factors."""
    return f"{_DEVICE}{device_id}"


def _devices_of(uses: Item) -> Iterator[TrustedDevice]:
    """The trusted devices among the uses. What cannot be read is no device."""
    for name, value in uses.items():
        if name.startswith(_DEVICE) and isinstance(value, dict):
            device = read(value | {"id": name.removeprefix(_DEVICE)}, TrustedDevice)
            if device is not None:
                yield device


def client_item(client: Client) -> Item:
    """A client as an item, found by its name."""
    entry = {"list": CLIENTS, "position": client_position(client)}
    return {name: value for name, value in asdict(client).items() if value is not None} | entry


def client_position(client: Client) -> str:
    """Clients are listed by name."""
    return f"{client.name}\0{client.client_id}"


def client_of(item: Item) -> Client:
    """The client of an item."""
    return Client(**{name: value for name, value in item.items() if name in Client.__dataclass_fields__})


def event_write(login_name: str, event: Event) -> Write:
    """A line of a user's history, and its place in the log. It takes no other line's place.

    `user` and `time` repeat the key for the pipe that publishes events: it cannot take a text apart.
    """
    line = {name: value for name, value in asdict(event).items() if name != "notable"}
    return Write(
        label="event",
        verb="Put",
        key=(history_of(login_name), event.position),
        item=line | {"user": login_name, "time": rfc3339(event.at)} | (log_entry(event) or change_entry(event)),
        kept_from=event.at,
        condition=when.NEW_EVENT,
    )


def product_event_write(event: Event) -> Write:
    """A line about what the product did by itself: in a history of its own, of no user."""
    return replace(event_write(NOBODY, event), key=(history_of(PRODUCTS_HISTORY), event.position))


def event_of(item: Item) -> Event:
    """A line of a user's history. A line that cannot be read is shown as such, so that it hides no other."""
    event = read(item, Event)
    if event is None:
        moment = read(item, _Moment) or _Moment()
        event = Event(id=item["sk"].rpartition("#")[2], at=moment.at, type=UNREADABLE, actor=NOBODY)
    return event


class _Moment(Struct, frozen=True):
    """The part of a line that places it between others."""

    at: Moment = 0.0

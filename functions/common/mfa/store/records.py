"""Items and the values that they hold, and the keys under which they lie."""

from dataclasses import asdict

from mfa.challenges import Challenge, Channel, Delivery, EarlierSend, Guess, Lane, Request
from mfa.clients import Client
from mfa.history import EVENT_SECONDS, Event
from mfa.phones import PHONES_PER_USER, Phone
from mfa.store.table import Item, Key, Write
from mfa.times import rfc3339
from mfa.users import Kind, Status, User

SETTINGS: Key = ("SETTINGS", "#SETTINGS")
ADMINS: Key = ("SETTINGS", "#ADMINS")

# The names of a lane's attributes.
LANES = {
    Channel.SMS: {
        "#charged": "charged",
        "#refunded": "refunded",
        "#last_sent_at": "last_sent_at",
        "#available_at": "available_at",
    },
    Channel.EMAIL: {
        "#charged": "email_charged",
        "#refunded": "email_refunded",
        "#last_sent_at": "email_last_sent_at",
        "#available_at": "email_available_at",
    },
}


def profile_key(login_name: str) -> Key:
    """A user's profile."""
    return f"USER#{login_name}", "#PROFILE"


def phone_key(login_name: str, slot: int) -> Key:
    """A user's phone: five places bound how many there can be."""
    return f"USER#{login_name}", f"#PHONE#{slot}"


def challenge_key(login_name: str) -> Key:
    """A user's one live challenge and consecutive counters."""
    return f"USER#{login_name}", "#CHALLENGE"


def account_keys(login_name: str) -> list[Key]:
    """All that a login needs to know of a user."""
    phones = [phone_key(login_name, slot) for slot in range(PHONES_PER_USER)]
    return [profile_key(login_name), challenge_key(login_name), *phones]


def client_key(client_id: str) -> Key:
    """A registered client."""
    return f"CLIENT#{client_id}", "#CLIENT"


def user_item(user: User) -> Item:
    """A user's profile as an item."""
    return {name: value for name, value in asdict(user).items() if value is not None}


def user_of(item: Item) -> User:
    """The user of a profile."""
    names = User.__dataclass_fields__
    values = {name: value for name, value in item.items() if name in names}
    return User(**values | {"kind": Kind(item["kind"]), "status": Status(item["status"])})


def phone_item(phone: Phone) -> Item:
    """A phone as an item."""
    return {name: value for name, value in asdict(phone).items() if value is not None}


def phone_of(item: Item) -> Phone:
    """The phone of an item."""
    return Phone(**{name: value for name, value in item.items() if name in Phone.__dataclass_fields__})


def client_item(client: Client) -> Item:
    """A client as an item."""
    return {name: value for name, value in asdict(client).items() if value is not None}


def client_of(item: Item) -> Client:
    """The client of an item."""
    return Client(**{name: value for name, value in item.items() if name in Client.__dataclass_fields__})


def challenge_of(item: Item) -> Challenge:
    """The challenge of an item, which may be a closed one or hold counters only."""
    plain = {
        name: item[name]
        for name in (
            "id", "login_jti", "send_id", "phone_id", "region", "destination", "prefix", "code_mac", "sent_at",
            "expires_at", "approved_at", "delivery_error", "failures", "failures_total", "last_attempt_at", "lock_count",
            "max_failures", "max_sends", "lock_seconds",
        )
        if name in item
    }  # fmt: skip
    return Challenge(
        **plain,
        channel=Channel(item.get("channel", Channel.SMS)),
        delivery=Delivery(item.get("delivery", Delivery.SENDING)),
        earlier=tuple(EarlierSend(**send) for send in item.get("earlier", [])),
        guesses=tuple(Guess(**guess) for guess in item.get("guesses", [])),
        messages=_lane(item, Channel.SMS),
        email=_lane(item, Channel.EMAIL),
        requests={name: Request(**request) for name, request in item.get("requests", {}).items()},
    )


def event_write(login_name: str, event: Event) -> Write:
    """A line of a user's history."""
    return Write(
        label="event",
        verb="Put",
        key=(f"USER#{login_name}", f"EVENT#{rfc3339(event.at)}#{event.id}"),
        item=asdict(event) | {"ttl": int(event.at) + EVENT_SECONDS},
    )


def _lane(item: Item, channel: Channel) -> Lane:
    names = LANES[channel]
    return Lane(
        charged=frozenset(item.get(names["#charged"], ())),
        refunded=item.get(names["#refunded"], 0),
        last_sent_at=item.get(names["#last_sent_at"], 0.0),
        available_at=item.get(names["#available_at"], 0.0),
    )

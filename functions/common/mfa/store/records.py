"""Items and the values that they hold, and the keys under which they lie.

What a function may write is granted by partition, so what different functions write lies in different ones: a user's
challenge and history are not beside the profile.
"""

from dataclasses import asdict

from mfa.challenges.challenge import Challenge, Delivery, EarlierSend, Guess, Lane, Request
from mfa.factors.phones import PHONES_PER_USER, Phone
from mfa.messages.channels import Channel
from mfa.store.search import profile_entry
from mfa.store.table import Item, Key, Write
from mfa.users.clients import Client
from mfa.users.history import EVENT_SECONDS, Event, EventType
from mfa.users.user import Kind, Status, User

SETTINGS: Key = ("SETTINGS", "#SETTINGS")
ADMINS: Key = ("SETTINGS", "#ADMINS")
BREAKER: Key = ("BREAKER", "#BREAKER")
CLIENTS = "CLIENTS"

# The names of a lane's attributes: all that reaches a phone is one lane, mail another.
_TO_PHONES = {
    "#charged": "charged",
    "#refunded": "refunded",
    "#last_sent_at": "last_sent_at",
    "#available_at": "available_at",
}
_BY_EMAIL = {name: f"email_{attribute}" for name, attribute in _TO_PHONES.items()}
LANES = {channel: _BY_EMAIL if channel is Channel.EMAIL else _TO_PHONES for channel in Channel}


def profile_key(login_name: str) -> Key:
    """A user's profile."""
    return f"USER#{login_name}", "#PROFILE"


def phone_key(login_name: str, slot: int) -> Key:
    """A user's phone: five places bound how many there can be."""
    return f"USER#{login_name}", f"#PHONE#{slot}"


def challenge_key(login_name: str) -> Key:
    """A user's one live challenge and consecutive counters."""
    return f"CHALLENGE#{login_name}", "#CHALLENGE"


def history_of(login_name: str) -> str:
    """The partition of a user's history."""
    return f"HISTORY#{login_name}"


def account_keys(login_name: str) -> list[Key]:
    """All that a login needs to know of a user."""
    phones = [phone_key(login_name, slot) for slot in range(PHONES_PER_USER)]
    return [profile_key(login_name), challenge_key(login_name), *phones]


def partitions(login_name: str) -> list[str]:
    """Where everything lies that is kept under a user's name."""
    return [f"USER#{login_name}", challenge_key(login_name)[0], history_of(login_name)]


def client_key(client_id: str) -> Key:
    """A registered client."""
    return f"CLIENT#{client_id}", "#CLIENT"


def user_item(user: User) -> Item:
    """A user's profile as an item, found by its login name."""
    return {name: value for name, value in asdict(user).items() if value is not None} | profile_entry(user)


def user_of(item: Item) -> User:
    """The user of a profile."""
    names = User.__dataclass_fields__
    values = {"password_hash": None} | {name: value for name, value in item.items() if name in names}
    return User(**values | {"kind": Kind(item["kind"]), "status": Status(item["status"])})


def phone_item(phone: Phone) -> Item:
    """A phone as an item."""
    return {name: value for name, value in asdict(phone).items() if value is not None}


def phone_of(item: Item) -> Phone:
    """The phone of an item."""
    return Phone(**{name: value for name, value in item.items() if name in Phone.__dataclass_fields__})


def client_item(client: Client) -> Item:
    """A client as an item, found by its name."""
    entry = {"list": CLIENTS, "position": f"{client.name}\0{client.client_id}"}
    return {name: value for name, value in asdict(client).items() if value is not None} | entry


def client_of(item: Item) -> Client:
    """The client of an item."""
    return Client(**{name: value for name, value in item.items() if name in Client.__dataclass_fields__})


def challenge_of(item: Item) -> Challenge:
    """The challenge of an item, which may be a closed one or hold counters only."""
    plain = {
        name: item[name]
        for name in (
            "id", "login_jti", "send_id", "phone_id", "locale", "region", "destination", "prefix", "code_mac", "sent_at",
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
        key=(history_of(login_name), event.position),
        item=asdict(event) | {"ttl": int(event.at) + EVENT_SECONDS},
    )


def event_of(item: Item) -> Event:
    """A line of a user's history."""
    values = {name: value for name, value in item.items() if name in Event.__dataclass_fields__}
    type_ = item["type"]
    # A newer version may have written what this one does not know; it is shown as it is.
    return Event(**values | {"type": EventType(type_) if type_ in EventType else type_})


def _lane(item: Item, channel: Channel) -> Lane:
    names = LANES[channel]
    return Lane(
        charged=frozenset(item.get(names["#charged"], ())),
        refunded=item.get(names["#refunded"], 0),
        last_sent_at=item.get(names["#last_sent_at"], 0.0),
        available_at=item.get(names["#available_at"], 0.0),
    )

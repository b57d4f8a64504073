"""The challenge and its item: each field once, under its own name; a lane's fields under the names of the lane."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from msgspec import structs

from mfa.challenges.challenge import MESSAGE_FIELDS, UNREADABLE, Challenge, Guess, KeyedAttempt, Request
from mfa.messages.channels import Channel
from mfa.store.reading import read
from mfa.store.table import Item

# The names of a lane's attributes. All channels to phones share one lane; mail has its own.
_TO_PHONES = {
    "#charged": "charged",
    "#refunded": "refunded",
    "#last_sent_at": "last_sent_at",
    "#available_at": "available_at",
}
_BY_EMAIL = {name: f"email_{attribute}" for name, attribute in _TO_PHONES.items()}
_LANES = {"messages": _TO_PHONES, "email": _BY_EMAIL}
LANES = {channel: _LANES[channel.traits.lane] for channel in Channel}

_FIELDS = {each.name for each in fields(Challenge)} - _LANES.keys()
_PLAIN = _FIELDS - {
    "attempts",
    "channel",
    "delivery",
    "earlier",
    "guesses",
    "requests",
}
# The rest of a challenge whose message cannot be read: another version of the product may know channels that this one does not.
_COUNTED = _FIELDS - {*MESSAGE_FIELDS, "attempts", "requests"} | {"max_failures", "lock_seconds"}
# The counts of both lanes, which a success or an unlock begins anew.
COUNTS = tuple(attributes[name] for attributes in _LANES.values() for name in ("#charged", "#refunded"))


def challenge_of(item: Item) -> Challenge:
    """The challenge of an item. The item may be a closed challenge or hold counters only.

    Without a message that can be read, it is a challenge without an id. Without counters that can be read, it is UNREADABLE.
    """
    lanes = {lane: _lane(item, attributes) for lane, attributes in _LANES.items()}
    for names in (_FIELDS, _COUNTED):
        values = {name: item[name] for name in names if name in item}
        if (found := read(values | lanes, Challenge)) is not None:
            return found
    return UNREADABLE


def message_attributes(challenge: Challenge) -> dict[str, Any]:
    """The attributes that a send replaces. An empty value stands for a missing attribute."""
    plain = {name: getattr(challenge, name) for name in MESSAGE_FIELDS}
    return plain | {
        "attempts": {},  # they were at the code of the send before
        "earlier": [asdict(send) for send in challenge.earlier],
        "delivery_rank": challenge.delivery.rank,
    }


def item_of(challenge: Challenge) -> Item:
    """The whole challenge as an item, without its key."""
    counts = {name: getattr(challenge, name) for name in _PLAIN}
    lanes = {
        attribute: getattr(getattr(challenge, lane), name.removeprefix("#"))
        for lane, attributes in _LANES.items()
        for name, attribute in attributes.items()
    }
    lists = {"guesses": [guess(each) for each in challenge.guesses], "requests": requests(challenge.requests)}
    every = counts | lanes | lists | message_attributes(challenge)
    return {name: value for name, value in every.items() if value not in (None, "", frozenset())}


def guess(value: Guess) -> dict[str, Any]:
    """A wrong attempt as an element of the item's list."""
    named = {} if value.method is None else {"method": value.method}
    return {"at": value.at, "address": value.address, **named}


def keyed_attempt(value: KeyedAttempt) -> dict[str, Any]:
    """An attempt with an idempotency key as a member of the item's map."""
    return {name: part for name, part in asdict(value).items() if part not in ("", 0)}


def requests(values: Mapping[str, Request]) -> dict[str, Any]:
    """The last requests as the item's map."""
    return {key: structs.asdict(request) for key, request in values.items()}


def _lane(item: Item, attributes: Mapping[str, str]) -> Item:
    return {name.removeprefix("#"): item[attribute] for name, attribute in attributes.items() if attribute in item}

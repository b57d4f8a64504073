"""Wrong attempts at a challenge as an event of the history."""

from collections.abc import Callable

from mfa.challenges.challenge import Challenge
from mfa.times import rfc3339
from mfa.users.history import Event, EventType, new_event_id


def refused_guesses(
    challenge: Challenge, actor: str, random_bytes: Callable[[int], bytes], *, notable: bool = False
) -> tuple[Event, ...]:
    """The wrong attempts that the item has kept, as one line of the history, or none. `notable`: they were an administrator's.

    All of them are one event, because a transaction has room for ten writes (docs/decisions/0009-ten-writes.md).
    """
    if not challenge.guesses:
        return ()
    last = challenge.guesses[-1]
    attempts = [
        {"at": rfc3339(guess.at), "address": guess.address} | ({"method": guess.method} if guess.method else {})
        for guess in challenge.guesses
    ]
    return (
        Event(
            id=new_event_id(random_bytes),
            at=last.at,
            type=EventType.PASSCODE_REFUSED,
            actor=actor,
            address=last.address,
            phone_id=challenge.phone_id or None,
            challenge_id=challenge.id or None,  # unknown if the message of the challenge cannot be read
            detail={"attempts": attempts},
            notable=notable,
        ),
    )

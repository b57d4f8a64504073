"""Events out: what the pipe lets through, what it makes of it, and the schemas in docs/events/."""

import json
from copy import replace
from typing import Any

import pytest

from infra import event_schemas
from infra.event_schemas import FOLDER, OPTIONAL, REQUIRED, TYPES
from mfa.store import records
from mfa.store.attribute_values import encode
from mfa.users.history import Event, EventType
from tests import pipe

NUMBER, SECRET = "+85292153799", "a secret text"
# Every detail that some event has. An event of any type may have all of it here: only what its schema names may leave.
DETAIL: dict[str, Any] = {
    "channel": "sms",
    "error": "21211",
    "method": "totp",
    "for": "password_reset",
    "until": "2026-11-28T01:15:00.000Z",
    "rule": "daily",
    "region": "HK",
    "mode": "enforce",
    "refused": True,
    "threshold": 20,
    "action_id": "a1",
    "type": "delete_backup",
    "client_id": "c1",
    "client": "c1",
    "device_id": "d1",
    "device_name": SECRET,
    "expires_at": "2026-12-01T01:00:00.000Z",
    "session_id": "s1",
    "end_reason": "idle",
    "login_name_sha256": "0" * 64,
    "masked_number": "****3799",
    "calling_code": "+852",
    "to": "d***@example.com",
    "summary": SECRET,
    "params": {"set": SECRET},
    "name": SECRET,
    "override": SECRET,
    "changed": ["contact_email"],
    "values": {"contact_email": {"old": SECRET, "new": SECRET}},
    "changes": {"contact_email": {"old": SECRET, "new": SECRET}},
    "attempts": [{"at": "2026-11-28T01:00:00.000Z", "address": "192.0.2.7"}],
}
# Where a member's value lies in the detail, if not under its own name.
NAMED = {"purpose": "for", "action_type": "type"}


def event(kind: EventType = EventType.APPROVED, **fields: Any) -> Event:
    known: dict[str, Any] = {"id": "0123456789ab", "at": 1764291600.125, "type": kind, "actor": "demo.user"}
    return Event(**known | fields)


def item(login_name: str, line: Event) -> dict[str, Any]:
    """A line as the table gets it."""
    write = records.event_write(login_name, line)
    return encode({"pk": write.key[0], "sk": write.key[1], **write.item})


def whole(kind: EventType) -> Event:
    """An event with everything that its schema lets it have, and with much that no schema does."""
    members = TYPES[kind][1]
    return event(
        kind,
        address="2001:db8::7",
        phone_id="p1" if "phone_id" in members else None,
        challenge_id="ch1" if "challenge_id" in members else None,
        detail={
            name: value
            for name, value in DETAIL.items()
            if name not in {NAMED.get(each, each) for each in OPTIONAL} - {NAMED.get(each, each) for each in members}
        },
    )


def test_every_type_of_event_has_its_schema_and_there_is_no_other() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {kind.value for kind in EventType} == set(TYPES)
    for kind in EventType:
        assert (FOLDER / f"{kind.value}.json").read_text() == event_schemas.text(kind), "run: make event-schemas"


def test_the_template_has_exactly_the_members_of_the_schemas() -> None:
    paths = pipe.paths()
    assert paths.keys() == REQUIRED.keys() | OPTIONAL.keys()
    # What every line has is written as JSON; what may be missing is between quotes, where nothing needs an escape.
    assert {name for name, (_, quoted) in paths.items() if quoted} == OPTIONAL.keys()
    for member, known in OPTIONAL.items():
        validate = pipe.validator(next(kind for kind in EventType if member in event_schemas.members(kind)))
        for odd in ('a"b', "a\\b", "a\nb"):
            detail = {"id": "0" * 12, "type": "x", "at": "x", "user": "x", "actor": "x", member: odd}
            assert any(each.path and each.path[0] == member for each in validate.iter_errors(detail)), (member, known)


@pytest.mark.parametrize("kind", EventType)
def test_an_event_with_all_that_it_may_have_passes_its_schema(kind: EventType) -> None:
    line = item("demo.user", whole(kind))
    pipe.check(line)
    for envelope in pipe.published(pipe.inserted(line)):
        given = {name for name, value in envelope["detail"].items() if value}
        assert given == REQUIRED.keys() | {"address", *TYPES[kind][1]}
        assert not any(text in json.dumps(envelope) for text in (SECRET, NUMBER, "3799", "@example.com"))


@pytest.mark.parametrize("kind", EventType)
def test_an_event_without_anything_more_passes_its_schema(kind: EventType) -> None:
    pipe.check(item("demo.user", event(kind)))


@pytest.mark.parametrize("member", [name for name in OPTIONAL if name != "address"])
def test_a_type_may_not_have_what_its_schema_does_not_name(member: str) -> None:
    kind = next(each for each in EventType if member not in event_schemas.members(each))
    if member in ("phone_id", "challenge_id"):
        line = event(kind, **{member: "x1"})
    else:
        name = NAMED.get(member, member)
        line = event(kind, detail={name: DETAIL[name]})
    with pytest.raises(AssertionError, match="is not one of"):
        pipe.check(item("demo.user", line))


@pytest.mark.parametrize("name", ["corp\\ada", "名前", "a" * 200])
def test_any_login_name_is_published_as_it_is(name: str) -> None:
    line = item(name, event(actor=name))
    for envelope in pipe.published(pipe.inserted(line)):
        assert (envelope["detail"]["user"], envelope["detail"]["actor"]) == (name, name)


LINE = item("demo.user", event())


@pytest.mark.parametrize(
    "record",
    [
        {**pipe.inserted(LINE), "eventName": "REMOVE"},
        {**pipe.inserted(LINE), "eventName": "MODIFY"},
        pipe.inserted({**LINE, "pk": {"S": "USER#demo.user"}, "sk": {"S": "#PROFILE"}}),
        pipe.inserted({**LINE, "pk": {"S": "USER#demo.user"}}),
        pipe.inserted({**LINE, "sk": {"S": "OTHER#1"}}),
        # By an older version, or by another hand.
        *(
            pipe.inserted({name: value for name, value in LINE.items() if name != member})
            for member in ("id", "type", "time", "user", "actor")
        ),
        pipe.inserted({**LINE, "user": {"N": "1"}}),
    ],
)
def test_only_new_lines_of_histories_are_published(record: Any) -> None:
    assert pipe.passes(pipe.inserted(LINE))
    assert list(pipe.published(record)) == []


def test_the_place_of_an_event_orders_a_users_events_as_the_history_does() -> None:
    """A consumer sorts by `at`, then by `id`. The bus promises no order."""
    events = [event(id=f"{n:012x}", at=1764291600 + at) for n, at in ((2, 0.5), (1, 0.5), (3, 0.125), (0, 60.0))]
    lines = [item("demo.user", each) for each in events]
    details = [next(pipe.published(pipe.inserted(line)))["detail"] for line in lines]
    by_key = [line["id"]["S"] for line in sorted(lines, key=lambda line: line["sk"]["S"])]
    assert [each["id"] for each in sorted(details, key=lambda each: (each["at"], each["id"]))] == by_key


def test_an_event_that_is_written_again_is_the_same_event() -> None:
    one, again = (item("demo.user", replace(event())) for _ in range(2))
    assert list(pipe.published(pipe.inserted(one))) == list(pipe.published(pipe.inserted(again)))

"""The table while DynamoDB is busy, in conflict or unreachable."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from mfa import errors
from mfa.challenges.challenge import Guess
from mfa.store.attribute_values import decode, encode
from mfa.store.table import CONFLICT_RETRIES
from tests.contract.world import ADDRESS, Login, World
from tests.product import PASSWORD


def refusal(code: str, *reasons: str) -> ClientError:
    """DynamoDB's refusal of a transaction, with a reason for each of its writes."""
    response = {"Error": {"Code": code, "Message": ""}, "CancellationReasons": [{"Code": reason} for reason in reasons]}
    return ClientError(response, "TransactWriteItems")  # type: ignore[arg-type]  # as botocore parses it


def conflict() -> ClientError:
    return refusal("TransactionCanceledException", "None", "TransactionConflict", "None")


def test_a_conflicting_transaction_is_retried_three_times(world: World, demo: Login) -> None:
    world.wire.fail("transact_write_items", *[conflict() for _ in range(CONFLICT_RETRIES)])
    demo.start()
    assert world.pauses == [1, 2, 3]
    assert demo.messages == 1


def test_a_transaction_that_keeps_conflicting_is_refused_and_sends_nothing(world: World, demo: Login) -> None:
    world.wire.fail("transact_write_items", *[conflict() for _ in range(CONFLICT_RETRIES + 1)])
    world.wire.requests.clear()
    with pytest.raises(errors.TemporarilyUnavailable):
        demo.start()
    assert world.wire.requests.count("transact_write_items") == CONFLICT_RETRIES + 1
    assert (demo.messages, demo.item) == (0, {})


def test_each_retry_draws_another_shard(world: World, demo: Login) -> None:
    drawn: list[int] = []
    others = world.random_below

    def below(n: int) -> int:
        number = others(n)
        if n == 16:
            drawn.append(number)
        return number

    world.random_below = below
    world.wire.fail("transact_write_items", conflict(), conflict())
    demo.start()
    assert len(drawn) == 6  # one for the region and one for all sends, three times


def test_a_conflicting_single_write_is_retried_three_times(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wire.fail("update_item", *[refusal("TransactionConflictException") for _ in range(CONFLICT_RETRIES)])
    demo.verify(challenge, demo.code)
    assert world.pauses == [1, 2, 3]


def test_a_single_write_that_keeps_conflicting_is_refused_and_costs_no_attempt(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wire.fail("update_item", *[refusal("TransactionConflictException") for _ in range(CONFLICT_RETRIES + 1)])
    with pytest.raises(errors.TemporarilyUnavailable):
        demo.verify(challenge, demo.code)
    assert demo.item["failures"] == 0


def test_a_failed_condition_beside_a_conflict_is_not_retried(world: World, demo: Login) -> None:
    """The unchanged item does not explain the refusal, so the send starts again with its read, once."""

    def refused() -> ClientError:
        return refusal("TransactionCanceledException", "ConditionalCheckFailed", "TransactionConflict", "None")

    world.wire.fail("transact_write_items", refused(), refused())
    with pytest.raises(errors.TemporarilyUnavailable):
        demo.start()
    assert (world.pauses, demo.messages) == ([], 0)
    world.wire.fail("transact_write_items", refused())
    demo.start()
    assert (world.pauses, demo.messages) == ([], 1)


GONE: dict[str, Callable[[], BotoCoreError | ClientError]] = {
    "no connection": lambda: EndpointConnectionError(endpoint_url="https://dynamodb"),
    "no connection in time": lambda: ConnectTimeoutError(endpoint_url="https://dynamodb"),
    "no answer in time": lambda: ReadTimeoutError(endpoint_url="https://dynamodb"),
    "throttled": lambda: refusal("ThrottlingException"),
    "too much at once": lambda: refusal("ProvisionedThroughputExceededException"),
    "broken": lambda: refusal("InternalServerError"),
    "in progress": lambda: refusal("TransactionInProgressException"),
}
CALLS: dict[str, Callable[[World, Login], object]] = {
    "batch_get_item": lambda world, demo: world.log_in.login(demo.name, PASSWORD, ADDRESS),
    "update_item": lambda world, demo: world.attempts.claim_attempt(demo.token, "id", Guess(world.now, ADDRESS)),
    "get_item": lambda world, demo: world.clients.load_client("id"),
    "query": lambda world, demo: world.histories.events(demo.name, None, 1),
    "transact_write_items": lambda world, demo: world.users.unlock(demo.name, world.event()),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("how", GONE)
def test_a_dynamodb_that_does_not_answer_refuses_the_request(world: World, demo: Login, how: str, call: str) -> None:
    world.wire.fail(call, GONE[how]())
    with pytest.raises(errors.TemporarilyUnavailable) as refused:
        CALLS[call](world, demo)
    assert refused.value.__cause__ is not None


def test_an_invalid_request_to_dynamodb_is_an_error_and_not_a_refusal(world: World, demo: Login) -> None:
    for code in ("ValidationException", "AccessDeniedException", "ResourceNotFoundException"):
        world.wire.fail("batch_get_item", refusal(code))
        with pytest.raises(ClientError):
            world.log_in.login(demo.name, PASSWORD, ADDRESS)
    world.wire.fail("transact_write_items", refusal("TransactionCanceledException", "ValidationError", "None"))
    with pytest.raises(ClientError):
        demo.start()


def test_a_partial_read_is_not_taken_for_the_whole(world: World, demo: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = world.wire.batch_get_item

    def part(**request: Any) -> object:
        return whole(**request) | {"UnprocessedKeys": request["RequestItems"]}

    monkeypatch.setattr(world.wire, "batch_get_item", part)
    with pytest.raises(errors.TemporarilyUnavailable):
        demo.start()


def test_values_are_read_as_they_were_written() -> None:
    values = {
        "text": "demo.user",
        "yes": True,
        "count": 3,
        "moment": 1931256000.125,
        "whole": 1931256000.0,
        "bytes": b"\x00\xff",
        "set": frozenset({"a", "b"}),
        "list": [{"at": 1.5, "address": "::1"}],
        "map": {"a": {"at": 2.25}},
    }
    assert decode(encode(values | {"nothing": None})) == values

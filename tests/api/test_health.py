"""The health of sending, as administrators see it."""

from tests import people
from tests.api import administrators, deliveries
from tests.api.deliveries import faults
from tests.api.stack import Stack
from tests.product import Json


def health(stack: Stack) -> Json:
    """The same by HTTP and by direct invocation."""
    answer = administrators.new(stack).ask("GET", "/health")
    assert answer.status == 200, answer.text
    assert answer.json == stack.admin("health.get")
    return answer.json["sending"]


def test_a_refusal_of_the_credentials_is_told_until_a_message_is_accepted(stack: Stack) -> None:
    assert health(stack) == {"status": "working"}
    person = people.add(stack)
    person.login()
    faults(stack, {"fault": "error", "code": 20003})
    assert person.start().code == "sms_unavailable"
    faults(stack)
    refused = health(stack)
    assert isinstance(refused, dict)
    assert (refused["status"], refused["error_code"]) == ("refused", "20003")
    assert refused["meaning"] == "Twilio does not accept the credentials"
    assert "Auth Token" in str(refused["advice"])
    # The pause is over, but nothing was accepted yet.
    until = deliveries.pause(stack)
    assert until is not None
    item = stack.table.get_item(Key=deliveries.BREAKER)["Item"]
    stack.table.put_item(Item=item | {"paused_until": until - 61})
    stack.restart()
    assert health(stack) == refused
    people.add(stack).challenged()
    assert health(stack) == {"status": "working"}


def test_saved_settings_end_the_refusal(stack: Stack) -> None:
    stack.table.put_item(Item=deliveries.BREAKER | {"paused_until": 1})
    sending = health(stack)
    assert isinstance(sending, dict)
    assert sending["status"] == "refused"
    stack.admin("settings.patch", signature=None)
    assert health(stack) == {"status": "working"}

"""Twilio's Auth Token is rotated: the secondary token is saved and then promoted, without a lost or refused message."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from infra.local.twilio.account import Account
from tests import people
from tests.api import deliveries
from tests.api.stack import ISSUER, Stack


@pytest.fixture
def account(stack: Stack) -> Iterator[Account]:
    """The account of the simulated Twilio, restored afterwards."""
    twilio = stack.line.twilio
    before = twilio.account
    deliveries.faults(stack, {"fault": "lost_callbacks"})
    yield before
    deliveries.faults(stack)
    twilio.account = before
    twilio.callbacks.sign_with(before.auth_token)
    stack.set_up()


def passed_on(stack: Stack, containers: dict[str, ModuleType]) -> int:
    """Sends and verifies a passcode in these containers; the answer to Twilio's report on it."""
    with stack.on(containers):
        person = people.add(stack).challenged()
        assert person.verify().status == 200
        of, parameters = deliveries.ref(stack), deliveries.about(stack, "delivered")
        url = f"{ISSUER}{deliveries.STATUS_PATH}?ref={of}"
        signature = deliveries.sign(stack, url, parameters, stack.line.twilio.account.auth_token)
        return deliveries.tell(stack, of, parameters, signature=signature).status


def test_saving_and_then_promoting_the_secondary_token_loses_no_message_and_no_report(
    stack: Stack, account: Account
) -> None:
    stack.secrets.add(account.secondary_auth_token)
    before: dict[str, ModuleType] = {}
    assert passed_on(stack, before) == 204
    stack.admin("settings.patch", twilio={"auth_token": account.secondary_auth_token})
    saved: dict[str, ModuleType] = {}
    assert passed_on(stack, saved) == 204
    # Some containers use the old settings for half a minute; the runbook waits a minute.
    assert passed_on(stack, before) == 204
    stack.line.twilio.promote()
    assert passed_on(stack, saved) == 204
    assert passed_on(stack, {}) == 204


def test_the_former_token_sends_nothing_after_the_promotion(stack: Stack, account: Account) -> None:
    """Why the order matters: if promoted first, everything is refused until the new token is saved."""
    stack.restart()
    stack.line.twilio.promote()
    person = people.add(stack)
    person.login()
    assert person.start().code == "sms_unavailable"
    stack.admin("settings.patch", twilio={"auth_token": account.secondary_auth_token})
    stack.restart()
    person.later(60)
    assert person.start().status == 201

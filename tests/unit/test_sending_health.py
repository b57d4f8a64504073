"""The health of sending, by the routes and the providers that refuse the account."""

import pytest

from mfa.administration.health import health
from mfa.messages.channels import ProviderName
from mfa.settings.routes import Route, RouteSender
from mfa.settings.values import AccountRefusal, AuthToken, Pause, Sender, Settings, StoredSettings, Twilio

NUMBER = "+12063125010"
TWILIO = Route("twilio", RouteSender(phone_number=NUMBER))
AWS = Route("aws", RouteSender(alphanumeric="Acme"))
CODES: dict[ProviderName, str] = {"twilio": "20003", "aws": "ACCESS_DENIED"}
COMPLETE = Twilio(account_sid="AC" + "0" * 32, sender=Sender(phone_number=NUMBER))


@pytest.mark.parametrize(
    ("twilio", "routes", "paused", "status", "refused_by"),
    [
        (COMPLETE, None, [], "working", None),
        (Twilio(), None, [], "incomplete", None),
        (COMPLETE, None, ["twilio"], "refused", ["twilio"]),
        (COMPLETE, None, ["aws"], "working", None),  # no message goes there
        (COMPLETE, [AWS, TWILIO], ["twilio"], "impaired", ["twilio"]),
        (COMPLETE, [AWS, TWILIO], ["aws"], "impaired", ["aws"]),
        (COMPLETE, [AWS, TWILIO], ["twilio", "aws"], "refused", ["aws", "twilio"]),
        (Twilio(), [AWS, TWILIO], ["aws"], "refused", ["aws"]),
        (Twilio(), [AWS, TWILIO], [], "working", None),
        (Twilio(), [AWS], ["twilio"], "working", None),
    ],
)
def test_a_provider_that_refuses_the_account_impairs_sending_or_ends_it(
    twilio: Twilio, routes: list[Route] | None, paused: list[ProviderName], status: str, refused_by: list[str] | None
) -> None:
    """A refusal lasts when its pause is over: nothing was accepted yet."""
    pauses = {name: Pause(0.0, AccountRefusal(CODES[name], 1.0)) for name in paused}
    stored = StoredSettings(
        settings=Settings(twilio=twilio, routes=routes or []), auth_token=AuthToken(b"t", "0000"), pauses=pauses
    )
    found = health(stored).sending
    assert (found.status, found.refused_by) == (status, refused_by)
    if refused_by:
        assert (found.provider, found.error_code) == (refused_by[0], CODES[found.provider or "twilio"])
        assert found.meaning
        assert found.advice


def test_sending_that_is_stopped_is_off_whoever_refuses() -> None:
    stored = StoredSettings(
        settings=Settings(sending="off"), pauses={"twilio": Pause(0.0, AccountRefusal("20003", 1.0))}
    )
    assert health(stored).sending.status == "off"

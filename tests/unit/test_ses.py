"""Mails by SES: what each end of a request means."""

from typing import Any

import pytest
from botocore import exceptions
from botocore.parsers import ResponseParserError

from mfa.challenges.challenge import Delivery
from mfa.delivery.ses import SesEmail
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing

MAIL = Outgoing(channel=Channel.EMAIL, address="a@example.com", subject="A code", body="581883", valid_seconds=285)


def refusal(code: str, status: int = 400) -> exceptions.ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return exceptions.ClientError(answer, "SendEmail")


ENDS: dict[str, tuple[Exception | None, Delivery, str | None]] = {
    "taken": (None, Delivery.QUEUED, None),
    "refused": (refusal("MessageRejected"), Delivery.FAILED, "MessageRejected"),
    "throttled": (refusal("Throttling"), Delivery.FAILED, "Throttling"),
    "not connected": (exceptions.ConnectTimeoutError(endpoint_url="https://ses"), Delivery.FAILED, "unreachable"),
    "no host": (exceptions.EndpointConnectionError(endpoint_url="https://ses"), Delivery.FAILED, "unreachable"),
    "no credentials": (exceptions.NoCredentialsError(), Delivery.FAILED, "unreachable"),
    # Nobody knows whether it went out.
    "failed inside": (refusal("InternalFailure", 500), Delivery.UNKNOWN, None),
    "no answer": (exceptions.ReadTimeoutError(endpoint_url="https://ses"), Delivery.UNKNOWN, None),
    "broken off": (exceptions.ConnectionClosedError(endpoint_url="https://ses"), Delivery.UNKNOWN, None),
    "unreadable": (ResponseParserError("no XML"), Delivery.UNKNOWN, None),
}


class Client:
    def __init__(self, error: Exception | None) -> None:
        self._error = error
        self.requests: list[dict[str, Any]] = []

    def send_email(self, **request: Any) -> Any:
        self.requests.append(request)
        if self._error is not None:
            raise self._error
        return {"MessageId": "1"}


@pytest.mark.parametrize("end", ENDS)
def test_only_a_mail_that_surely_did_not_go_out_has_failed(end: str) -> None:
    error, delivery, code = ENDS[end]
    client = Client(error)
    outcome = SesEmail(lambda: client).send("no-reply@example.com", MAIL)
    assert (outcome.delivery, outcome.error) == (delivery, code)
    assert (outcome.refusal is None) == (delivery is not Delivery.FAILED)
    [request] = client.requests
    assert (request["Source"], request["Destination"]) == ("no-reply@example.com", {"ToAddresses": [MAIL.address]})

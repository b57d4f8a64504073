"""Mail through Amazon SES."""

from collections.abc import Callable
from typing import Any, Protocol

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.errors import SettingsIncomplete, TemporarilyUnavailable
from mfa.messages.outgoing import Outgoing
from mfa.vendor_errors import VENDOR_ERRORS


class Ses(Protocol):
    """The part of boto3's client that is used."""

    def send_email(self, **request: Any) -> Any: ...


class SesEmail:
    """Sends one mail per call."""

    def __init__(self, client: Callable[[], Ses]) -> None:
        """`client` makes the client when the first mail goes out: few logins need one."""
        self._client = client

    def send(self, sender: str, outgoing: Outgoing) -> Outcome:
        """Sends the mail. Without an answer that can be read nobody knows whether it went out: the outcome is `unknown`."""
        # boto3 loads it for its client. A container's first message to a phone would wait 30 ms for it.
        from botocore.parsers import ResponseParserError  # noqa: PLC0415

        try:
            self._client().send_email(
                Source=sender,
                Destination={"ToAddresses": [outgoing.address]},
                Message={
                    "Subject": {"Data": outgoing.subject, "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": outgoing.body, "Charset": "UTF-8"}},
                },
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                return Outcome(Delivery.UNKNOWN)
            known = VENDOR_ERRORS.get(code)
            if known and known.refusal is SettingsIncomplete:
                return Outcome(Delivery.FAILED, code, SettingsIncomplete("Recovery by email is not set up."))
            return Outcome(Delivery.FAILED, code, TemporarilyUnavailable("The mail could not be sent."))
        except (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError):
            return Outcome(Delivery.FAILED, "unreachable", TemporarilyUnavailable("The mail could not be sent."))
        except (BotoCoreError, ResponseParserError):
            return Outcome(Delivery.UNKNOWN)
        return Outcome(Delivery.QUEUED)

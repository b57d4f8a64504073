"""Messages and calls by AWS End User Messaging (`pinpoint-sms-voice-v2`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProxyConnectionError,
)
from botocore.parsers import ResponseParserError

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.delivery.aws_speech import ssml
from mfa.delivery.timeouts import REQUEST_TIMEOUT
from mfa.messages.channels import Form
from mfa.messages.outgoing import Outgoing
from mfa.settings.routes import Route
from mfa.vendor_errors import VENDOR_ERRORS, look_up
from mfa.vendor_errors.aws import AWS_EXCEPTIONS

# `TimeToLive` is 5 to 259200 seconds.
LEAST_VALID_SECONDS, MOST_VALID_SECONDS = 5, 259_200
# The key of a message's `Context` that comes back in its events.
REF = "ref"
_RECEIVED = "RECEIVED"

# The request did not leave the function.
_NEVER_SENT: tuple[tuple[type[Exception], str], ...] = (
    (ConnectTimeoutError, "unreachable"),
    (EndpointConnectionError, "unreachable"),
    (ProxyConnectionError, "unreachable"),
    (NoCredentialsError, "NO_CREDENTIALS"),
    (PartialCredentialsError, "NO_CREDENTIALS"),
    (ParamValidationError, "INVALID_REQUEST"),
)
# A refusal without a known code, from a proxy for example, is recognised by its HTTP status.
_BY_STATUS = {401: "ACCESS_DENIED", 403: "ACCESS_DENIED", 429: "THROTTLED"}
_NUMBER_FIELD = "DestinationPhoneNumber"
_INVALID_FIELD = frozenset({"FIELD_VALIDATION_FAILED", "INVALID_PARAMETER", "CANNOT_PARSE"})


class SmsVoice(Protocol):
    """The part of boto3's client that is used."""

    def send_text_message(self, **request: Any) -> Any: ...
    def send_voice_message(self, **request: Any) -> Any: ...
    def put_message_feedback(self, **request: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class AwsSending:
    """How this stack sends by AWS.

    Attributes:
        client: makes the client, when the first message goes out.
        configuration_set: the name of the set whose events report on messages; empty: nobody is told.
    """

    client: Callable[[], SmsVoice]
    configuration_set: str = ""


def send(sending: AwsSending, outgoing: Outgoing, route: Route) -> Outcome:
    """Sends one message, or calls, once: the client must not retry.

    After a timeout or a 5xx nobody knows whether it went out: the outcome is `unknown` and the passcode stays valid.
    """
    try:
        answer = _request(sending, outgoing, route)
        message_id = str(answer["MessageId"] or "")
    except ClientError as error:
        return _refused(error)
    except BotoCoreError as error:
        code = next((code for kind, code in _NEVER_SENT if isinstance(error, kind)), None)
        return _outcome(code) if code else Outcome(Delivery.UNKNOWN)
    except (ResponseParserError, ValueError, AttributeError, TypeError, KeyError):
        # The answer cannot be read: the message may have gone out.
        return Outcome(Delivery.UNKNOWN)
    if not message_id:
        return Outcome(Delivery.UNKNOWN)
    feedback_id = message_id if outgoing.takes_feedback else ""
    return Outcome(Delivery.QUEUED, message_id=message_id, feedback_id=feedback_id)


def put_feedback(client: SmsVoice, message_id: str) -> bool:
    """Tells AWS that a message was received; whether it took that. Saying it twice changes nothing."""
    try:
        answer = client.put_message_feedback(MessageId=message_id, MessageFeedbackStatus=_RECEIVED)
    except (ClientError, BotoCoreError, ResponseParserError, ValueError):
        return False
    return isinstance(answer, Mapping) and answer.get("MessageFeedbackStatus") == _RECEIVED


def _request(sending: AwsSending, outgoing: Outgoing, route: Route) -> Any:
    client = sending.client()
    request: dict[str, Any] = {
        "DestinationPhoneNumber": outgoing.address,
        "OriginationIdentity": route.sender.identity,
        "TimeToLive": min(max(outgoing.valid_seconds, LEAST_VALID_SECONDS), MOST_VALID_SECONDS),
    }
    if outgoing.ref:
        request["Context"] = {REF: outgoing.ref}
    if sending.configuration_set:
        request["ConfigurationSetName"] = sending.configuration_set
    # Two digits at most before the point and five behind it.
    price = None if route.max_price is None else f"{route.max_price:.5f}"
    if outgoing.channel.traits.form is Form.CALL:
        body, voice = ssml(outgoing.body)
        if price:
            request["MaxPricePerMinute"] = price
        return client.send_voice_message(MessageBody=body, MessageBodyTextType="SSML", VoiceId=voice, **request)
    if price:
        request["MaxPrice"] = price
    if outgoing.takes_feedback:
        request["MessageFeedbackEnabled"] = True
    return client.send_text_message(MessageBody=outgoing.body, MessageType="TRANSACTIONAL", **request)


def _refused(error: ClientError) -> Outcome:
    """The outcome of an answer with an error, by its status, its reason and its exception."""
    answer: dict[str, Any] = dict(error.response)
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if not 300 <= status < 500 or status == REQUEST_TIMEOUT:
        return Outcome(Delivery.UNKNOWN)
    exception, reason = str(answer.get("Error", {}).get("Code", "")), str(answer.get("Reason") or "")
    if reason in _INVALID_FIELD and any(each.get("Name") == _NUMBER_FIELD for each in answer.get("Fields") or ()):
        return _outcome("DESTINATION_PHONE_NUMBER_INVALID")
    if reason in VENDOR_ERRORS:
        return _outcome(reason)
    return _outcome(AWS_EXCEPTIONS.get(exception) or _BY_STATUS.get(status) or reason or f"HTTP_{status}")


def _outcome(error: str) -> Outcome:
    """The outcome of an error."""
    known = look_up(error)
    if not known.gives_back:
        return Outcome(Delivery.UNKNOWN)
    return Outcome(Delivery.FAILED, error, known.refusal(), known.permanent)

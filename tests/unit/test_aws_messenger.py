"""Messages and calls by AWS: the requests, checked by botocore against the service's model, and every answer's meaning."""

from collections.abc import Callable
from copy import replace
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.config import Config
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber

from mfa import errors
from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.delivery.aws import AwsSending, send
from mfa.delivery.aws_messenger import AwsMessenger
from mfa.delivery.aws_speech import ssml
from mfa.delivery.breaker import Breaker
from mfa.messages import twiml
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.settings.routes import Route, RouteSender
from mfa.settings.values import AccountRefusal, Pause, StoredSettings
from mfa.vendor_errors import VENDOR_ERRORS, look_up
from mfa.vendor_errors.aws import AWS_EXCEPTIONS

REF = "0123456789abcdef" * 2
ROUTE = Route("aws", RouteSender(phone_number="+12065550100"), max_price=0.0825)
TEXT = Outgoing(
    channel=Channel.SMS, address="+85292153799", body="581883 is the code", ref=REF, valid_seconds=285, region="HK"
)
CALL = Outgoing(
    channel=Channel.VOICE,
    address="+85292153799",
    body=twiml.passcode_call("en", "581", signature="A & B"),
    ref=REF,
    valid_seconds=285,
    region="HK",
)


def client() -> Any:
    return boto3.client(
        "pinpoint-sms-voice-v2",
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=Config(retries={"total_max_attempts": 1}),
    )


CLIENT = client()
MODEL = CLIENT.meta.service_model


def sent(
    outgoing: Outgoing, expected: dict[str, Any], route: Route = ROUTE, configuration_set: str = "codes"
) -> Outcome:
    """The outcome of a message that AWS takes, if the request is this one."""
    operation = "send_voice_message" if outgoing.channel is Channel.VOICE else "send_text_message"
    with Stubber(CLIENT) as stub:
        stub.add_response(operation, {"MessageId": "m-1"}, expected)
        outcome = send(AwsSending(lambda: CLIENT, configuration_set), outgoing, route)
        stub.assert_no_pending_responses()
    return outcome


COMMON = {
    "DestinationPhoneNumber": "+85292153799",
    "OriginationIdentity": "+12065550100",
    "TimeToLive": 285,
    "Context": {"ref": REF},
    "ConfigurationSetName": "codes",
}
TEXT_REQUEST = COMMON | {"MessageBody": "581883 is the code", "MessageType": "TRANSACTIONAL", "MaxPrice": "0.08250"}


def test_a_text_message_has_a_lifetime_a_highest_price_and_its_ref() -> None:
    assert sent(TEXT, TEXT_REQUEST) == Outcome(Delivery.QUEUED, message_id="m-1")


@pytest.mark.parametrize(("seconds", "lifetime"), [(1, 5), (5, 5), (900, 900), (259_200, 259_200), (300_000, 259_200)])
def test_the_lifetime_is_one_that_aws_takes(seconds: int, lifetime: int) -> None:

    sent(replace(TEXT, valid_seconds=seconds), TEXT_REQUEST | {"TimeToLive": lifetime})


@pytest.mark.parametrize(
    ("price", "written"),
    [(0.001, "0.00100"), (0.0825, "0.08250"), (10, "10.00000"), (0.12345, "0.12345"), (None, None)],
)
def test_a_highest_price_is_written_as_aws_takes_it(price: float | None, written: str | None) -> None:
    route = Route("aws", ROUTE.sender, max_price=price)
    expected = {name: value for name, value in TEXT_REQUEST.items() if name != "MaxPrice"}
    sent(TEXT, expected | ({"MaxPrice": written} if written else {}), route)


@pytest.mark.parametrize(
    "sender",
    [
        RouteSender(phone_number="+12065550100"),
        RouteSender(alphanumeric="Acme"),
        RouteSender(pool_id="pool-" + "0" * 32),
    ],
)
def test_each_kind_of_sender_is_the_origination_identity(sender: RouteSender) -> None:
    sent(TEXT, TEXT_REQUEST | {"OriginationIdentity": sender.identity}, Route("aws", sender, max_price=0.0825))


def test_without_a_configuration_set_none_is_named() -> None:
    expected = {name: value for name, value in TEXT_REQUEST.items() if name != "ConfigurationSetName"}
    sent(TEXT, expected, configuration_set="")


def test_a_call_speaks_the_same_words_as_through_twilio() -> None:
    body = (
        '<speak><break time="1s" /><p>A &amp; B</p>'
        '<p>Your verification code for logging in is:<break time="700ms" />5,<break time="700ms" />8,<break time="700ms" />1,</p>'
        '<break time="1s" />'
        '<p>Once more, your code is:<break time="700ms" />5,<break time="700ms" />8,<break time="700ms" />1,</p>'
        "<p>Goodbye.</p></speak>"
    )
    expected = COMMON | {
        "MessageBody": body, "MessageBodyTextType": "SSML", "VoiceId": "JOANNA", "MaxPricePerMinute": "0.08250",
    }  # fmt: skip
    assert sent(CALL, expected).message_id == "m-1"


@pytest.mark.parametrize("locale", twiml.LOCALES)
@pytest.mark.parametrize("region", [None, "HK"])
def test_every_language_has_a_voice_of_aws(locale: str, region: str | None) -> None:
    body, voice = ssml(twiml.passcode_call(locale, "0123456789", signature="Acme", region=region))
    assert voice in MODEL.shape_for("VoiceId").enum
    assert len(body) <= 6000
    assert body.count(",") >= 20


# Every answer: the exception, its reason, the status; the code under which it is known, and its meaning here.
REFUSED = [
    ("AccessDeniedException", None, 400, "ACCESS_DENIED", "pauses"),
    ("AccessDeniedException", "ACCOUNT_DISABLED", 400, "ACCOUNT_DISABLED", "pauses"),
    ("AccessDeniedException", "INSUFFICIENT_ACCOUNT_REPUTATION", 400, "INSUFFICIENT_ACCOUNT_REPUTATION", "pauses"),
    ("UnrecognizedClientException", None, 400, "ACCESS_DENIED", "pauses"),
    ("InvalidSignatureException", None, 400, "ACCESS_DENIED", "pauses"),
    ("ExpiredTokenException", None, 400, "ACCESS_DENIED", "pauses"),
    ("OptInRequired", None, 403, "ACCOUNT_DISABLED", "pauses"),
    ("ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", 400, "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", "pauses"),
    ("ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_VOICE", 400, "MONTHLY_SPEND_LIMIT_REACHED_FOR_VOICE", "next"),
    ("ServiceQuotaExceededException", None, 400, "QUOTA_EXCEEDED", "next"),
    ("ThrottlingException", None, 400, "THROTTLED", "next"),
    ("429", None, 429, "THROTTLED", "next"),
    ("403", None, 403, "ACCESS_DENIED", "pauses"),
    ("404", None, 404, "HTTP_404", "next"),
    ("301", None, 301, "HTTP_301", "next"),
    ("ResourceNotFoundException", None, 400, "SENDER_NOT_FOUND", "next"),
    ("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT", 400, "DESTINATION_PHONE_NUMBER_OPTED_OUT", "number"),
    ("ConflictException", "DESTINATION_PHONE_NUMBER_NOT_VERIFIED", 400, "DESTINATION_PHONE_NUMBER_NOT_VERIFIED", "next"),
    ("ConflictException", "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION", 400, "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION", "next"),
    ("ConflictException", "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE", 400, "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE", "number"),
    ("ConflictException", "RESOURCE_NOT_ACTIVE", 400, "RESOURCE_NOT_ACTIVE", "next"),
    ("ConflictException", None, 400, "RESOURCE_NOT_ACTIVE", "next"),
    ("ValidationException", "PRICE_OVER_THRESHOLD", 400, "PRICE_OVER_THRESHOLD", "next"),
    ("ValidationException", "DESTINATION_COUNTRY_BLOCKED", 400, "DESTINATION_COUNTRY_BLOCKED", "next"),
    ("ValidationException", "SENDER_ID_NOT_SUPPORTED", 400, "SENDER_ID_NOT_SUPPORTED", "next"),
    ("ValidationException", "OTHER", 400, "INVALID_REQUEST", "next"),
    ("ValidationException", "A_NEW_REASON", 400, "INVALID_REQUEST", "next"),
    ("ABrandNewException", "A_NEW_REASON", 400, "A_NEW_REASON", "next"),
]  # fmt: skip


def refused(exception: str, reason: str | None, status: int, **more: Any) -> Outcome:
    answer = {"Reason": reason} if reason else {}
    stub: Any = Stubber(CLIENT)
    with stub:
        stub.add_client_error("send_text_message", exception, "", status, modeled_fields=None)
        stub._queue[-1]["response"][1].update(answer | more)
        return send(AwsSending(lambda: CLIENT, "codes"), TEXT, ROUTE)


@pytest.mark.parametrize(("exception", "reason", "status", "code", "meaning"), REFUSED)
def test_each_refusal_of_aws(exception: str, reason: str | None, status: int, code: str, meaning: str) -> None:
    outcome = refused(exception, reason, status)
    known = look_up(code)
    assert (outcome.delivery, outcome.error) == (Delivery.FAILED, code)
    assert isinstance(outcome.refusal, errors.Refusal)
    assert known.opens_breaker == (meaning == "pauses")
    assert known.lets_others_try == (meaning != "number")


@pytest.mark.parametrize("reason", ["FIELD_VALIDATION_FAILED", "INVALID_PARAMETER", "CANNOT_PARSE"])
def test_a_number_that_aws_does_not_take_is_unusable(reason: str) -> None:
    fields = [{"Name": "DestinationPhoneNumber", "Message": "not valid"}]
    outcome = refused("ValidationException", reason, 400, Fields=fields)
    assert (outcome.error, outcome.permanent) == ("DESTINATION_PHONE_NUMBER_INVALID", True)
    assert isinstance(outcome.refusal, errors.PhoneUnusable)
    assert not look_up("DESTINATION_PHONE_NUMBER_INVALID").lets_others_try
    others = refused("ValidationException", reason, 400, Fields=[{"Name": "MessageBody", "Message": "too long"}])
    assert (others.error, others.permanent) == (reason, False)


@pytest.mark.parametrize("status", [200, 408, 500, 502, 503, 504, 0])
@pytest.mark.parametrize("exception", ["InternalServerException", "AccessDeniedException", "ThrottlingException"])
def test_after_a_fault_of_aws_nobody_knows(exception: str, status: int) -> None:
    assert refused(exception, None, status) == Outcome(Delivery.UNKNOWN)


def test_an_internal_error_is_unknown_with_any_status() -> None:
    assert refused("InternalServerException", None, 400) == Outcome(Delivery.UNKNOWN)


class Broken:
    """A client whose requests end in this way."""

    def __init__(self, ending: Callable[[], Any]) -> None:
        self._ending = ending

    def send_text_message(self, **_request: Any) -> Any:
        return self._ending()

    send_voice_message = put_message_feedback = send_text_message


def answered(exception: str, status: int = 400) -> Exception:
    answer: Any = {"Error": {"Code": exception}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return exceptions.ClientError(answer, "SendTextMessage")


def ends(error: Exception) -> Callable[[], Any]:
    def ending() -> Any:
        raise error

    return ending


URL = {"endpoint_url": "https://sms-voice.us-east-1.amazonaws.com"}
NEVER_SENT = [
    (exceptions.ConnectTimeoutError(**URL), "unreachable"),
    (exceptions.EndpointConnectionError(**URL), "unreachable"),
    (exceptions.ProxyConnectionError(proxy_url="http://127.0.0.1"), "unreachable"),
    (exceptions.NoCredentialsError(), "NO_CREDENTIALS"),
    (exceptions.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), "NO_CREDENTIALS"),
    (exceptions.ParamValidationError(report="MessageBody"), "INVALID_REQUEST"),
]
NOBODY_KNOWS = [
    ends(exceptions.ReadTimeoutError(**URL)),
    ends(exceptions.ConnectionClosedError(**URL)),
    ends(exceptions.HTTPClientError(error="reset")),
    ends(exceptions.SSLError(**URL, error=OSError())),
    ends(exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2)),
    ends(exceptions.ResponseStreamingError(error="reset")),
    ends(ResponseParserError("not JSON")),
    ends(exceptions.BotoCoreError()),
    dict,
    lambda: {"MessageId": ""},
    lambda: None,
    lambda: "<html>",
]


@pytest.mark.parametrize(("error", "code"), NEVER_SENT)
@pytest.mark.parametrize("outgoing", [TEXT, CALL])
def test_a_request_that_never_left_is_a_refusal(error: Exception, code: str, outgoing: Outgoing) -> None:
    outcome = send(AwsSending(lambda: Broken(ends(error))), outgoing, ROUTE)
    assert (outcome.delivery, outcome.error) == (Delivery.FAILED, code)
    assert look_up(code).lets_others_try


@pytest.mark.parametrize("ending", NOBODY_KNOWS)
@pytest.mark.parametrize("outgoing", [TEXT, CALL])
def test_after_any_other_end_nobody_knows(ending: Callable[[], Any], outgoing: Outgoing) -> None:
    assert send(AwsSending(lambda: Broken(ending)), outgoing, ROUTE) == Outcome(Delivery.UNKNOWN)


def test_every_reason_of_the_service_that_is_in_the_table_is_one_of_its_model() -> None:
    reasons = {
        reason
        for exception in ("AccessDenied", "Conflict", "ServiceQuotaExceeded", "Validation")
        for reason in MODEL.shape_for(f"{exception}ExceptionReason").enum
    }
    events = set(MODEL.shape_for("EventType").enum)
    own = set(AWS_EXCEPTIONS.values()) | {"NO_CREDENTIALS", "DESTINATION_PHONE_NUMBER_INVALID"}
    table = {code for code in VENDOR_ERRORS if code.isupper()}
    assert table - reasons - events == own - reasons - events


@pytest.mark.parametrize("operation", ["SendTextMessage", "SendVoiceMessage"])
def test_every_exception_of_the_service_is_known(operation: str) -> None:
    shapes = {shape.name for shape in MODEL.operation_model(operation).error_shapes}
    assert shapes <= AWS_EXCEPTIONS.keys()
    assert set(AWS_EXCEPTIONS.values()) <= VENDOR_ERRORS.keys()


class PauseThatIsOver:
    """The pause of AWS, which the next send may end, and what is written there."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.is_tried = False
        self.breaker = Breaker(self, self, lambda: 1.0, "aws")

    def __call__(self) -> StoredSettings:
        return StoredSettings(pauses={"aws": Pause(0.0, AccountRefusal("ACCESS_DENIED", 0.0))})

    def forget(self) -> None:
        pass

    def load_pause(self) -> float:
        return 0.0

    def claim_probe(self, read: float, until: float) -> bool:
        self.is_tried = True
        return read == 0.0 < until

    def pause(self, until: float, version: int, refusal: AccountRefusal) -> None:
        self.told.append(refusal.error)

    def resume(self, until: float) -> None:
        self.told.append("accepted")


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (lambda: {"MessageId": "m-1"}, ["accepted"]),
        (ends(answered("AccessDeniedException")), ["ACCESS_DENIED"]),
        (ends(answered("ThrottlingException")), []),
        (ends(exceptions.ReadTimeoutError(**URL)), []),
        (ends(exceptions.NoCredentialsError()), ["NO_CREDENTIALS"]),
    ],
)  # fmt: skip
def test_the_breaker_learns_whether_aws_accepts_the_account(ending: Callable[[], Any], told: list[str]) -> None:
    pause = PauseThatIsOver()
    AwsMessenger(AwsSending(lambda: Broken(ending)), pause.breaker).send(TEXT, ROUTE)
    assert pause.told == told


@pytest.mark.parametrize(
    ("sending", "route"),
    [
        (None, ROUTE),
        (AwsSending(lambda: CLIENT), None),
        (AwsSending(lambda: CLIENT), Route("aws", RouteSender(messaging_service_sid="MG" + "0" * 32))),
    ],
)
def test_a_route_that_aws_cannot_take_is_refused_and_asks_nobody(
    sending: AwsSending | None, route: Route | None
) -> None:
    pause = PauseThatIsOver()
    messenger = AwsMessenger(sending, pause.breaker)
    with pytest.raises(errors.SettingsIncomplete):
        messenger.check(Channel.SMS, route)
    assert messenger.send(TEXT, route).error == errors.SettingsIncomplete.code
    assert pause.told == []
    assert not pause.is_tried, "the send that can go out may try"

"""The simulated AWS End User Messaging, asked by boto3's own client: what it sends, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from infra.local.sms_voice import errors, model
from infra.local.sms_voice.account import local_account
from infra.local.sms_voice.app import SmsVoice
from infra.local.sms_voice.faults import EXCEPTIONS, TEXT_ENDS, VOICE_ENDS
from infra.local.testing import RunningStack
from tests.local.sms_voice_simulation import Simulation
from tests.local.test_local_stack import call
from tests.local.twilio_simulation import until

PHONE = "+85292153799"
SINGAPORE = "+6591234567"
SET = "test-mfa"
SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=local/20261127/us-east-1/sms-voice/aws4_request, "
    f"SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={'0' * 64}"
)


@pytest.fixture(scope="module")
def unchecked(running: Simulation) -> Any:
    """A client that sends what botocore would refuse itself."""
    return running.client(checks=False)


def refusal(call: Any, **parameters: Any) -> dict[str, Any]:
    """The error's body and its code."""
    with pytest.raises(ClientError) as error:
        call(**parameters)
    answer: dict[str, Any] = dict(error.value.response)
    return {**answer, "Code": answer["Error"]["Code"], "Status": answer["ResponseMetadata"]["HTTPStatusCode"]}


def text(client: Any, **parameters: Any) -> Any:
    return client.send_text_message(**{"DestinationPhoneNumber": PHONE, "MessageBody": "hi", **parameters})


def post(simulation: Simulation, body: object, **headers: str | None) -> requests.Response:
    given = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "PinpointSMSVoiceV2.SendTextMessage",
        "X-Amz-Date": "20261127T000000Z",
        "Authorization": SIGNATURE,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {name: value for name, value in given.items() if value is not None}
    return requests.post(simulation.url, data=data, headers=sent, timeout=10)


# --- sending


def test_a_text_message_reaches_its_phone_and_its_events_tell_its_course(simulation: Simulation, client: Any) -> None:
    sent = text(
        client,
        OriginationIdentity=simulation.account.phone_number,
        MessageType="TRANSACTIONAL",
        ConfigurationSetName=SET,
        MaxPrice="0.06",
        TimeToLive=300,
        Context={"challenge": "c1"},
    )
    [arrived] = simulation.delivered
    assert (arrived.to, arrived.sender, arrived.body, arrived.provider) == (PHONE, "+12065550142", "hi", "aws")
    until(lambda: len(simulation.events) == 3)
    assert [event["eventType"] for event in simulation.events] == ["TEXT_PENDING", "TEXT_SUCCESSFUL", "TEXT_DELIVERED"]
    assert [event["isFinal"] for event in simulation.events] == [False, True, True]
    last = simulation.events[-1]
    assert (last["messageId"], last["context"]) == (sent["MessageId"], {"challenge": "c1"})
    assert (last["messageStatus"], last["isoCountryCode"], last["totalMessageParts"]) == ("DELIVERED", "HK", 1)
    assert last["totalMessagePrice"] == 0.0582


def test_only_a_message_with_the_configuration_set_has_events(simulation: Simulation, client: Any) -> None:
    text(client)
    text(client, ConfigurationSetName=simulation.account.arn(f"configuration-set/{SET}"))
    until(lambda: len(simulation.events) == 3)
    assert len({event["messageId"] for event in simulation.events}) == 1


def test_a_call_is_heard_as_its_ssml_says(simulation: Simulation, client: Any) -> None:
    client.send_voice_message(
        DestinationPhoneNumber=PHONE,
        OriginationIdentity=simulation.account.pool_id,
        MessageBodyTextType="SSML",
        MessageBody='<speak xml:lang="de-DE">Ihr Code ist <say-as interpret-as="digits">581883</say-as>'
        '.<break time="1s"/>Nochmals.</speak>',
        VoiceId="VICKI",
        ConfigurationSetName=SET,
    )
    [arrived] = simulation.delivered
    assert (arrived.channel, arrived.language) == ("voice", "de-DE")
    assert arrived.body == "Ihr Code ist 5 8 1 8 8 3. Nochmals."
    until(lambda: len(simulation.events) == 4)
    kinds = [str(event["eventType"]) for event in simulation.events]
    assert kinds == ["VOICE_INITIATED", "VOICE_RINGING", "VOICE_ANSWERED", "VOICE_COMPLETED"]


@pytest.mark.parametrize("name", ["phone_number", "phone_number_id", "pool_id"])
def test_every_identity_of_the_account_sends(simulation: Simulation, client: Any, name: str) -> None:
    identity = getattr(simulation.account, name)
    text(client, OriginationIdentity=identity)
    if name != "phone_number":
        text(
            client,
            OriginationIdentity=simulation.account.arn(f"{name.removesuffix('_id').replace('_', '-')}/{identity}"),
        )
    assert {message.sender for message in simulation.delivered} == {simulation.account.phone_number}


def test_a_sender_id_sends_where_its_country_permits_it(simulation: Simulation, client: Any) -> None:
    text(client, OriginationIdentity="Backup")
    text(client, OriginationIdentity="Backup", DestinationPhoneNumber=SINGAPORE)
    assert [message.sender for message in simulation.delivered] == ["Backup", "Backup"]


def test_a_dry_run_sends_nothing(simulation: Simulation, client: Any) -> None:
    assert text(client, DryRun=True, ConfigurationSetName=SET)["MessageId"]
    assert refusal(text, client=client, DryRun=True, MaxPrice="0.01")["Reason"] == "PRICE_OVER_THRESHOLD"
    assert (simulation.delivered, simulation.sms_voice.events.told()) == ([], [])


def test_feedback_is_kept_for_messages_that_ask_for_it(simulation: Simulation, client: Any) -> None:
    wanted = text(client, MessageFeedbackEnabled=True)["MessageId"]
    other = text(client)["MessageId"]
    answer = client.put_message_feedback(MessageId=wanted, MessageFeedbackStatus="RECEIVED")
    assert (answer["MessageId"], answer["MessageFeedbackStatus"]) == (wanted, "RECEIVED")
    kept = {one["message_id"]: one["status"] for one in simulation.sms_voice.messaging.feedback()}
    assert (kept[wanted], other in kept) == ("RECEIVED", False)
    for message_id in (other, "unknown"):
        refused = refusal(client.put_message_feedback, MessageId=message_id, MessageFeedbackStatus="FAILED")
        assert (refused["Code"], refused["ResourceType"], refused["ResourceId"]) == (
            "ResourceNotFoundException",
            "message",
            message_id,
        )


def test_the_account_describes_itself(simulation: Simulation, client: Any) -> None:
    [number] = client.describe_phone_numbers()["PhoneNumbers"]
    assert (number["PhoneNumber"], number["Status"]) == (simulation.account.phone_number, "ACTIVE")
    [configuration] = client.describe_configuration_sets(ConfigurationSetNames=[SET])["ConfigurationSets"]
    assert configuration["EventDestinations"][0]["SnsDestination"]["TopicArn"] == simulation.account.topic_arn
    assert {limit["EnforcedLimit"] for limit in client.describe_spend_limits()["SpendLimits"]} == {1000}
    assert client.describe_account_attributes()["AccountAttributes"] == [
        {"Name": "ACCOUNT_TIER", "Value": "PRODUCTION"}
    ]
    refused = refusal(client.describe_configuration_sets, ConfigurationSetNames=["other"])
    assert (refused["Code"], refused["ResourceType"]) == ("ResourceNotFoundException", "configuration-set")


# --- refusals by the model


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"DestinationPhoneNumber": "nobody"}, "DestinationPhoneNumber"),
        ({"DestinationPhoneNumber": "+0123456"}, "DestinationPhoneNumber"),
        ({"DestinationPhoneNumber": "+1" + "0" * 20}, "DestinationPhoneNumber"),
        ({"DestinationPhoneNumber": ""}, "DestinationPhoneNumber"),
        ({"MessageBody": ""}, "MessageBody"),
        ({"MessageBody": "  \n "}, "MessageBody"),
        ({"MessageBody": "x" * 1601}, "MessageBody"),
        ({"OriginationIdentity": "a b"}, "OriginationIdentity"),
        ({"OriginationIdentity": "x" * 257}, "OriginationIdentity"),
        ({"MessageType": "transactional"}, "MessageType"),
        ({"ConfigurationSetName": "a.b"}, "ConfigurationSetName"),
        ({"MaxPrice": "1"}, "MaxPrice"),
        ({"MaxPrice": "100.00"}, "MaxPrice"),
        ({"MaxPrice": "0.123456"}, "MaxPrice"),
        ({"TimeToLive": 4}, "TimeToLive"),
        ({"TimeToLive": 259_201}, "TimeToLive"),
        ({"Context": {str(n): "v" for n in range(6)}}, "Context"),
        ({"Context": {"a b": "v"}}, "Context (key: a b)"),
        ({"Context": {"a": " v"}}, "Context.a"),
        ({"Context": {"a": "v" * 801}}, "Context.a"),
        ({"DestinationCountryParameters": {"XX": "v"}}, "DestinationCountryParameters (key: XX)"),
        ({"Keyword": "k" * 31}, "Keyword"),
    ],
)
def test_a_value_outside_the_model_is_refused(unchecked: Any, parameters: dict[str, Any], field: str) -> None:
    refused = refusal(text, client=unchecked, **parameters)
    assert (refused["Code"], refused["Status"], refused["Reason"]) == (
        "ValidationException",
        400,
        "FIELD_VALIDATION_FAILED",
    )
    assert {each["Name"] for each in refused["Fields"]} == {field}
    assert all(each["Message"] for each in refused["Fields"])


@pytest.mark.parametrize(
    ("operation", "parameters", "field"),
    [
        ("send_text_message", {"MessageBody": "hi"}, "DestinationPhoneNumber"),
        ("send_text_message", {"DestinationPhoneNumber": PHONE}, "MessageBody"),
        ("send_voice_message", {"DestinationPhoneNumber": PHONE, "MessageBody": "hi"}, "OriginationIdentity"),
        ("put_message_feedback", {"MessageId": "m"}, "MessageFeedbackStatus"),
    ],
)
def test_a_missing_parameter_is_refused(unchecked: Any, operation: str, parameters: dict[str, Any], field: str) -> None:
    refused = refusal(getattr(unchecked, operation), **parameters)
    assert (refused["Code"], refused["Reason"]) == ("ValidationException", "MISSING_PARAMETER")
    assert [each["Name"] for each in refused["Fields"]] == [field]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("send_voice_message", {"VoiceId": "NOBODY"}),
        ("send_voice_message", {"MessageBodyTextType": "HTML"}),
        ("put_message_feedback", {"MessageFeedbackStatus": "SEEN"}),
        ("put_message_feedback", {"MessageId": "a.b"}),
    ],
)
def test_the_other_operations_keep_to_the_model_too(unchecked: Any, operation: str, parameters: dict[str, Any]) -> None:
    complete = {
        "send_voice_message": {
            "DestinationPhoneNumber": PHONE,
            "OriginationIdentity": "+12065550142",
            "MessageBody": "hi",
        },
        "put_message_feedback": {"MessageId": "m", "MessageFeedbackStatus": "FAILED"},
    }[operation]
    refused = refusal(getattr(unchecked, operation), **{**complete, **parameters})
    assert [each["Name"] for each in refused["Fields"]] == list(parameters)


@pytest.mark.parametrize(
    "member",
    [
        {"MessageBody": 5},
        {"DestinationPhoneNumber": ["+85292153799"]},
        {"TimeToLive": "60"},
        {"TimeToLive": True},
        {"DryRun": 1},
        {"DryRun": "true"},
        {"Context": ["a"]},
        {"Context": {"a": 1}},
        {"MaxPrice": 0.1},
    ],
)
def test_a_value_of_another_json_type_cannot_be_read(simulation: Simulation, member: dict[str, Any]) -> None:
    answer = post(simulation, {"DestinationPhoneNumber": PHONE, "MessageBody": "hi", **member})
    assert (answer.status_code, answer.json()["__type"].rpartition("#")[2]) == (400, "SerializationException")
    assert simulation.delivered == []


@pytest.mark.parametrize("member", ["Nonsense", "messageBody", "MessageBodyTextType"])
def test_an_unknown_member_is_refused(simulation: Simulation, member: str) -> None:
    answer = post(simulation, {"DestinationPhoneNumber": PHONE, "MessageBody": "hi", member: "x"})
    assert (answer.status_code, answer.json()["Fields"][0]["Name"]) == (400, member)
    assert simulation.delivered == []


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b'"x"', b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(simulation: Simulation, body: bytes) -> None:
    answer = post(simulation, body)
    kind = "ValidationException" if not body else "SerializationException"
    assert (answer.status_code, answer.json()["__type"].rpartition("#")[2]) == (400, kind)


@pytest.mark.parametrize(
    ("headers", "status", "kind"),
    [
        ({"Authorization": None}, 403, "MissingAuthenticationTokenException"),
        ({"Authorization": "Basic bG9jYWw="}, 400, "IncompleteSignatureException"),
        ({"Authorization": SIGNATURE.replace("host;", "")}, 400, "IncompleteSignatureException"),
        ({"X_Amz_Date": None}, 400, "IncompleteSignatureException"),
        ({"Authorization": SIGNATURE.replace("sms-voice", "sns")}, 400, "InvalidSignatureException"),
        ({"X_Amz_Target": "PinpointSMSVoiceV2.SendMessage"}, 400, "UnknownOperationException"),
        ({"X_Amz_Target": "PinpointSMSVoice.SendTextMessage"}, 400, "UnknownOperationException"),
        ({"X_Amz_Target": "PinpointSMSVoiceV2.DescribePools"}, 400, "UnknownOperationException"),
        ({"X_Amz_Target": None}, 400, "UnknownOperationException"),
        ({"Content_Type": "application/json"}, 404, "UnknownOperationException"),
    ],
)
def test_a_request_needs_the_protocol_of_aws(
    simulation: Simulation, headers: dict[str, str | None], status: int, kind: str
) -> None:
    answer = post(simulation, {"DestinationPhoneNumber": PHONE, "MessageBody": "hi"}, **headers)
    assert (answer.status_code, answer.json()["__type"].rpartition("#")[2]) == (status, kind)
    assert simulation.delivered == []


# --- refusals by the account


@pytest.mark.parametrize(
    ("parameters", "code", "reason"),
    [
        ({"DestinationPhoneNumber": "+852"}, "ValidationException", "INVALID_PARAMETER"),
        ({"MaxPrice": "0.05"}, "ValidationException", "PRICE_OVER_THRESHOLD"),
        ({"MaxPrice": "0.06", "MessageBody": "x" * 161}, "ValidationException", "PRICE_OVER_THRESHOLD"),
        ({"OriginationIdentity": "arn:aws:sms-voice:us-east-1:1:pool/p"}, "ValidationException", "INVALID_ARN"),
        (
            {"OriginationIdentity": "Backup", "DestinationPhoneNumber": "+12065550100"},
            "ValidationException",
            "SENDER_ID_NOT_SUPPORTED",
        ),
        (
            {"OriginationIdentity": "Other", "DestinationPhoneNumber": SINGAPORE},
            "ValidationException",
            "SENDER_ID_REQUIRES_REGISTRATION",
        ),
        ({"MessageType": "PROMOTIONAL"}, "ConflictException", "MESSAGE_TYPE_MISMATCH"),
    ],
)
def test_the_account_cannot_send_everything(
    simulation: Simulation, client: Any, parameters: dict[str, Any], code: str, reason: str
) -> None:
    refused = refusal(text, client=client, **parameters)
    assert (refused["Code"], refused["Reason"]) == (code, reason)
    assert simulation.delivered == []


@pytest.mark.parametrize(
    ("parameters", "resource_type"),
    [
        ({"OriginationIdentity": "+12065550100"}, "phone-number"),
        ({"OriginationIdentity": f"phone-{'0' * 32}"}, "phone-number"),
        ({"OriginationIdentity": f"pool-{'0' * 32}"}, "pool"),
        ({"OriginationIdentity": "SenderIdTooLong"}, "sender-id"),
        ({"ConfigurationSetName": "other"}, "configuration-set"),
        ({"ProtectConfigurationId": "protect-1"}, "protect-configuration"),
    ],
)
def test_a_resource_that_the_account_lacks_is_not_found(
    simulation: Simulation, client: Any, parameters: dict[str, Any], resource_type: str
) -> None:
    refused = refusal(text, client=client, **parameters)
    assert (refused["Code"], refused["ResourceType"]) == ("ResourceNotFoundException", resource_type)
    assert refused["ResourceId"] == next(iter(parameters.values()))
    assert simulation.delivered == []


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"MessageBody": "<speak>", "MessageBodyTextType": "SSML"}, "CANNOT_PARSE"),
        ({"MessageBody": "<Response/>", "MessageBodyTextType": "SSML"}, "CANNOT_PARSE"),
        ({"MessageBody": "<!DOCTYPE speak><speak>x</speak>", "MessageBodyTextType": "SSML"}, "CANNOT_PARSE"),
        ({"MessageBody": "<speak><Say>x</Say></speak>", "MessageBodyTextType": "SSML"}, "CANNOT_PARSE"),
        ({"MessageBody": "<speak><p voice='AMY'>x</p></speak>", "MessageBodyTextType": "SSML"}, "CANNOT_PARSE"),
        ({"MessageBody": "<speak><speak>x</speak></speak>", "MessageBodyTextType": "SSML"}, "CANNOT_PARSE"),
        ({"MessageBody": "x" * 3001}, "FIELD_VALIDATION_FAILED"),
        ({"OriginationIdentity": "Backup"}, "NUMBER_CAPABILITIES_MISMATCH"),
        ({"MaxPricePerMinute": "0.01"}, "PRICE_OVER_THRESHOLD"),
        ({"DestinationPhoneNumber": "+852"}, "INVALID_PARAMETER"),
    ],
)
def test_a_call_that_cannot_be_made_is_refused(
    simulation: Simulation, client: Any, parameters: dict[str, Any], reason: str
) -> None:
    usual = {"DestinationPhoneNumber": PHONE, "OriginationIdentity": "+12065550142", "MessageBody": "hi"}
    assert refusal(client.send_voice_message, **{**usual, **parameters})["Reason"] == reason
    assert simulation.delivered == []


# --- the simulation itself


def test_the_account_is_the_same_in_every_run(simulation: Simulation) -> None:
    assert local_account("test") == simulation.account
    assert local_account("other").pool_id != simulation.account.pool_id


def test_every_answer_and_every_error_is_one_of_the_model(simulation: Simulation) -> None:
    """The operations that are simulated have all the exceptions that faults can ask for."""
    send = model.operation("PinpointSMSVoiceV2.SendTextMessage")
    assert {shape.name for shape in send.error_shapes} == set(EXCEPTIONS)
    kinds = set(model.service().shape_for("EventType").metadata["enum"])
    assert {f"TEXT_{each}" for each in TEXT_ENDS} | {f"VOICE_{each}" for each in VOICE_ENDS} <= kinds
    assert isinstance(simulation.sms_voice, SmsVoice)
    for made in (
        errors.invalid("INVALID_PARAMETER", [("MessageBody", "x")]),
        errors.conflict("LAST_PHONE_NUMBER", "pool", "p"),
        errors.not_found("message", "m"),
        errors.internal("r"),
    ):
        shape = model.service().shape_for(made.name)
        members = {name for name in made.body() if name != "__type"}
        assert members <= set(getattr(shape, "members", {}))


def test_an_answer_outside_the_model_is_a_mistake_of_the_simulation() -> None:
    operation = model.operation("PinpointSMSVoiceV2.PutMessageFeedback")
    with pytest.raises(ValueError, match="PutMessageFeedback"):
        model.write(operation, {"MessageId": "m", "MessageFeedbackStatus": "SEEN"})
    with pytest.raises(ValueError, match="MessageFeedbackStatus"):
        model.write(operation, {"MessageId": "m"})


# --- the stack


def test_the_local_stack_serves_it_beside_twilio(stack: RunningStack) -> None:
    """The functions know its address, its messages are on the handset, marked as AWS's, and send_code gets its events."""
    environment = call(stack, "POST", "/v1/login", {})[1]
    assert environment["environment"]["AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2"] == stack.facts["sms_voice_url"]
    number = "+85261110010"
    client = boto3.client(
        "pinpoint-sms-voice-v2",
        endpoint_url=stack.facts["sms_voice_url"],
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # no credential: signatures are not verified
    )
    text(client, DestinationPhoneNumber=number, ConfigurationSetName=stack.facts["sms_voice_configuration_set"])
    client.send_voice_message(
        DestinationPhoneNumber=number, OriginationIdentity=stack.facts["sms_voice_phone_number"], MessageBody="hello"
    )
    arrived = stack.messages(number)
    assert [(message.get("channel"), message["body"]) for message in arrived] == [("voice", "hello"), (None, "hi")]
    assert {message["provider"] for message in arrived} == {"aws"}
    url = f"{stack.base_url}/handset/aws"
    assert requests.get(url, timeout=10).json()["configuration_set"] == stack.facts["sms_voice_configuration_set"]
    asked = requests.get(f"{url}/requests?to={number}", timeout=10).json()
    assert [one["operation"] for one in asked] == ["SendVoiceMessage", "SendTextMessage"]

    def told() -> Any:
        return requests.get(f"{url}/events?to={number}", timeout=10).json()

    until(lambda: len(told()) == 3)
    assert {(one["answer"], one["problem"]) for one in told()} == {(200, None)}  # the function took them

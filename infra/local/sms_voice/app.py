"""The HTTP side of the simulated AWS End User Messaging: the JSON 1.0 protocol of AWS."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from botocore.model import OperationModel
from werkzeug.wrappers import Request, Response

from infra.local.delivered import Delivered
from infra.local.faults import Rule
from infra.local.sms_voice import describing, model
from infra.local.sms_voice.account import Account
from infra.local.sms_voice.control import control_of
from infra.local.sms_voice.errors import SmsVoiceError, front, internal, made
from infra.local.sms_voice.events import Events, Publish
from infra.local.sms_voice.faults import KINDS
from infra.local.sms_voice.messaging import Messaging
from infra.local.trouble import Answer
from infra.local.vendor import Received, Vendor

_CONTENT_TYPE = "application/x-amz-json-1.0"
_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/,\s]+/[0-9]{8}/[a-z0-9-]+/(?P<service>[^/,\s]+)/aws4_request, ?"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=[0-9a-f]{64}"
)
_CHANNELS = {"SendTextMessage": "sms", "SendVoiceMessage": "voice", "PutMessageFeedback": "feedback"}

type Perform = Callable[[model.Document], model.Document]


@dataclass(kw_only=True)
class ApiRequest(Received):
    """A request to the simulation, its operation, and the message or call that was accepted."""

    operation: str
    message_id: object = None


class SmsVoice(Vendor):
    """A WSGI application that answers as `sms-voice.<region>.amazonaws.com` does, for one account.

    `faults` changes its behaviour. `requests` and `events` list the requests that came and the events that were
    published. The paths below `/handset` do the same over HTTP.
    """

    def __init__(self, account: Account, deliver: Callable[[Delivered], None], publish: Publish) -> None:
        super().__init__(KINDS)
        self.account = account
        self.events = Events(publish)
        self.messaging = Messaging(account, self.faults, self.events, deliver)
        self.control = control_of(self)
        self._operations: dict[str, Perform] = {
            "SendTextMessage": self.messaging.send_text,
            "SendVoiceMessage": self.messaging.send_voice,
            "PutMessageFeedback": self.messaging.put_feedback,
            "DescribeAccountAttributes": lambda given: describing.account_attributes(account, given),
            "DescribeConfigurationSets": lambda given: describing.configuration_sets(account, given),
            "DescribePhoneNumbers": lambda given: describing.phone_numbers(account, given),
            "DescribeSpendLimits": lambda given: describing.spend_limits(account, given),
        }

    def start(self) -> None:
        self.events.start()

    def stop(self) -> None:
        super().stop()
        self.events.stop()

    def forget(self) -> None:
        """Forget the requests and events so far. The faults stay."""
        super().forget()
        self.events.clear()

    def respond(self, request: Request) -> Response:
        """AWS's answer."""
        request_id = str(uuid.uuid4())
        received = ApiRequest(operation=request.headers.get("X-Amz-Target", "").rpartition(".")[2])
        self._received.append(received)
        try:
            answer = self._answer(request, received, request_id)
        except SmsVoiceError as error:
            answer = _refused(error)
        received.status, received.code = answer.status, answer.code
        headers = {**answer.headers, "x-amzn-RequestId": request_id}
        return Response(answer.text, answer.status, headers, content_type=_CONTENT_TYPE)

    def _answer(self, request: Request, received: ApiRequest, request_id: str) -> Answer:
        if request.method != "POST" or request.path != "/" or request.mimetype != _CONTENT_TYPE:
            raise front("UnknownOperationException", "", 404)
        _check_signature(request)
        operation = model.operation(request.headers.get("X-Amz-Target", ""))
        perform = self._operations.get(operation.name)
        if perform is None:
            raise front("UnknownOperationException", f"{operation.name} is not simulated")
        given = model.read(operation, request.get_data())
        received.parameters = given
        received.to = self._number(given)

        def accept() -> Answer:
            return _performed(operation, perform, given, received)

        channel = _CHANNELS.get(operation.name)
        if channel is None:
            return accept()
        return self.answered(request, received, channel, accept, lambda rule: _refused(_error(rule, request_id)))

    def _number(self, given: model.Document) -> str:
        """The number that a request is about, empty if it is about none."""
        number = str(given.get("DestinationPhoneNumber", ""))
        if number:
            return number if number.startswith("+") else f"+{number}"
        return self.messaging.number_of(str(given.get("MessageId", "")))


def _performed(operation: OperationModel, perform: Perform, given: model.Document, received: ApiRequest) -> Answer:
    try:
        result = perform(given)
    except SmsVoiceError as error:
        return _refused(error)
    received.message_id = result.get("MessageId")
    return Answer(200, model.write(operation, result))


def _check_signature(request: Request) -> None:
    """Refuse a request that is not signed for this service. The signature itself is not verified."""
    given = request.headers.get("Authorization", "")
    if not given:
        raise front("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
    signed = _SIGNED.fullmatch(given)
    if signed is None or "X-Amz-Date" not in request.headers or "host" not in signed["headers"].split(";"):
        raise front("IncompleteSignatureException", "The Authorization header is not a signature of version 4")
    signing_name = model.service().metadata["signingName"]
    if signed["service"] != signing_name:
        words = f"Credential should be scoped to correct service: '{signing_name}'."
        raise front("InvalidSignatureException", words)


def _refused(error: SmsVoiceError) -> Answer:
    return Answer(error.status, json.dumps(error.body()), code=error.name)


def _error(rule: Rule, request_id: str) -> SmsVoiceError:
    """The exception for a fault."""
    values = rule.values
    if rule.fault == "error":
        return made(values["exception"], values["reason"] or "", values["message"] or "", request_id, values["status"])
    status = values.get("status", 500)
    if status == 429:
        return SmsVoiceError("ThrottlingException", "Rate exceeded", status=status)
    return internal(request_id, status)

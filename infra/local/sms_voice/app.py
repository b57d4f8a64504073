"""The HTTP side of the simulated AWS End User Messaging: the JSON 1.0 protocol of AWS."""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from botocore.model import OperationModel
from werkzeug.wrappers import Request, Response

from infra.local.control import PREFIX, Asked
from infra.local.delivered import Delivered
from infra.local.faults import Faults, Rule
from infra.local.inbox import timestamp
from infra.local.serving import Environ, StartResponse
from infra.local.sms_voice import describing, model
from infra.local.sms_voice.account import Account
from infra.local.sms_voice.control import control_of
from infra.local.sms_voice.errors import SmsVoiceError, front, internal, made
from infra.local.sms_voice.events import Events, Publish
from infra.local.sms_voice.faults import KINDS
from infra.local.sms_voice.messaging import Messaging
from infra.local.trouble import Answer, Trouble, spoiled

_CONTENT_TYPE = "application/x-amz-json-1.0"
_KEPT = 10_000
_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/,\s]+/[0-9]{8}/[a-z0-9-]+/(?P<service>[^/,\s]+)/aws4_request, ?"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=[0-9a-f]{64}"
)
_CHANNELS = {"SendTextMessage": "sms", "SendVoiceMessage": "voice", "PutMessageFeedback": "feedback"}

type Body = dict[str, object]
type Perform = Callable[[model.Document], model.Document]


@dataclass
class Received:
    """A request to the simulation, and its outcome."""

    operation: str
    at: datetime
    parameters: Mapping[str, object] = field(default_factory=dict, repr=False)
    status: int | None = None  # HTTP status; None while the request is under way, or if it got no answer
    code: str | int | None = None  # the exception of a refusal
    message_id: object = None  # of the message or call that was accepted
    to: str = ""  # its number
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> Body:
        shown = {name: value for name, value in vars(self).items() if name != "at"}
        return {**shown, "received_at": timestamp(self.at)}


class SmsVoice:
    """A WSGI application that answers as `sms-voice.<region>.amazonaws.com` does, for one account.

    `faults` changes its behaviour. `requests` and `events` list the requests that came and the events that were
    published. The paths below `/handset` do the same over HTTP. Resetting a connection needs waitress as the server.
    """

    def __init__(self, account: Account, deliver: Callable[[Delivered], None], publish: Publish) -> None:
        self.account = account
        self.faults = Faults(KINDS)
        self.events = Events(publish)
        self.messaging = Messaging(account, self.faults, self.events, deliver)
        self.control = control_of(self)
        self._received: deque[Received] = deque(maxlen=_KEPT)
        self._stopping = threading.Event()
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
        self._stopping.set()
        self.events.stop()

    def requests(self) -> list[Body]:
        """Every request so far, newest first."""
        return [one.as_json() for one in reversed(list(self._received))]

    def forget(self) -> None:
        """Forget the requests and events so far. The faults stay."""
        self._received.clear()
        self.events.clear()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith(PREFIX):
            query = request.query_string.decode("latin-1")
            asked = Asked(request.method, request.path, query, request.mimetype, request.get_data())
            status, body = self.control.answer(asked)
            response = Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")
        else:
            request_id = str(uuid.uuid4())
            received = Received(request.headers.get("X-Amz-Target", "").rpartition(".")[2], datetime.now(UTC))
            self._received.append(received)
            try:
                answer = self._answer(request, received, request_id)
            except SmsVoiceError as error:
                answer = _refused(error)
            received.status, received.code = answer.status, answer.code
            headers = {**answer.headers, "x-amzn-RequestId": request_id}
            response = Response(answer.text, answer.status, headers, content_type=_CONTENT_TYPE)
        sent: Iterable[bytes] = response(environ, start_response)
        return sent

    def _answer(self, request: Request, received: Received, request_id: str) -> Answer:
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
        channel = _CHANNELS.get(operation.name)
        trouble = Trouble.take(self.faults, received.to, channel) if channel else Trouble(None, None)
        received.faults = trouble.names
        trouble.wait_before(self._stopping, request.environ)
        answer = _refused(internal(request_id))
        if trouble.accepts:
            answer = _performed(operation, perform, given, received)
        trouble.wait_after(self._stopping)
        if trouble.fault:
            return spoiled(trouble.fault, _refused(_error(trouble.fault, request_id)), request.environ)
        return answer

    def _number(self, given: model.Document) -> str:
        """The number that a request is about, empty if it is about none."""
        number = str(given.get("DestinationPhoneNumber", ""))
        if number:
            return number if number.startswith("+") else f"+{number}"
        return self.messaging.number_of(str(given.get("MessageId", "")))


def _performed(operation: OperationModel, perform: Perform, given: model.Document, received: Received) -> Answer:
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

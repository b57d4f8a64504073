"""The logs: every line has the id of its request, and nothing says more than it should. test_canaries.py looks for secrets."""

import json
import logging
from collections.abc import Callable

import pytest

from tests.api.stack import Stack
from tests.people import Person

type NewPerson = Callable[..., Person]


def entries(stack: Stack) -> list[dict[str, object]]:
    return [json.loads(line) for line in stack.logs.getvalue().splitlines() if line.startswith("{")]


def test_every_line_of_a_log_is_json_and_names_its_request(stack: Stack, person: Person) -> None:
    person.challenged()
    person.guess(1)
    person.verify()
    lines = stack.logs.getvalue().splitlines()
    assert all(line.startswith("{") for line in lines), lines
    for entry in entries(stack):
        assert "function_request_id" in entry
        assert "_aws" in entry or {"level", "timestamp", "service", "correlation_id"} <= entry.keys()


def test_twilio_s_sdk_does_not_log_its_requests(stack: Stack, person: Person, caplog: pytest.LogCaptureFixture) -> None:
    """Lambda's JSON logs pass everything from INFO upwards."""
    with caplog.at_level(logging.INFO):
        person.challenged()
    assert stack.texts(person.numbers[0])
    assert [record for record in caplog.records if record.name.startswith("twilio")] == []


def test_the_correlation_id_of_a_line_is_the_request_s_id_in_the_gateway_s_own_log(
    stack: Stack, person: Person
) -> None:
    """`$context.requestId` of the access log is `requestContext.requestId` of the event."""
    given: list[str] = []
    person.login()
    person.call("GET", "/v1/challenges/x", change=lambda event: given.append(event["requestContext"]["requestId"]))
    [line] = [entry for entry in entries(stack) if entry.get("message") == "refused"]
    assert [line["correlation_id"]] == given
    assert (line["operation"], line["code"]) == ("getChallenge", "challenge_not_found")


def test_a_failure_is_logged_by_its_type_and_place_and_never_by_its_message(
    stack: Stack, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message of an exception may contain typed text: here a name in the ValueError of `int`."""
    person.login()
    module = stack._handlers["VerifyCodeFunction"]
    monkeypatch.setattr(module.wiring, "clock", lambda: int(person.name))
    event: dict[str, object] = {}
    with pytest.raises(AssertionError, match="internal_error"):
        person.call("POST", "/v1/challenges/x/verify", {"code": "000000"}, change=event.update)
    [line] = [entry for entry in entries(stack) if entry.get("message") == "broken"]
    assert (line["level"], line["error"]) == ("ERROR", "ValueError")
    assert "http/app.py" in str(line["stack"])
    assert "<lambda>" in str(line["stack"])
    assert person.name not in stack.logs.getvalue()


@pytest.mark.parametrize("name", ["users.get ada.lovelace +85290000001", "\n{}", "\ud800", "x" * 5000])
def test_an_unknown_operation_name_is_not_logged(stack: Stack, name: str) -> None:
    problem = stack.invoke("AdminFunction", {"operation": name})["error"]
    assert problem["errors"][0]["field"] == "operation"
    logged = [each for each in entries(stack) if "message" in each][-2:]
    assert [(each["message"], each["operation"]) for each in logged] == [
        ("direct invocation", "unknown"),
        ("refused", "unknown"),
    ]


def test_a_failure_of_a_direct_invocation_is_found_by_the_id_in_its_answer(stack: Stack) -> None:
    stack.admin("clients.list")
    stack._handlers["AdminFunction"].wiring.__dict__["administration"] = None
    try:
        result = stack.invoke("AdminFunction", {"operation": "clients.list", "input": {}})
    finally:
        stack.restart()
    [line] = [entry for entry in entries(stack) if entry.get("message") == "broken"]
    assert result["error"].keys() >= {"code", "correlation_id"}
    assert result["error"]["correlation_id"] == line["correlation_id"] == line["function_request_id"]


def test_an_internal_error_shows_a_correlation_id_and_nothing_else(stack: Stack, person: Person) -> None:
    """The caller can do nothing about a missing table."""
    from infra.local.events import Request, proxy_event

    body = json.dumps({"login_name": person.name, "password": person.password}).encode()
    request = Request(
        "POST", "/v1/login", "", [("Content-Type", "application/json")], body, "192.0.2.1", "HTTP/1.1", 443
    )
    [route] = [each for each in stack.template.api.routes if (each.method, each.path) == ("POST", "/v1/login")]
    function = stack.template.functions[route.function]
    event = proxy_event(request, route, {}, stack.template.api)
    name = function.environment["TABLE_NAME"]
    function.environment["TABLE_NAME"] = "no-such-table"  # type: ignore[index]
    stack.restart()
    try:
        result = stack.invoke(route.function, event)
    finally:
        function.environment["TABLE_NAME"] = name  # type: ignore[index]
        stack.restart()
    assert result["statusCode"] in (500, 503)
    problem = json.loads(result["body"])
    assert problem["code"] in ("internal_error", "temporarily_unavailable")
    if problem["code"] == "internal_error":
        assert problem["correlation_id"] == event["requestContext"]["requestId"]
        assert problem["correlation_id"] in stack.logs.getvalue()
    assert "no-such-table" not in result["body"]


@pytest.mark.usefixtures("at_debug")
def test_libraries_say_nothing_at_a_cold_start_whatever_the_root_level(stack: Stack, new_person: NewPerson) -> None:
    """At DEBUG, botocore says where it found credentials, and libraries log each request with its body."""
    person = new_person()
    person.challenged()
    assert person.verify().status == 200
    for library in ("boto3.session", "botocore.credentials", "twilio.http_client", "urllib3.connectionpool"):
        assert logging.getLogger(library).getEffectiveLevel() == logging.WARNING
    assert "credentials" not in stack.logs.getvalue()


def test_no_variable_makes_a_function_print_its_events(
    stack: Stack, new_person: NewPerson, capsys: pytest.CaptureFixture[str]
) -> None:
    """Powertools has switches that print each event: passwords, passcodes and tokens."""
    switches = {"POWERTOOLS_DEV": "true", "POWERTOOLS_DEBUG": "true", "POWERTOOLS_LOGGER_LOG_EVENT": "true"}
    with stack.at(**switches):
        person = new_person()
        person.challenged()
        code = person.code()
        assert person.verify().status == 200
    said = stack.logs.getvalue() + "".join(capsys.readouterr())
    assert [secret for secret in (code, person.token, *stack.secrets) if secret in said] == []

"""The runbook's queries find the right lines among those that the functions really write.

What Logs Insights does is done here in small: lines are filtered, and every field that a query names has to be in the lines that it finds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from mfa.aws.connections import Reply, Send
from tests import access_log, deeds, moto_line
from tests.api.deliveries import BREAKER, faults, ref, report
from tests.api.stack import Stack
from tests.emf import data
from tests.people import Person
from tests.product import basic

type NewPerson = Callable[..., Person]
type Line = dict[str, Any]

RUNBOOK = (Path(__file__).parents[2] / "docs" / "runbook.md").read_text()
QUERIES = re.findall(r"```\n(filter .*?)\n```", RUNBOOK[RUNBOOK.index("\n## Alarms") :], re.DOTALL)
# A line that Lambda itself writes:
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
OF_LAMBDA: Line = {
    "type": "platform.report",
    "record": {"requestId": "r", "status": "timeout", "metrics": {"durationMs": 20000.0}},
}
# The stack under test has no webhook.
OF_THE_WEBHOOK: Line = {
    "message": "not delivered",
    "webhook_id": "0123456789ab",
    "type": "locked",
    "cause": "status 410",
}
# And lines that API Gateway writes.
OF_THE_GATEWAY: list[Line] = [
    json.loads(
        access_log.line({"identity.sourceIp": "192.0.2.7", "httpMethod": "POST", "resourcePath": "/v1/login", **how})
    )
    for how in ({"status": "429", "error.responseType": "THROTTLED"}, {"status": "401"})
]
FUNCTIONS = {"count", "sum", "max", "pct", "bin", "as", "by", "stats", "desc", "sort", "fields"}


def test_every_query_finds_its_lines_and_each_field_in_them(
    stack: Stack, new_person: NewPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [*bad_day(stack, new_person, monkeypatch), OF_LAMBDA, OF_THE_WEBHOOK, *OF_THE_GATEWAY]
    assert len(QUERIES) > 15
    for query in QUERIES:
        condition, *steps = re.split(r"\n\| ", query.removeprefix("filter "))
        found = [line for line in lines if holds(condition, line)]
        assert found, query
        made = set(re.findall(r" as (\w+)", query))
        for step in steps:
            for name in fields(step) - made:
                assert any(value(line, name) is not None for line in found), f"{name} of {query}"


def holds(condition: str, line: Line) -> bool:
    """Whether a line passes a filter."""
    if " or " in condition:
        return any(holds(each, line) for each in condition.split(" or "))
    for test in condition.split(" and "):
        if found := re.fullmatch(r"ispresent\(([\w.]+)\)", test):
            passes = value(line, found[1]) is not None
        elif found := re.fullmatch(r'([\w.]+) = "([^"]+)"', test):
            passes = value(line, found[1]) == found[2]
        elif found := re.fullmatch(r'([\w.]+) != "([^"]+)"', test):
            passes = value(line, found[1]) not in (None, found[2])
        elif found := re.fullmatch(r'([\w.]+) like "([^"]+)"', test):
            passes = found[2] in str(value(line, found[1]))
        else:
            found = re.fullmatch(r"([\w.]+) in (\[.+\])", test)
            assert found, test
            passes = value(line, found[1]) in json.loads(found[2])
        if not passes:
            return False
    return True


def fields(step: str) -> set[str]:
    """The fields of lines that a step names."""
    named = re.findall(r"(?<![\w@])[a-z_][\w.]*", re.sub(r"\b\d+\w*\b", "", step), re.IGNORECASE)
    return {name for name in named if name not in FUNCTIONS}


def value(line: Line, name: str) -> Any:
    """A field, or one inside of another."""
    found: Any = line
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def test_every_code_and_cause_that_a_query_names_is_in_the_lines(
    stack: Stack, new_person: NewPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [*bad_day(stack, new_person, monkeypatch), *OF_THE_GATEWAY]
    names = ("code", "cause", "operation", "message", "error", "resource", "status")
    seen = {str(line.get(name)) for line in lines for name in names}
    seen |= {line["incident"].partition(" ")[0] for line in lines if "incident" in line}
    named = {each for query in QUERIES for each in re.findall(r'"([^"]+)"', query)} - {"platform.report", "success"}
    # This needs two sends at the same moment.
    assert named - seen <= {"twilio_sms_unavailable"}


def lost(send: Send) -> Send:
    """A table that cannot be reached."""

    def refused(method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
        if "//dynamodb." in url:
            raise EndpointConnectionError(endpoint_url=url)
        return send(method, url, headers, body)

    return refused


def someone(new_person: NewPerson) -> Person:
    """A user who has logged in."""
    person = new_person()
    assert person.login().status == 200
    return person


def bad_day(stack: Stack, new_person: NewPerson, monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """The lines of a day on which every case of the runbook happens."""
    person = new_person()
    person.locked()
    person.verify()
    person = new_person()
    person.challenged()
    report(stack, ref(stack), "undelivered", 30007)
    for code in (30034, 30032, 30450):
        new_person().challenged()
        report(stack, ref(stack), "undelivered", code)
    person.verify()
    person.login(password=stack.password())
    client = stack.admin("clients.create", name="A shop", legacy=True)
    secret = basic(client["client_id"], client["client_secret"])
    with stack.with_settings(allow_legacy_clients=True):
        skip = {"login_name": person.name, "client_supports_mfa": False}
        assert stack.call("POST", "/v1/login/vouched", skip, headers=secret).json["status"] == "authenticated"
        vouched = stack.call("POST", "/v1/login/vouched", {"login_name": person.name}, headers=secret)
        person.token = vouched.json["mfa_token"]
        person.later(61)
        assert person.start().status == 201
        assert person.resend().code == "resend_too_soon"
    helped = someone(new_person)
    temporary = stack.admin("temporary_codes.create", login_name=helped.name)["code"]
    assert helped.prove("temporary_code", temporary).status == 200
    with stack.with_settings(actions=deeds.TYPES):
        assert deeds.register(stack).open(deeds.person(stack)).deny().status == 200
    with stack.with_settings(budgets={"global_per_day": 1}):
        someone(new_person).start()  # uses up the budget if the earlier sends have not
        assert someone(new_person).start().code == "rate_limited"
    with stack.with_settings(sending="off"):
        assert someone(new_person).start().code == "sms_unavailable"
    with stack.with_settings(twilio={"sender": None}):
        assert someone(new_person).start().code == "settings_incomplete"
    broken = someone(new_person)
    module = stack._handlers["VerifyCodeFunction"]
    with monkeypatch.context() as patch:
        patch.setattr(module.wiring, "clock", lambda: 1 / 0)
        with pytest.raises(AssertionError):
            broken.call("POST", "/v1/challenges/x/verify", {"code": "000000"})
    for refused_account in (20003, 20005, 10001):
        person = someone(new_person)
        faults(stack, {"fault": "error", "code": refused_account})
        person.start()
        assert person.start().code == "sms_unavailable"
        faults(stack)
        stack.table.delete_item(Key=BREAKER)
        stack.restart()
        person.login()
    with moto_line.answering(lost):
        stack.restart()
        assert person.login().code == "temporarily_unavailable"
    stack.restart()
    lines = stack.logs.getvalue().splitlines()
    for line in lines:
        if '"_aws"' in line:
            data(line)
    return [json.loads(line) for line in lines if line.startswith("{")]

"""Jobs over HTTP: what a request may say, who may ask, and the report as a file."""

from __future__ import annotations

from typing import Any

import pytest

from mfa.users.roles import Role
from tests import people
from tests.api import administrators
from tests.api.stack import Stack

NAMED = {"login_names": ["somebody"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"deed": "melt", "selection": NAMED}, "deed"),
        ({"deed": "disable"}, "selection"),
        ({"deed": "disable", "selection": {}}, "selection"),
        ({"deed": "disable", "selection": NAMED | {"users": {}}}, "selection"),
        ({"deed": "disable", "selection": {"login_names": []}}, "selection.login_names"),
        ({"deed": "disable", "selection": {"login_names": ["x"] * 1001}}, "selection.login_names"),
        ({"deed": "disable", "selection": {"login_names": ["one", "ONE"]}}, "selection.login_names"),
        ({"deed": "disable", "selection": {"login_names": [" "]}}, "selection.login_names"),
        ({"deed": "disable", "selection": {"login_names": ["x" * 129]}}, "selection.login_names"),
        ({"deed": "disable", "selection": {"users": {"nobody": True}}}, "selection.users.nobody"),
        ({"deed": "delete", "selection": {"users": {"registered_after": ""}}}, "selection.users.registered_after"),
        ({"deed": "delete", "selection": {"users": {"q": ""}}}, "selection.users.q"),
        ({"deed": "delete", "selection": {"users": {"q": " "}}}, "selection.users.q"),
        ({"deed": "disable", "selection": NAMED, "parameters": {"owner": "Acme"}}, "parameters.owner"),
        ({"deed": "set_owner", "selection": NAMED}, "parameters.owner"),
        ({"deed": "set_owner", "selection": NAMED, "parameters": {"owner": "a\nb"}}, "parameters.owner"),
        ({"deed": "set_locale", "selection": NAMED}, "parameters.locale"),
        ({"deed": "set_locale", "selection": NAMED, "parameters": {"locale": "xx-yyyyyyyyyy"}}, "parameters.locale"),
        ({"deed": "invite", "selection": NAMED, "parameters": {"hours": 169}}, "parameters.hours"),
        ({"deed": "mfa_off", "selection": NAMED, "parameters": {"insist": True}}, "parameters.insist"),
    ],
)
def test_a_job_that_says_nothing_clear_is_refused_naming_the_member(
    stack: Stack, body: dict[str, Any], field: str
) -> None:
    answer = administrators.new(stack).ask("POST", "/jobs", body)
    assert (answer.code, answer.json["errors"][0]["field"]) == ("invalid_request", field), answer.text


def test_support_starts_jobs_that_help_and_no_others(stack: Stack) -> None:
    support = administrators.new(stack, role=Role.SUPPORT)
    newcomer = people.add(stack, phones=0, mfa=False)
    for deed in ("disable", "delete", "mfa_off"):
        answer = support.ask("POST", "/jobs", {"deed": deed, "selection": {"login_names": [newcomer.name]}})
        assert answer.code == "forbidden"
    job = support.ask("POST", "/jobs", {"deed": "invite", "selection": {"login_names": [newcomer.name]}}).json["id"]
    assert support.ask("POST", f"/jobs/{job}/run", {}).json["preview"]["will_change"] == 1
    assert support.ask("POST", f"/jobs/{job}/start", {"expected_users": 2}).code == "conflict"
    assert support.ask("POST", f"/jobs/{job}/start", {"expected_users": 1}).json["state"] == "running"
    done = support.ask("POST", f"/jobs/{job}/run", {}).json
    assert (done["state"], done["outcomes"]["done"], done["by"]) == ("done", 1, support.name)
    [event] = support.ask("GET", f"/users/{newcomer.name}/events", limit=1).json["items"]
    assert (event["type"], event["actor"], event["detail"]["job"]) == ("invited", support.name, job)
    assert [each["id"] for each in support.ask("GET", "/jobs", limit=1).json["items"]] == [job]
    assert support.ask("GET", "/jobs/nothing").code == "not_found"


def test_a_report_is_a_file_that_no_spreadsheet_runs(stack: Stack) -> None:
    admin = administrators.new(stack)
    names = ["=1+1", "-2", "@a"]
    job = admin.ask("POST", "/jobs", {"deed": "disable", "selection": {"login_names": names}}).json["id"]
    admin.ask("POST", f"/jobs/{job}/run", {})
    csv = admin.ask("GET", f"/jobs/{job}/export").json["csv"]
    header, *lines = csv.splitlines()
    assert header == "login_name,outcome,code,detail"
    assert [line.split(",")[:3] for line in lines] == [[f"'{name}", "refused", "user_not_found"] for name in names]

"""The built functions in containers of Lambda's own runtime, started by `make sam-local` as a developer starts it."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3
import jwt
import pyotp
import pytest

from events.fill import fill, values_of
from infra.local.aws import table_definition
from infra.local.errors import StartError
from infra.local.output import Output
from infra.local.sam import check, environment, fetch_runtime, running, wait_for
from infra.local.seed import DEMO_PHONE, DEMO_USER, PASSWORD, SYSTEM_USER
from infra.local.serving import bind
from infra.local.template import read_template
from tests.people import Person, receive
from tests.product import Answer, Json, Product

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"
TEMPLATE = read_template(ROOT / "template.yaml")
[TABLE] = TEMPLATE.named("AWS::DynamoDB::Table").values()
NEW_USER = "new.user"  # of events/
OWN_PHONE = "+85291234567"  # of events/
CALLER = "192.0.2.10"  # of events/
PASSWORD_AS_BEFORE = {"operation": "users.patch", "input": {"login_name": DEMO_USER, "password": PASSWORD}}
START_SECONDS = 240

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


@dataclass
class Sam(Product):
    """A running `make sam-local`.

    Attributes:
        printed: the names and addresses that it printed at its start.
        facts: the answer of `GET /stack.json` of the local stack behind it.
        variables: the file for `--env-vars`.
        lambda_url: the address of `sam local start-lambda`.
    """

    printed: dict[str, str]
    facts: dict[str, Any]
    variables: Path
    lambda_url: str = ""

    def __post_init__(self) -> None:
        self.table = dynamodb(self.facts["dynamodb_url"]).Table(self.facts["table"])

    @property
    def url(self) -> str:
        return self.printed["API"]

    def call(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        address: str = "",
    ) -> Answer:
        given = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, given | dict(headers or {}), method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return _answer(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return _answer(refused)

    def invoke(self, name: str, event: Json) -> Json:
        """The function's answer, in a container that stays for the next event."""
        url = f"{self.lambda_url}/2015-03-31/functions/{name}/invocations"
        with urllib.request.urlopen(url, json.dumps(event).encode(), timeout=300) as answer:
            return json.load(answer)

    def run(self, name: str, event: Json, variables: Mapping[str, str] = MappingProxyType({})) -> Json:
        """The output of `sam local invoke` for an event, run by the command that was printed."""
        command = shlex.split(self.printed["events"].replace("FUNCTION", name).replace("FILE", "-"))
        if variables:
            command[command.index("--env-vars") + 1] = str(self._with(variables))
        done = subprocess.run(
            command, input=json.dumps(event), capture_output=True, text=True, cwd=ROOT, env=environment()
        )
        try:
            return json.loads(done.stdout)
        except ValueError:
            pytest.fail(f"{name}: {done.stdout}\n{done.stderr}")

    def _with(self, variables: Mapping[str, str]) -> Path:
        given = json.loads(self.variables.read_text())["Parameters"]
        other = self.variables.with_name("other.json")
        other.write_text(json.dumps({"Parameters": {**given, **variables}}))
        return other

    def texts(self, number: str) -> list[str]:
        query = urllib.parse.urlencode({"to": number})
        with urllib.request.urlopen(f"{self.printed['handset']}/messages?{query}", timeout=10) as answer:
            return [message["body"] for message in json.load(answer)]

    def mails(self, address: str) -> list[str]:
        return self.texts(address)

    def end_cooldown(self, pk: str, sk: str) -> None:
        """Lets the next message go out at once."""
        self.table.update_item(
            Key={"pk": pk, "sk": sk},
            UpdateExpression="SET available_at = :past, last_sent_at = :past",
            ExpressionAttributeValues={":past": 0},
            ConditionExpression="attribute_exists(pk)",
        )


def _answer(response: Any) -> Answer:
    return Answer(
        response.status, {name.lower(): value for name, value in response.headers.items()}, response.read().decode()
    )


def dynamodb(url: str) -> Any:
    return boto3.resource(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def forget(url: str) -> None:
    """Deletes the users and the counters of events/ that an earlier run left, if the table outlived it."""
    tables = {table.name: table for table in dynamodb(url).tables.all()}
    if (table := tables.get(TABLE["TableName"])) is None:
        return
    users = (
        f"USER#{DEMO_USER}",
        f"CHALLENGE#{DEMO_USER}",
        f"FACTORS#{DEMO_USER}",
        f"PROOFS#{DEMO_USER}",
        f"USER#{NEW_USER}",
    )
    counters = (
        f"ADDRESS#{CALLER}",
        f"NUMBER#{DEMO_PHONE}",
        f"NUMBER#{OWN_PHONE}",
        f"ENROLMENTS#{DEMO_USER}",
        f"TESTS#{SYSTEM_USER}",
    )
    for pk in users + counters:
        found = table.query(
            KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": pk}, ProjectionExpression="pk, sk"
        )
        for key in found["Items"]:
            table.delete_item(Key=key)


def containers() -> list[str]:
    """The containers that run the build of this tree."""
    listed = ["docker", "ps", "--no-trunc", "--format", "{{.ID}} {{.Mounts}}"]
    lines = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in lines if f"{ROOT}/.aws-sam/build" in line]


@contextmanager
def sam_local(folder: Path) -> Iterator[Sam]:
    """Starts `make sam-local`, and ends it by Ctrl-C."""
    log, variables = folder / "log", folder / "variables.json"
    with log.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.sam", "--env-vars", str(variables)],
            cwd=ROOT,
            env={**environment(), "PORT": "0"},
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while "\nready\n" not in (text := log.read_text(errors="replace")):
            assert process.poll() is None, text
            assert time.monotonic() < deadline, text
            time.sleep(0.2)
        printed = dict(re.findall(r"^  (\S.*?)  +(\S.*)$", text, re.MULTILINE))
        with urllib.request.urlopen(f"{printed['handset'].removesuffix('/handset')}/stack.json", timeout=10) as answer:
            facts = json.load(answer)
        yield Sam(printed, facts, variables)
    finally:
        process.send_signal(signal.SIGINT)
        status = process.wait(90)
    assert status == 0, log.read_text()
    assert "Traceback" not in log.read_text()
    assert containers() == []  # it removes its own containers
    assert not variables.exists()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(printed["handset"], timeout=5)


@pytest.fixture(scope="module")
def sam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sam]:
    try:
        check(0)
        fetch_runtime()
    except StartError as error:
        pytest.skip(str(error))
    if url := os.environ.get("AWS_ENDPOINT_URL_DYNAMODB"):
        forget(url)
    with sam_local(tmp_path_factory.mktemp("sam")) as started:
        yield started


# --- whole logins through start-api


def demo_user(sam: Sam) -> Person:
    """The user that the local stack starts with, logged in."""
    person = Person(sam, DEMO_USER, PASSWORD, "", f"{DEMO_USER}@example.com", [DEMO_PHONE])
    answer = person.login()
    assert answer.status == 200, answer
    person.phones = [phone["id"] for phone in answer.json["phones"]]
    return person


def administrator(sam: Sam) -> str:
    """An access token of the system user that the local stack starts with."""
    answer = Person(sam, SYSTEM_USER, PASSWORD, "", None).login()
    assert answer.status == 200, answer
    return str(answer.json["token"])


def test_a_person_logs_in_through_start_api(sam: Sam) -> None:
    """Login, send, delivery report, resend, a wrong passcode, the right one, and the token against the JWKS."""
    person = demo_user(sam)
    started = person.start()
    assert started.status == 201, started
    old = person.receive(started.json["prefix"]).digits

    deadline = time.monotonic() + 60
    while (seen := person.get().json)["delivery"]["status"] != "delivered" and time.monotonic() < deadline:
        time.sleep(0.5)
    assert seen["delivery"]["status"] == "delivered", seen  # Twilio's signed callback came through

    assert person.resend().code == "resend_too_soon"
    sam.end_cooldown(f"CHALLENGE#{DEMO_USER}", "#CHALLENGE")
    resent = person.resend()
    assert (resent.status, resent.json["id"]) == (200, started.json["id"]), resent
    code = person.receive(resent.json["prefix"]).digits

    wrong = next(each for each in ("000000", "111111", "222222") if each not in (old, code))
    refused = person.verify(wrong)
    assert (refused.status, refused.code) == (400, "invalid_code")
    approved = person.verify(code).json
    assert (approved["status"], approved["amr"]) == ("approved", ["pwd", "sms"]), approved

    [jwk] = sam.call("GET", "/.well-known/jwks.json").json["keys"]
    claims = jwt.decode(approved["token"], jwt.PyJWK(jwk).key, algorithms=["ES256"], issuer=sam.url, audience=sam.url)
    assert claims["sub"] == DEMO_USER


def test_a_person_recovers_by_mail_through_start_api(sam: Sam) -> None:
    person = demo_user(sam)
    started = person.recover()
    assert (started.status, started.json["channel"]) == (201, "email"), started
    approved = person.verify(person.receive(started.json["prefix"], to=person.email).digits)
    assert (approved.status, approved.json["amr"]) == (200, ["pwd", "email"]), approved


def test_an_administrator_administers_through_start_api(sam: Sam) -> None:
    path = f"/v1/admin/users/{DEMO_USER}"
    assert sam.call("GET", path, token=administrator(sam)).json["kind"] == "backup"
    refused = sam.call("GET", path)
    assert (refused.status, refused.code) == (401, "invalid_token")
    page = sam.call("GET", sam.printed["console"].removeprefix(sam.url))
    assert page.status == 200
    assert "<html" in page.text


# --- every event of events/ through Lambda's invocation API, and of each function through `sam local invoke`


@dataclass
class Invoker:
    """Invokes the functions with the files of events/, filled with values from earlier answers."""

    sam: Sam
    used: set[str]
    values: dict[str, str] = field(default_factory=dict)

    def invoke(self, event: str, values: Mapping[str, str]) -> Json:
        return self._kept(event, self.sam.invoke(*self._filled(event, values)))

    def run(self, event: str, values: Mapping[str, str], variables: Mapping[str, str] = MappingProxyType({})) -> Json:
        return self._kept(event, self.sam.run(*self._filled(event, values), variables))

    def _filled(self, event: str, values: Mapping[str, str]) -> tuple[str, Json]:
        filled = json.loads(fill((EVENTS / f"{event}.json").read_text(), {**self.values, **values}))
        return function(filled), filled

    def _kept(self, event: str, answer: Json) -> Json:
        self.used.add(event)
        self.values |= values_of(answer)
        return answer

    def http(self, event: str, status: int, *, body: Json = None, **values: str) -> Json:
        """The body of the answer to an event, or to one with another body."""
        name, filled = self._filled(event, values)
        changed = filled if body is None else filled | {"body": json.dumps(body)}
        answer = self._kept(event, self.sam.invoke(name, changed))
        assert answer.get("statusCode") == status, (event, answer)
        return json.loads(answer["body"] or "{}")

    def admin(self, event: str, **values: str) -> Json:
        answer = self.invoke(event, values)
        assert answer.keys() == {"output"}, (event, answer)
        return answer["output"]


def function(event: Json) -> str:
    """The logical id of the function that an event is for."""
    if "operation" in event:
        return "AdminFunction"
    [name] = {
        route.function
        for route in TEMPLATE.api.routes
        if (route.method, route.path) == (event["httpMethod"], event["resource"])
    }
    return name


def login(on: Invoker) -> None:
    # An earlier login may have left the cooldowns of messages and of mail.
    on.sam.table.delete_item(Key={"pk": f"CHALLENGE#{DEMO_USER}", "sk": "#CHALLENGE"})
    assert on.http("login", 200)["status"] == "mfa_required"
    assert on.http("start_challenge", 201)["status"] == "pending"
    assert on.http("get_challenge", 200)["id"] == on.values["CHALLENGE_ID"]
    on.sam.end_cooldown(f"CHALLENGE#{DEMO_USER}", "#CHALLENGE")
    prefix = on.http("resend_challenge", 200)["prefix"]
    assert on.http("verify_challenge", 200, PASSCODE=receive(on.sam, DEMO_PHONE, prefix).digits)["amr"] == [
        "pwd",
        "sms",
    ]
    assert on.http("start_recovery", 201, MFA_TOKEN=demo_user(on.sam).token)["channel"] == "email"
    # These change the user, which would have ended the challenge.
    assert on.admin("users.patch")["mfa_enabled"] is True
    assert on.admin("users.unlock")["locked_until"] is None
    assert on.admin("phones.add")["region"] == "HK"
    assert on.admin("phones.test")["status"] == "queued"
    assert on.admin("messages.list")["items"][0]["kind"] == "test"
    assert on.admin("phones.remove") == {}
    assert "phone_removed" in {each["type"] for each in on.admin("users.events")["items"]}


def reports_and_keys(on: Invoker) -> None:
    assert on.run("twilio_status", values_of(on.sam.facts))["statusCode"] == 204
    [key] = json.loads(on.run("jwks", {})["body"])["keys"]
    assert (key["kty"], key["crv"], key["use"]) == ("EC", "P-256", "sig")
    assert on.http("openapi", 200)["openapi"].startswith("3.1")


def clients(on: Invoker) -> None:
    made = on.admin("clients.create")
    vouched = on.http("login_vouched", 200)
    assert (vouched["status"], len(vouched["phones"])) == ("mfa_required", 1)
    assert made["client_id"] in {each["client_id"] for each in on.admin("clients.list")["items"]}
    rotated = on.admin("clients.rotate")
    assert (rotated["client_id"], rotated["client_secret"] != made["client_secret"]) == (made["client_id"], True)
    assert on.admin("clients.end_previous_secret") == {}
    assert on.admin("clients.patch")["name"] == "Shop in Hong Kong"
    assert on.admin("clients.delete") == {}


def actions(on: Invoker) -> None:
    """The phone was verified by the login before; the containers know of the new settings within half a minute."""
    offered = {
        "actions": {"delete_backup": {"texts": {"en": 'delete backup set "{set}"'}}},
        "actions_phone_age_hours": 0,
    }
    on.sam.invoke("AdminFunction", {"operation": "settings.patch", "input": offered})
    assert on.admin("actions.preview")["parameters"] == ["set"]
    on.admin("clients.create")
    deadline = time.monotonic() + 60
    while on.invoke("open_action", {})["statusCode"] != 201:
        assert time.monotonic() < deadline
        time.sleep(2)
    on.sam.table.delete_item(Key={"pk": f"CHALLENGE#{DEMO_USER}", "sk": "#CHALLENGE"})
    while on.invoke("start_challenge", {})["statusCode"] == 403:
        assert time.monotonic() < deadline
        time.sleep(2)
    prefix = on.http("get_challenge", 200)["prefix"]
    assert on.http("get_action", 200)["status"] == "pending"
    assert on.http("verify_challenge", 200, PASSCODE=receive(on.sam, DEMO_PHONE, prefix).digits)["amr"] == ["sms"]
    assert on.http("redeem_action", 200)["params"] == {"set": "Payroll"}
    on.http("open_action", 201)
    assert on.http("deny_action", 200)["status"] == "denied"
    on.admin("clients.delete")


def settings(on: Invoker) -> None:
    assert on.admin("settings.get")["twilio"]["auth_token_set"] is True
    assert on.admin("settings.patch")["resend_cooldown_seconds"] == 60
    assert {each["type"] for each in on.admin("events.list")["items"]} == {"settings_changed"}
    assert '"settings_changed"' in on.admin("events.export")["text"]
    assert {"login_name": SYSTEM_USER, "reason": "mfa_off"} in on.admin("settings.preview")["shut_out"]
    assert on.admin("health.get")["sending"]["status"] == "working"
    assert on.admin("settings.test")["status"] == "pending"
    assert on.admin("settings.test.get")["id"] == on.values["TEST_ID"]
    assert on.admin("settings.test.delivery")["delivery"]["status"] in {"queued", "sent", "delivered"}
    on.sam.end_cooldown(f"USER#{SYSTEM_USER}", "#TEST")
    prefix = on.admin("settings.test.resend")["prefix"]
    assert on.admin("settings.test.verify", PASSCODE=receive(on.sam, DEMO_PHONE, prefix).digits)["status"] == "approved"
    assert "de" in on.admin("templates.list")["items"]
    assert "581883" in on.admin("templates.preview")["preview"]
    assert {"region": "HK", "calling_code": "+852"} in on.admin("regions.list")["items"]


def jobs(on: Invoker) -> None:
    assert on.admin("jobs.create")["state"] == "previewing"
    assert on.admin("jobs.run")["preview"]["will_change"] == 1
    assert on.admin("jobs.start")["state"] == "running"
    assert on.admin("jobs.advance") == {"running": 1, "advanced": 1}
    assert on.admin("jobs.get")["outcomes"]["done"] == 1
    assert on.admin("jobs.report")["items"] == [{"login_name": DEMO_USER, "outcome": "done"}]
    assert f"{DEMO_USER},done" in on.admin("jobs.export")["csv"]
    assert on.admin("jobs.create")["state"] == "previewing"
    assert on.admin("jobs.cancel")["state"] == "cancelled"
    assert len(on.admin("jobs.list")["items"]) == 2


def users(on: Invoker) -> None:
    assert on.admin("users.create")["login_name"] == NEW_USER
    assert on.admin("users.get")["login_name"] == DEMO_USER
    assert on.admin("directory.compute")["users"] > 0
    listed = on.admin("users.list")["items"]
    assert {DEMO_USER, NEW_USER} <= {each["login_name"] for each in listed}
    assert f"\n{NEW_USER}," in on.admin("users.export")["csv"].replace("\r", "")
    assert on.admin("users.import")["errors"] == []
    assert on.admin("users.records")["login_name"] == NEW_USER
    jobs(on)
    assert on.admin("users.delete") == {}
    assert on.admin("users.erase")["complete"] is True
    assert on.admin("overview.get")["days"]
    assert on.admin("overview.export")["csv"].startswith("date,")
    token = administrator(on.sam)
    assert on.http("session.get", 200, ACCESS_TOKEN=token)["login_name"] == SYSTEM_USER
    assert on.http("session.open", 200, ACCESS_TOKEN=token)["login_name"] == SYSTEM_USER
    assert on.admin("sessions.list")["items"][0]["login_name"] == SYSTEM_USER
    assert on.http("session.end", 204, ACCESS_TOKEN=token) == {}
    token = administrator(on.sam)
    assert on.http("session.get", 200, ACCESS_TOKEN=token)["login_name"] == SYSTEM_USER
    before = on.admin("sessions.list")["items"]  # other tests have left some
    assert on.admin("sessions.end") == {}
    assert on.admin("sessions.list")["items"] == before[1:]
    assert on.admin("sessions.end_all") == {}
    assert on.admin("sessions.list")["items"] == []
    assert on.admin("numbers.check")["number"].startswith("+")


def money(on: Invoker) -> None:
    assert on.admin("prices.update")["fetched"] > 0
    assert ("HK", "sms", "twilio") in {
        (each["region"], each["channel"], each["provider"]) for each in on.admin("prices.get")["items"]
    }
    on.admin("fraud.compute")
    assert on.admin("fraud.get")["mode"] == "observe"


def first_administrator(on: Invoker) -> None:
    """Bootstraps in an empty table, because a table with an administrator refuses it."""
    name = f"empty-{time.time_ns()}"
    tables = dynamodb(on.sam.facts["dynamodb_url"])
    empty = tables.create_table(**table_definition(TABLE) | {"TableName": name})
    try:
        made = on.run("users.bootstrap", {}, {"TABLE_NAME": name})
        assert made["output"]["kind"] == "system", made
    finally:
        empty.delete()


def log_in(on: Invoker, **more: Json) -> Json:
    """Logs the demo user in by a passcode; the access token is fresh."""
    on.sam.table.delete_item(Key={"pk": f"CHALLENGE#{DEMO_USER}", "sk": "#CHALLENGE"})
    on.http("login", 200)
    prefix = on.http("start_challenge", 201)["prefix"]
    code = receive(on.sam, DEMO_PHONE, prefix).digits
    return on.http("verify_challenge", 200, body={"code": code} | more, PASSCODE=code)


def own_account(on: Invoker) -> None:
    log_in(on)
    assert on.http("get_me", 200)["login_name"] == DEMO_USER
    assert on.http("patch_me", 200)["locale"] == "de"
    address = "demo.user@example.org"
    prefix = on.http("patch_me", 200, body={"contact_email": address})["email_to_confirm"]["prefix"]
    on.http("verify_contact_email", 204, PASSCODE=receive(on.sam, address, prefix).digits)
    started = on.http("start_own_phone", 201)
    assert on.http("get_own_phone", 200)["phone_id"] == started["phone_id"]
    on.sam.end_cooldown(f"USER#{DEMO_USER}", "#PHONE_ENROLMENT")
    prefix = on.http("resend_own_phone", 200)["prefix"]
    code = receive(on.sam, OWN_PHONE, prefix).digits
    assert on.http("verify_own_phone", 200, PASSCODE=code)["status"] == "approved"
    log_in(on)  # another phone ends the tokens
    assert on.http("remove_own_phone", 204, PHONE_ID=started["phone_id"]) == {}


def factors(on: Invoker) -> None:
    on.sam.invoke("AdminFunction", {"operation": "settings.patch", "input": {"trusted_devices": {"days": 30}}})
    log_in(on)
    app = pyotp.TOTP(on.http("begin_totp", 200)["secret"])
    assert on.http("confirm_totp", 200, PASSCODE=app.now())["status"] == "approved"
    log_in(on)
    assert len(on.http("make_recovery_codes", 200)["codes"]) == 10
    on.http("login", 200)
    later = app.at(datetime.now(UTC), counter_offset=1)  # each step once
    assert on.http("verify_factor", 200, TOTP_CODE=later)["amr"] == ["pwd", "otp"]
    assert on.admin("factors.get")["totp"]["enrolled_at"]
    trusted(on)
    deadline = time.monotonic() + 60
    while not on.admin("factors.get")["devices"]:  # admin knows the settings as late as the others
        assert time.monotonic() < deadline
        time.sleep(4)
    assert on.admin("devices.end") == {}
    trusted(on)
    assert on.admin("devices.end_all") == {}
    trusted(on)
    assert on.http("get_me", 200)["devices"]
    assert on.http("end_device", 204) == {}
    assert on.http("end_devices", 204) == {}
    assert on.http("remove_totp", 204) == {}
    assert on.admin("temporary_codes.create")["code"]
    log_in(on)
    app = pyotp.TOTP(on.http("begin_totp", 200)["secret"])
    on.http("confirm_totp", 200, PASSCODE=app.now())
    assert on.admin("factors.remove") == {}


def trusted(on: Invoker) -> None:
    """Logs in on a device that is trusted from then on.

    The containers know within half a minute that the settings allow it.
    """
    deadline = time.monotonic() + 60
    while "device_token" not in log_in(on, trust_device=True):
        assert time.monotonic() < deadline
        time.sleep(4)


def enrolment(on: Invoker) -> None:
    on.admin("users.create")
    assert on.admin("invitations.create")["delivered_to"]
    assert on.admin("invitations.withdraw") == {}
    many = on.admin("invitations.create_many")["results"]
    assert [("refusal" in each, each["login_name"]) for each in many] == [(False, NEW_USER), (True, "another.user")]
    on.admin("clients.create")
    assert on.http("invite", 201)["url"].endswith(on.values["INVITATION"])
    assert on.http("open_enrolment", 200)["login_name"] == NEW_USER
    on.admin("clients.delete")
    on.admin("users.delete")


def passwords(on: Invoker) -> None:
    on.http("ask_password_reset", 202)
    [address] = {on.admin("users.get")["contact_email"]}
    on.http("open_password_reset", 200, RESET=mailed_link(on, address))
    on.sam.table.delete_item(Key={"pk": f"CHALLENGE#{DEMO_USER}", "sk": "#CHALLENGE"})
    prefix = on.http("start_challenge", 201)["prefix"]
    on.http("verify_challenge", 200, PASSCODE=receive(on.sam, DEMO_PHONE, prefix).digits)
    on.http("reset_password", 204, RESET_TOKEN=on.values["ACCESS_TOKEN"])
    on.sam.invoke("AdminFunction", PASSWORD_AS_BEFORE)
    log_in(on)
    on.http("change_password", 204)
    on.sam.invoke("AdminFunction", PASSWORD_AS_BEFORE)


def mailed_link(on: Invoker, address: str) -> str:
    """The token of the link that arrives."""
    deadline = time.monotonic() + 20
    while not (found := re.findall(r"#reset=(\S+)", "\n".join(on.sam.mails(address)))):
        assert time.monotonic() < deadline, on.sam.mails(address)
        time.sleep(0.1)
    return str(found[0])


type Chain = Callable[[Invoker], None]
CHAINS: tuple[Chain, ...] = (
    users,
    login,
    clients,
    actions,
    settings,
    own_account,
    factors,
    enrolment,
    passwords,
    reports_and_keys,
    money,
    first_administrator,
)


@pytest.fixture(scope="module")
def lambdas(sam: Sam, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sam]:
    """The same stack, with `sam local start-lambda` beside `start-api`."""
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    options = shlex.split(sam.printed["events"].partition(" --event FILE ")[2])
    command = ["sam", "local", "start-lambda", "--port", str(port), "--warm-containers", "LAZY", *options]
    log = tmp_path_factory.mktemp("lambdas") / "log"
    with log.open("w") as written, running(command, Output(written.fileno())) as process:
        url = f"http://127.0.0.1:{port}"
        wait_for(url, "sam local start-lambda", process)
        yield replace(sam, lambda_url=url)


@pytest.fixture(scope="module")
def used() -> set[str]:
    return set()


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.__name__)
def test_events_are_answered_by_their_functions(lambdas: Sam, used: set[str], chain: Chain) -> None:
    chain(Invoker(lambdas, used))


def test_every_event_was_invoked(used: set[str]) -> None:
    assert used == {path.stem for path in EVENTS.glob("*.json")}

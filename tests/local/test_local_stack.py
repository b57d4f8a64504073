"""The running local stack, over HTTP."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.client import Config
from botocore.exceptions import ClientError

from infra.local.processes import HOME
from infra.local.testing import RunningStack, running_stack


def call(
    stack: RunningStack, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
) -> tuple[int, Any, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(urlsplit(stack.base_url).netloc, timeout=30)
    try:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.request(method, path, data, headers or {})
        answer = connection.getresponse()
        text = answer.read()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status, json.loads(text) if is_json and text else text, answer.headers
    finally:
        connection.close()


@pytest.fixture(scope="module")
def lambda_client(stack: RunningStack) -> Iterator[Any]:
    client = boto3.client(
        "lambda",
        endpoint_url=stack.base_url,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    yield client
    client.close()


def test_a_handler_runs_as_its_template_says(stack: RunningStack) -> None:
    status, about, headers = call(stack, "GET", "/.well-known/jwks.json", headers={"x-lower": "kept"})
    assert status == 200
    assert headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    environment = about["environment"]
    assert environment["TABLE_NAME"] == "local-mfa"
    assert environment["POWERTOOLS_SERVICE_NAME"] == "verify_code"
    assert environment["AWS_ENDPOINT_URL"] == stack.aws_url
    assert environment["AWS_ENDPOINT_URL_DYNAMODB"] == ""
    assert environment["AWS_ACCESS_KEY_ID"] == "local"
    assert [Path(entry).name for entry in about["path"][:2]] == ["verify_code", "common"]
    assert str(HOME) not in about["path"]
    assert about["context"]["function_name"] == "VerifyCodeFunction"
    assert 0 < about["context"]["left"] <= 2000
    assert about["event"]["headers"]["x-lower"] == "kept"
    assert about["event"]["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b"null", b'"text"', b"{} {}", b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", ""])
def test_a_body_that_is_not_an_object_does_not_reach_a_function(stack: RunningStack, body: bytes, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    status, problem, answered = call(stack, "POST", "/v1/login", body, headers)
    assert (status, problem["code"]) == (400, "invalid_request")
    assert problem["errors"] == [{"field": "body", "message": "must be a JSON object"}]
    assert answered["Content-Type"] == "application/problem+json"


def test_a_body_without_a_model_is_passed_to_the_function(stack: RunningStack) -> None:
    """Another media type has no model, and neither has an optional body."""
    for path, headers in (("/v1/login", {"Content-Type": "text/plain"}), ("/v1/challenges/x/resend", {})):
        status, about, _ = call(stack, "POST", path, b"", headers)
        assert (status, about["event"]["body"]) == (200, None)


def test_the_gateways_own_refusals_carry_the_security_headers(stack: RunningStack) -> None:
    _, _, headers = call(stack, "GET", "/v1/nowhere")
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert headers["Content-Security-Policy"] == "sandbox"
    assert headers["Access-Control-Allow-Origin"] is None


def test_with_a_list_of_origins_the_functions_know_it_and_the_gateway_tells_the_first(tree: Path) -> None:
    with running_stack(root=tree, env={"CORS_ORIGINS": "https://app.example.com,https://www.example.com"}) as stack:
        _, about, _ = call(stack, "GET", "/.well-known/jwks.json")
        assert about["environment"]["CORS_ORIGINS"] == "https://app.example.com,https://www.example.com"
        _, _, headers = call(stack, "POST", "/v1/login", b"{")
        assert (headers["Access-Control-Allow-Origin"], headers["Vary"]) == ("https://app.example.com", "Origin")


@pytest.mark.parametrize("what", ["raise", "exit", "odd", "unserialisable", "hang"])
def test_a_handler_that_fails_gives_the_gateways_answer_and_the_next_request_works(
    stack: RunningStack, what: str
) -> None:
    status, problem, headers = call(stack, "POST", "/v1/login", {"do": what})
    assert (status, problem["code"], headers["Retry-After"]) == (503, "temporarily_unavailable", "2")
    assert call(stack, "POST", "/v1/login", {})[0] == 200


@pytest.mark.parametrize(("method", "path"), [("POST", "/nowhere"), ("DELETE", "/v1/login"), ("POST", "/handset")])
def test_a_path_without_a_route_is_not_found(stack: RunningStack, method: str, path: str) -> None:
    status, problem, headers = call(stack, method, path)
    assert (status, problem["code"]) == (404, "not_found")
    assert headers["Content-Type"] == "application/problem+json"


def test_a_body_of_more_than_ten_megabytes_is_refused(stack: RunningStack) -> None:
    status, problem, _ = call(stack, "POST", "/v1/login", b"x" * (10 * 1024 * 1024 + 1))
    assert (status, problem["code"]) == (400, "invalid_request")


def test_two_hundred_requests_at_once_wait_for_the_workers(stack: RunningStack) -> None:
    with ThreadPoolExecutor(200) as threads:
        answers = list(
            threads.map(lambda _: call(stack, "POST", "/v1/login", {"do": "sleep", "seconds": 0.01}), range(200))
        )
    assert {status for status, _, _ in answers} == {200}
    assert len({about["pid"] for _, about, _ in answers}) == 2


def test_lambda_invoke_answers_as_aws_does(lambda_client: Any) -> None:
    answer = lambda_client.invoke(FunctionName="AdminFunction", Payload=json.dumps({"operation": "x", "input": {}}))
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in answer
    assert json.load(answer["Payload"]) == {"output": {"input": {}}}


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("raise", "ValueError"),
        ("exit", "Runtime.ExitError"),
        ("unserialisable", "Runtime.MarshalError"),
        ("hang", "Sandbox.Timedout"),
    ],
)
def test_a_failed_invocation_returns_its_error(lambda_client: Any, what: str, kind: str) -> None:
    answer = lambda_client.invoke(FunctionName="AdminFunction", Payload=json.dumps({"do": what}))
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    failure = json.load(answer["Payload"])
    assert failure["errorType"] == kind
    if what == "raise":
        assert failure["errorMessage"] == "on purpose"
        assert "handler.py" in failure["stackTrace"][0]


@pytest.mark.parametrize(
    "name",
    [
        "SendCodeFunction:live",
        "arn:aws:lambda:us-east-1:123456789012:function:SendCodeFunction",
        "123456789012:function:SendCodeFunction",
    ],
)
def test_a_function_has_several_names(lambda_client: Any, name: str) -> None:
    assert lambda_client.invoke(FunctionName=name, InvocationType="DryRun")["StatusCode"] == 204
    assert lambda_client.invoke(FunctionName=name, InvocationType="Event", Payload="{}")["StatusCode"] == 202


def test_an_unknown_function_and_a_broken_payload_are_refused(lambda_client: Any) -> None:
    with pytest.raises(lambda_client.exceptions.ResourceNotFoundException):
        lambda_client.invoke(FunctionName="Nobody")
    with pytest.raises(ClientError, match="InvalidRequestContentException"):
        lambda_client.invoke(FunctionName="AdminFunction", Payload="{")


def test_the_templates_resources_are_there(stack: RunningStack) -> None:
    def client(service: str) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload]  # a variable here
            endpoint_url=stack.aws_url,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )

    assert client("dynamodb").describe_table(TableName="local-mfa")["Table"]["TableStatus"] == "ACTIVE"
    parameter = client("ssm").get_parameter(Name="/local/mfa/public-url")["Parameter"]
    assert parameter["Value"] == stack.base_url
    assert json.loads(client("secretsmanager").get_secret_value(SecretId="local/mfa/hmac")["SecretString"])["current"]
    aliases = {alias["AliasName"] for alias in client("kms").list_aliases()["Aliases"]}
    assert {"alias/local-mfa-signing-first", "alias/local-mfa-settings"} <= aliases
    signing = client("kms").describe_key(KeyId="alias/local-mfa-signing-first")["KeyMetadata"]
    assert (signing["KeySpec"], signing["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")


def test_a_mail_arrives_on_the_handset(stack: RunningStack) -> None:
    ses = boto3.client(
        "ses",
        endpoint_url=stack.aws_url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    ses.send_email(
        Source="no-reply@example.com",
        Destination={"ToAddresses": ["demo.user@example.com"]},
        Message={"Subject": {"Data": "A code"}, "Body": {"Text": {"Data": "the text"}}},
    )
    ses.close()
    [mail] = stack.messages("demo.user@example.com")
    assert mail.keys() == {"to", "from", "body", "received_at"}
    assert (mail["from"], mail["body"]) == ("no-reply@example.com", "the text")
    assert mail["received_at"].endswith("Z")


def test_a_text_arrives_on_the_handset_of_its_number_only(stack: RunningStack) -> None:
    facts = stack.facts
    connection = http.client.HTTPConnection(urlsplit(facts["twilio_url"]).netloc, timeout=10)
    basic = _basic(facts["twilio_account_sid"], facts["twilio_auth_token"])
    for body in ("first", "second"):
        connection.request(
            "POST",
            f"/2010-04-01/Accounts/{facts['twilio_account_sid']}/Messages.json",
            f"To=%2B85261234567&From=%2B12063125010&Body={body}",
            {"Authorization": basic, "Content-Type": "application/x-www-form-urlencoded"},
        )
        assert connection.getresponse().read()
    connection.close()
    for query in ("?to=+85261234567", "?to=%2B85261234567"):  # a plus sign, which a query turns into a blank
        status, messages, _ = call(stack, "GET", f"/handset/messages{query}")
        assert status == 200
        assert [message["body"] for message in messages] == ["second", "first"]
        assert messages[0].keys() == {"to", "from", "body", "received_at"}
    assert stack.messages("+85200000000") == []
    assert len(stack.messages()) >= 2


def _basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.mark.parametrize("path", ["/", "/handset", "/backup", "/static/handset.js", "/static/local.css"])
def test_pages_load_nothing_from_elsewhere(stack: RunningStack, path: str) -> None:
    status, body, headers = call(stack, "GET", path)
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    text = body.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert all(f'{attribute}="{scheme}' not in text for attribute in ("src", "href") for scheme in ("http", "//"))


def test_the_login_is_the_client_pages(stack: RunningStack) -> None:
    status, _, headers = call(stack, "GET", "/login")
    assert (status, headers["Location"]) == (302, "/v1/account/index.html")


@pytest.mark.parametrize("path", ["/static/../testing.py", "/static/%2e%2e/testing.py", "/static/", "/static/x.css"])
def test_only_files_of_the_pages_are_served(stack: RunningStack, path: str) -> None:
    assert call(stack, "GET", path)[0] == 404


def test_the_log_has_a_line_for_each_request_without_its_query_or_body(stack: RunningStack) -> None:
    call(stack, "GET", "/v1/openapi.json?secret=hush")
    call(stack, "POST", "/v1/login", {"password": "hush"})
    deadline = time.monotonic() + 5
    while not any("POST /v1/login 200" in line for line in stack.lines) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert any("GET /v1/openapi.json 200" in line for line in stack.lines)
    assert not any("hush" in line for line in stack.lines)
    assert not any("GET /handset/messages" in line for line in stack.lines)


def run(tree: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.local", "--root", str(tree)],
        cwd=HOME,
        env={**os.environ, "PORT": "0", **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("HOST", "not an address"),
        ("PUBLIC_URL", "login.example.com"),
        ("TWILIO_API_URL", "ftp://example.com"),
        ("AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2", "sms-voice.amazonaws.com"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "127.0.0.1:8000"),
        ("WORKERS_PER_FUNCTION", "0"),
        ("POWERTOOLS_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(tree: Path, name: str, value: str) -> None:
    ended = run(tree, **{name: value})
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert name in ended.stderr


@pytest.mark.parametrize("name", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_PHONE_NUMBER"])
def test_a_wrong_setting_of_a_real_account_is_named_in_one_line(tree: Path, name: str) -> None:
    ended = run(tree, TWILIO_API_URL="https://127.0.0.1:1", **{name: "none of the kind"})
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert name in ended.stderr
    assert ("none of the kind" in ended.stderr) == (name != "TWILIO_AUTH_TOKEN")


def test_a_port_in_use_and_an_unreachable_table_are_named_in_one_line(tree: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run(tree, PORT=port)
        assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
        assert port in ended.stderr
    ended = run(tree, AWS_ENDPOINT_URL_DYNAMODB=f"http://127.0.0.1:{port}")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "AWS_ENDPOINT_URL_DYNAMODB" in ended.stderr


def test_a_handler_that_cannot_be_imported_is_named(tree: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    subprocess.run(["cp", "-r", str(tree), str(broken)], check=True)
    (broken / "functions" / "admin" / "handler.py").write_text("import nothing_of_the_kind\n", encoding="utf-8")
    ended = run(broken)
    assert ended.returncode == 1
    assert "AdminFunction" in ended.stderr
    assert "nothing_of_the_kind" in ended.stderr


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=,ppid=", "-A"], capture_output=True, text=True, check=True).stdout
    return [int(child) for child, parent in (line.split() for line in listed.splitlines()) if int(parent) == pid]


def alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_every_way_to_end_the_stack_ends_every_process_even_a_hanging_worker(tree: Path, how: signal.Signals) -> None:
    with running_stack(root=tree) as stack, ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(call, stack, "POST", "/v1/login", {"do": "hang"})
        time.sleep(0.3)
        started = children(stack.process.pid)
        assert len(started) >= 4
        stack.process.send_signal(how)
        assert stack.process.wait(10) == (0 if how != signal.SIGKILL else -signal.SIGKILL)
        deadline = time.monotonic() + 5
        while (left := [pid for pid in started if alive(pid)]) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not left
        assert hanging.exception() is not None
    assert not any("Traceback" in line for line in stack.lines)


def test_a_reader_that_stops_reading_does_not_stop_the_stack(tree: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local", "--root", str(tree)],
        cwd=HOME,
        env={**os.environ, "PORT": "0"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        address = ""
        while (line := process.stdout.readline()) != "ready\n":
            if "all of it" in line:
                address = line.split()[-1]
        unread = RunningStack(process, facts={"base_url": address.rstrip("/")})
        for _ in range(3):
            with ThreadPoolExecutor(8) as threads:
                answers = list(threads.map(lambda _: call(unread, "GET", "/v1/nowhere/" + "x" * 200), range(400)))
            assert {status for status, _, _ in answers} == {404}
    finally:
        process.terminate()
        process.stdout.close()
        assert process.wait(10) == 0


def test_two_stacks_run_side_by_side(stack: RunningStack, tree: Path) -> None:
    with running_stack(root=tree) as other:
        assert other.base_url != stack.base_url
        assert call(other, "GET", "/.well-known/jwks.json")[0] == 200


@pytest.fixture(scope="module")
def dynamodb(stack: RunningStack) -> Iterator[Any]:
    client = boto3.client(
        "dynamodb",
        endpoint_url=stack.dynamodb_url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(max_pool_connections=40, retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


def _key(pk: str, sk: str = "s") -> dict[str, dict[str, str]]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _count(pk: str) -> dict[str, Any]:
    return {
        "TableName": "local-mfa",
        "Key": _key(pk),
        "UpdateExpression": "ADD n :one",
        "ConditionExpression": "attribute_not_exists(n) OR n < :most",
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":most": {"N": "5"}},
    }


@pytest.mark.parametrize("in_transaction", [False, True])
def test_moto_keeps_its_conditions_under_concurrency(dynamodb: Any, in_transaction: bool) -> None:
    """Seen to fail, with up to nine, when moto answers several requests at a time."""

    def count(attempt: int) -> bool:
        name = f"count {in_transaction}"
        other = {"TableName": "local-mfa", "Item": _key(f"{name} {attempt}")}
        try:
            if in_transaction:
                dynamodb.transact_write_items(TransactItems=[{"Update": _count(name)}, {"Put": other}])
            else:
                dynamodb.update_item(**_count(name))
        except (
            dynamodb.exceptions.ConditionalCheckFailedException,
            dynamodb.exceptions.TransactionCanceledException,
        ):
            return False
        return True

    with ThreadPoolExecutor(30) as threads:
        assert sum(threads.map(count, range(60))) == 5


def test_a_transaction_that_moto_refuses_changes_nothing(dynamodb: Any) -> None:
    def put(pk: str, value: str) -> dict[str, Any]:
        return {"Put": {"TableName": "local-mfa", "Item": {**_key(pk), "v": {"S": value}}}}

    def item(pk: str) -> Any:
        return dynamodb.get_item(TableName="local-mfa", Key=_key(pk)).get("Item")

    dynamodb.transact_write_items(TransactItems=[put("t changed", "old"), put("t deleted", "old")])
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as refused:
        dynamodb.transact_write_items(
            TransactItems=[
                put("t new", "new"),
                {
                    "Update": {
                        "TableName": "local-mfa",
                        "Key": _key("t changed"),
                        "UpdateExpression": "SET v = :v",
                        "ExpressionAttributeValues": {":v": {"S": "new"}},
                    }
                },
                {"Delete": {"TableName": "local-mfa", "Key": _key("t deleted")}},
                {
                    "ConditionCheck": {
                        "TableName": "local-mfa",
                        "Key": _key("t nowhere"),
                        "ConditionExpression": "attribute_exists(pk)",
                    }
                },
            ]
        )
    codes = [reason["Code"] for reason in refused.value.response["CancellationReasons"]]
    assert codes == ["None", "None", "None", "ConditionalCheckFailed"]
    assert item("t new") is None
    assert item("t changed")["v"] == {"S": "old"}
    assert item("t deleted")["v"] == {"S": "old"}

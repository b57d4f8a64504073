"""A local stack with the real template and throw-away handlers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.processes import HOME
from infra.local.testing import RunningStack, running_stack

HANDLER = """
import json, os, sys, time

def handler(event, context):
    asked = json.loads(event["body"] or "{}") if "requestContext" in event and not event["isBase64Encoded"] else event
    match asked.get("do"):
        case "raise":
            raise ValueError("on purpose")
        case "exit":
            os._exit(3)
        case "hang":
            time.sleep(60)
        case "sleep":
            time.sleep(asked["seconds"])
        case "odd":
            return {"statusCode": 200, "surprise": 1}
        case "unserialisable":
            return {1, 2}
        case "aws":
            import boto3
            from botocore.exceptions import ClientError

            try:
                answer = getattr(boto3.client(asked["service"]), asked["operation"])(**asked["request"])
            except ClientError as error:
                answer = error.response
            return {"statusCode": 200, "body": json.dumps(answer, default=str)}
    if "operation" in event:
        output = {"input": event.get("input")}
        if event["operation"].startswith("clients."):  # the stack reads these answers as it starts
            output |= {"items": [], "client_id": "0" * 24, "client_secret": "none"}
        return {"output": output}
    about = {
        "event": event,
        "environment": dict(os.environ),
        "path": sys.path,
        "pid": os.getpid(),
        "context": {
            "function_name": context.function_name,
            "memory": context.memory_limit_in_mb,
            "arn": context.invoked_function_arn,
            "request_id": context.aws_request_id,
            "left": context.get_remaining_time_in_millis(),
        },
    }
    return {
        "statusCode": 200,
        "multiValueHeaders": {"Content-Type": ["application/json"], "Set-Cookie": ["a=1", "b=2"]},
        "body": json.dumps(about),
    }
"""


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with the template of this one, timeouts of two seconds, and the handler above for every function."""
    root = tmp_path_factory.mktemp("tree")
    template = (HOME / "template.yaml").read_text(encoding="utf-8")
    for name in ("SendCode", "VerifyCode", "Admin"):
        template = template.replace(f"      Timeout: !Ref {name}Timeout\n", "      Timeout: 2\n")
    (root / "template.yaml").write_text(template, encoding="utf-8")
    for name in ("send_code", "verify_code", "admin"):
        (root / "functions" / name).mkdir(parents=True)
        (root / "functions" / name / "handler.py").write_text(HANDLER, encoding="utf-8")
    shutil.copytree(HOME / "functions" / "common", root / "functions" / "common", dirs_exist_ok=True)
    return root


@pytest.fixture(scope="session")
def stack(tree: Path) -> Iterator[RunningStack]:
    with running_stack(root=tree) as running:
        yield running

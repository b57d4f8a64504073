"""A worker process: runs one function's handler, one request at a time, as in a Lambda sandbox.

`pool` starts it, with a socket to it. Every request is two messages: its context and its event. Every answer is two
messages as well: `{"error": null | "Unhandled"}` and the payload. The worker sends the first answer without a request:
it says whether the handler loaded. If the stack ends in any way, the socket ends, and so does the worker, even with a
hanging handler.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from infra.local import frames

type Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Context:
    """The context object of Lambda's Python runtime."""

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: str  # text, as in the real runtime
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    deadline: float
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.monotonic()) * 1000))


def main() -> None:
    """Serve the handler that the first argument (a JSON object) names, until the stack ends."""
    # Ctrl-C reaches the whole process group, but the stack ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    function = json.loads(sys.argv[1])
    connection = socket.socket(fileno=function["descriptor"])
    requests: queue.SimpleQueue[tuple[bytes, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(connection, requests), daemon=True).start()
    try:
        _take_place(function)
        if function["statements"] is not None:
            _keep_to_role(function)
        handler = _load(function)
    except BaseException as error:  # noqa: BLE001  # a handler may even call sys.exit while it is imported
        traceback.print_exc()
        _answer(connection, "Unhandled", _failure(error, "Runtime.ImportModuleError"))
        sys.exit(1)
    _answer(connection, None, b"")
    while True:
        about, event = requests.get()
        _answer(connection, *_run(handler, function, json.loads(about), event))


def _read(connection: socket.socket, requests: queue.SimpleQueue[tuple[bytes, bytes]]) -> NoReturn:
    try:
        while True:
            requests.put((frames.receive(connection), frames.receive(connection)))
    except (EOFError, OSError):
        os._exit(0)


def _take_place(function: dict[str, Any]) -> None:
    """Go to the handler's folder. Only that and its layers come before the installed packages on the path."""
    here = os.getcwd()  # `python -m` put it on the path
    sys.path[:] = [*function["path"], *(entry for entry in sys.path if entry not in {here, ""})]
    os.chdir(function["code"])


def _load(function: dict[str, Any]) -> Handler:
    """Import the handler."""
    module, _, name = function["handler"].rpartition(".")
    handler: Handler = getattr(importlib.import_module(module.replace("/", ".")), name)
    return handler


def _keep_to_role(function: dict[str, Any]) -> None:
    from infra.local.asks import Places  # botocore would slow the start of a handler that does not use AWS
    from infra.local.permissions import Guard, Role
    from infra.local.policies import Policy

    Guard(Role(Policy.of(function["statements"]), Places(**function["places"]))).install()


def _run(handler: Handler, function: dict[str, Any], about: dict[str, Any], event: bytes) -> tuple[str | None, bytes]:
    context = Context(
        function_name=function["name"],
        function_version="$LATEST",
        invoked_function_arn=about["arn"],
        memory_limit_in_mb=str(function["memory"]),
        aws_request_id=about["request_id"],
        log_group_name=f"/aws/lambda/{function['name']}",
        log_stream_name=os.environ["AWS_LAMBDA_LOG_STREAM_NAME"],
        deadline=time.monotonic() + about["seconds"],
    )
    os.environ["_X_AMZN_TRACE_ID"] = about["trace_id"]
    try:
        result = handler(json.loads(event), context)
    except Exception as error:  # noqa: BLE001  # any exception of the handler is its answer
        traceback.print_exc()
        return "Unhandled", _failure(error, type(error).__name__, about["request_id"])
    try:
        return None, json.dumps(result).encode()
    except (TypeError, ValueError) as error:
        return "Unhandled", _failure(error, "Runtime.MarshalError", about["request_id"])


def _failure(error: BaseException, kind: str, request_id: str = "") -> bytes:
    frames_of_handler = traceback.extract_tb(error.__traceback__)[1:]
    return json.dumps(
        {
            "errorMessage": str(error),
            "errorType": kind,
            "requestId": request_id,
            "stackTrace": traceback.format_list(frames_of_handler),
        }
    ).encode()


def _answer(connection: socket.socket, error: str | None, payload: bytes) -> None:
    try:
        frames.send(connection, json.dumps({"error": error}).encode(), payload)
    except OSError:
        os._exit(0)


if __name__ == "__main__":
    main()

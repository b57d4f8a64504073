"""The part of Lambda's Runtime API that one function in one fresh process needs."""

import contextlib
import json
import queue
import re
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

NEXT = "/2018-06-01/runtime/invocation/next"
ANSWER = re.compile(r"/2018-06-01/runtime/(?:invocation/(?P<id>[^/]+)/(?:response|error)|init/error)")

Answer = dict[str, Any]


class Container:
    """The process of a function under `awslambdaric`, from start to end. Times are in seconds."""

    def __init__(self, python: str, task: Path, environment: Mapping[str, str]) -> None:
        self._events: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        self._handed_out = 0.0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._routes())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._command = [python, "-S", "-m", "awslambdaric", "handler.handler"]  # -S: without this machine's packages
        self._task = task
        self._environment = {
            **environment,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}",
            "LAMBDA_TASK_ROOT": str(task),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process_id(self) -> int:
        """The process of the function, after its first event."""
        assert self._process is not None
        return self._process.pid

    def first(self, event: Answer) -> tuple[Answer, float]:
        """The answer to the first event, and the time from the start of the process to it."""
        self._events.put(json.dumps(event).encode())
        started = time.perf_counter()
        self._process = subprocess.Popen(
            self._command, cwd=self._task, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        answer, answered = self._answer()
        return answer, answered - started

    def next(self, event: Answer) -> tuple[Answer, float]:
        """The answer to a later event, and the time that the function took for it."""
        self._events.put(json.dumps(event).encode())
        answer, answered = self._answer()
        return answer, answered - self._handed_out

    def _answer(self) -> tuple[Answer, float]:
        assert self._process is not None
        for _ in range(300):
            try:
                answered, body = self._answers.get(timeout=0.1)
            except queue.Empty:
                if self._process.poll() is None:
                    continue
                _, problem = self._process.communicate()
                raise RuntimeError(f"the function ended by itself: {problem.decode()}") from None
            answer: Answer = json.loads(body)
            if "errorType" in answer:
                raise RuntimeError(f"the function failed: {body.decode()}")
            return answer, answered
        raise RuntimeError("the function did not answer within 30 seconds")

    def _routes(self) -> type[BaseHTTPRequestHandler]:
        container = self

        class Routes(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):  # the process ended while this waited
                    super().handle()

            def do_GET(self) -> None:
                if self.path != NEXT:
                    self._send(404, b"")
                    return
                event = container._events.get()
                container._handed_out = time.perf_counter()
                self._send(200, event)

            def do_POST(self) -> None:
                answered = time.perf_counter()
                body = self.rfile.read(int(self.headers["Content-Length"]))
                known = ANSWER.fullmatch(self.path)
                self._send(202 if known else 404, b"{}")
                if known:
                    container._answers.put((answered, body))

            def _send(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Lambda-Runtime-Aws-Request-Id", str(uuid.uuid4()))
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 20_000))
                self.send_header(
                    "Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:bench"
                )
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Routes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._server.shutdown()
        self._server.server_close()

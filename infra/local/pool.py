"""The workers of one function. Each runs one request at a time, and a worker that fails is replaced."""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import threading
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from infra.local import frames, processes
from infra.local.errors import StartError
from infra.local.output import Output
from infra.local.template import Function

INIT_SECONDS = 30.0
QUEUE_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """The result of an invocation: the handler's result as JSON, or, if `error` is set, the failure as JSON."""

    payload: bytes = field(repr=False)
    error: str | None = None
    request_id: str = ""

    @classmethod
    def failed(cls, kind: str, message: str, request_id: str) -> Outcome:
        body = {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {message}"}
        return cls(json.dumps(body).encode(), "Unhandled", request_id)


class Busy(Exception):
    """No worker became free in time."""


class _Worker:
    """A process and the socket to it."""

    def __init__(self, function: Function, environment: Mapping[str, str], output: Output) -> None:
        ours, theirs = socket.socketpair()
        about = {
            "name": function.name,
            "code": str(function.code),
            "path": [str(function.code), *map(str, function.layers)],
            "handler": function.handler,
            "memory": function.memory,
            "statements": function.statements,
            "places": asdict(function.places),
            "descriptor": theirs.fileno(),
        }
        with theirs:
            self.process = processes.start(
                "infra.local.worker",
                [json.dumps(about)],
                env={**environment, "AWS_LAMBDA_LOG_STREAM_NAME": f"local/[$LATEST]{uuid.uuid4().hex}"},
                descriptors=[theirs.fileno()],
            )
        self.connection = ours
        self._loaded: Outcome | None = None
        self._log = threading.Thread(
            target=output.relay, args=(function.label, self.process.stdout), name=f"{function.label} log", daemon=True
        )
        self._log.start()

    def load(self) -> Outcome:
        """Wait until the handler is imported. If that fails, returns an outcome with the error."""
        if self._loaded is None:
            self.connection.settimeout(INIT_SECONDS)
            try:
                self._loaded = self._receive("")
            except TimeoutError:
                self._loaded = Outcome.failed("Sandbox.Timedout", f"not loaded in {INIT_SECONDS:.0f} seconds", "")
            except (EOFError, OSError):
                self._loaded = Outcome.failed("Runtime.ExitError", "the handler ended while it was loaded", "")
        return self._loaded

    def alive(self) -> bool:
        return self.process.poll() is None

    def invoke(self, about: Mapping[str, object], event: bytes, seconds: float) -> Outcome:
        self.connection.settimeout(seconds)
        frames.send(self.connection, json.dumps(about).encode(), event)
        return self._receive(str(about["request_id"]))

    def end(self) -> None:
        try:
            self.connection.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for an answer
        except OSError:
            pass
        self.process.kill()
        self.process.wait()
        self.connection.close()

    def _receive(self, request_id: str) -> Outcome:
        head = json.loads(frames.receive(self.connection))
        return Outcome(frames.receive(self.connection), head["error"], request_id)


class Pool:
    """A function that many threads can invoke at once. Requests wait for a free worker."""

    def __init__(self, function: Function, size: int, environment: Mapping[str, str], output: Output) -> None:
        self.function = function
        self._size = size
        self._environment = dict(environment)
        self._output = output
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._workers: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False

    def start(self) -> None:
        """Start the first worker, without waiting for it."""
        self._idle.put(self._new())

    def wait(self) -> None:
        """Wait for the first worker. Raises `StartError` if its handler cannot be loaded."""
        worker = self._idle.get()
        loaded = worker.load()
        if loaded.error:
            reason = json.loads(loaded.payload)
            raise StartError(
                f"{self.function.name} cannot be loaded: {reason['errorType']}: {' '.join(reason['errorMessage'].split())}"
            )
        self._idle.put(worker)

    def complete(self) -> None:
        """Start the other workers in the background."""
        for _ in range(self._size - 1):
            self._add()

    def invoke(self, event: bytes, *, arn: str | None = None, trace_id: str = "", own: bool = False) -> Outcome:
        """Run the handler with this event (JSON). Kills a handler that exceeds its function's timeout.

        With `own`, the stack itself asks, and the log does not warn of a direct invocation. Raises `Busy` if no worker
        becomes free within `QUEUE_SECONDS`.
        """
        request_id = str(uuid.uuid4())
        if own:
            self._output.expect(request_id)
        try:
            worker = self._idle.get(timeout=QUEUE_SECONDS)
        except queue.Empty:
            raise Busy from None
        loaded = worker.load()
        if loaded.error or not worker.alive():
            self._replace(worker)
            if loaded.error:
                return Outcome(loaded.payload, loaded.error, request_id)
            return self.invoke(event, arn=arn, trace_id=trace_id, own=own)
        seconds = self.function.timeout
        about = {"arn": arn or self.function.arn, "request_id": request_id, "trace_id": trace_id, "seconds": seconds}
        try:
            outcome = worker.invoke(about, event, seconds)
        except TimeoutError:
            self._replace(worker, hung=True)
            return Outcome.failed("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds", request_id)
        except (EOFError, OSError):
            status = self._replace(worker)
            return Outcome.failed("Runtime.ExitError", f"Runtime exited with error: {status}", request_id)
        self._idle.put(worker)
        return outcome

    def close(self) -> None:
        """End all workers, even in the middle of a request."""
        with self._lock:
            self._closed = True
            workers, self._workers = self._workers, set()
        for worker in workers:
            worker.end()

    def _new(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise Busy
            worker = _Worker(self.function, self._environment, self._output)
            self._workers.add(worker)
            return worker

    def _add(self) -> None:
        """Start a worker, and give it requests once its handler is loaded."""
        try:
            worker = self._new()
        except Busy:
            return

        def offer() -> None:
            worker.load()
            self._idle.put(worker)

        threading.Thread(target=offer, name=f"{self.function.label} start", daemon=True).start()

    def _replace(self, worker: _Worker, *, hung: bool = False) -> str:
        """End a worker and start another. Returns how the process ended, in words."""
        status = "killed"
        if not hung:
            try:
                code = worker.process.wait(0.5)
                status = f"exit status {code}" if code >= 0 else f"signal {-code}"
            except subprocess.TimeoutExpired:
                pass
        with self._lock:
            self._workers.discard(worker)
        worker.end()
        self._add()
        return status

"""The process that plays AWS for the functions: moto on a port of its own, holding the template's resources.

Its first argument is a JSON object (descriptor, resources, dynamodb_url, email_domain). The descriptor is a socket that
already listens, so the parent knows the address before this process starts. The process prints one JSON line:
`{"endpoint": …}` once all resources exist, or `{"error": …}`. It ends when its standard input ends.
"""

from __future__ import annotations

import email
import email.policy
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.ses.models import Message, RawMessage, ses_backends
from werkzeug.serving import make_server

from infra.local import fast_moto, moto_key_pairs
from infra.local.aws import Aws
from infra.local.errors import StartError
from infra.local.inbox import MAILS, timestamp
from infra.local.serving import Application, Environ, StartResponse


class OneAtATime:
    """Runs moto one request at a time, because its conditions and transactions are not atomic under threads.

    Sixty threads that may count to five counted to nine. One at a time, they count to five.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._turn = threading.Lock()
        self._mails: list[dict[str, str]] = []

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == MAILS:
            return self._answer_mails(start_response)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length:  # read before taking the lock, so that a slow sender blocks nobody
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(length))
        with self._turn:
            body = b"".join(self._application(environ, start_response))
            self._collect_mails()
        return [body]

    def _answer_mails(self, start_response: StartResponse) -> Iterable[bytes]:
        with self._turn:
            body = json.dumps(self._mails).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _collect_mails(self) -> None:
        sent = ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages
        while sent:
            self._mails += _mails(sent.pop(0))
        del self._mails[:-10_000]


def _mails(message: Any) -> list[dict[str, str]]:
    """A mail, once for each receiver."""
    if isinstance(message, Message):
        receivers = [address for addresses in message.destinations.values() for address in addresses]
        subject, body = message.subject, message.body
    elif isinstance(message, RawMessage):
        mail = email.message_from_string(message.raw_data, policy=email.policy.default)
        text = mail.get_body(("plain", "html"))
        receivers, subject, body = message.destinations, str(mail["Subject"] or ""), text.get_content() if text else ""
    else:
        return []
    at = timestamp(datetime.now(UTC))
    return [{"to": to, "from": message.source, "subject": subject, "body": body, "received_at": at} for to in receivers]


class _QuietHandler(MotoRequestHandler):
    """Logs no requests, and keeps connections open."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: object = "-", size: object = "-") -> None:
        pass


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    task = json.loads(sys.argv[1])
    threading.Thread(target=_end_with_the_stack, daemon=True).start()
    fast_moto.install()
    moto_key_pairs.install()
    application: Any = OneAtATime(DomainDispatcherApplication(create_backend_app))
    server = make_server(
        "127.0.0.1", 0, application, threaded=True, request_handler=_QuietHandler, fd=task["descriptor"]
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.port}"
    try:
        Aws(endpoint, task["dynamodb_url"]).create(task["resources"], email_domain=task["email_domain"])
    except StartError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        sys.exit(1)
    print(json.dumps({"endpoint": endpoint}), flush=True)
    threading.Event().wait()


def _end_with_the_stack() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()

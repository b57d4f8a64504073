"""The sample backup service at `/backup`: a relying application as docs/actions.md describes one.

Its page runs where a person is logged in, and where an intruder may sit. So the page never holds the client's secret, and a
deletion waits until its user has approved it by phone: the service opens an action, the page asks for the passcode with the
action's MFA token, and the service deletes only after it has redeemed the action. An approval alone deletes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from infra.local.events import Request
from infra.local.responses import Response

PREFIX = "/backup/"
# The type of action, as the settings declare it.
DELETE = "delete_backup"
TEXTS = {
    "en": 'delete backup set "{set}"',
    "de": 'Datensicherung "{set}" löschen',
    "fr": 'supprimer la sauvegarde "{set}"',
    "es": 'eliminar la copia de seguridad "{set}"',
    "zh-Hant": "刪除備份集「{set}」",
}
_PATIENCE_SECONDS = 30
_MOST_DELETIONS = 1000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_DELETION = re.compile(r"/backup/sets/([a-z]+)/deletion")
_FINISH = re.compile(r"/backup/deletions/([A-Za-z0-9_-]{1,100})/finish")
_SET_NOT_FOUND = (404, {"code": "set_not_found", "detail": "There is no such backup set any more."})


@dataclass(frozen=True)
class Client:
    """The service as a client of the API."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class BackupSet:
    """A backup set. `last_backup_at` is RFC 3339."""

    id: str
    name: str
    bytes: int
    last_backup_at: str


class Unreachable(Exception):
    """The API gave no answer that can be read. The request may have been carried out."""


class Api:
    """The calls that need the client's secret."""

    def __init__(self, url: str, client: Client) -> None:
        self._address = urlsplit(url)
        self._authorization = "Basic " + base64.b64encode(f"{client.id}:{client.secret}".encode()).decode()

    def post(self, path: str, body: object = None, *, key: str) -> tuple[int, dict[str, Any], str]:
        """Status, body and Retry-After. The same key again is the same request again. Raises `Unreachable`."""
        connection = http.client.HTTPConnection(self._address.netloc, timeout=_PATIENCE_SECONDS)
        headers = {
            "Authorization": self._authorization,
            "Content-Type": "application/json",
            "Idempotency-Key": hashlib.sha256(key.encode()).hexdigest()[:32],
        }
        try:
            connection.request("POST", path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(path) from error
        finally:
            connection.close()
        return response.status, answer, response.headers.get("Retry-After", "")


class Backup:
    """The service, for one user who is logged in. Its sets are in memory: a new start has all of them again."""

    def __init__(self, api: Api, login_name: str) -> None:
        self._api = api
        self._login_name = login_name
        self._turn = threading.Lock()
        self._sets = _samples()
        self._deletions: dict[str, BackupSet] = {}  # by the id of their action

    def answer(self, request: Request) -> Response | None:
        """The answer to a request of the page, or None if the path is none of the service's."""
        if request.method == "GET":
            return _answer(200, self._listed()) if request.path == "/backup/sets" else None
        if request.method != "POST" or not request.path.startswith(PREFIX):
            return None
        # A form of another site cannot send this type, and a script of one is not allowed to.
        if request.header("content-type").partition(";")[0].strip().lower() != "application/json":
            return _answer(415, {"code": "invalid_request", "detail": "The body must be JSON."})
        try:
            if request.path == "/backup/sets/restore":
                return _answer(200, self._restored())
            if found := _DELETION.fullmatch(request.path):
                return self._open(found[1], request)
            if found := _FINISH.fullmatch(request.path):
                return self._finish(found[1])
        except Unreachable:
            return _answer(503, {"code": "temporarily_unavailable", "detail": "The API did not answer."})
        return None

    def _listed(self) -> dict[str, Any]:
        with self._turn:
            return {"login_name": self._login_name, "sets": [asdict(each) for each in self._sets.values()]}

    def _restored(self) -> dict[str, Any]:
        with self._turn:
            self._sets = _samples()
        return self._listed()

    def _open(self, set_id: str, request: Request) -> Response:
        """Open an action, and give the page its MFA token. Nothing else of it lets the page go any further."""
        with self._turn:
            chosen = self._sets.get(set_id)
        if chosen is None:
            return _answer(*_SET_NOT_FOUND)
        asked: dict[str, Any] = {
            "login_name": self._login_name,
            "type": DELETE,
            "params": {"set": chosen.name},
            "end_user_address": request.peer,
        }
        # The language only: the words are those of the settings.
        if language := _LANGUAGE.match(request.header("accept-language")):
            asked["locale"] = language[0]
        key = f"open {self._login_name} {set_id} {request.header('idempotency-key')}"
        status, answer, retry_after = self._api.post("/v1/actions", asked, key=key)
        if status != 201:
            return _refusal(status, answer, retry_after)
        with self._turn:
            self._deletions[answer["id"]] = chosen
            if len(self._deletions) > _MOST_DELETIONS:
                del self._deletions[next(iter(self._deletions))]  # the oldest: its action is over
        shown = ("id", "summary", "mfa_token", "expires_at", "phones", "channels")
        return _answer(201, {name: answer[name] for name in shown} | {"set": asdict(chosen)})

    def _finish(self, action_id: str) -> Response:
        """Redeem the action, and delete what it names. The key makes a lost answer of the redemption come again."""
        with self._turn:
            chosen = self._deletions.get(action_id)
        if chosen is None:
            return _answer(404, {"code": "action_not_found", "detail": "No deletion waits under this id."})
        path = f"/v1/actions/{quote(action_id, safe='')}/redeem"
        status, answer, retry_after = self._api.post(path, key=f"redeem {action_id}")
        if status != 200:
            return _refusal(status, answer, retry_after)
        confirmed = (answer["login_name"], answer["type"], answer["params"])
        if confirmed != (self._login_name, DELETE, {"set": chosen.name}):
            return _answer(
                502, {"code": "internal_error", "detail": "Another deed was confirmed. Nothing was deleted."}
            )
        with self._turn:
            self._sets.pop(chosen.id, None)
        return _answer(200, {"status": "deleted", "set": asdict(chosen)})


def _samples() -> dict[str, BackupSet]:
    now = datetime.now(UTC).replace(microsecond=0)
    rows = (
        ("payroll", "Payroll", 214_000_000_000, 5),
        ("customers", "Customer database", 1_640_000_000_000, 2),
        ("mailboxes", "Mailboxes", 87_300_000_000, 27),
    )
    return {
        set_id: BackupSet(set_id, name, size, (now - timedelta(hours=hours)).isoformat().replace("+00:00", "Z"))
        for set_id, name, size, hours in rows
    }


def _refusal(status: int, problem: Mapping[str, Any], retry_after: str) -> Response:
    """The API's refusal for the page, unless it is about the service itself."""
    if status == 401:
        return _answer(502, {"code": "internal_error", "detail": "The API does not know this service or its user."})
    return _answer(status, problem, retry_after)


def _answer(status: int, body: object, retry_after: str = "") -> Response:
    kind = "application/json" if status < 400 else "application/problem+json"
    headers = (("Content-Type", kind), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))
    later = (("Retry-After", retry_after),) if retry_after else ()
    return Response(status, headers + later, json.dumps(body, ensure_ascii=False).encode())

"""The stack's own pages: `/`, the handset and the sample backup client."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs

from infra.local import backup, seed
from infra.local.backup import Backup
from infra.local.events import Request
from infra.local.facts import Facts
from infra.local.inbox import Inbox
from infra.local.responses import Response

_FOLDER = Path(__file__).parent / "pages"
# The handset uses these too. It must also work where no function serves the client pages, as beside `sam local`.
_SHARED = Path(__file__).parents[2] / "clients/web/shared"
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
}
# Nothing inline and nothing from other hosts: a page that works here works under any policy.
_HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    ),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


class Pages:
    """Answers the paths that have no route in the template."""

    def __init__(self, facts: Facts, inbox: Inbox, backup: Backup) -> None:
        self._facts = facts
        self._inbox = inbox
        self._backup = backup

    def answer(self, request: Request) -> Response | None:
        """A page, a file of the pages, the handset's messages, or the sample service. None if the path is none of these."""
        if request.path.startswith(backup.PREFIX):
            return self._backup.answer(request)
        if request.method not in {"GET", "HEAD"}:
            return None
        match request.path:
            case "/":
                return _response(_home(self._facts).encode(), ".html")
            case "/handset/messages":
                return self._messages(request)
            case "/stack.json":
                return _json(self._facts.as_json())
            case "/handset" | "/backup":
                return _file(f"{request.path[1:]}.html")
            case "/login":
                return Response(302, (("Location", "/v1/account/index.html"), *_HEADERS), b"")
            case path if path.startswith("/static/shared/"):
                return _file(path.removeprefix("/static/shared/"), _SHARED)
            case path if path.startswith("/static/"):
                return _file(path.removeprefix("/static/"))
        return None

    def _messages(self, request: Request) -> Response:
        query = parse_qs(request.query)
        to, limit = query.get("to", [""])[0], query.get("limit", [""])[0]
        kept = int(limit) if re.fullmatch(r"[0-9]{1,9}", limit) else None
        return _json(self._inbox.messages(to, kept, details="details" in query))


def _file(name: str, folder: Path = _FOLDER) -> Response | None:
    path = folder / name
    if path.parent != folder or path.suffix not in _KINDS or not path.is_file():
        return None
    return _response(path.read_bytes(), path.suffix)


def _json(value: object) -> Response:
    return _response(json.dumps(value, ensure_ascii=False).encode(), ".json")


def _response(body: bytes, suffix: str) -> Response:
    return Response(200, (("Content-Type", _KINDS[suffix]), *_HEADERS), body)


def _home(facts: Facts) -> str:
    links = "\n".join(
        f'<li><a href="{escape(path)}">{escape(name)}</a><span>{escape(about)}</span></li>'
        for name, path, about in facts.links()
    )
    rows = [
        ("Backup user", seed.DEMO_USER),
        ("System user", seed.SYSTEM_USER),
        ("Password of both", seed.PASSWORD),
        ("Phone of the backup user", seed.DEMO_PHONE),
        ("Client of the backup sample", facts.client_id),
        ("Its secret", facts.client_secret),
        ("Sender", facts.twilio_phone_number),
        ("Lambda endpoint", facts.base_url),
        ("Functions", ", ".join(facts.functions)),
        ("AWS endpoint (moto)", facts.aws_url),
        ("Table", f"{facts.table} at {facts.dynamodb_url}"),
        ("Twilio" + (" (simulated)" if facts.twilio_is_simulated else ""), facts.twilio_url),
        ("Twilio account SID", facts.twilio_account_sid),
        ("AWS End User Messaging" + (" (simulated)" if facts.sms_voice_is_simulated else ""), facts.sms_voice_url),
        ("Its sender", facts.sms_voice_phone_number),
        ("Its configuration set", facts.sms_voice_configuration_set),
    ]
    if facts.twilio_is_simulated:
        rows.append(("Twilio auth token", facts.twilio_auth_token))
    values = "\n".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows)
    leaves = "nothing leaves this machine" if facts.twilio_is_simulated else f"messages go to {facts.twilio_url}"
    page = Template((_FOLDER / "home.html").read_text(encoding="utf-8"))
    return page.substitute(links=links, values=values, leaves=escape(leaves))

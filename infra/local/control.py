"""The JSON API of a simulated vendor itself, for tests and the handset's page.

`?to=+852…` restricts GET, and DELETE of faults, to one number. `?limit=…` limits the number of entries.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from werkzeug.wrappers import Request, Response

from infra.local.faults import FaultError, Faults

PREFIX = "/handset/"
_LARGEST = 256 * 1024


@dataclass(frozen=True)
class Asked:
    """A request to this API."""

    method: str
    path: str
    query: str
    mimetype: str
    body: bytes

    @property
    def to(self) -> str:
        """The number in the query. A leading blank is read as `+`, because query strings turn a `+` into a blank."""
        number = parse_qs(self.query).get("to", [""])[0].strip()
        return number if not number or number.startswith("+") else "+" + number

    def about(self, items: Sequence[dict[str, object]]) -> Sequence[dict[str, object]]:
        """The entries that the query asks for."""
        limit = parse_qs(self.query).get("limit", [""])[0]
        kept = int(limit) if re.fullmatch(r"[0-9]{1,9}", limit) else None
        return [item for item in items if not self.to or item.get("to") == self.to][:kept]

    def json(self) -> object:
        """The body. Raises `FaultError` or `ValueError` if it is not JSON."""
        # Browsers let pages of other sites send JSON only after a preflight, which is refused here.
        if self.mimetype != "application/json" or len(self.body) > _LARGEST:
            raise FaultError("application/json, and not much of it")
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise FaultError("JSON that is nested too deeply") from error


type Deed = Callable[[Asked], object]
type Deeds = Mapping[str, Deed]  # by HTTP method, the function that gives the JSON answer


@dataclass(frozen=True)
class Control:
    """Answers the paths of one simulated vendor."""

    paths: Mapping[str, Deeds]

    def has(self, path: str) -> bool:
        return path in self.paths

    def response(self, request: Request) -> Response:
        """The answer to a request that came by WSGI."""
        query = request.query_string.decode("latin-1")
        status, body = self.answer(Asked(request.method, request.path, query, request.mimetype, request.get_data()))
        return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json; charset=utf-8")

    def answer(self, asked: Asked) -> tuple[int, object]:
        """The HTTP status and the JSON answer."""
        deeds = self.paths.get(asked.path)
        if deeds is None:
            return 404, {"error": "there is no such path"}
        if asked.method not in deeds:
            return 405, {"error": f"{asked.path} knows {', '.join(deeds)}"}
        try:
            return 200, deeds[asked.method](asked)
        except ValueError as error:  # not JSON, or not a rule
            return 400, {"error": str(error)}


def of_faults(faults: Faults) -> Deeds:
    """GET lists the rules in force, PUT replaces them, POST adds one, DELETE ends them."""

    def put(asked: Asked) -> object:
        faults.set(asked.json())
        return faults.listed()

    def post(asked: Asked) -> object:
        faults.add(asked.json())
        return faults.listed()

    def delete(asked: Asked) -> object:
        faults.clear(asked.to)
        return asked.about(faults.listed())

    return {"GET": lambda asked: asked.about(faults.listed()), "PUT": put, "POST": post, "DELETE": delete}


def of_log(listed: Callable[[], Sequence[dict[str, object]]], forget: Callable[[], None] | None = None) -> Deeds:
    """GET lists the entries, newest first. DELETE forgets them."""

    def delete(asked: Asked) -> object:
        assert forget is not None  # only there with one
        forget()
        return asked.about(listed())

    def get(asked: Asked) -> object:
        return asked.about(listed())

    return {"GET": get, "DELETE": delete} if forget else {"GET": get}

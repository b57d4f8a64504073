"""The short form of the part `schemas` of `make prove`: requests made from the description are answered as described."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from mfa.api import OPERATIONS
from tests.api.stack import Stack
from tests.proof import schemas
from tests.proof.scenes import Scene, Scenes
from tests.proof.schemas import Progress, Traffic

type Lie = Callable[[dict[str, Any]], object]

KEYS, LOGIN, SETTINGS = "/.well-known/jwks.json", "/v1/login", "/v1/admin/settings/preview"


def test_everybodys_requests_to_every_operation_are_answered_as_described(stack: Stack) -> None:
    progress = Progress()
    schemas.play_round(stack, progress, cases=2, scenarios=4, steps=5)
    assert progress.findings == {}
    assert {label for label, n in progress.done.items() if n} == {f"{each.method} {each.path}" for each in OPERATIONS}
    assert progress.requests == progress.statuses.total() > 500
    assert {"200", "201", "204", "400", "401", "403", "404"} <= progress.statuses.keys()


@pytest.mark.parametrize(
    ("path", "method", "lie", "kind"),
    [
        (KEYS, "get", lambda told: told["responses"].update({"200": {"description": "", "content": {"application/json": {"schema": {"type": "array"}}}}}), "JsonSchemaError"),
        (KEYS, "get", lambda told: told["responses"]["200"].update(content={"text/plain": {}}), "UndefinedContentType"),
        (KEYS, "get", lambda told: told["responses"].update({"201": told["responses"].pop("200")}) or told["responses"].pop("default"), "UndefinedStatusCode"),
        (LOGIN, "post", lambda told: told.update(responses={"200": {"description": ""}}), "UndefinedStatusCode"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_as_described_is_found(stack: Stack, path: str, method: str, lie: Lie, kind: str) -> None:
    document = stack.call("GET", "/v1/openapi.json").json
    told = document["paths"][path][method]
    lie(told)
    document["paths"] = {path: {method: told}}
    progress = Progress()
    Traffic(stack, progress, 1, document).operations(5)
    assert [found for found in progress.findings if f": {kind}: " in found], progress.findings


def test_the_progress_of_a_long_run_is_read_again(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Progress.read() == Progress()
    progress = Progress(rounds=2, requests=3, findings={"a": "b"})
    progress.statuses.update(["200", "200", "404"])
    progress.operations.update(["GET /v1/me"])
    progress.done.update(["GET /v1/me"])
    progress.write()
    assert Progress.read() == progress


def test_an_answer_about_somebody_elses_thing_is_found(stack: Stack) -> None:
    document = stack.call("GET", "/v1/openapi.json").json
    path = "/v1/challenges/{id}"
    document["paths"] = {path: {"get": document["paths"][path]["get"]}}
    progress = Progress()
    traffic = Traffic(stack, progress, 1, document)

    class Shared(Scenes):
        def of(self, label: str, random: Random) -> Scene | None:
            """A scene with the challenge of another caller, who may read it."""
            scene = super().of(label, random)
            assert scene
            scene.given["id"] = traffic.callers.person.challenge
            return scene

    traffic.scenes = Shared(stack)
    traffic.operations(2)
    assert [found for found in progress.findings if f"GET {path}: SomebodyElses: " in found], progress.findings

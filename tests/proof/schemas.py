"""Requests that Schemathesis makes from the API's own description, asked by everybody who could ask, and checked against it.

A case of an operation is sent once by each caller: an owner, an administrator, a supporter, an auditor, a user in the middle
of a login, the same one logged in, one with an invitation, a client, and somebody without credentials. Half of the
values that name a thing are of things that exist, from the answers before: so most requests reach the rules behind the reading.
For every other case the scene is set first (`tests.proof.scenes`): then somebody asks who may do it now, before or after all others.

A round is one seed. What was found and counted is written down after each, so that a long run can be ended at any time.
"""

from __future__ import annotations

import gc
import io
import json
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, strategies
from hypothesis.errors import Flaky
from requests.adapters import HTTPAdapter
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response as Answered
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from urllib3 import HTTPResponse

from infra.local.events import Request, proxy_event
from infra.local.responses import Response, gateway_response
from mfa.api import OPERATIONS
from tests import deeds, people
from tests.api.stack import ISSUER, Stack, running
from tests.people import Person
from tests.proof.callers import NOBODY, Callers
from tests.proof.scenes import PERSONAL, Scene, Scenes

PROGRESS = Path("build/prove/schemas.json")
GOAL = 1_000_000
# Whom the scene was set for.
HERO = "the one who may"
SETTINGS = {"pk": "SETTINGS", "sk": "#SETTINGS"}
# For each operation, and of each mode: as described, and against the description.
CASES, SCENARIOS, STEPS = 10, 10, 10
# No fault is simulated, so a request may only meet settings that an administrator left incomplete or switched off.
DECIDED = {"settings_incomplete", "sms_unavailable"}
# Refused by its own rules before, or instead of, the rules of the schema.
REFUSED_FIRST = ["400", "401", "403", "404", "405", "409", "410", "412", "422", "428", "429", "503"]
# Members of answers that name a thing, which later requests may name.
NAMING = {"id", "login_name", "client_id", "next", "locale", "prefix"}


@dataclass
class Progress:
    """What all rounds so far have asked and found.

    Attributes:
        rounds: how many seeds are done.
        requests: how many requests the handlers have answered.
        statuses: how many of them by status.
        operations: how many of them by operation.
        done: how many of them were not refused, by operation.
        findings: an example of each kind of violation.
    """

    rounds: int = 0
    requests: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    findings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Progress:
        if not PROGRESS.exists():
            return cls()
        written = json.loads(PROGRESS.read_text(encoding="utf-8"))
        return cls(**written | {name: Counter(written[name]) for name in ("statuses", "operations", "done")})

    def write(self) -> None:
        PROGRESS.parent.mkdir(parents=True, exist_ok=True)
        new = PROGRESS.with_suffix(".new")
        new.write_text(json.dumps(vars(self), indent=1), encoding="utf-8")
        new.replace(PROGRESS)

    def __str__(self) -> str:
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return f"{self.requests} requests in {self.rounds} rounds to {len(self.operations)} operations ({statuses}), {len(self.findings)} findings"


class Gateway(HTTPAdapter):
    """Answers the requests of a session by the handlers, in this process."""

    def __init__(self, stack: Stack, progress: Progress) -> None:
        super().__init__()
        self._stack = stack
        self._progress = progress

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        assert request.method is not None
        url, body = urlsplit(str(request.url)), request.body or b""
        assert isinstance(body, str | bytes)
        headers = [(name, value if isinstance(value, str) else value.decode("latin-1")) for name, value in request.headers.items()]  # fmt: skip
        data = body.encode() if isinstance(body, str) else body
        path = str(url.path) or "/"
        asked = Request(request.method, path, str(url.query), headers, data, self._stack.address(), "HTTP/1.1", 443)
        answer = self._answer(asked)
        self._progress.requests += 1
        self._progress.statuses[str(answer.status)] += 1
        raw = HTTPResponse(io.BytesIO(answer.body), dict(answer.headers), answer.status, preload_content=False)
        built: requests.Response = self.build_response(request, raw)
        return built

    def _answer(self, asked: Request) -> Response:
        found = self._stack.router.find(asked.method, asked.path)
        if found is None:
            return gateway_response("MISSING_AUTHENTICATION_TOKEN", self._stack.template.api)
        route, parameters = found
        self._progress.operations[f"{route.method} {route.path}"] += 1
        answer = self._stack.answer(route.function, proxy_event(asked, route, parameters, self._stack.template.api))
        self._progress.done[f"{route.method} {route.path}"] += answer.status < 400
        return Response(answer.status, tuple(answer.headers.items()), answer.text.encode())


class Traffic:
    """The requests of one round."""

    def __init__(self, stack: Stack, progress: Progress, seed: int, document: Mapping[str, Any]) -> None:
        self.seed = seed
        self._stack = stack
        self._progress = progress
        self._random = Random(seed)
        self.callers = Callers(stack)
        self.scenes = Scenes(stack)
        self._cases: Counter[str] = Counter()
        self._settings = stack.table.get_item(Key=SETTINGS)["Item"]
        self._known: defaultdict[str, list[Any]] = defaultdict(list)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount(ISSUER, Gateway(stack, progress))
        self._schemes = {
            f"{operation.method} {operation.path}": {scheme.name for scheme in operation.auth.schemes}
            for operation in OPERATIONS
        }
        self.schema = schemathesis.openapi.from_dict(dict(document))
        self.schema.config.generation.update(with_security_parameters=False)
        self.schema.config.checks.negative_data_rejection.expected_statuses = REFUSED_FIRST
        person, client = self.callers.person, self.callers.client
        self._know(person)
        self._know(self.callers.another)
        self._known["id"].append(client["client_id"])
        self._known["client_id"].append(client["client_id"])

    def _know(self, person: Person) -> None:
        if person.name in self._known["login_name"]:
            return
        self._known["login_name"].append(person.name)
        self._known["number"] += person.numbers
        self._known["contact_email"].append(person.email)
        self._known["id"] += [*person.phones, *filter(None, [person.challenge])]
        self._known["phone_id"] += person.phones
        for name in ("password", "current_password"):
            self._known[name].append(person.password)

    def play(self, case: Any) -> Answered:
        """Sends a case as everybody; the answer to the one who is let in, if anybody is."""
        label = case.operation.label
        self._name_things(case)
        callers = [*self.callers.headers(self._schemes[label])]
        expected = callers[0][0]
        scene = self._scene(case)
        if scene is not None:
            scene.put_into(case, only=self._cases[label] == 1 or self._random.random() < 0.5)
            expected = HERO
            callers.insert(self._random.choice((0, len(callers))), (HERO, scene.headers))
        options = scene.options if scene else {}
        answers = {caller: self._ask(case, caller, headers, **options) for caller, headers in callers}
        if scene is not None and PERSONAL.fullmatch(label):
            for caller, answer in answers.items():
                if caller != HERO and answer.status_code < 300:
                    self._find(label, "SomebodyElses", caller, case, "answered about another user's thing")
        if label == "PATCH /v1/admin/settings":
            self._restore_settings()
        return answers[expected]

    def _scene(self, case: Any) -> Scene | None:
        """The scene of every other case in which it would make a difference."""
        label = case.operation.label
        if case.meta.generation.mode.is_negative and "{" not in case.path:
            return None
        self._cases[label] += 1
        return self.scenes.of(label, self._random) if self._cases[label] % 2 else None

    def _restore_settings(self) -> None:
        """Puts the settings back with which everything can be done."""
        if self._stack.table.get_item(Key=SETTINGS)["Item"] != self._settings:
            self._stack.table.put_item(Item=self._settings)
            self._stack.restart()

    def _ask(self, case: Any, caller: str, headers: dict[str, str], **more: Any) -> Answered:
        options = {"base_url": ISSUER, "session": self._session, "headers": headers, **more}
        label = case.operation.label
        try:
            answer: Answered = case.call(**options)
        except AssertionError as error:  # a promise of every answer, checked by the stack
            self._find(label, "promise", caller, case, "".join(traceback.format_exception(error)[-2:]))
            raise hypothesis.reject() from error
        try:
            case.validate_response(answer, excluded_checks=[*self._excluded(answer)], transport_kwargs=options)
        except FailureGroup as group:
            for failure in group.exceptions:
                self._find(label, type(failure).__name__, caller, case, str(failure))
        except Failure as failure:
            self._find(label, type(failure).__name__, caller, case, str(failure))
        if answer.status_code == 401:
            self.callers.renew(caller, self._schemes[label])
            self._know(self.callers.person)
        if answer.status_code < 300:
            if caller == NOBODY and self._schemes[label]:
                self._find(label, "OpenToEverybody", caller, case, "answered without credentials")
            self._learn(answer)
        return answer

    def _excluded(self, answer: Answered) -> Iterator[Any]:
        # A schema cannot say that a user exists, that a code is right, or that a number is one.
        yield positive_data_acceptance
        yield ignored_auth  # asked without the session; `_ask` checks the same
        if answer.status_code == 503 and answer.json()["code"] in DECIDED:
            yield schemathesis.checks.not_a_server_error

    def _find(self, label: str, kind: str, caller: str, case: Any, about: str) -> None:
        lines = about.splitlines()
        title = " ".join(lines[:1] + [line.strip() for line in lines if line.startswith("Invalid component")])
        kind = f"{label}: {kind}: {title[:200]}"
        self._progress.findings.setdefault(
            kind, f"as {caller}, round {self.seed}\n{case.as_curl_command()}\n{about}"[:3000]
        )

    # --- what later requests may name

    def _name_things(self, case: Any) -> None:
        """Puts things that exist into half of the places that name things.

        What is against the description stays so: there only the path names them.
        """
        body = case.body if isinstance(case.body, dict) else {}
        places = (case.path_parameters, case.query, case.headers, body)
        for place in places[:1] if case.meta.generation.mode.is_negative else places:
            for name in list(place):
                known = (
                    self._codes() if name == "code" else self._known[name.lower() if place is case.headers else name]
                )
                if known and isinstance(place[name], str) and self._random.random() < 0.5:
                    place[name] = self._random.choice(known)
        if isinstance(case.body, dict) and not case.meta.generation.mode.is_negative and self._random.random() < 0.5:
            case.body = _whole(case.body)

    def _codes(self) -> list[str]:
        return [people.digits(body) for _, body in self._stack.delivered[-1:] if any(map(str.isdigit, body))]

    def _learn(self, answer: Answered) -> None:
        if tag := answer.headers.get("etag"):
            self._remember("if-match", tag[0])
        if not answer.content or not str(answer.headers["content-type"][0]).startswith("application/json"):
            return
        shown = answer.json()
        if isinstance(shown, dict):
            self.callers.learn(shown)
            for each in (shown, *(item for item in shown.get("items", [])[:3] if isinstance(item, dict))):
                for name in NAMING & each.keys():
                    if isinstance(each[name], str):
                        self._remember("cursor" if name == "next" else name, each[name])

    def _remember(self, name: str, value: str) -> None:
        known = self._known[name]
        if value not in known:
            known.append(value)
            del known[2:-20]  # the first ones last, because they are of people who have everything

    # --- a round

    def operations(self, cases: int) -> None:
        """Sends cases of every operation, as described and against the description."""
        for found in self.schema.get_all_operations():
            operation: Any = found.ok()  # type: ignore[union-attr]  # fails if the description cannot be read
            self._operation(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), cases)
            if operation.body or operation.query or operation.headers:  # any text may stand in a path
                self._operation(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), cases)

    def _operation(self, strategy: Any, cases: int) -> None:
        @hypothesis.seed(self.seed)
        @_settings(max_examples=cases)
        @given(strategy, strategies.integers(0, 2**32))  # also tells cases apart where there is nothing to choose
        def send(case: Any, seed: int) -> None:
            self._random.seed(seed)
            self.play(case)

        send()

    def scenarios(self, scenarios: int, steps: int) -> None:
        """Follows the links between operations: what one answers, the next one names."""
        traffic, begun = self, 0

        class Scenario(self.schema.as_state_machine()):  # type: ignore[misc]
            def setup(self) -> None:
                nonlocal begun
                begun += 1

            def call(self, case: Any, **_: object) -> Answered:
                return traffic.play(case)

            def validate_response(self, *_: object, **__: object) -> None:
                """Each answer was checked when it came."""

        while begun < scenarios:
            seeded = hypothesis.seed(self.seed * scenarios + begun)(Scenario)
            try:
                seeded.run(settings=_settings(max_examples=scenarios - begun, stateful_step_count=steps))
            except Flaky:
                # The stack remembers earlier scenarios, so the same beginning may go on otherwise. Hypothesis gives up there.
                continue


def _whole(value: Any) -> Any:
    """A body whose whole numbers are written so. JSON Schema takes 24.0 for one too, which the product refuses."""
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    if isinstance(value, list):
        return [*map(_whole, value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _settings(**options: Any) -> hypothesis.settings:
    return hypothesis.settings(
        deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), **options
    )


def play_round(
    stack: Stack, progress: Progress, *, cases: int = CASES, scenarios: int = SCENARIOS, steps: int = STEPS
) -> None:
    """Plays the next round on a stack that has forgotten the one before.

    Garbage is collected between rounds: within one, looking for it would take a sixth of the time.
    """
    stack.forget()
    gc.collect()
    gc.disable()
    try:
        _play(stack, progress, cases, scenarios, steps)
    finally:
        gc.enable()


def _play(stack: Stack, progress: Progress, cases: int, scenarios: int, steps: int) -> None:
    while not stack.admin("directory.compute")["complete"]:
        pass
    with stack.with_settings(actions=deeds.TYPES, allow_legacy_clients=True):
        traffic = Traffic(stack, progress, progress.rounds, stack.call("GET", "/v1/openapi.json").json)
        traffic.operations(cases)
        traffic.scenarios(scenarios, steps)
    for secret in stack.secrets.found_in(stack.logs.getvalue()):
        progress.findings.setdefault(
            "a secret in a log", f"round {progress.rounds}: a secret of {len(secret)} characters"
        )
    stack.logs.seek(0)
    stack.logs.truncate()
    stack.line.requests.clear()
    progress.rounds += 1


def main(seconds: float = float("inf")) -> None:
    """Plays rounds until there were a million requests, or for so many seconds."""
    progress, began = Progress.read(), time.monotonic()
    with running() as stack:
        while progress.requests < GOAL and time.monotonic() - began < seconds:
            play_round(stack, progress)
            progress.write()
            print(progress, flush=True)
    for kind, example in progress.findings.items():
        print(f"\n{kind}\n{example}")
    if progress.findings:
        sys.exit("the API does not keep its description")
    if progress.requests < GOAL:
        print(f"{GOAL - progress.requests} requests are left: run this again")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))

"""How well the time and size of a refusal tell apart names that are unknown, known, disabled, locked or imported.

python -m benchmarks.password_timing [--resets] [SAMPLES]

With `--resets`, how well those of the answer to a forgotten password do.

Asks a local stack over HTTP, one request at a time, in random order. For each kind of name it prints the median time and the
AUC against unknown names: the chance that an answer of one kind takes longer than an answer of the other. 0.5 tells nothing,
and 1 (or 0) tells everything. Beside it, the same of the bytes of the answer. Set AWS_ENDPOINT_URL_DYNAMODB to DynamoDB Local:
moto is slower the more items it reads.

Samples are taken in batches with names of their own, and kept in build/prove/: ended at any time, it goes on from there.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import statistics
import sys
import time
import urllib.error
import urllib.request
import uuid
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import bcrypt
from argon2 import PasswordHasher

from benchmarks.prepare import Stack
from infra.local.testing import RunningStack, running_stack

PASSWORD = f"{uuid.uuid4()}"
# A name slows down after 20 wrong passwords in a row.
TRIES_PER_NAME = 15
# A name gets three links an hour; one is for the warm-up.
RESETS_PER_NAME = 2
BOUND = 0.55
BATCH = 250
KEPT = Path("build/prove")

# Milliseconds and bytes of each answer, by kind of name.
type Samples = dict[str, list[tuple[float, int]]]


def auc(these: list[float], others: list[float]) -> float:
    """The chance that one of these is above one of the others. Equal ones count half."""
    ordered = sorted(others)
    above = sum(bisect_left(ordered, each) + bisect_right(ordered, each) for each in these)
    return above / 2 / len(these) / len(others)


def names_of(stack: RunningStack, count: int) -> dict[str, list[str]]:
    """So many new users of each kind."""
    run = uuid.uuid4().hex[:8]
    names = {kind: [f"{kind}.{run}.{n}" for n in range(count)] for kind in ("unknown", "wrong", "disabled", *_hashes())}
    for name in (*names["wrong"], *names["disabled"]):
        _administer(stack, "users.create", login_name=name, password=PASSWORD, mfa_enabled=True)
    for name in names["disabled"]:
        _administer(stack, "users.patch", login_name=name, status="disabled")
    for kind, hashed in _hashes().items():
        lines = "".join(f'{name},"{hashed}"\n' for name in names[kind])
        report = _administer(stack, "users.import", csv=f"login_name,password_hash\n{lines}", dry_run=False)
        assert report["created"] == count, report
    users = Stack(stack)
    return {**names, "locked": [_locked(stack, users) for _ in range(count)]}


def names_for_resets(stack: RunningStack, count: int) -> dict[str, list[str]]:
    """New names of each kind, for which a link is asked."""
    run = uuid.uuid4().hex[:8]
    kinds: dict[str, dict[str, object]] = {
        "known": {"contact_email": "known@example.com"},
        "disabled": {"contact_email": "disabled@example.com", "status": "disabled"},
        "mailless": {},
        "system": {"contact_email": "system@example.com", "kind": "system"},
    }
    names = {kind: [f"{kind}.{run}.{n}" for n in range(count)] for kind in ("unknown", *kinds)}
    for kind, fields in kinds.items():
        for name in names[kind]:
            _administer(stack, "users.create", login_name=name, password=PASSWORD, **fields)
    return names


def measure(names: dict[str, list[str]], samples: int, ask: Callable[[str], int]) -> Samples:
    """The answers by kind of name: milliseconds and bytes of each. The names of a kind are asked about in turn."""
    todo = [(kind, own[n % len(own)]) for kind, own in names.items() for n in range(samples)]
    random.shuffle(todo)
    took: Samples = defaultdict(list)
    for own in names.values():
        ask(own[-1])  # imports what each kind needs
    for kind, name in todo:
        began = time.perf_counter()
        size = ask(name)
        took[kind].append(((time.perf_counter() - began) * 1000, size))
    return took


def main() -> None:
    resets, numbers = "--resets" in sys.argv, [each for each in sys.argv[1:] if each.isdigit()]
    prove(int(numbers[0]) if numbers else 200, resets=resets)


def prove(samples: int, *, resets: bool = False) -> None:
    """Takes so many samples of each kind, unless they are kept already. Exits if one kind is told from unknown names."""
    kept = KEPT / ("enumeration-resets.json" if resets else "enumeration.json")
    took: Samples = defaultdict(list, json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {})
    environment = {"WORKERS_PER_FUNCTION": "1"}
    if endpoint := os.environ.get("AWS_ENDPOINT_URL_DYNAMODB"):
        environment["AWS_ENDPOINT_URL_DYNAMODB"] = endpoint
    while (left := samples - len(took["unknown"])) > 0:
        with running_stack(env=environment) as stack:
            for kind, measured in _batch(stack, min(left, BATCH), resets).items():
                took[kind] += measured
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(took), encoding="utf-8")
        _report(took)
    if _report(took):
        sys.exit(f"an AUC lies beyond {1 - BOUND:.2f} to {BOUND}")


def _batch(stack: RunningStack, samples: int, resets: bool) -> Samples:
    limits = {"max_per_name_and_address_per_hour": 1000, "max_per_address_per_hour": 1_000_000}
    _administer(stack, "settings.patch", passwords=limits)
    if resets:
        names = names_for_resets(stack, -(-samples // RESETS_PER_NAME))
        return measure(names, samples, partial(_ask_reset, stack))
    names = names_of(stack, -(-samples // TRIES_PER_NAME))
    time.sleep(31)  # functions keep the kinds of hashes in use for 30 seconds
    return measure(names, samples, partial(_wrong_password, stack))


def _report(took: Samples) -> bool:
    """Prints a line for each kind; whether one is told from unknown names."""
    told = False
    columns = {kind: ([each[0] for each in own], [float(each[1]) for each in own]) for kind, own in took.items()}
    for kind, (times, sizes) in columns.items():
        by_time, by_size = auc(times, columns["unknown"][0]), auc(sizes, columns["unknown"][1])
        told |= max(abs(found - 0.5) for found in (by_time, by_size)) > BOUND - 0.5
        print(
            f"{kind:10} {len(times):6} samples {statistics.median(times):7.1f} ms  AUC of time {by_time:.3f}, of size {by_size:.3f}"
        )
    return told


def _hashes() -> dict[str, str]:
    derived = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), b"salt", 60_000)
    return {
        "argon2": PasswordHasher().hash(PASSWORD),
        "bcrypt": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(8)).decode(),
        "django": f"pbkdf2_sha256$60000$salt${base64.b64encode(derived).decode()}",
    }


def _locked(stack: RunningStack, users: Stack) -> str:
    """A user whom wrong passcodes have locked."""
    prepared = users.passcode()
    for _ in range(5):
        answer = stack.invoke("VerifyCodeFunction", prepared.wrong)
    assert json.loads(answer["body"])["attempts_remaining"] == 0, answer
    return prepared.login_name


def _administer(stack: RunningStack, operation: str, **given: object) -> Any:
    answer = stack.invoke("AdminFunction", {"operation": operation, "input": given})
    if "output" not in answer:
        raise RuntimeError(f"{operation}: {answer}")
    return answer["output"]


def _wrong_password(stack: RunningStack, name: str) -> int:
    body = json.dumps({"login_name": name, "password": "not the password"}).encode()
    request = urllib.request.Request(f"{stack.base_url}/v1/login", body, {"Content-Type": "application/json"})
    try:
        urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        if error.code != 401:
            raise RuntimeError(f"{name}: {error.code} {error.read()!r}") from error
        return len(error.read()) + len(str(error.headers))
    raise RuntimeError(f"{name} logged in")


def _ask_reset(stack: RunningStack, name: str) -> int:
    body = json.dumps({"login_name": name}).encode()
    request = urllib.request.Request(f"{stack.base_url}/v1/password-reset", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        if answer.status != 202:
            raise RuntimeError(f"{name}: {answer.status}")
        return len(answer.read()) + len(str(answer.headers))


if __name__ == "__main__":
    main()

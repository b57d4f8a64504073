"""How well the time and size of an answer tell apart names that are unknown, known, disabled, locked or imported.

python -m benchmarks.password_timing logins|imported|resets [SAMPLES]

`logins` asks with a wrong password while every hash is the product's own, `imported` while some users have other hashes, which
makes every wrong password dearer. `resets` asks for a link for a forgotten password.

Asks a local stack over HTTP, one request at a time. Each block asks about one name of each kind, in random order, and names are
compared within a block: what else the machine does changes from one minute to the next, and within a block it hits all kinds
alike. For each kind it prints the median time and the AUC against unknown names: the chance that an answer about such a
name takes longer than one about an unknown name in the same block. 0.5 tells nothing, and 1 (or 0) tells everything. Beside
it, the same of the bytes of the answer.

A busy machine hides differences. So each block asks about a second unknown name, and the last line says how many milliseconds
more for it would have been found. Where that is more than 5, the run proves nothing, and fails.

Set AWS_ENDPOINT_URL_DYNAMODB to DynamoDB Local: moto is slower the more items it reads. Blocks are taken in batches with names
of their own, and kept in build/prove/: ended at any time, it goes on from there.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import random
import statistics
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bcrypt
from argon2 import PasswordHasher

from benchmarks.prepare import Stack
from infra.local.testing import RunningStack, running_stack

PASSWORD = f"{uuid.uuid4()}"
BOUND = 0.55
# A difference of so many milliseconds must be found.
TELLING_MS = 5.0
BATCH = 500
# Blocks between two writes of what is kept.
OFTEN = 25
KEPT = Path("build/prove")
UNKNOWN, AGAIN = "unknown", "another unknown"

# Milliseconds and bytes of the answer about a name of each kind.
type Block = dict[str, tuple[float, int]]


@dataclass(frozen=True)
class Measure:
    """One question to the product.

    Attributes:
        names: makes so many new names of each kind.
        ask: asks about a name; the bytes of the answer.
        per_name: how often one name can be asked about until a limit answers instead.
        pause: how long functions take to know of the new names.
    """

    names: Callable[[RunningStack, int], dict[str, list[str]]]
    ask: Callable[[RunningStack, str], int]
    per_name: int
    pause: float = 0.0


def names_for_logins(stack: RunningStack, count: int) -> dict[str, list[str]]:
    """New names of each kind, whose passwords the product has hashed."""
    kinds: dict[str, dict[str, object]] = {
        "wrong password": {"mfa_enabled": True},
        "MFA off": {"mfa_enabled": False},
        "disabled": {"mfa_enabled": True, "status": "disabled"},
        "system user": {"kind": "system"},
    }
    names = _created(stack, kinds, count)
    names |= _imported(stack, {"no password": ""}, count)
    users = Stack(stack)
    return {**names, "locked": [_locked(stack, users) for _ in range(count)]}


def names_for_imported(stack: RunningStack, count: int) -> dict[str, list[str]]:
    """New names, some of them with hashes from elsewhere."""
    derived = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), b"salt", 60_000)
    hashes = {
        "argon2": PasswordHasher().hash(PASSWORD),
        "bcrypt": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(8)).decode(),
        "django": f"pbkdf2_sha256$60000$salt${base64.b64encode(derived).decode()}",
    }
    return _created(stack, {"wrong password": {"mfa_enabled": True}}, count) | _imported(stack, hashes, count)


def names_for_resets(stack: RunningStack, count: int) -> dict[str, list[str]]:
    """New names of each kind, for which a link is asked."""
    kinds: dict[str, dict[str, object]] = {
        "known": {"contact_email": "known@example.com"},
        "disabled": {"contact_email": "disabled@example.com", "status": "disabled"},
        "no mailbox": {},
        "system user": {"contact_email": "system@example.com", "kind": "system"},
    }
    return _created(stack, kinds, count)


def taken(names: dict[str, list[str]], count: int, ask: Callable[[str], int]) -> Iterator[Block]:
    """So many blocks. The names of a kind are asked about in turn."""
    for own in names.values():
        ask(own[-1])  # imports what each kind needs
    for n in range(count):
        turn = [(kind, own[n % len(own)]) for kind, own in names.items()]
        random.shuffle(turn)
        block: Block = {}
        for kind, name in turn:
            began = time.perf_counter()
            size = ask(name)
            block[kind] = (time.perf_counter() - began) * 1000, size
        yield block


def auc(blocks: list[Block], kind: str, column: int) -> float:
    """The chance that an answer of this kind is above the one about an unknown name in its block. Equal ones count half."""
    pairs = [(block[kind][column], block[UNKNOWN][column]) for block in blocks]
    return sum((these > others) + (these == others) / 2 for these, others in pairs) / len(pairs)


def found_from(blocks: list[Block]) -> float:
    """How many milliseconds more for one kind would have gone beyond the bound."""
    missing = sorted(block[UNKNOWN][0] - block[AGAIN][0] for block in blocks)
    return max(missing[min(math.floor(BOUND * len(missing)), len(missing) - 1)], 0.0)


def report(blocks: list[Block]) -> str:
    """Prints a line for each kind; why these blocks prove nothing or the opposite, if they do."""
    told = []
    for kind in sorted(blocks[0], key=lambda kind: (kind not in {UNKNOWN, AGAIN}, kind)):
        median = statistics.median(block[kind][0] for block in blocks)
        by_time, by_size = auc(blocks, kind, 0), auc(blocks, kind, 1)
        if max(abs(by_time - 0.5), abs(by_size - 0.5)) > BOUND - 0.5:
            told.append(kind)
        print(f"{kind:16} {median:7.1f} ms  AUC of time {by_time:.3f}, of size {by_size:.3f}")
    found = found_from(blocks)
    print(f"{len(blocks)} samples of each kind; {found:.2f} ms more would have been found", flush=True)
    if told:
        return f"an AUC lies beyond {1 - BOUND:.2f} to {BOUND}: {', '.join(told)}"
    return f"the machine is too busy to tell: not even {TELLING_MS:.0f} ms would have been found" if found > TELLING_MS else ""  # fmt: skip


def prove(measure: str, samples: int) -> None:
    """Takes so many samples of each kind, unless they are kept already. Exits if one kind is told from unknown names."""
    kept = KEPT / f"timing-{measure}.json"
    blocks: list[Block] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else []
    environment = {"WORKERS_PER_FUNCTION": "1"}
    if endpoint := os.environ.get("AWS_ENDPOINT_URL_DYNAMODB"):
        environment["AWS_ENDPOINT_URL_DYNAMODB"] = endpoint
    KEPT.mkdir(parents=True, exist_ok=True)
    while (left := samples - len(blocks)) > 0:
        with running_stack(env=environment) as stack:
            for block in _batch(stack, MEASURES[measure], min(left, BATCH)):
                blocks.append(block)
                if len(blocks) % OFTEN == 0 or len(blocks) == samples:
                    kept.write_text(json.dumps(blocks), encoding="utf-8")
        if len(blocks) < samples:
            report(blocks)
    if wrong := report(blocks):
        sys.exit(wrong)


def main() -> None:
    given = sys.argv[1:]
    if not given or given[0] not in MEASURES or not all(each.isdigit() for each in given[1:]):
        sys.exit(__doc__)
    prove(given[0], int(given[1]) if given[1:] else 200)


def _batch(stack: RunningStack, measure: Measure, blocks: int) -> Iterator[Block]:
    limits = {"max_per_name_and_address_per_hour": 1000, "max_per_address_per_hour": 1_000_000}
    _administer(stack, "settings.patch", passwords=limits)
    names = measure.names(stack, -(-blocks // measure.per_name))
    run = uuid.uuid4().hex[:8]
    for kind in (UNKNOWN, AGAIN):
        names[kind] = [f"{kind.replace(' ', '.')}.{run}.{n}" for n in range(-(-blocks // measure.per_name))]
    time.sleep(measure.pause)
    return taken(names, blocks, lambda name: measure.ask(stack, name))


def _created(stack: RunningStack, kinds: dict[str, dict[str, object]], count: int) -> dict[str, list[str]]:
    run = uuid.uuid4().hex[:8]
    names = {kind: [f"{kind.replace(' ', '.')}.{run}.{n}" for n in range(count)] for kind in kinds}
    for kind, fields in kinds.items():
        for name in names[kind]:
            _administer(stack, "users.create", login_name=name, password=PASSWORD, **fields)
    return names


def _imported(stack: RunningStack, hashes: dict[str, str], count: int) -> dict[str, list[str]]:
    """New names with these hashes, by kind; without a password where the hash is empty."""
    run = uuid.uuid4().hex[:8]
    names = {kind: [f"{kind.replace(' ', '.')}.{run}.{n}" for n in range(count)] for kind in hashes}
    for kind, hashed in hashes.items():
        lines = "".join(f'{name},"{hashed}"\n' for name in names[kind])
        made = _administer(stack, "users.import", csv=f"login_name,password_hash\n{lines}", dry_run=False)
        assert made["created"] == count, made
    return names


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


MEASURES = {
    # A name slows down after 20 wrong passwords in a row. Functions keep the kinds of hashes in use for 30 seconds.
    "logins": Measure(names_for_logins, _wrong_password, per_name=15),
    "imported": Measure(names_for_imported, _wrong_password, per_name=15, pause=31),
    # A name gets three links an hour; one is for the warm-up.
    "resets": Measure(names_for_resets, _ask_reset, per_name=2),
}


if __name__ == "__main__":
    main()

"""The fault matrix: the table of decided ends, `faults.toml`, and the page of it, `docs/faults.md`.

python -m tests.proof.faults    writes the page
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("faults.toml")
PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
# What may become of a call, and how the page says it. A slow answer changes nothing, so the table does not name it.
FAULTS = {
    "refused": "refused",
    "throttled": "throttled",
    "before": "lost before",
    "after": "lost after",
    "malformed": "malformed",
}
SLOW = "slow"
# Set for the whole matrix, as `make prove PARTS=faults` does. The short form tries one fault of each call.
WHOLE = "FAULTS_WHOLE"
# IAM's actions of calls that other tests break.
ELSEWHERE = {
    "kms:GenerateDataKeyPairWithoutPlaintext": "tests/api/test_signing_in_process.py",
    "sms-voice:SendTextMessage": "tests/api/test_route_faults.py",
    "sms-voice:SendVoiceMessage": "tests/api/test_route_faults.py",
    "sms-voice:PutMessageFeedback": "tests/api/test_feedback.py",
}
# Lambda's own requests under a function's role.
OF_LAMBDA = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
# The actions that a call needs, where they do not have its name.
_ACTIONS = {
    "dynamodb:TransactWriteItems": {f"dynamodb:{verb}Item" for verb in ("ConditionCheck", "Delete", "Put", "Update")},
    "lambda:Invoke": {"lambda:InvokeFunction"},
}


@dataclass(frozen=True)
class Decided:
    """A step of the table.

    Attributes:
        ends: how it ends without a fault: the answer, and the answer to the same request again.
        changes: the kinds of things that it changes.
        calls: by call, and by fault, how it ends.
    """

    ends: str
    changes: str
    calls: dict[str, dict[str, str]]


def read() -> dict[str, Decided]:
    """The table, by step. A call without all faults is a KeyError of the tests."""
    steps = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {name: Decided(step["ends"], step["changes"], dict(_calls(step["calls"]))) for name, step in steps.items()}


def _calls(calls: dict[str, list[str]]) -> Iterator[tuple[str, dict[str, str]]]:
    for call, lines in calls.items():
        ends: dict[str, str] = {}
        for line in lines:
            faults, _, end = line.partition(": ")
            for fault in faults.split():
                assert fault not in ends, f"{call}: {fault} is decided twice"
                ends[fault] = end
        assert ends.keys() == FAULTS.keys(), f"{call}: {ends.keys() ^ FAULTS.keys()}"
        yield call, ends


def actions() -> set[str]:
    """The actions of IAM that the table's calls need."""
    calls = {call.partition(" ")[0] for step in read().values() for call in step.calls}
    return {action for call in calls for action in _ACTIONS.get(call, {call})}


_HEAD = """# Faults

`make faults` writes this page from the table of decided ends, `tests/proof/faults.toml`. `tests/api/test_faults.py` plays each step with the
real handlers, on moto and the simulated Twilio, breaks one call, and fails if the end is another one, if a step makes a call that the table
does not have, or if an operation has no step. No function of the other API tests may call anything that is not in the table, and none may be
allowed to. `make prove PARTS=faults` plays the whole matrix, `make test` one fault of each call of a login.

Broken elsewhere: messages by AWS (`tests/api/test_route_faults.py`), feedback to AWS (`tests/api/test_feedback.py`), the webhook
(`tests/local/test_webhook.py`), and signing in process (`tests/api/test_signing_in_process.py`).

The steps named by an operation of administration are direct invocations. Over HTTP, `session.get` shows what comes before: the access
token is checked. `done` is an answer without a refusal. An event, such as a notice, fails if the function does: Lambda then invokes it again, up to
three times in all, and keeps the event in the queue of failed ones. A schedule's operation runs again at its next time.

| fault | what becomes of the call and its repetitions |
|---|---|
| refused | AWS: access denied. Twilio: 401 |
| throttled | a throttling error or 429 |
| lost before | no answer in time, and nothing was done |
| lost after | no answer in time, but it was done |
| malformed | it was done, and the answer is HTML, or breaks off |
| slow | it was done, and the answer comes just in time. The end is always that without a fault, so the tables do not name it |

A call is named as IAM does, one to the table with the kinds of partitions that it names; `#2` is the second such call of a step. *Answer* is the
status, with the `status` in the body, or the code of the refusal. *Left* is what the request has changed when it ends: nothing; all that it
changes without a fault; or these kinds of items, messages and events handed over, with `*` where an item is not as it is without the fault. *Again* is
the answer to the same request, with the same `Idempotency-Key` where the API takes one, once nothing is broken any more.

These rules hold everywhere, and the tests check them apart from the table:

- A request and its repetition send and hand over no more messages than one request does. An event that is handed over again
  because Lambda's answer was lost is the same one: whoever receives it claims its messages once.
- A fault that passes before the repetition inside the product ends as no fault, or as if it did not pass.
- `internal_error` (500) is the end only where a role does not allow a request to the table: the stack is deployed wrongly, and nobody is told to try
  again. Other refusals, throttles and lost answers are 503.
- What is left behind a 503 keeps nobody out: the same request does the rest, says that it is done, or says `failed` of a message that did not go out.
  After Twilio refused the credentials, messages stay `sms_unavailable` for the pause.

Some ends may surprise. If both answers to the write of a changed account are lost, the change is made and its lines are in the history, but nobody is
told of it: the notice is handed over after the write. And a claim whose answers are lost is never sent: another container may have sent its message, so
the same request shows it as pending, and the next message goes out after the cooldown. `users.delete` removes the entries of lists and the factors
after the user: if that fails, the factors stay, unusable, until `users.erase`. Operations that read what they have written for their answer
(`users.create`, `clients.create`, `clients.rotate`) may have done it and answer 503: the user exists then, and a client's secret that nobody saw is replaced
by another rotation.

"""


def page() -> str:
    """The whole page."""
    return _HEAD + "\n".join(_step(name, step) for name, step in read().items())


def _step(name: str, step: Decided) -> str:
    text = f"## {name}\n\nWithout a fault: {step.ends}. Changes: {step.changes}.\n"
    if not step.calls:
        return text
    lines = ["| call | fault | answer | left | again |", "|---|---|---|---|---|"]
    for call, ends in step.calls.items():
        for n, end in enumerate(dict.fromkeys(ends.values())):
            faults = ", ".join(FAULTS[fault] for fault in ends if ends[fault] == end)
            answer, _, rest = end.partition(", ")
            left, _, again = rest.partition("; ")
            lines.append(f"| {'' if n else f'`{call}`'} | {faults} | {answer} | {left} | {again} |")
    return text + "\n" + "\n".join(lines).replace("*", "\\*") + "\n"


def main() -> None:
    """Plays the whole matrix."""
    command: list[Any] = [sys.executable, "-m", "pytest", "-q", "tests/api/test_faults.py"]
    if status := subprocess.run(command, env={**os.environ, WHOLE: "1"}, check=False).returncode:
        sys.exit(status)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

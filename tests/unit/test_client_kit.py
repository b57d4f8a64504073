"""The client kit without a page: which language it chooses, how it writes values, and when it repeats a request."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

KIT = Path(__file__).parents[2] / "clients" / "web"
LANGUAGES = {
    "de-AT": "de",
    "en-AU": "en",
    "zh": "zh-Hans",
    "zh-SG": "zh-Hans",
    "zh-TW": "zh-Hant",
    "zh-HK": "zh-Hant",
    "zh-Hant-MO": "zh-Hant",
    "pt": "pt-BR",
    "pt-PT": "pt-PT",
    "pt-AO": "pt-PT",
    "ar-EG": "ar",
    "nl-BE": "nl",
    "sv-SE": "en",
    "no_tag!": "en",
    "constructor": "en",
}
HONG_KONG = {"region": "HK", "calling_code": "+852", "masked_number": "****3799"}
PROGRAM = """
import { Api, Language, closest, loadLanguage } from "%s";

const given = JSON.parse(process.argv[1]);
const asked = [];
let answers = [];
globalThis.fetch = async (url, { method, headers }) => {
  asked.push([method, url, headers["Idempotency-Key"]]);
  const [status, body, after] = answers.shift();
  if (status === 0) throw new TypeError("network");
  return new Response(status === 204 ? null : JSON.stringify(body), { status, headers: after ? { "Retry-After": after } : {} });
};
const outcome = async (promise) => {
  try { return await promise; } catch (error) { return `${error.constructor.name} ${error.code ?? ""}`.trim(); }
};
const tries = {};
for (const [name, [retries, call, replies]] of Object.entries(given.tries)) {
  asked.length = 0;
  answers = replies;
  const api = new Api({ base: "https://login.example.com/", retries });
  const result = await outcome(api[call[0]](...call.slice(1)));
  tries[name] = { result, asked: asked.length, keys: new Set(asked.map((each) => each[2])).size, last: asked.at(-1).slice(0, 2) };
}
const languages = Object.fromEntries(given.languages.map((tag) => [tag, closest([tag])]));
const [german, arabic] = [await loadLanguage("de"), await loadLanguage("ar")];
console.log(JSON.stringify({
  tries,
  languages,
  phones: [(await loadLanguage("en")).phone(given.phone), german.phone(given.phone), arabic.phone(given.phone)],
  durations: [german.duration(42_000), german.duration(300_000), arabic.duration(42_000), german.days(30)],
  directions: [german.direction, arabic.direction],
  texts: [german.text("expiresIn", { time: "{time}" }), new Language("en", { a: "{x}{y}" }).text("a", { x: 1 })],
  parts: new Language("en", { a: "to {to}, now" }).parts("a", { to: "X" }),
}));
"""
FINE: list[Any] = [200, {"status": "approved"}]
BUSY: list[Any] = [503, {"code": "temporarily_unavailable"}, "0"]
VERIFY: list[Any] = ["verify", "token", "a/b", {"code": "1"}]
TRIES: dict[str, list[Any]] = {
    "a lost answer": [2, VERIFY, [[0], BUSY, FINE]],
    "too many lost answers": [1, VERIFY, [[0], [0], FINE]],
    "no retries": [0, VERIFY, [[0], FINE]],
    "a refusal": [2, VERIFY, [[400, {"code": "invalid_code"}], FINE]],
    "a long pause": [2, VERIFY, [[503, {"code": "temporarily_unavailable"}, "60"], FINE]],
    "a login, which has no key": [2, ["login", {"login_name": "x", "password": "y"}], [[0], FINE]],
    "a question": [2, ["getChallenge", "token", "c"], [[0], FINE]],
    "an answer without a body": [0, ["removePhone", "token", "p"], [[204, None]]],
    "no JSON": [0, ["me", "token"], [[200, None]]],
}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    if not shutil.which("node"):
        pytest.skip("there is no Node.js")
    program = PROGRAM % (KIT / "index.js").as_uri()
    given = {"languages": list(LANGUAGES), "phone": HONG_KONG, "tries": TRIES}
    command = ["node", "--input-type=module", "-e", program, json.dumps(given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_speaks_the_closest_language(told: dict[str, Any]) -> None:
    assert told["languages"] == LANGUAGES


def test_it_writes_values_as_the_language_does_with_digits_that_match_the_passcode(told: dict[str, Any]) -> None:
    english, german, arabic = told["phones"]
    assert (english, german) == ("Hong Kong (+852) - ****3799", "Hongkong (+852) - ****3799")
    assert "\u2066+852\u2069" in arabic
    assert "\u2066****3799\u2069" in arabic
    assert told["durations"][:2] + told["durations"][3:] == ["42 Sekunden", "5 Minuten", "30 Tage"]
    assert told["durations"][2].startswith("42 ")
    assert told["directions"] == ["ltr", "rtl"]


def test_values_in_a_sentence_are_taken_as_they_are(told: dict[str, Any]) -> None:
    assert told["texts"] == ["Der Code läuft in {time} ab.", "1{y}"]
    assert told["parts"] == ["to ", "X", ", now"]


@pytest.mark.parametrize(
    ("name", "result", "asked"),
    [
        ("a lost answer", {"status": "approved"}, 3),
        ("too many lost answers", "Unreachable", 2),
        ("no retries", "Unreachable", 1),
        ("a refusal", "Problem invalid_code", 1),
        ("a long pause", "Problem temporarily_unavailable", 1),
        ("a login, which has no key", "Unreachable", 1),
        ("a question", {"status": "approved"}, 2),
        ("an answer without a body", None, 1),
        ("no JSON", "Problem temporarily_unavailable", 1),
    ],
)
def test_a_call_is_repeated_only_if_that_costs_nothing(
    told: dict[str, Any], name: str, result: object, asked: int
) -> None:
    """With one key for all its tries, and after short pauses only."""
    found = told["tries"][name]
    assert (found["result"], found["asked"]) == (result, asked)
    assert found["keys"] == 1


def test_an_id_is_one_part_of_the_path(told: dict[str, Any]) -> None:
    assert told["tries"]["no retries"]["last"] == ["POST", "https://login.example.com/v1/challenges/a%2Fb/verify"]

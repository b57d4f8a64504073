"""The pages read a pasted passcode as the API does."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from mfa.challenges import passcodes

WORDS = Path(__file__).parents[2] / "clients" / "web" / "shared" / "words.js"
PASTED = [
    "581883",
    "\u200e581883",
    "\u2068581883\u2069",
    "581\u202f883",
    "581\u00a0883",
    "581\u2013883",
    "581\u2011883",
    "581\u2212883",
    "581883.",
    "G-581883",
    "XYWD-581883",
    "xywd 581 883",
    "\ufeffXYWD\u2013581883\u200f.",
    "«581883»",
    "\u201c581\u2060883\u201d",
    "(XYWD 581883)",
    "#581883",
    "581\ufe0f883",
    "\u3164581\u034f883",
    "581\u2028883",
]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_pages_and_the_api_read_the_same_digits() -> None:
    module = f"{WORDS.read_text(encoding='utf-8')}\nconsole.log(JSON.stringify({json.dumps(PASTED)}.map(readPasscode)))"
    done = subprocess.run(
        ["node", "--input-type=module"], input=module, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert [each["digits"] for each in json.loads(done.stdout)] == [passcodes.normalise(each) for each in PASTED]
    assert {passcodes.normalise(each) for each in PASTED} == {"581883"}

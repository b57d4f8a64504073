"""The judgement of pip-audit's report. A check that could not be made fails where CI asks for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra import audit

CLEAN = {"name": "idna", "version": "3.20", "vulns": []}
VULNERABLE = {"name": "bcrypt", "version": "1.0", "vulns": [{"id": "PYSEC-1"}, {"id": "PYSEC-2"}]}
UNKNOWN = {"name": "cffi", "skip_reason": "Dependency not found on PyPI and could not be audited: cffi (2.1.1)"}


def report(*libraries: dict[str, Any]) -> str:
    return json.dumps({"dependencies": libraries, "fixes": []})


@pytest.mark.parametrize(
    ("written", "fails", "fails_where_required"),
    [
        (report(CLEAN), False, False),
        (report(CLEAN, VULNERABLE), True, True),
        (report(UNKNOWN, VULNERABLE), True, True),
        (report(CLEAN, UNKNOWN), False, True),
        (report(UNKNOWN), False, True),
        (report(), False, True),
        ("", False, True),
        ("{", False, True),
        ("{}", False, True),
        ("[]", False, True),
        (None, False, True),
    ],
)
def test_a_vulnerability_fails_and_so_does_an_audit_that_was_not_made_where_it_is_required(
    tmp_path: Path, written: str | None, fails: bool, fails_where_required: bool
) -> None:
    path = tmp_path / "audit.json"
    if written is not None:
        path.write_text(written)
    assert audit.main(path, required=False) == fails
    assert audit.main(path, required=True) == fails_where_required


def test_the_message_names_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "audit.json"
    path.write_text(report(VULNERABLE, *({"name": f"lib{n}"} for n in range(7))))
    audit.main(path, required=False)
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "KNOWN VULNERABILITY: bcrypt 1.0: PYSEC-1, PYSEC-2"
    assert said[1].startswith(
        "WARNING: NOT AUDITED for known vulnerabilities: lib0, lib1, lib2, lib3, lib4 and 2 more."
    )


def test_ci_requires_the_audit() -> None:
    workflow = Path(__file__).parents[2] / ".github/workflows/ci.yml"
    assert "- run: .ci/run\n        env: {AUDIT: required}\n" in workflow.read_text(encoding="utf-8")

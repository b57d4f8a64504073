"""Judge pip-audit's report: python -m infra.audit REPORT

A known vulnerability fails. A library that nobody could ask about is a warning; with AUDIT=required in the environment, as
in CI, it fails as well: a check that could not be made must not look like one that passed.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

# The most names in a message.
_NAMED = 5


def judge(report: str) -> tuple[list[str], list[str]]:
    """What is wrong, and what could not be checked. `report` is pip-audit's JSON, empty if it wrote none."""
    try:
        libraries: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return [], ["every library"]
    vulnerable = [
        f"{library['name']} {library['version']}: {', '.join(each['id'] for each in library['vulns'])}"
        for library in libraries
        if library.get("vulns")
    ]
    return vulnerable, [library["name"] for library in libraries if "vulns" not in library] if libraries else [
        "anything"
    ]


def main(path: Path, *, required: bool) -> int:
    """Prints the judgement. The exit status."""
    vulnerable, unknown = judge(path.read_text(encoding="utf-8") if path.exists() else "")
    for line in vulnerable:
        print(f"KNOWN VULNERABILITY: {line}", file=sys.stderr)
    if unknown:
        names = ", ".join(unknown[:_NAMED]) + (f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else "")
        print(
            f"{'NOT' if required else 'WARNING: NOT'} AUDITED for known vulnerabilities: {names}. PyPI did not answer. "
            f"See {path.with_suffix('.log')}",
            file=sys.stderr,
        )
    return int(bool(vulnerable) or (required and bool(unknown)))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), required=os.environ.get("AUDIT") == "required"))

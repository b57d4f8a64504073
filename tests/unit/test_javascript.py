"""How the pages' own code is written, where Biome and TypeScript have no rule for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "clients/web", ROOT / "functions/admin/console", ROOT / "infra/local/pages")
PAGES = sorted(
    path for folder in FOLDERS for path in folder.rglob("*") if path.suffix in {".css", ".html", ".js", ".ts"}
)
SCRIPTS = [path for path in PAGES if path.suffix == ".js"]
MOST_COLUMNS = 120
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 40

_FUNCTION = re.compile(r"^( *)(?:export )?(?:async )?function\b|^(  )(?:static |async |get |set )*#?\w+\(.*\) \{$")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(lines: list[str]) -> Iterator[tuple[int, int]]:
    """First and last line of every function and method: Biome puts the closing brace below the first letter."""
    for first, line in enumerate(lines):
        if found := _FUNCTION.match(line):
            end = f"{found[1] or found[2] or ''}}}"
            yield first, next(n for n in range(first + 1, len(lines)) if lines[n] in (end, f"{end},"))


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_no_line_is_longer_than_a_screen(path: Path) -> None:
    lines = path.read_text().splitlines()

    assert [n for n, line in enumerate(lines, 1) if len(line) > MOST_COLUMNS] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_a_module_and_its_functions_can_be_read_at_a_glance(path: Path) -> None:
    lines = path.read_text().splitlines()
    lengths = {lines[first].strip(): last - first + 1 for first, last in _functions(lines)}

    assert len(lines) <= MOST_LINES
    assert {name: length for name, length in lengths.items() if length > MOST_LINES_OF_A_FUNCTION} == {}


@pytest.mark.parametrize("path", [*SCRIPTS, *(path for path in PAGES if path.suffix == ".ts")], ids=_name)
def test_no_type_is_silenced(path: Path) -> None:
    assert re.findall(r"@ts-|biome-ignore|@\w+ \{\*\}|\bany\b(?=[\]>})|,;])", path.read_text()) == []

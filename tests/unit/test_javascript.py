"""How the pages' own code is written, where Biome and TypeScript have no rule for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "functions/admin/console", ROOT / "infra/local/pages")
PAGES = sorted(
    path for folder in FOLDERS for path in folder.rglob("*") if path.suffix in {".css", ".html", ".js", ".ts"}
)
SCRIPTS = [path for path in PAGES if path.suffix == ".js"]
MOST_COLUMNS = 120


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_no_line_is_longer_than_a_screen(path: Path) -> None:
    lines = path.read_text().splitlines()

    assert [n for n, line in enumerate(lines, 1) if len(line) > MOST_COLUMNS] == []


@pytest.mark.parametrize("path", [*SCRIPTS, *(path for path in PAGES if path.suffix == ".ts")], ids=_name)
def test_no_type_is_silenced(path: Path) -> None:
    assert re.findall(r"@ts-|biome-ignore|@\w+ \{\*\}|\bany\b(?=[\]>})|,;])", path.read_text()) == []

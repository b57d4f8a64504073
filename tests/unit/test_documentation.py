"""docs/api.md names every code, setting, call and operation; no page has a dead link."""

import re
from pathlib import Path

import msgspec
import pytest

from mfa.administration.operations import INVOKED, SERVED
from mfa.api import PUBLIC
from mfa.errors import Refusal
from mfa.http.declaration import AnyOperation
from mfa.settings.values import Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
DEFAULTS = msgspec.to_builtins(Settings())


def codes(refusal: type[Refusal]) -> set[str]:
    return {code for child in refusal.__subclasses__() for code in ({child.code} | codes(child))}


@pytest.mark.parametrize("code", sorted(codes(Refusal)))
def test_every_code_is_documented_with_its_status(code: str) -> None:
    assert re.search(rf"^\|.*`{code}`.*\| \d{{3}}", PAGE, re.MULTILINE)


@pytest.mark.parametrize("setting", sorted(DEFAULTS))
def test_every_setting_is_documented(setting: str) -> None:
    value = DEFAULTS[setting]
    assert re.search(rf"`{setting}\.\w+`" if isinstance(value, dict) else f"`{setting}`", PAGE)


@pytest.mark.parametrize(
    "name", sorted(name for value in DEFAULTS.values() if isinstance(value, dict) for name in value)
)
def test_every_setting_inside_another_is_documented(name: str) -> None:
    assert re.search(rf"`[a-z_.]*\.{name}`", PAGE)


@pytest.mark.parametrize("operation", PUBLIC, ids=lambda operation: operation.id)
def test_every_call_is_documented(operation: AnyOperation) -> None:
    assert f"`{operation.route}`" in PAGE


@pytest.mark.parametrize("operation", PUBLIC, ids=lambda operation: operation.id)
def test_every_member_of_a_request_is_documented(operation: AnyOperation) -> None:
    for name in getattr(operation.request, "__struct_fields__", ()):
        assert re.search(rf"\b{name}\b", PAGE), name


@pytest.mark.parametrize("name", sorted(INVOKED.keys() | SERVED.keys()))
def test_every_direct_operation_is_documented(name: str) -> None:
    assert f"`{name}`" in PAGE


def anchors(page: Path) -> set[str]:
    """The anchors of a page: its headings, as GitHub writes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_an_existing_file_and_heading(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", link):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link

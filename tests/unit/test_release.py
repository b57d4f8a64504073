"""`make release` on a clone, and the list of what a release carries."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from infra.release import Checkout, ReleaseRefused

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 3, 29)
FILES = ("pyproject.toml", "uv.lock", "CHANGELOG.md")


def git(folder: Path, *arguments: str) -> str:
    named = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    done = subprocess.run(["git", *named, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository with this checkout's files that a release changes, whose `make check` passes."""
    origin = tmp_path / "origin"
    origin.mkdir()
    for name in FILES:
        (origin / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    # As long as something is to be released, whatever this checkout's own changelog holds.
    changelog = (origin / "CHANGELOG.md").read_text(encoding="utf-8")
    changelog = changelog.replace("## Unreleased\n", "## Unreleased\n\n### Added\n\n- A thing.\n", 1)
    (origin / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    (origin / "Makefile").write_text("check:\n\t@echo judged\n")
    git(origin, "init", "--quiet", "--initial-branch=main")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message", "Begin")
    return origin


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Path:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(origin), str(clone))
    git(clone, "config", "user.name", "A")
    git(clone, "config", "user.email", "a@example.com")
    return clone


def commit(clone: Path, name: str, text: str) -> None:
    (clone / name).write_text(text, encoding="utf-8")
    git(clone, "commit", "--quiet", "--all", "--message", f"Change {name}")


def test_a_release_sets_the_version_closes_the_changelog_commits_and_tags(clone: Path) -> None:
    assert Checkout(clone).release("2.10.0", TODAY) == "v2.10.0"
    assert git(clone, "log", "-1", "--format=%s") == "Release 2.10.0"
    assert git(clone, "cat-file", "-t", "v2.10.0") == "tag"
    assert git(clone, "rev-parse", "v2.10.0^{commit}") == git(clone, "rev-parse", "HEAD")
    assert git(clone, "status", "--porcelain") == ""
    assert set(git(clone, "diff", "--name-only", "HEAD~1").split()) == set(FILES)
    changed = [line for line in git(clone, "diff", "-U0", "HEAD~1").splitlines() if re.match(r"[-+][^-+]", line)]
    old = f'-version = "{released_before()}"'
    assert changed == ["+## 2.10.0 - 2026-03-29", old, '+version = "2.10.0"', old, '+version = "2.10.0"']
    assert re.match(r"### Added\n\n- A thing\.\n", Checkout(clone).notes("2.10.0"))


def released_before() -> str:
    found = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_next_release_holds_only_what_came_after(clone: Path) -> None:
    Checkout(clone).release("2.0.0", TODAY)
    changelog = (clone / "CHANGELOG.md").read_text(encoding="utf-8")
    commit(clone, "CHANGELOG.md", changelog.replace("## Unreleased\n", "## Unreleased\n\n### Fixed\n\n- A fault.\n"))
    Checkout(clone).release("2.0.1", TODAY)
    assert Checkout(clone).notes("2.0.1") == "### Fixed\n\n- A fault.\n"
    assert "A fault" not in Checkout(clone).notes("2.0.0")


def test_a_release_is_not_pushed(clone: Path, origin: Path) -> None:
    before = git(origin, "show-ref")
    Checkout(clone).release("2.0.0", TODAY)
    assert git(origin, "show-ref") == before


@pytest.mark.parametrize("version", ["", "1", "1.2", "v1.2.3", "1.2.3.4", "1.02.3", "1.2.3-rc1", "1.2.x", "1.2.3\n", "１.2.3"])  # fmt: skip
def test_what_is_no_version_is_refused_by_name(clone: Path, version: str) -> None:
    with pytest.raises(ReleaseRefused, match=re.escape(f"VERSION={version} is no version")):
        Checkout(clone).release(version, TODAY)


def test_an_older_version_is_refused(clone: Path) -> None:
    Checkout(clone).release("2.0.0", TODAY)
    with pytest.raises(ReleaseRefused, match=r"older than pyproject\.toml's 2\.0\.0"):
        Checkout(clone).release("1.9.9", TODAY)


def another_branch(clone: Path) -> None:
    git(clone, "switch", "--quiet", "--create", "feature")


def no_branch(clone: Path) -> None:
    git(clone, "switch", "--quiet", "--detach")


def a_changed_file(clone: Path) -> None:
    (clone / "Makefile").write_text("check:\n")


def a_new_file(clone: Path) -> None:
    (clone / "notes.txt").write_text("")


def the_tag(clone: Path) -> None:
    git(clone, "tag", "v2.0.0")


def the_section(clone: Path) -> None:
    commit(clone, "CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n- A.\n\n## 2.0.0 - 2026-01-01\n\n- B.\n")


def nothing_to_release(clone: Path) -> None:
    commit(clone, "CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n## 0.0.1 - 2026-01-01\n\n- B.\n")


def no_unreleased_section(clone: Path) -> None:
    commit(clone, "CHANGELOG.md", "# Changelog\n")


def a_failing_check(clone: Path) -> None:
    commit(clone, "Makefile", "check:\n\t@exit 1\n")


def a_check_that_writes(clone: Path) -> None:
    commit(clone, "Makefile", "check:\n\t@touch found.txt\n")


def a_hook_that_refuses(clone: Path) -> None:
    hook = clone / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho not so >&2\nexit 1\n")
    hook.chmod(0o755)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (another_branch, "on main, and this is feature"),
        (no_branch, "on main, and this is no branch"),
        (a_changed_file, "not clean:\n M Makefile"),
        (a_new_file, r"not clean:\n\?\? notes.txt"),
        (the_tag, "the tag v2.0.0 exists"),
        (the_section, "has a section for 2.0.0 already"),
        (nothing_to_release, "nothing to release"),
        (no_unreleased_section, "no section Unreleased"),
        (a_failing_check, "`make check` fails"),
        (a_check_that_writes, "changed files"),
        (a_hook_that_refuses, "git commit fails: not so"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_checkout_that_is_not_ready_is_refused_and_left_as_it_was(clone: Path, fault: object, why: str) -> None:
    fault(clone)  # type: ignore[operator]
    head, tags = git(clone, "rev-parse", "HEAD"), git(clone, "tag")
    files = [(clone / name).read_bytes() for name in FILES]
    with pytest.raises(ReleaseRefused, match=why):
        Checkout(clone).release("2.0.0", TODAY)
    assert (git(clone, "rev-parse", "HEAD"), git(clone, "tag")) == (head, tags)
    assert [(clone / name).read_bytes() for name in FILES] == files


def test_the_list_of_what_the_layer_carries_is_what_is_locked(tmp_path: Path) -> None:
    requirements = ROOT / "functions" / "common" / "requirements.txt"
    listed = tmp_path / "sbom.json"
    [command] = [line for line in (ROOT / "Makefile").read_text().splitlines() if "cyclonedx_py" in line]
    arguments = command.replace("$(REQUIREMENTS)", str(requirements)).replace("build/sbom.json", str(listed)).split()
    subprocess.run([sys.executable, *arguments[1:]], cwd=ROOT, check=True, capture_output=True)
    document = json.loads(listed.read_text())
    assert document["bomFormat"] == "CycloneDX"
    assert document["metadata"]["component"]["version"] == released_before()
    locked = re.findall(r"^([\w.-]+)==([^ ;]+)", requirements.read_text(), re.MULTILINE)
    assert len(locked) > 10
    assert sorted((part["name"], part["version"]) for part in document["components"]) == sorted(locked)
    assert all(part["externalReferences"][0]["hashes"] for part in document["components"])

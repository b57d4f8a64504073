"""Make a release: set the version, close the changelog's section, commit and tag. Pushes nothing.

python -m infra.release 1.2.3          make version 1.2.3 of a clean checkout of main that passes `make check`
python -m infra.release --notes 1.2.3  print what the changelog says about version 1.2.3
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

# Semantic versions (semver.org) without pre-release and build parts.
_VERSION = r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
_UNRELEASED = "## Unreleased\n"
# The project's own entry. In a lock file, the version follows the project's name.
_IN_PYPROJECT = re.compile(rf'^(\[project\]\nname = "mfa"\nversion = "){_VERSION}(")$', re.MULTILINE)
_IN_LOCK = re.compile(rf'^(name = "mfa"\nversion = "){_VERSION}(")$', re.MULTILINE)


class ReleaseRefused(Exception):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True)
class Checkout:
    """A Git checkout of the product.

    Attributes:
        root: its folder.
    """

    root: Path

    def release(self, version: str, today: date) -> str:
        """Commits and tags the version, and returns the tag's name. Raises ReleaseRefused; nothing is changed then."""
        tag = self._judge(version)
        changes = {
            "pyproject.toml": with_version(self._read("pyproject.toml"), _IN_PYPROJECT, version),
            "uv.lock": with_version(self._read("uv.lock"), _IN_LOCK, version),
            "CHANGELOG.md": with_section(self._read("CHANGELOG.md"), version, today),
        }
        self._check()
        if self._git("status", "--porcelain"):
            raise ReleaseRefused("`make check` changed files, or somebody did meanwhile")
        for name, text in changes.items():
            (self.root / name).write_text(text, encoding="utf-8")
        try:
            self._git("commit", "--quiet", "--message", f"Release {version}", "--", *changes)
        except ReleaseRefused:
            self._git("checkout", "--quiet", "HEAD", "--", *changes)
            raise
        self._git("tag", "--annotate", "--message", f"Version {version}", tag)
        return tag

    def notes(self, version: str) -> str:
        """The changelog's section of a released version. Raises ReleaseRefused."""
        found = re.search(
            rf"^## {re.escape(version)} - [^\n]*\n(.*?)(?=^## |\Z)",
            self._read("CHANGELOG.md"),
            re.MULTILINE | re.DOTALL,
        )
        if found is None:
            raise ReleaseRefused(f"CHANGELOG.md has no section for {version}")
        return found[1].strip() + "\n"

    def _judge(self, version: str) -> str:
        """The tag of the version. Raises ReleaseRefused if this checkout may not release it."""
        if not re.fullmatch(_VERSION, version, re.ASCII):
            raise ReleaseRefused(f"VERSION={version} is no version: write three numbers, such as VERSION=1.2.3")
        current = re.search(_IN_PYPROJECT, self._read("pyproject.toml"))
        if current is None:
            raise ReleaseRefused("pyproject.toml has no version where it is expected, after the project's name")
        before = tuple(int(number) for number in current.groups()[1:4])
        if _numbers(version) < before:
            raise ReleaseRefused(f"VERSION={version} is older than pyproject.toml's {'.'.join(map(str, before))}")
        branch = self._git("branch", "--show-current")
        if branch != "main":
            raise ReleaseRefused(f"a release is made on main, and this is {branch or 'no branch'}")
        if changed := self._git("status", "--porcelain"):
            raise ReleaseRefused(f"the tree is not clean:\n{changed}")
        tag = f"v{version}"
        if self._git("tag", "--list", tag):
            raise ReleaseRefused(f"the tag {tag} exists")
        return tag

    def _check(self) -> None:
        if subprocess.run(["make", "check"], cwd=self.root, check=False, stdout=sys.stderr).returncode:
            raise ReleaseRefused("`make check` fails")

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.root, check=False, capture_output=True, text=True)
        if done.returncode:
            raise ReleaseRefused(f"git {arguments[0]} fails: {(done.stderr or done.stdout).strip()}")
        return done.stdout.rstrip()

    def _read(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")


def with_version(text: str, pattern: re.Pattern[str], version: str) -> str:
    """The text of a file with a new version. Raises ReleaseRefused unless the pattern matches exactly once."""
    changed, found = pattern.subn(lambda old: f"{old[1]}{version}{old.groups()[-1]}", text)
    if found != 1:
        raise ReleaseRefused(f"the project's version is written {found} times where it should be written once")
    return changed


def with_section(changelog: str, version: str, today: date) -> str:
    """The changelog with its Unreleased section moved under the version and the date. Raises ReleaseRefused."""
    if f"\n## {version} " in changelog:
        raise ReleaseRefused(f"CHANGELOG.md has a section for {version} already")
    before, heading, after = changelog.partition(_UNRELEASED)
    if not heading:
        raise ReleaseRefused("CHANGELOG.md has no section Unreleased")
    if not re.search(r"^- ", after.partition("\n## ")[0], re.MULTILINE):
        raise ReleaseRefused("CHANGELOG.md lists nothing under Unreleased, so there is nothing to release")
    return f"{before}{heading}\n## {version} - {today.isoformat()}\n{after}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def main() -> None:
    """Release the version in the arguments, or print its notes."""
    parser = argparse.ArgumentParser(prog="python -m infra.release", description=__doc__.partition("\n")[0])
    parser.add_argument("version", help="three numbers, such as 1.2.3")
    parser.add_argument("--notes", action="store_true", help="print the section of a version that was released")
    arguments = parser.parse_args()
    checkout = Checkout(Path.cwd())
    try:
        if arguments.notes:
            print(checkout.notes(arguments.version), end="")
        else:
            tag = checkout.release(arguments.version, datetime.now(UTC).date())
            print(f"{tag} is committed and tagged here. To publish it: git push origin main {tag}")
    except ReleaseRefused as refused:
        sys.exit(f"not released: {refused}")


if __name__ == "__main__":
    main()

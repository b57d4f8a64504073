"""The pages name only targets and paths that exist, and a commit is judged by the tools of `make check`."""

import re
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # has no types

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = {
    name: prerequisites.partition("#")[0].split()
    for name, prerequisites in re.findall(r"^([a-z][a-z-]*):(?! export)(.*)$", MAKEFILE, re.MULTILINE)
}
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PRE_COMMIT = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))


def judged(target: str) -> set[str]:
    """The target with everything that it brings about."""
    return {target}.union(*(judged(each) for each in TARGETS.get(target, ())))


def targets_in(text: str) -> set[str]:
    return set(re.findall(r"\bmake (?:--\S+ )*([a-z][a-z-]*)", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_target_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    code = [*re.findall(r"`make [^`]*`", text), *re.findall(r"^ {4,}make .*", text, re.MULTILINE), blocks]
    assert set().union(*map(targets_in, code)) <= TARGETS.keys()


def test_a_commit_is_judged_by_targets_of_make_check() -> None:
    hooks = [hook for repository in PRE_COMMIT["repos"] for hook in repository["hooks"]]
    assert {repository["repo"] for repository in PRE_COMMIT["repos"]} == {"local"}, (
        "other repositories bring versions of their own"
    )
    assert all(hook["language"] == "system" and not hook["pass_filenames"] for hook in hooks)
    entries = {hook["entry"].removeprefix("make ") for hook in hooks}
    assert {"check-style", "check-types", "check-secrets"} <= entries <= judged("check")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_what_is_there(workflow: Path) -> None:
    document = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert document["permissions"] == {"contents": "read"}, "what writes says so for its own job"
    jobs = document["jobs"].values()
    steps = [step for job in jobs for step in job.get("steps", ())]
    run = "\n".join(step.get("run", "") for step in steps)
    assert targets_in(run) <= TARGETS.keys()
    for path in re.findall(r"(?:^|\s)(\.ci/\S+)", run) + [job["uses"] for job in jobs if "uses" in job]:
        assert (ROOT / path).exists(), path
    for module in re.findall(r"python -m (infra\S+)", run):
        assert (ROOT / f"{module.replace('.', '/')}.py").exists(), module


def test_every_change_is_judged_by_the_same_script_as_a_release() -> None:
    ci, release = (
        yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text()) for name in ("ci.yml", "release.yml")
    )
    assert {"run": ".ci/run", "env": {"AUDIT": "required"}} in ci["jobs"]["judge"]["steps"]
    assert release["jobs"]["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert release["jobs"]["publish"]["needs"] == "ci"
    # YAML 1.1 reads the key `on` as true.
    assert ci[True].keys() >= {"push", "pull_request", "workflow_call"}


def test_every_path_that_contributors_are_told_of_is_there() -> None:
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tops = {path.name for path in ROOT.iterdir()} - {"CONTRIBUTING.md"}
    named = [name for name in re.findall(r"`([\w./*-]+)`", told) if name.split("/")[0] in tops]
    assert len(named) > 30
    assert [name for name in named if not any(ROOT.glob(name))] == []

"""The documented commands work: checked against the models of AWS, SAM's options, and the template."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from samcli.commands.build.command import cli as sam_build  # type: ignore[import-untyped]  # has no types
from samcli.commands.deploy.command import cli as sam_deploy  # type: ignore[import-untyped]
from samcli.commands.local.invoke.cli import cli as sam_local_invoke  # type: ignore[import-untyped]
from samcli.commands.remote.invoke.cli import cli as sam_remote_invoke  # type: ignore[import-untyped]

from mfa.administration import operations
from mfa.settings.values import Settings
from tests.template.commands import PAGES, ROOT, SECTIONS, Section, aws_faults
from tests.template.sam import source

SAM = {
    ("build",): sam_build,
    ("deploy",): sam_deploy,
    ("local", "invoke"): sam_local_invoke,
    ("remote", "invoke"): sam_remote_invoke,
}
TEMPLATE = source()
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def every_section(test: Callable[[Section], None]) -> Any:
    return pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)(test)


def called(section: Section, program: str) -> list[list[str]]:
    return [arguments for name, *arguments in section.calls if name == program]


def option(arguments: list[str], name: str) -> list[str]:
    """The values of an option: the arguments after it, up to the next option."""
    after = arguments[arguments.index(name) + 1 :] if name in arguments else []
    return after[: next((place for place, each in enumerate(after) if each.startswith("--")), len(after))]


@every_section
def test_the_aws_cli_knows_each_command_and_its_options(section: Section) -> None:
    for arguments in called(section, "aws"):
        assert not aws_faults(arguments), arguments


@every_section
def test_commands_ask_only_for_resources_of_the_template(section: Section) -> None:
    for arguments in called(section, "aws"):
        for name in option(arguments, "--logical-resource-id"):
            assert name in TEMPLATE["Resources"]
        for name in re.findall(r"OutputKey=='(\w+)'", " ".join(arguments)):
            assert name in TEMPLATE["Outputs"]


@every_section
def test_an_invocation_names_an_operation_and_its_members(section: Section) -> None:
    for arguments in called(section, "aws"):
        payload = option(arguments, "--payload")
        if arguments[:2] == ["lambda", "invoke"] and not payload[0].startswith("file://"):
            event = json.loads(payload[0])
            assert event.keys() == {"operation", "input"}
            request: Any = operations.INVOKED[event["operation"]].operation.request
            fields = msgspec.structs.fields(Settings if event["operation"] == "settings.patch" else request)
            assert event["input"].keys() <= {field.encode_name for field in fields}, event


@every_section
def test_sam_knows_each_command_its_options_and_the_template_its_parameters(section: Section) -> None:
    for arguments in called(section, "sam"):
        words = tuple(arguments[: 2 if arguments[0] in ("local", "remote") else 1])
        known = {name for each in SAM[words].params for name in (*each.opts, *each.secondary_opts)}
        assert {each for each in arguments if each.startswith("--")} <= known
        for override in option(arguments, "--parameter-overrides"):
            name, _, value = override.partition("=")
            parameter = TEMPLATE["Parameters"][name]
            # These depend on the machine.
            assert value in {*map(str, parameter.get("AllowedValues", [value])), "answer"}
            assert re.fullmatch(parameter.get("AllowedPattern", ".*"), value)
        if words[-1] == "invoke" and len(arguments) > len(words):
            assert arguments[len(words)] in TEMPLATE["Resources"]


@every_section
def test_make_has_each_target(section: Section) -> None:
    for arguments in called(section, "make"):
        assert {each for each in arguments if "=" not in each} <= TARGETS


def test_no_command_of_the_aws_cli_is_left_out() -> None:
    """No command hides in a function that is never called or in a form that is not parsed."""
    said = {
        tuple(found)
        for page in PAGES
        for found in re.findall(r"\baws ([a-z0-9]+) ([a-z]+(?:-[a-z]+)+|invoke|scan|query|wait)", page.read_text())
    }
    run = {tuple(arguments[:2]) for section in SECTIONS for arguments in called(section, "aws")}
    assert len(said) > 20
    assert said <= run


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_output_named_in_the_docs_is_in_the_template(page: Any) -> None:
    for name in re.findall(r"\boutput `(\w+)`", page.read_text()):
        assert name in TEMPLATE["Outputs"]


@pytest.mark.parametrize(
    "command",
    [
        "dynamo list-backups",
        "dynamodb list-backup",
        "dynamodb wait table-exist --table-name x",
        "dynamodb wait table-exists",
        "dynamodb list-backups --backup-types SYSTEM",
        "dynamodb list-backups --backup-type",
        "dynamodb list-backups --backup-type system",
        "dynamodb update-time-to-live --table-name x --time-to-live-specification Enable=true,AttributeName=ttl",
        "dynamodb update-table --table-name x --no-delete-protection-enabled",
        "dynamodb update-table --table-name x --deletion-protection-enabled true",
        "dynamodb scan --table-name x --expression-attribute-values {':a':'b'}",
        'dynamodb scan --table-name x --expression-attribute-values {":a":"b"}',
        "lambda invoke --function-name x --payload {}",
        "lambda invoke --function-name x out.json rest",
        "lambda put-function-concurrency --function-name x --reserved-concurrent-executions none",
        "lambda list-versions-by-function --function-name x --query Versions.Version",
        "lambda list-versions-by-function --function-name x --query Versions[].[Versions]",
        "cloudformation describe-stacks --query Stacks[0].Outputs[?Key=='x'].OutputValue",
        "cloudformation describe-stacks --query Stacks[0",
        "deploy list-deployments --include-only-statuses Running",
    ],
)
def test_a_slip_in_a_command_is_found(command: str) -> None:
    assert aws_faults(command.split())


@pytest.mark.parametrize(
    "block", ["aws sts get-caller-identity --query $ARN", "aws sts get-caller-identity 'x", "awk x", "fn() { ; }"]
)
def test_a_block_that_cannot_be_read_as_commands_is_found(block: str) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        _ = Section("page", None, [block]).calls

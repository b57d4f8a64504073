"""The commands in the documentation for operators, checked by the models of AWS.

The commands are run by bash, so that quotes, variables, functions and loops mean what they mean to a reader; but every program is a
stand-in that writes its arguments down.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import botocore.session
import jmespath  # type: ignore[import-untyped]  # has no types
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, Shape
from botocore.validate import ParamValidator
from jmespath.parser import Parser  # type: ignore[import-untyped]
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
PROGRAMS = ("aws", "curl", "jq", "make", "python", "rm", "sam", "sed", "sleep", "split", "uname")
# Bash writes a call without a line's end at once, so calls of a pipeline do not mix.
_STAND_INS = "".join(
    f"{name}() {{ printf '%s\\0' {name} \"$@\" $'\\x1e' >>\"$CALLS\"; echo answer; }}\n" for name in PROGRAMS
)
# Names that differ between the AWS CLI and botocore; and the CLI's own options used here, all with a value.
_SERVICES = {"deploy": "codedeploy"}
_GLOBAL_OPTIONS = {"--query", "--output", "--cli-binary-format", "--endpoint-url", "--region"}


@dataclass
class Section:
    """The text below a heading."""

    title: str
    above: Section | None
    blocks: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)

    def blocks_to_here(self) -> list[str]:
        """The code blocks of this heading and of those above it, which a reader has typed before."""
        return [*(self.above.blocks_to_here() if self.above else []), *self.blocks]

    @cached_property
    def calls(self) -> list[list[str]]:
        """The calls of programs, with arguments, that this section and the ones before it make.

        Raises CalledProcessError where bash refuses a line, or a variable has no value yet.
        """
        script = "\n".join([_STAND_INS, *self.blocks_to_here(), *self.inline, "wait"])
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "build").mkdir()
            calls = Path(folder) / "calls"
            calls.touch()
            subprocess.run(
                [shutil.which("bash") or "bash", "-euc", script],
                cwd=folder,
                env={"PATH": "", "CALLS": str(calls), "USER": "operator"},
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            return [call.split("\0")[:-1] for call in calls.read_text(encoding="utf-8").split("\x1e\0")[:-1]]


def sections() -> Iterator[Section]:
    """Every heading of README.md and docs/ that has commands for operators below it: `sh`. `bash` is for applications."""
    for page in PAGES:
        above: list[Section] = []
        tokens = MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))
        for token, after in zip(tokens, [*tokens[1:], None], strict=True):
            if token.type == "heading_open" and after:
                depth = int(token.tag.removeprefix("h")) - 1
                above = [*above[:depth], Section(f"{page.name}: {after.content}", above[depth - 1] if depth else None)]
                yield above[-1]
            elif token.type == "code_block" or (token.type == "fence" and token.info == "sh"):
                above[-1].blocks.append(token.content)
            elif token.type == "inline":
                code = (child.content for child in token.children or () if child.type == "code_inline")
                above[-1].inline += (each for each in code if each.startswith(("admin '", "aws ", "make ", "sam ")))


SECTIONS = [section for section in list(sections()) if section.blocks or section.inline]


@cache
def _session() -> Any:
    return botocore.session.Session()


def aws_faults(arguments: list[str]) -> list[str]:
    """The errors in a call of the AWS CLI, by the models of AWS's services."""
    service, name, *rest = arguments
    try:
        model = _session().get_service_model(_SERVICES.get(service, service))
    except UnknownServiceError:
        return [f"no service {service}"]
    if name == "wait":
        waiters = _session().get_waiter_model(_SERVICES.get(service, service))
        waiter, *rest = rest
        found = [waiters.get_waiter(each).operation for each in waiters.waiter_names if xform_name(each, "-") == waiter]
    else:
        found = [each for each in model.operation_names if xform_name(each, "-") == name]
    if not found:
        return [f"no operation {service} {name} {rest}"]
    return list(_option_faults(model.operation_model(found[0]), rest))


def _option_faults(operation: OperationModel, arguments: list[str]) -> Iterator[str]:
    members = operation.input_shape.members if operation.input_shape else {}
    options = {"--" + xform_name(member, "-"): member for member in members}
    given: dict[str, list[str]] = {}
    positional: list[str] = []
    option = None
    for argument in arguments:
        if argument.startswith("--"):
            option = argument
            given[option] = []
        elif option and (not given[option] or _shape(members, options, option) == "list"):
            given[option].append(argument)
        else:
            positional.append(argument)
    for option, values in given.items():
        if option == "--query":
            yield from query_faults(values, operation.output_shape)
        elif option in _GLOBAL_OPTIONS:
            if len(values) != 1:
                yield f"{option} takes a value"
        elif _shape(members, options, option) == "boolean":
            if values:
                positional += values
        elif option in options:
            yield from _value_faults(option, values, members[options[option]])
        else:
            yield f"{operation.name} has no {option}"
    required = operation.input_shape.required_members if operation.input_shape else []
    yield from (
        f"{operation.name} wants {name}" for name, member in options.items() if member in required and name not in given
    )
    # If the answer is a stream, the AWS CLI writes it to a file, which is the last argument.
    if len(positional) != int(operation.has_streaming_output):
        yield f"{operation.name} takes no {positional}"


def _shape(members: Any, options: dict[str, str], option: str) -> str | None:
    member = options.get(option) or options.get(option.replace("--no-", "--", 1))
    kind = members[member].type_name if member else None
    return kind if kind == "boolean" or option in options else None


def _value_faults(option: str, values: list[str], shape: Shape) -> Iterator[str]:
    if not values or not all(values):
        yield f"{option} has no value"
    elif values[0].startswith(("{", "[")):
        try:
            value = json.loads(values[0])
        except ValueError as error:
            yield f"{option}: {error}"
        else:
            if shape.type_name not in ("blob", "string"):
                yield from filter(None, [ParamValidator().validate(value, shape).generate_report()])
    elif shape.type_name == "structure":
        names = {part.partition("=")[0] for part in values[0].split(",")}
        yield from (f"{option} has no {name}" for name in sorted(names - shape.members.keys()))  # type: ignore[attr-defined]
    elif shape.type_name in ("integer", "long"):
        if not values[0].isdigit():
            yield f"{option} is a number"
    else:
        enum = getattr(getattr(shape, "member", shape), "enum", None)
        yield from (f"{option} is none of {enum}: {value}" for value in values if enum and value not in enum)


def query_faults(expressions: list[str], shape: Shape | None) -> list[str]:
    """The errors in a `--query` over an answer of this shape."""
    if len(expressions) != 1:
        return ["--query takes a value"]
    try:
        tree = Parser().parse(expressions[0]).parsed
    except jmespath.exceptions.JMESPathError as error:
        return [f"{expressions[0]}: {error}"]
    faults: list[str] = []
    _follow(tree, shape, faults)
    return faults


def _follow(node: dict[str, Any], shape: Any, faults: list[str]) -> Any:
    """The shape that a node of a query leads to, or None if the query builds its own."""
    children = node["children"]
    match node["type"]:
        case "field":
            if getattr(shape, "type_name", None) != "structure" or node["value"] not in shape.members:
                faults.append(f"no {node['value']} in {shape}")
                return None
            return shape.members[node["value"]]
        case "subexpression" | "index_expression":
            for child in children:
                shape = _follow(child, shape, faults)
            return shape
        case "index" | "slice" | "flatten" if not children:
            return _member(shape, faults)
        case "flatten":
            return _follow(children[0], shape, faults)
        case "projection" | "filter_projection":
            member = _member(_follow(children[0], shape, faults), faults)
            for child in children[1:]:
                _follow(child, member, faults)
        case "identity" | "current":
            return shape
        case _:
            for child in children:
                if isinstance(child, dict):
                    _follow(child, shape, faults)
    return None


def _member(shape: Any, faults: list[str]) -> Any:
    if getattr(shape, "type_name", None) != "list":
        faults.append(f"{shape} is no list")
        return None
    return shape.member

"""The Python client declares the product's own operations: paths, bodies, answers, keys and refusals."""

from __future__ import annotations

import inspect
import re
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest

from mfa import api, errors
from mfa.http.declaration import AnyOperation
from mfa_client import errors as client_errors
from mfa_client.calls import Calls
from mfa_client.operations import Operation
from mfa_client.requests import Credentials, Request
from mfa_client.tokens import AccessToken

CALLS: dict[str, Operation[..., Any]] = {
    name: value for part in Calls.__mro__ for name, value in vars(part).items() if isinstance(value, Operation)
}
PUBLIC = [each for each in api.PUBLIC if each.id not in {"twilioStatus", "openapi"}]
_LACKS = "the Python client lacks it (clients/python/src/mfa_client, calls or answers.py)"


def made(call: Operation[..., Any], **given: Any) -> Request[Any]:
    """A request with every argument."""
    samples = {"params": {"set": "Payroll"}, "client_supports_mfa": False, "trust_device": True}
    names = list(inspect.signature(call).parameters)[1:]
    return call.request(**{name: samples.get(name, f"a-{name}") for name in names} | given)


def served(request: Request[Any]) -> AnyOperation | None:
    """The product's operation at this address, if it has one."""
    found = [
        each
        for each in PUBLIC
        if each.method == request.method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", each.path), request.path)
    ]
    return min(found, key=lambda each: each.path.count("{"), default=None)


def kinds(type_: Any) -> list[Any]:
    """The members of a union, without None; or the type itself."""
    if get_origin(type_) in (Union, UnionType):
        return [each for member in get_args(type_) if member is not NoneType for each in kinds(member)]
    return [type_]


def structs(type_: Any) -> list[type[msgspec.Struct]]:
    """The structs that a type leads to at once: itself, or those inside a list or union."""
    found = []
    for each in kinds(getattr(type_, "__value__", type_)):
        if inspect.isclass(each) and issubclass(each, msgspec.Struct):
            found.append(each)
        else:
            found += [inner for part in get_args(each) for inner in structs(part)]
    return found


def compare(ours: Any, theirs: Any, place: str) -> None:
    """Every member of an answer has a place in the client's type, and the client asks for none that may be missing."""
    by_tag = {each.__struct_config__.tag: each for each in structs(ours)}
    for answer in structs(theirs):
        mine = by_tag.get(answer.__struct_config__.tag)
        assert mine, f"{place}, {answer.__name__}: {_LACKS}"
        fields = {field.encode_name: field for field in msgspec.structs.fields(answer)}
        known = {field.encode_name: field for field in msgspec.structs.fields(mine)}
        assert fields.keys() <= known.keys(), f"{mine.__name__}: {_LACKS}"
        assert known.keys() <= fields.keys(), mine.__name__
        needed = {name for name, field in known.items() if field.required}
        sometimes = answer.__struct_config__.omit_defaults
        always = {
            name
            for name, field in fields.items()
            if field.required or not (sometimes or field.default is msgspec.UNSET)
        }
        assert needed <= always, f"{mine.__name__} asks for what may be missing"
        hints, my_hints = get_type_hints(answer), get_type_hints(mine)
        for name in fields:
            compare(my_hints[known[name].name], hints[fields[name].name], f"{place}.{name}")


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_one_of_the_product(name: str) -> None:
    request = made(CALLS[name])
    operation = served(request)
    assert operation is not None, "the product has no such call"
    assert request.keyed == operation.idempotent
    assert request.path.count("a-") == operation.path.count("{"), "an id is a segment of the path"
    schemes = {scheme.name for scheme in operation.auth.schemes}
    if request.token is Credentials.NONE:
        assert not schemes
    elif request.token is Credentials.CLIENT:
        assert "client" in schemes
    else:
        assert schemes - {"client"}
    if operation.response is NoneType or request.answer is NoneType:
        assert request.answer is NoneType
        assert not any(each.__struct_fields__ for each in structs(operation.response)), _LACKS
    elif name != "jwks":  # keys of any algorithm are read
        compare(request.answer, operation.response, name)


@pytest.mark.parametrize("operation", PUBLIC, ids=lambda each: each.id)
def test_every_operation_has_a_call_that_can_say_all_of_it(operation: AnyOperation) -> None:
    requests = [made(call) for call in CALLS.values()]
    found = [each for each in requests if served(each) is operation]
    assert found, _LACKS
    members = set().union(*(each.body.keys() for each in found))
    taken = {field.encode_name for struct in structs(operation.request) for field in msgspec.structs.fields(struct)}
    assert members == taken - set(re.findall(r"{(\w+)}", operation.path))


def test_there_is_one_exception_class_for_each_refusal() -> None:
    """Equal by name, code, status, and place in the tree."""

    def tree(root: Any) -> dict[str, tuple[str, int, str]]:
        return {each.__name__: (each.code, each.status, root.__name__) for each in root.__subclasses__()} | {
            name: value for each in root.__subclasses__() for name, value in tree(each).items()
        }

    assert tree(client_errors.Refusal) == tree(errors.Refusal)


@pytest.mark.parametrize("refusal", client_errors.CLASSES.values(), ids=lambda each: each.__name__)
def test_the_tree_in_the_docstring_is_the_one_in_the_code(refusal: type[client_errors.Refusal]) -> None:
    line = re.compile(rf"─ {refusal.__name__} +{refusal.code}$", re.MULTILINE)
    assert line.search(client_errors.__doc__ or "")


def test_what_a_problem_may_carry_can_be_read_by_name() -> None:
    from mfa.http.openapi import ProblemDocument

    carried = {field.encode_name for field in msgspec.structs.fields(ProblemDocument)}
    plain = {"type", "title", "status", "code", "detail"}
    readable = {
        name
        for each in client_errors.CLASSES.values()
        for name, value in vars(each).items()
        if isinstance(value, property)
    }
    assert readable == carried - plain


def test_an_access_token_shows_every_claim() -> None:
    assert {"jti", "amr", "acr", "kind", "legacy", "trusted_device"} <= set(AccessToken.__struct_fields__)

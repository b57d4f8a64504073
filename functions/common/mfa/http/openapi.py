"""OpenAPI 3.1, made from the declared operations that the handlers run."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from mfa import errors
from mfa.http.auth import ACCESS_TOKEN, UNATTENDED
from mfa.http.calls import IDEMPOTENCY_KEY_LENGTH
from mfa.http.declaration import AdministrationOperation, AnyOperation
from mfa.settings.schema import change_schema, patch_schema
from mfa.settings.values import SettingsChange, SettingsPatch
from mfa.users.roles import PERMISSIONS, Role
from mfa.users.sessions import EndReason

VERSION = "1.0.0"
_COMPONENT = "#/components/schemas/{name}"


class FieldError(Struct, frozen=True):
    """The problem with one field."""

    field: str
    message: str


class ProblemDocument(Struct, frozen=True, omit_defaults=True):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldError] | None = None
    attempts_remaining: int | None = None
    locked_until: str | None = None
    resend_available_at: str | None = None
    prefix: str | None = None
    max_age: int | None = None
    reason: EndReason | None = None
    correlation_id: str | None = None


def document(server: str, operations: Sequence[AnyOperation]) -> dict[str, Any]:
    """The description of these operations, served at this address."""
    shown = [*(each for op in operations for each in (op.request, op.response)), ProblemDocument]
    schemas, components = msgspec.json.schema_components(shown, schema_hook=_own_type, ref_template=_COMPONENT)
    components[SettingsPatch.__name__] = patch_schema(_COMPONENT)
    components[SettingsChange.__name__] = change_schema(components[SettingsPatch.__name__])
    by_type = dict(zip(map(repr, shown), schemas, strict=True))
    paths: dict[str, Any] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, by_type, components)
    description = {
        "openapi": "3.1.0",
        "info": {
            "title": "Second factor by text message",
            "version": VERSION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {
                "Before": {
                    "description": "Refused by API Gateway or the firewall, before a function was asked",
                    # A firewall's answer can have no other type than the second.
                    "content": {
                        kind: {"schema": by_type[repr(ProblemDocument)]}
                        for kind in ("application/problem+json", "application/json")
                    },
                }
            },
            "securitySchemes": {
                scheme.name: dict(scheme.scheme) for each in operations for scheme in each.auth.schemes
            },
        },
    }
    _make_patterns_portable(description)
    return description


def _make_patterns_portable(schema: Any) -> None:
    """Writes patterns so that RE2 and JavaScript take them too: no look-ahead, and a character itself for its `\\u` escape.

    Only Python's `$` matches before a line break at the end, which our look-ahead forbids.
    """
    if isinstance(schema, dict):
        if isinstance(pattern := schema.get("pattern"), str):
            plain = pattern.removesuffix(r"(?!\n)")
            schema["pattern"] = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), plain)
        for each in schema.values():
            _make_patterns_portable(each)
    elif isinstance(schema, list):
        for each in schema:
            _make_patterns_portable(each)


def _operation(operation: AnyOperation, schemas: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    taken = _taken(operation, schemas, components)
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        **_needed(operation),
        "security": [{scheme.name: []} for scheme in operation.auth.schemes],
        "parameters": _parameters(operation, taken),
        "responses": {str(operation.status): _done(operation, schemas)},
    }
    if not operation.reads and taken is not None and taken.get("properties") != {}:
        described["requestBody"] = {
            "required": operation.body_required,
            "content": {"application/json": {"schema": taken}},
        }
    by_status: dict[int, list[type[errors.Refusal]]] = {}
    for refusal in operation.every_refusal:
        by_status.setdefault(refusal.status, []).append(refusal)
    for status, refusals in sorted(by_status.items()):
        described["responses"][str(status)] = _refused(status, refusals, schemas)
    described["responses"]["default"] = {"$ref": "#/components/responses/Before"}
    return described


def _needed(operation: AnyOperation) -> dict[str, str]:
    """The permission that an administrator needs, and the roles that have it."""
    if not isinstance(operation, AdministrationOperation):
        return {}
    roles = ", ".join(f"`{role}`" for role in Role if operation.needs in PERMISSIONS[role])
    return {"description": f"Needs the permission `{operation.needs}`. Roles: {roles}."}


def _taken(operation: AnyOperation, schemas: dict[str, Any], components: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of the query or body: the operation's request without the path's values."""
    if operation.takes_nothing:
        return None
    schema: dict[str, Any] = schemas[repr(operation.request)]
    if not operation.takes_everything:
        return schema
    whole = components[schema["$ref"].rpartition("/")[2]]
    if "{" not in operation.path and not operation.reads:
        return schema
    in_path = set(re.findall(r"{(\w+)}", operation.path))
    kept = {name: each for name, each in whole["properties"].items() if name not in in_path}
    required = [name for name in whole.get("required", []) if name not in in_path]
    return {"type": "object", "properties": kept, "required": required, "additionalProperties": False}


def _done(operation: AnyOperation, schemas: dict[str, Any]) -> dict[str, Any]:
    if operation.gives_nothing:
        return {"description": "Done"}
    return {
        "description": "Done",
        "content": {"application/json": {"schema": schemas[repr(operation.response)]}},
    }


def _refused(status: int, refusals: list[type[errors.Refusal]], schemas: dict[str, Any]) -> dict[str, Any]:
    codes = sorted({refusal.code for refusal in refusals})
    described: dict[str, Any] = {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {
            "application/problem+json": {
                "schema": {"allOf": [schemas[repr(ProblemDocument)], {"properties": {"code": {"enum": codes}}}]}
            }
        },
    }
    if status in (429, 503):
        described["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}}
    return described


def _parameters(operation: AnyOperation, taken: dict[str, Any] | None) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    if operation.reads and taken is not None:
        required = taken.get("required", [])
        parameters += [
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            for name, schema in taken.get("properties", {}).items()
        ]
    if operation.takes_if_match:
        parameters.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": errors.PreconditionRequired in operation.refusals,
                "description": "The ETag that was read.",
                "schema": {"type": "string"},
            }
        )
    if operation.auth is ACCESS_TOKEN:
        parameters.append(
            {
                "name": UNATTENDED,
                "in": "header",
                "required": False,
                "description": "For a request that no person made, such as a page's own refresh: it does not keep the session alive.",
                "schema": {"const": "1"},
            }
        )
    if operation.idempotent:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and body again gets the same answer, and nothing is done twice.",
                "schema": {"type": "string", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_LENGTH},
            }
        )
    return parameters


def _own_type(type_: type[object]) -> dict[str, Any]:
    """The schemas of the types that msgspec does not know: the settings' patches, and `object`."""
    if type_ in (SettingsPatch, SettingsChange):
        return {"$ref": _COMPONENT.format(name=type_.__name__)}
    return {"description": "any JSON value"}

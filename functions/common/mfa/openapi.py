"""OpenAPI 3.1, made from the contract, so that it cannot differ from what the handlers do."""

from typing import Any

import msgspec
from msgspec import Struct

from mfa import errors
from mfa.contract import OPERATIONS, Auth, Operation

VERSION = "1.0.0"


class FieldError(Struct, frozen=True):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Struct, frozen=True, omit_defaults=True):
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
    correlation_id: str | None = None


def document(server: str) -> dict[str, Any]:
    """The description of the API at this address."""
    shown = [*(each for op in OPERATIONS for each in (op.request, op.response) if each is not None), Problem]
    schemas, components = msgspec.json.schema_components(shown, ref_template="#/components/schemas/{name}")
    by_type = dict(zip(map(repr, shown), schemas, strict=True))
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, by_type)
    return {
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
            "securitySchemes": {
                Auth.MFA_TOKEN: {"type": "http", "scheme": "bearer", "description": "the MFA token of a login"},
                Auth.CLIENT: {"type": "http", "scheme": "basic", "description": "client id and secret"},
            },
        },
    }


def _operation(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "security": [] if operation.auth is Auth.ANYONE else [{operation.auth: []}],
        "parameters": _parameters(operation),
        "responses": {
            str(operation.status): {
                "description": "Done",
                "content": {"application/json": {"schema": schemas[repr(operation.response)]}},
            }
        },
    }
    if operation.request is not None:
        described["requestBody"] = {
            "required": operation.body_required,
            "content": {"application/json": {"schema": schemas[repr(operation.request)]}},
        }
    by_status: dict[int, list[type[errors.Refusal]]] = {}
    for refusal in operation.every_refusal:
        by_status.setdefault(refusal.status, []).append(refusal)
    for status, refusals in sorted(by_status.items()):
        codes = sorted({refusal.code for refusal in refusals})
        described["responses"][str(status)] = {
            "description": ", ".join(f"`{code}`" for code in codes),
            "content": {
                "application/problem+json": {
                    "schema": {
                        "allOf": [schemas[repr(Problem)], {"properties": {"code": {"enum": codes}}}],
                    }
                }
            },
        }
        if status in (429, 503):
            described["responses"][str(status)]["headers"] = {
                "Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}
            }
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    if "{id}" in operation.path:
        parameters.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    if operation.idempotent:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and body again returns the same challenge and sends nothing.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }
        )
    return parameters

"""JSON Schema of a settings patch, made from the settings' own schema."""

from collections.abc import Callable

import msgspec

from mfa.settings.forms import AUTH_TOKEN
from mfa.settings.values import Settings

type Schema = dict[str, object]

_NULL: Schema = {"type": "null"}


def patch_schema(ref_template: str) -> Schema:
    """The schema of a merge patch (RFC 7396) of the settings: every member may be left out, and null removes it.

    `ref_template` is where the types of the settings are described, such as `#/components/schemas/{name}`.
    """
    [ref], types = msgspec.json.schema_components([Settings], ref_template=ref_template)
    by_ref = {ref_template.format(name=name): schema for name, schema in types.items()}
    patch = _patch_of(by_ref[ref["$ref"]], by_ref.get)
    twilio = _members(_members(patch, "properties"), "twilio")
    _members(_object_in(twilio), "properties")["auth_token"] = _nullable(
        {"title": "Auth Token", "type": "string", "pattern": f"^{AUTH_TOKEN}$", "writeOnly": True}
    )
    return patch | {"title": "SettingsPatch", "description": "A merge patch (RFC 7396): null removes a member."}


def change_schema(patch: Schema) -> Schema:
    """The schema of a patch that is to be saved, of that of a patch."""
    insist: Schema = {
        "type": "boolean",
        "default": False,
        "description": "Save it even if it shuts administrators out.",
    }
    return patch | {"title": "SettingsChange", "properties": {**_members(patch, "properties"), "insist": insist}}


def _patch_of(schema: Schema, resolve: Callable[[str], Schema | None]) -> Schema:
    """The patch of an object of this schema. An array is replaced as a whole, so that its schema stays."""
    properties = {name: _member(member, resolve) for name, member in _members(schema, "properties").items()}
    return {
        "title": f"{schema['title']}Patch",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _member(schema: object, resolve: Callable[[str], Schema | None]) -> Schema:
    assert isinstance(schema, dict)  # noqa: S101 - for the types: a property of a schema is a schema
    kept = {name: value for name, value in schema.items() if name != "default"}
    variants = [each for each in kept.pop("anyOf", [kept]) if each != _NULL]
    inner = resolve(variants[0].get("$ref", ""))
    if inner is not None:
        kept.pop("$ref", None)
        return _nullable(_patch_of(inner, resolve)) | kept
    if isinstance(values := kept.get("additionalProperties"), dict):
        return _nullable(kept | {"additionalProperties": _member(values, resolve)})
    return kept | {"anyOf": [*variants, _NULL]} if variants != [kept] else _nullable(kept)


def _nullable(schema: Schema) -> Schema:
    """The schema or null, with its title and description outside, where readers look."""
    outside = {name: schema[name] for name in ("title", "description", "x-unit", "writeOnly") if name in schema}
    return outside | {"anyOf": [{name: value for name, value in schema.items() if name not in outside}, _NULL]}


def _object_in(nullable: Schema) -> Schema:
    variants = nullable["anyOf"]
    assert isinstance(variants, list)  # noqa: S101 - for the types: `_nullable` made it
    found: Schema = variants[0]
    return found


def _members(schema: Schema, name: str) -> Schema:
    found = schema[name]
    assert isinstance(found, dict)  # noqa: S101 - for the types: these members are objects
    return found

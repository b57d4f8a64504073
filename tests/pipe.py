"""The pipe of infra/events.yaml: what it publishes of a record of the table's stream.

moto makes pipes and runs none. Its matcher of event patterns is used here; the template is filled in as AWS describes it:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html. AWS does not say what becomes of a
path that leads nowhere, so all three possibilities are given: an empty text, null, and no member.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cfn_flip import load  # type: ignore[import-untyped]  # has no types
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]  # has no types
from moto.events.models import EventPattern, EventPatternParser

from infra.event_schemas import FOLDER

type Json = Any

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "infra" / "events.yaml"
# A value is between quotes, or stands by itself as JSON.
_PLACE = re.compile(r'"<\$\.([\w.]+)>"|<\$\.([\w.]+)>')


@cache
def resources() -> Mapping[str, Json]:
    """The resources of the template, with its intrinsics in long form."""
    return json.loads(json.dumps(load(SOURCE.read_text(encoding="utf-8"))[0]))["Resources"]  # type: ignore[no-any-return]


def parameters() -> Mapping[str, Json]:
    """The parameters of the pipe's source and target."""
    pipe = resources()["Pipe"]["Properties"]
    return {**pipe["SourceParameters"], **pipe["TargetParameters"]}


@cache
def template() -> str:
    """The pipe's template of an event."""
    return str(parameters()["InputTemplate"])


@cache
def _patterns() -> list[EventPattern]:
    texts = [each["Pattern"] for each in parameters()["FilterCriteria"]["Filters"]]
    return [EventPattern(text, EventPatternParser(text).parse()) for text in texts]


def paths() -> Mapping[str, tuple[str, bool]]:
    """By the member of the event: its path in the record, and whether it stands between quotes."""
    found = re.findall(r'"(\w+)": (?:"<\$\.([\w.]+)>"|<\$\.([\w.]+)>)', template())
    return {member: (quoted or bare, bool(quoted)) for member, quoted, bare in found}


def inserted(item: Mapping[str, Json]) -> Json:
    """The stream's record of a new item, as DynamoDB encodes it."""
    return {
        "eventID": "1",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": {name: item[name] for name in ("pk", "sk")},
            "NewImage": dict(item),
            "StreamViewType": "NEW_IMAGE",
        },
    }


def passes(record: Json) -> bool:
    """Whether the pipe's filter lets a record through. One of its patterns is enough."""
    return any(pattern.matches_event(record) for pattern in _patterns())


def published(record: Json) -> Iterator[Json]:
    """The envelope on the bus: once for each thing that may become of a missing value. Nothing if the filter drops it."""
    if not passes(record):
        return
    target = parameters()["EventBridgeEventBusParameters"]
    empty, null = (json.loads(_filled(record, missing)) for missing in ("", None))
    for detail in (empty, null, {name: value for name, value in empty.items() if value != ""}):
        yield _envelope(target, record, detail)


def _envelope(target: Mapping[str, str], record: Json, detail: Json) -> Json:
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "source": target["Source"],
        "detail-type": at(record, target["DetailType"].removeprefix("$.")),
        "time": at(record, target["Time"].removeprefix("$.")),
        "account": "123456789012",
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    }


def at(record: Json, path: str) -> Json:
    """The value at a path, which must lead somewhere."""
    value = _found(record, path)
    assert value is not None, path
    return value


def _found(record: Json, path: str) -> Json:
    """The value at a path of names, or None."""
    for name in path.split("."):
        record = record.get(name) if isinstance(record, dict) else None
    return record


def _filled(record: Json, missing: str | None) -> str:
    def value(found: re.Match[str]) -> str:
        if found[2]:
            return json.dumps(at(record, found[2]))
        given = _found(record, found[1])
        # A careless engine would put the text between the quotes as it is. Nothing that needs escapes may stand there.
        assert given is None or json.dumps(given) == f'"{given}"', found[1]
        return json.dumps(missing if given is None else given)

    return _PLACE.sub(value, template())


@cache
def validator(kind: str) -> Json:
    """Checks the events of a type against its schema."""
    schema = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def check(item: Mapping[str, Json]) -> None:
    """A new line of a history, as it is put into the table, is published as its schema says."""
    envelopes = list(published(inserted(item)))
    assert envelopes, f"not published: {item['pk']}"
    for envelope in (each for n, each in enumerate(envelopes) if each not in envelopes[:n]):
        assert envelope["detail"]["type"] == envelope["detail-type"]
        assert envelope["detail"]["at"] == envelope["time"]
        errors = [error.message for error in validator(envelope["detail-type"]).iter_errors(envelope["detail"])]
        assert errors == [], (envelope["detail-type"], errors)

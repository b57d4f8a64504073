"""Cut botocore's descriptions of AWS down to what the roles in template.yaml allow: python prune.py DATA ACTION...

Each client parses its service's whole description at its first use, SSM's alone for 25 ms of a cold start. What goes
could not be called anyway: IAM would refuse it. Texts, which only `help()` shows, go as well.
"""

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def described(folder: Path) -> Path:
    """The description of the newest version of a service's API."""
    return max(folder.glob("*/service-2.json.gz"))


def cut(model: Json, operations: set[str]) -> Json:
    """The model with these operations, the shapes they are made of, and no documentation. Raises on an unknown one."""
    kept = {name: model["operations"][name] for name in sorted(operations)}
    shapes: Json = {}
    wanted = _shapes_in(kept)
    while missing := wanted - shapes.keys():
        shapes |= {name: model["shapes"][name] for name in missing}
        wanted = _shapes_in([kept, shapes])
    slim: Json = _without_texts(model | {"operations": kept, "shapes": shapes})
    return slim


def _shapes_in(part: Any) -> set[str]:
    """The names of the shapes that a part of a model refers to."""
    if isinstance(part, list):
        return set().union(*map(_shapes_in, part))
    if not isinstance(part, dict):
        return set()
    own = {part["shape"]} if isinstance(part.get("shape"), str) else set()
    return own.union(*map(_shapes_in, part.values()))


def _without_texts(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_texts(item) for item in part]
    if not isinstance(part, dict):
        return part
    # A shape's member may be called `documentation` too; that one is no text.
    return {
        key: _without_texts(item) for key, item in part.items() if key != "documentation" or not isinstance(item, str)
    }


def main(data: Path, actions: list[str]) -> None:
    operations: dict[str, set[str]] = {}
    for action in actions:
        service, _, operation = action.partition(":")
        operations.setdefault(service, set()).add(operation)
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in operations:
            shutil.rmtree(folder)
    prefixes = set()
    for service, names in operations.items():
        path = described(data / service)
        model = cut(json.loads(gzip.decompress(path.read_bytes())), names)
        prefixes.add(model["metadata"]["endpointPrefix"])
        path.write_bytes(gzip.compress(_compact(model), mtime=0))
    endpoints = json.loads((data / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {prefix: services[prefix] for prefix in sorted(prefixes & services.keys())}
    (data / "endpoints.json").write_bytes(_compact(endpoints))


def _compact(document: Json) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

"""Remove the files that no function uses from the layer: python prune.py TREE ACTION...

TREE holds the installed packages. ACTION is an AWS action that a role in template.yaml allows, such as `kms:Sign`. Whole
packages that no function uses are never installed: `override-dependencies` in pyproject.toml names them.

The result depends only on the packages, so that two builds are the same, byte for byte.
"""

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any

Json = dict[str, Any]

# Files that the installer writes. pip and uv write different ones, Python reads none of them, and after pruning their lists
# of files are wrong.
INSTALLERS = (".lock", "bin", *(f"*.dist-info/{name}" for name in ("INSTALLER", "RECORD", "REQUESTED", "WHEEL")))
_UTILITY = "a part of Powertools that its logger does not load"
# Patterns below the tree, and why no function misses them. tests/e2e/test_lean_layer.py imports everything that the
# functions can reach from the built layer, and runs suites of tests/api on it.
LEFT_OUT = {
    "**/tests": "the packages' own tests",
    "aws_lambda_powertools/event_handler": _UTILITY,
    "aws_lambda_powertools/utilities/auth_alpha": _UTILITY,
    "aws_lambda_powertools/utilities/batch": _UTILITY,
    "aws_lambda_powertools/utilities/circuit_breaker": _UTILITY,
    "aws_lambda_powertools/utilities/data_classes": _UTILITY,
    "aws_lambda_powertools/utilities/data_masking": _UTILITY,
    "aws_lambda_powertools/utilities/feature_flags": _UTILITY,
    "aws_lambda_powertools/utilities/idempotency": _UTILITY,
    "aws_lambda_powertools/utilities/kafka": _UTILITY,
    "aws_lambda_powertools/utilities/parameters": _UTILITY,
    "aws_lambda_powertools/utilities/parser": _UTILITY,
    "aws_lambda_powertools/utilities/streaming": _UTILITY,
    "aws_lambda_powertools/utilities/validation": _UTILITY,
    "boto3/data": "boto3's resources; the store uses clients",
    "boto3/examples": "text for boto3's manual",
    "botocore/data/*/*/examples-1.json": "text for boto3's manual",
    "cffi": "compiles extensions; those of argon2 and cryptography come compiled and load only `_cffi_backend`",
    "dateutil/zoneinfo": "an archive of time zones; all times here are UTC",
    "segno/cli.py": "a command",
    "segno/helpers.py": "codes for other things than a text",
    "segno/*.pyi": "types for checkers",
    "phonenumbers/carrier.py": "names of carriers",
    "phonenumbers/carrierdata": "names of carriers",
    "phonenumbers/geocoder.py": "names of places",
    "phonenumbers/geodata": "names of places",
    "phonenumbers/timezone.py": "time zones of numbers",
    "phonenumbers/tzdata": "time zones of numbers",
}
# Twilio's SDK has a package for each product, and its client imports one when it is first used.
TWILIO_PRODUCTS = {"api": "messages and calls", "pricing": "what a message costs"}

# Services whose descriptions botocore keeps under another name than that of their actions.
DESCRIBED_AS = {"sms-voice": "pinpoint-sms-voice-v2"}


def leave_out(tree: Path) -> None:
    """Removes the files of `LEFT_OUT` and Twilio's other products. Raises `LookupError` if a pattern matches nothing."""
    for pattern in INSTALLERS:
        for path in sorted(tree.glob(pattern)):
            _remove(path)
    for pattern in LEFT_OUT:
        found = sorted(tree.glob(pattern))
        if not found:
            raise LookupError(f"{pattern} is not there any more: take it out of LEFT_OUT")
        for path in found:
            _remove(path)
    products = {path.parent.name: path.parent for path in tree.glob("twilio/rest/*/__init__.py")}
    if missing := TWILIO_PRODUCTS.keys() - products.keys():
        raise LookupError(f"Twilio's SDK has no {sorted(missing)}")
    for name in products.keys() - TWILIO_PRODUCTS.keys():
        _remove(products[name])


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def cut_descriptions(data: Path, actions: list[str]) -> None:
    """Cuts botocore's descriptions of AWS down to these actions.

    Each client parses its service's whole description at its first use, which takes 25 ms of a cold start for SSM alone. IAM
    would refuse the removed actions anyway. Texts, which only `help()` shows, are removed too.
    """
    operations: dict[str, set[str]] = {}
    for action in actions:
        service, _, operation = action.partition(":")
        operations.setdefault(DESCRIBED_AS.get(service, service), set()).add(operation)
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in operations:
            shutil.rmtree(folder)
    prefixes = set()
    for service, names in operations.items():
        path = described(data / service)
        model = cut(json.loads(gzip.decompress(path.read_bytes())), names)
        prefixes.add(model["metadata"]["endpointPrefix"])
        # Unpacked, because what gzip writes depends on the version of zlib. botocore takes either.
        path.with_suffix("").write_bytes(_compact(model))
        path.unlink()
    endpoints = json.loads((data / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {prefix: services[prefix] for prefix in sorted(prefixes & services.keys())}
    (data / "endpoints.json").write_bytes(_compact(endpoints))


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
    # A set has a different order in each process, so the shapes are sorted.
    slim: Json = _without_texts(model | {"operations": kept, "shapes": dict(sorted(shapes.items()))})
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


def _compact(document: Json) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def main(tree: Path, actions: list[str]) -> None:
    """Removes files and cuts the descriptions."""
    leave_out(tree)
    cut_descriptions(tree / "botocore" / "data", actions)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

"""The direction of imports between the rooms of the package, and who may import AWS and Twilio's SDK."""

import ast
import json
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "functions" / "common" / "mfa"
MODULES = {
    path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", "."): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
# The modules that may import each outer library or system module. No other module may.
ALLOWED = {
    "boto3": {"mfa.aws.clients"},
    "botocore": {
        "mfa.aws.clients",
        "mfa.aws.connections",
        "mfa.aws.credentials",
        "mfa.aws.endpoints",
        "mfa.aws.json_api",
        "mfa.store.table",
        "mfa.aws.signer",
        "mfa.aws.process_signer",
        "mfa.aws.cipher",
        "mfa.delivery.ses",
        "mfa.delivery.aws",
    },
    "aws_lambda_powertools": {"mfa.http.app"},
    "twilio": {"mfa.delivery.twilio", "mfa.delivery.twilio_sdk"},
    "requests": set(),
    "urllib3": {"mfa.webhook.endpoint"},
    "argon2": {"mfa.users.passwords", "mfa.users.password_costs"},
    "bcrypt": {"mfa.users.foreign_hashes", "mfa.users.password_costs"},
    "phonenumbers": {"mfa.factors.phone_numbers"},
    "pyotp": {"mfa.factors.totp"},
    "rfc8785": {"mfa.challenges.action_seals"},
    "langcodes": {"mfa.messages.language_tags"},
    "email_validator": {"mfa.messages.addresses"},
    "idna": {"mfa.messages.addresses"},
    "cryptography": {
        "mfa.aws.signer",
        "mfa.aws.process_signer",
        "mfa.tokens.factor_keys",
        "mfa.tokens.key_pairs",
        "mfa.tokens.public_keys",
        "mfa.tokens.token_keys",
    },
    "jwt": {"mfa.tokens.access_token_checks"},
    "itsdangerous": {"mfa.tokens.token_keys", "mfa.tokens.signed_tokens", "mfa.tokens.cursors"},
    "certifi": {"mfa.aws.connections", "mfa.delivery.twilio_http"},
    "http": {"mfa.aws.connections", "mfa.aws.http_messages", "mfa.delivery.twilio_http"},
    "os": {
        "mfa.aws.clients",
        "mfa.aws.json_api",
        "mfa.environment",
        "mfa.account_wiring",
        "mfa.delivery_wiring",
        "mfa.wiring",
    },
    "time": {"mfa.aws.clients", "mfa.aws.json_api", "mfa.environment", "mfa.caches", "mfa.delivery.twilio_http"},
    "random": set(),
    "secrets": {"mfa.environment"},
    "socket": {"mfa.aws.connections", "mfa.webhook.endpoint"},
    "logging": {"mfa.environment", "mfa.delivery.twilio_http"},
}
# The rooms, innermost first. A room imports only from the rooms before it; those on one line do not know each other.
ROOMS = [
    {"errors"},
    {"times", "decoding", "caches", "addresses", "pasted", "vendor_errors", "waiting"},
    {"factors", "metrics"},
    {"users"},
    {"messages"},
    {"settings"},
    {"tokens"},
    {"challenges"},
    {"flows", "delivery", "store", "aws", "webhook"},
    {"http"},
    {"administration"},
    {"api", "instrumented"},
    {"environment"},
    {"account_wiring"},
    {"delivery_wiring"},
    {"directory_wiring"},
    {"wiring"},
]
DEPTH = {room: depth for depth, rooms in enumerate(ROOMS) for room in rooms}
# Of a new process.
ENVIRONMENT = {"PATH": "", "PYTHONPATH": str(PACKAGE.parent), "METRICS_NAMESPACE": "mfa"}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path, *, everywhere: bool = True) -> frozenset[str]:
    """The modules that a file imports; only those at its top, which importing it runs, unless `everywhere`."""
    nodes = list(ast.walk(parsed(path))) if everywhere else parsed(path).body
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


@pytest.mark.parametrize(("library", "allowed"), ALLOWED.items())
def test_a_library_is_imported_only_where_it_is_needed(library: str, allowed: set[str]) -> None:
    knowing = {name for name, path in MODULES.items() if library in {each.partition(".")[0] for each in imports(path)}}
    assert knowing <= allowed


def room_of(module: str) -> str:
    return module.split(".")[1]


def imported_modules(path: Path) -> set[str]:
    """The modules of the package that a file imports."""
    found = {each for each in imports(path) if each.startswith("mfa.")}
    return {each if each in MODULES else each.rpartition(".")[0] for each in found}


@pytest.mark.parametrize("module", [name for name in MODULES if name.count(".") and "__init__" not in name])
def test_a_room_imports_only_from_the_rooms_before_it(module: str) -> None:
    room = room_of(module)
    outward = {
        each
        for each in imported_modules(MODULES[module])
        if each.count(".") and room_of(each) != room and DEPTH[room_of(each)] >= DEPTH[room]
    }
    assert outward == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: imported_modules(path) & MODULES.keys() for name, path in MODULES.items()}
    TopologicalSorter(graph).prepare()


def test_no_modules_of_the_local_stack_import_each_other_in_a_circle() -> None:
    paths = {
        path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): path
        for path in (ROOT / "infra").rglob("*.py")
    }
    TopologicalSorter({name: imports(path) & paths.keys() - {name} for name, path in paths.items()}).prepare()


def test_no_module_has_a_vague_name() -> None:
    names = {part for name in MODULES for part in name.split(".")}
    assert not names & {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}


def test_no_two_public_classes_have_one_name() -> None:
    places: dict[str, list[str]] = {}
    for name, path in MODULES.items():
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(name)
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}


def test_no_module_has_more_than_400_lines() -> None:
    long = {name: lines for name, path in MODULES.items() if (lines := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_every_module_has_a_docstring() -> None:
    assert [name for name, path in MODULES.items() if not ast.get_docstring(parsed(path))] == []


def imported_by(statement: str) -> set[str]:
    """The modules that a new process has imported after a statement."""
    # Not in the layer. If it is installed, botocore's urllib3 loads it, with cryptography.
    probe = f"import sys\nsys.modules['OpenSSL'] = None\n{statement}\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, env=ENVIRONMENT, cwd="/"
    )
    assert done.stderr == ""
    return set(done.stdout.split())


def load(function: str) -> str:
    return f"sys.path.insert(0, {str(ROOT / 'functions' / function)!r})\nimport handler"


def test_a_passcode_is_verified_without_twilio_argon2_phonenumbers_or_jwt() -> None:
    """Imports decide the length of a cold start."""
    parts = "mfa.flows.verify_passcode, mfa.http.views, mfa.http.app, mfa.store.attempts, mfa.tokens.signed_tokens"
    loaded = imported_by(f"{load('verify_code')}\nimport {parts}")
    heavy = {"twilio", "requests", "argon2", "phonenumbers", "jwt", "pydantic"}
    heavy |= {"boto3", "urllib3", "langcodes", "email_validator", "idna"}
    assert {name.partition(".")[0] for name in loaded} & heavy == set()
    assert "mfa.vendor_errors" not in loaded, "only an error pays for the table of errors"
    assert not {"mfa.messages.composition", "mfa.messages.twiml", "mfa.flows.open_action"} & loaded, (
        "no message is composed"
    )
    mailing = {"mfa.flows.mail_links", "mfa.flows.mail_reset", "mfa.flows.ask_reset", "mfa.messages.link_mails"}
    assert not {*mailing, "mfa.delivery.ses", "mfa.store.notices"} & loaded, "no link is mailed"


def test_a_token_is_checked_with_the_part_of_cryptography_that_verifies_it_and_no_more() -> None:
    loaded = imported_by("import mfa.tokens.signed_tokens")
    schemes = "cryptography.hazmat.primitives.asymmetric."
    assert {name.removeprefix(schemes) for name in loaded if name.startswith(schemes)} == {"ed25519"}
    assert not {"cryptography.x509", "cryptography.hazmat.primitives.serialization"} & loaded


def test_a_send_loads_twilios_sdk_without_what_it_does_not_use() -> None:
    loaded = imported_by("import mfa.delivery.twilio")
    assert not {"requests", "urllib3", "charset_normalizer", "twilio.http.http_client"} & loaded
    assert "twilio.rest.api.v2010.account.message" in loaded


def test_the_rest_of_twilios_sdk_works_after_a_send() -> None:
    uses = "from twilio.http.http_client import TwilioHttpClient\nassert TwilioHttpClient().session.adapters"
    assert {"requests", "twilio.http.http_client"} <= imported_by(f"import mfa.delivery.twilio\n{uses}")


def test_loading_a_handler_makes_no_client() -> None:
    for function in ("verify_code", "send_code", "admin"):
        assert not {"boto3", "twilio", "argon2", "phonenumbers", "cryptography"} & imported_by(load(function)), function


@pytest.fixture(scope="module")
def said_alone() -> dict[str, str]:
    """The output of each module when it was imported alone, in an empty environment, errors included (alone.py)."""
    program = [sys.executable, str(Path(__file__).with_name("alone.py")), *MODULES]
    done = subprocess.run(program, capture_output=True, text=True, check=True, env=ENVIRONMENT, cwd="/")
    assert done.stderr == ""
    said: dict[str, str] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("module", MODULES)
def test_importing_a_module_reads_no_environment_and_opens_nothing(module: str, said_alone: dict[str, str]) -> None:
    assert said_alone[module] == ""


def functions_of(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)]


# A signature that the SDK sets.
WIDE = {"mfa.delivery.twilio_http.request"}


@pytest.mark.parametrize("module", MODULES)
def test_a_function_has_at_most_about_40_lines_and_five_parameters(module: str) -> None:
    for function in functions_of(MODULES[module]):
        first = function.body[0]
        documented = ast.get_docstring(function) is not None
        docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
        lines = (function.end_lineno or 0) - function.lineno + 1 - docstring
        assert lines <= 42, f"{function.name} has {lines} lines: it is two steps"
        arguments = function.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        taken = [each.arg for each in every if each.arg not in {"self", "cls"}]
        assert len(taken) <= 5 or f"{module}.{function.name}" in WIDE, f"{function.name} lacks a value for {taken}"

"""Mutation testing: a safety-critical module is changed at one place, and its tests must fail.

python -m tests.proof.mutants [MODULE ...]

Cosmic Ray makes the mutants and keeps the results, in build/prove/mutants. The tests run in a copy of the repository, in a
process that is forked after the libraries were imported, and only those that run the changed line. A mutant that
Python cannot even import is not counted. mutants.toml names the modules, the tests that judge each, and the mutants that change
nothing that anybody could see. docs/proof.md has the results.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import cosmic_ray.plugins
import parso.python.tree
import pytest
from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.exception_replacer import ExceptionReplacer
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkResult

from tests.proof.processes import SECONDS, ended, fork

HERE = Path(__file__).parent
HOME = HERE.parent.parent
STATE = Path(os.environ.get("MUTANTS_STATE") or HOME / "build/prove/mutants")
TREE = STATE / "tree"
LISTED = HERE / "mutants.toml"
SOURCES = "functions/common"
CLIENT = "clients/python/src"
NEEDED = 0.9  # of all mutants; of those of a `complete` module all

# Each change has an opposite and, where there is one, a neighbour. Cosmic Ray has more, which say the same again or change
# annotations only.
COMPARISONS = ["Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt", "Eq_NotEq", "NotEq_Eq"]
COMPARISONS += ["Is_IsNot", "IsNot_Is"]
BINARY = ["Add_Sub", "Sub_Add", "Mul_FloorDiv", "Div_Mul", "FloorDiv_Mul", "Mod_Mul", "LShift_RShift", "BitAnd_BitOr"]
CORE = ["AddNot", "ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"]
CORE += ["ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "NumberReplacer"]
CORE += ["ZeroIterationForLoop", "ReplaceUnaryOperator_Delete_Not", "ReplaceUnaryOperator_USub_UAdd"]
OPERATORS = {
    *(f"core/ReplaceComparisonOperator_{each}" for each in COMPARISONS),
    *(f"core/ReplaceBinaryOperator_{each}" for each in BINARY),
    *(f"core/{each}" for each in CORE),
    "mfa/RemoveStatement",
    "mfa/ReplaceException",
}
# Imported before the fork. They import nothing of the product.
LIBRARIES = ["boto3", "cryptography.hazmat.primitives.asymmetric.ed25519", "moto", "moto.dynamodb.models"]
LIBRARIES += ["moto.kms.models", "msgspec", "phonenumbers", "twilio.rest", "werkzeug"]
# What results depend on beside the module and its tests.
SHARED = ["tests/proof/mutants.py", "tests/contract/world.py", "tests/contract/conftest.py", "tests/unit/conftest.py"]
NOT_IMPORTED = 97


class RemoveStatement(Operator):  # type: ignore[misc] # Cosmic Ray has no types
    """Removes a statement: a call, a `raise`, a `return`, a `del`, or an assignment that adds."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        if node.type == "simple_stmt" and _does_something(statement := node.children[0]):
            yield statement.start_pos, statement.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        first = node.children[0].get_first_leaf()
        node.children[0] = parso.python.tree.Keyword("pass", first.start_pos, first.prefix)
        return node

    @classmethod
    def examples(cls) -> Iterable[Example]:
        return (Example("check(code)\n", "pass\n"), Example("raise Refused\n", "pass\n"))


def _does_something(statement: Any) -> bool:
    kind = statement.type
    if kind == "expr_stmt":
        return any(
            child.type == "augassign" or str(getattr(child, "value", "")) in {"+=", "-=", "|="}
            for child in statement.children
        )
    return kind in {"raise_stmt", "return_stmt", "del_stmt", "atom_expr", "await_expr"}


class ReplaceException(ExceptionReplacer):  # type: ignore[misc] # Cosmic Ray has no types
    """Cosmic Ray's, and also replaces a name with a dot in a tuple: `except (errors.RateLimited, KeyError)`."""

    def mutate(self, node: Any, index: int) -> Any:
        self._name_nodes(node)[index].get_last_leaf().value = "NotThisOne"
        return node


cosmic_ray.plugins.OPERATOR_PROVIDERS["mfa"] = {each.__name__: each for each in (RemoveStatement, ReplaceException)}


class Module(NamedTuple):
    """A module to mutate.

    Attributes:
        path: below `functions/common/mfa`.
        tests: the files that judge it.
        complete: whether no mutant may survive.
        harmless: of the mutants that change nothing that could be seen, each with its reason.
    """

    path: str
    tests: list[str]
    complete: bool
    harmless: dict[str, str]

    @property
    def source(self) -> str:
        return f"{SOURCES}/mfa/{self.path}"

    @property
    def name(self) -> str:
        return "mfa." + self.path.removesuffix(".py").replace("/", ".")

    @property
    def session(self) -> Path:
        return STATE / (self.path.removesuffix(".py").replace("/", "-") + ".sqlite")


def modules(listed: Path = LISTED) -> list[Module]:
    """The modules of a list."""
    given = tomllib.loads(listed.read_text())
    return [
        Module(path, each["tests"], each.get("complete", False), each.get("harmless", {}))
        for path, each in given["modules"].items()
    ]


class Mutant(NamedTuple):
    """One change of a module.

    Attributes:
        job_id: as Cosmic Ray names it.
        spec: what it changes.
        name: its function, the line as it was, and the line as it is then.
        code: the whole module with it.
    """

    job_id: str
    spec: MutationSpec
    name: str
    code: str


def names(module: Module) -> set[str]:
    """What the mutants of a module are called."""
    code = (HOME / module.source).read_text()
    with use_db(":memory:") as db:
        _fill(db, HOME / module.source)
        return {mutant.name for mutant in _mutants(db, code)}


def _mutants(db: WorkDB, code: str) -> Iterator[Mutant]:
    """The mutants that have no result yet."""
    for item in db.pending_work_items:
        [spec] = item.mutations
        if (changed := _mutated(code, spec)) is not None:
            yield Mutant(item.job_id, spec, _called(spec, code, changed), changed)


def _called(spec: MutationSpec, code: str, mutated: str) -> str:
    """A mutant's name, which stays the same while its line does."""
    pairs = [(a.strip(), b.strip()) for a, b in zip(code.splitlines(), mutated.splitlines(), strict=False) if a != b]
    was, now = pairs[0] if pairs else ("", "")
    return f"{spec.definition_name or 'module'}: {was} => {now}"


def _fill(db: WorkDB, path: Path) -> None:
    init([path], db, {})


def _mutated(code: str, spec: MutationSpec) -> str | None:
    line = code.splitlines()[spec.start_pos[0] - 1].lstrip()
    if spec.operator_name not in OPERATORS or line.startswith(("@", "class ")):
        return None  # decorators and bases say how a value is laid out, which tests of its use cannot see
    operator = cosmic_ray.plugins.get_operator(spec.operator_name)(**spec.operator_args)
    changed: str | None = mutate_code(code, operator, spec.occurrence)
    return None if changed == code else changed


def copy_tree() -> None:
    """Copies the repository's files to where they may be changed."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=HOME, capture_output=True, text=True, check=True).stdout.split("\0")
    shutil.rmtree(TREE, ignore_errors=True)
    for name in filter(None, names):
        if (HOME / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(HOME / name, TREE / name)


def run(module: Module) -> Counter[str]:
    """Runs the mutants that have no result yet, and says how many were killed and how many survived."""
    with _session(module) as db:
        code = (TREE / module.source).read_text()
        pending = sorted(_mutants(db, code), key=lambda mutant: mutant.spec.start_pos)
        for at, (mutant, status) in enumerate(_statuses(module, code, pending), 1):
            db.set_result(mutant.job_id, _result(mutant, status))
            print(f"\r{module.path} {at}/{len(pending)} ", end="", flush=True, file=sys.stderr)
        return _tell(module, db)


def _statuses(module: Module, code: str, pending: list[Mutant]) -> Iterator[tuple[Mutant, int]]:
    """Each mutant, and how its tests ended.

    Most changes are within functions. These get their code in processes that are forked once all tests are imported; for the
    others all is imported anew.
    """
    if not pending:
        return
    results = STATE / "statuses.jsonl"
    results.unlink(missing_ok=True)
    by_id = {mutant.job_id: mutant for mutant in pending}
    runner = _fork(lambda: _run_all(module, code, pending, results))
    told = 0
    is_over = False
    while not is_over:
        is_over = os.waitpid(runner, os.WNOHANG) != (0, 0)
        lines = results.read_text().splitlines(keepends=True) if results.exists() else []
        for line in lines[told:]:
            if line.endswith("\n"):
                told += 1
                job_id, status = json.loads(line)
                yield by_id.pop(job_id), status
        time.sleep(0.1)
    if not (STATE / "lines.json").exists():
        sys.exit(f"the tests of {module.path} fail without any mutant: see {STATE / 'output.txt'}")
    judged = json.loads((STATE / "lines.json").read_text())["tests"]
    for mutant in by_id.values():
        yield mutant, _test_anew(module, code, mutant, judged)


def _test_anew(module: Module, code: str, mutant: Mutant, tests: list[str]) -> int:
    path = TREE / module.source
    path.write_text(mutant.code)
    try:
        return ended(_fork(lambda: _test(module, tests), SECONDS))
    finally:
        path.write_text(code)


@contextmanager
def _session(module: Module) -> Iterator[WorkDB]:
    """The module's results so far. A changed module, changed tests or changed operators begin anew."""
    files = [module.source, *module.tests, *SHARED]
    digest = hashlib.sha256(b"".join((TREE / each).read_bytes() for each in files)).hexdigest()
    kept = module.session.with_suffix(".sha256")
    if not kept.exists() or kept.read_text() != digest:
        module.session.unlink(missing_ok=True)
    new = not module.session.exists()
    with use_db(str(module.session)) as db:
        if new:
            _fill(db, TREE / module.source)
            kept.write_text(digest)
        yield db


class _Loop:
    """Pytest's loop over tests, in which each mutant runs in a process of its own."""

    def __init__(self, module: Module, code: str, pending: list[Mutant], results: Path) -> None:
        self._path = str(TREE / module.source)
        self._code = code
        self._pending = pending
        self._results = results
        self._functions: dict[tuple[str, int], list[FunctionType]] = defaultdict(list)
        self._killers: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leaves out the runs that must fail as things are."""
        items[:] = [item for item in items if "without " not in item.nodeid]
        # Now, because objects that the suites' conftest.py freezes are not listed any more.
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename == self._path:
                self._functions[_place(each.__code__)].append(each)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        lines = STATE / "lines.json"
        lines.unlink(missing_ok=True)
        if ended(_fork(lambda: self._record_lines(session, lines))) != 0:
            raise pytest.UsageError("the tests fail without any mutant")
        tests_of = {int(line): set(tests) for line, tests in json.loads(lines.read_text())["lines"].items()}
        killer = STATE / "killer.txt"
        with self._results.open("a") as results:
            for mutant in self._pending:
                if (changes := self._changes(mutant)) is None:
                    continue
                judges = self._judges(session, tests_of, changes, mutant.spec.start_pos[0])
                killer.unlink(missing_ok=True)
                status = ended(_fork(lambda: self._run(session, judges, changes, killer), SECONDS)) if judges else 0  # noqa: B023
                if killer.exists():
                    self._killers.append(killer.read_text())
                results.write(json.dumps([mutant.job_id, status]) + "\n")
                results.flush()
        return True

    def _changes(self, mutant: Mutant) -> list[CodeType] | None:
        """The functions' code that differs. None if other code does, or that of a type, which has been worked out already."""
        if self._code.splitlines()[mutant.spec.start_pos[0] - 1].startswith("type "):
            return None
        try:
            mutated = compile(mutant.code, self._path, "exec")
        except SyntaxError:
            return None  # it cannot be imported
        was = {_place(each): each for each in _all_code(compile(self._code, self._path, "exec"))}
        changed = [
            each
            for each in _all_code(mutated)
            if (before := was.get(_place(each))) is None or _alone(before) != _alone(each)
        ]
        return changed if changed and all(_place(each) in self._functions for each in changed) else None

    def _judges(
        self, session: pytest.Session, tests_of: dict[int, set[str]], changes: list[CodeType], line: int
    ) -> list[pytest.Item]:
        """The tests that run the changed line, or, if no line of theirs says so, its function.

        Those that noticed a mutant before are first, the latest of them before the others: it was of the same line or one near.
        """
        within = {number for code in changes for _, _, number in code.co_lines() if number is not None}
        found = tests_of.get(line) or {test for number in within for test in tests_of.get(number, set())}
        noticed = {test: at for at, test in enumerate(self._killers, 1)}
        judges = [item for item in session.items if item.nodeid in found]
        return sorted(judges, key=lambda item: noticed.get(item.nodeid, 0), reverse=True)

    def _run(self, session: pytest.Session, items: list[pytest.Item], changes: list[CodeType], killer: Path) -> int:
        for code in changes:
            for function in self._functions[_place(code)]:
                function.__code__ = code
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                killer.write_text(item.nodeid)
                return 1
        return 0

    def _record_lines(self, session: pytest.Session, report: Path) -> int:
        monitoring = sys.monitoring
        lines: dict[int, set[str]] = defaultdict(set)
        now = [""]

        def on_line(code: CodeType, line: int) -> object:
            if code.co_filename != self._path:
                return monitoring.DISABLE
            lines[line].add(now[0])
            return None

        monitoring.use_tool_id(monitoring.COVERAGE_ID, "mutants")
        monitoring.register_callback(monitoring.COVERAGE_ID, monitoring.events.LINE, on_line)
        monitoring.set_events(monitoring.COVERAGE_ID, monitoring.events.LINE)
        items = session.items
        for item, following in zip(items, [*items[1:], None], strict=True):
            now[0] = item.nodeid
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return 1
        report.write_text(
            json.dumps(
                {
                    "lines": {line: sorted(tests) for line, tests in lines.items()},
                    "tests": [item.nodeid for item in items],
                }
            )
        )
        return 0


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _all_code(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _all_code(constant)


def _alone(code: CodeType) -> CodeType:
    """The code without the code within it, and without columns."""
    constants = tuple(_place(each) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_consts=constants, co_linetable=b"", co_exceptiontable=code.co_exceptiontable)


def _run_all(module: Module, code: str, pending: list[Mutant], results: Path) -> int:
    return int(pytest.main([*_ARGUMENTS, *module.tests], plugins=[_Loop(module, code, pending, results)]))


_ARGUMENTS = ["-x", "-q", "--tb=line", "-p", "no:cacheprovider"]


def _result(mutant: Mutant, status: int) -> WorkResult:
    if status == NOT_IMPORTED:
        return WorkResult(worker_outcome=WorkerOutcome.SKIPPED)
    outcome = TestOutcome.KILLED if status else TestOutcome.SURVIVED
    return WorkResult(worker_outcome=WorkerOutcome.NORMAL, test_outcome=outcome, diff=mutant.name)


def _test(module: Module, tests: list[str]) -> int:
    try:
        importlib.import_module(module.name)
    except Exception:  # noqa: BLE001 - whatever a mutant does there
        return NOT_IMPORTED
    return int(pytest.main([*_ARGUMENTS, *tests])) if tests else 0


def _fork(work: Callable[[], int], seconds: int | None = None) -> int:
    """Begins the work in a process of its own, within the copy."""

    def within_the_copy() -> int:
        os.chdir(TREE)
        return work()

    return fork(within_the_copy, STATE / "output.txt", seconds)


def _tell(module: Module, db: WorkDB) -> Counter[str]:
    found: Counter[str] = Counter()
    for _, result in db.completed_work_items:
        if result.worker_outcome is WorkerOutcome.SKIPPED:
            found["not imported"] += 1
        elif result.is_killed:
            found["killed"] += 1
        elif result.diff in module.harmless:
            found["harmless"] += 1
        else:
            found["survived"] += 1
            print(f"\n  survived: {result.diff}")
    print(f"\r{module.path}: {dict(found)}")
    return found


def main(named: list[str], listed: Path = LISTED) -> None:
    """Runs the modules. Exits with 1 unless enough of the mutants are killed."""
    chosen = [module for module in modules(listed) if not named or module.path in named]
    if unknown := set(named) - {module.path for module in chosen}:
        sys.exit(f"{listed.name} has no module {', '.join(sorted(unknown))}")
    STATE.mkdir(parents=True, exist_ok=True)
    copy_tree()
    _leave_the_repository()
    for library in LIBRARIES:
        importlib.import_module(library)
    all_of: Counter[str] = Counter()
    incomplete = []
    for module in chosen:
        found = run(module)
        all_of += found
        if module.complete and found["survived"]:
            incomplete.append(module.path)
    share = all_of["killed"] / max(1, all_of["killed"] + all_of["survived"])
    print(f"all: {dict(all_of)}, {share:.1%} killed")
    if incomplete:
        sys.exit(f"mutants survive in {', '.join(incomplete)}")
    if share < NEEDED:
        sys.exit(f"fewer than {NEEDED:.0%} are killed")


def _leave_the_repository() -> None:
    """Lets this process and those that it forks import the product and its tests from the copy."""
    here = {str(HOME), str(HOME / SOURCES), str(HOME / CLIENT), ""}
    sys.path[:] = [str(TREE / SOURCES), str(TREE / CLIENT), str(TREE), *(path for path in sys.path if path not in here)]
    for name in [name for name in sys.modules if name.partition(".")[0] in {"tests", "mfa"}]:
        del sys.modules[name]
    # Two changes within a second would have the same bytecode.
    sys.dont_write_bytecode = True


if __name__ == "__main__":
    main(sys.argv[1:])

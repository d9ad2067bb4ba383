"""Changes code a little, runs its tests, and lists the changes that no test saw.

``python -m tests.mutants checks`` does it for all checks, each against its own cases in this process: ``--by cases``
compares outcome, resource and severity, ``--by figures`` all that is kept of a case (``tests/checks/kept``), and
``--by decoys`` does so once more with unrelated rows beside; what none of them sees is asked of the module's own tests
(``tests/checks/test_<module>.py``), if it has any. ``python -m tests.mutants agent/judgement`` runs pytest for each
change, in a process of its own that reads the changed module instead of the file: the tests of the module, then those
of its room, and last those of both that start the kernel. If they fail without a change, it ends at once: they would
see every change. ``--sample`` takes so many changes per room, by ``--seed`` always the same ones, and ``--only`` those
whose ``path:line`` contains this.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from agent.judgement.evaluate import evaluate_checks
from agent.model.check import CheckSpec
from agent.model.snapshot import Snapshot
from tests.checks.decoys import with_decoys
from tests.checks.figures import cases_of, said_by
from tests.covering import find_covering_test
from tests.harness import Case, shipped, snapshot_of

ROOT = Path(__file__).parent.parent
# Rooms whose tests are not, or not all, in the folder of the same name below tests/.
TESTS = {"agent/engagement/authorization": ("tests/agent/engagement",)}
PATIENCE_S = 10  # of processor time, for a check and its cases: other work on the machine is no change that is seen
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "sum": "max", "any": "all", "all": "any"}
_YIELDED = {"Measurement": 1, "Unjudged": 0}  # class -> place of the first argument that is a figure
_NO_CODE = {"decorator_list", "annotation", "returns"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a module: the code of ``path`` with ``what`` done in ``line``."""

    path: Path
    line: int
    what: str
    source: str

    @property
    def place(self) -> str:
        """Where it is, as ``path:line``."""
        return f"{self.path.relative_to(ROOT)}:{self.line}"

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def mutants_of(path: Path) -> Iterator[Mutant]:
    """All changes of one module, in order of line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for parent, field, place, node in list(_slots(tree)):
        for what, other in list(_variants(node, parent, field)):
            _put(parent, field, place, other)
            yield Mutant(path, getattr(node, "lineno", 0), what, ast.unparse(ast.fix_missing_locations(tree)))
        _put(parent, field, place, node)


def _slots(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.expr]]:
    """Every expression that runs when the code runs, with the place that holds it."""
    for field, value in ast.iter_fields(node):
        if field in _NO_CODE:
            continue
        for place, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(child, ast.expr):
                yield node, field, place, child
            if isinstance(child, ast.AST) and not _is_of_no_use(child):
                yield from _slots(child)


def _is_of_no_use(node: ast.AST) -> bool:
    """Whether it is the version in a header, or the first of facts that have one row: the last is the first."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        return node.value.id in ("clock", "builds")
    return isinstance(node, ast.keyword) and node.arg == "since"


def _put(parent: ast.AST, field: str, place: int | None, node: ast.expr) -> None:
    if place is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[place] = node


def _variants(node: ast.expr, parent: ast.AST, field: str) -> Iterator[tuple[str, ast.expr]]:
    yield from _changed_operators(node)
    yield from _changed_figures(node, parent, field)
    if field == "ifs" or (field == "test" and isinstance(parent, ast.If)):
        yield "condition always true", ast.Constant(True)
    if field == "test" and isinstance(parent, ast.If):
        yield "condition always false", ast.Constant(False)


def _changed_operators(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Compare(left, ops, comparators):
            for place, kind in ((place, kind) for place, op in enumerate(ops) for kind in _COMPARISONS[type(op)]):
                changed = [*ops[:place], kind(), *ops[place + 1 :]]
                yield f"{_name(ops[place])} -> {kind.__name__}", ast.Compare(left, changed, comparators)
        case ast.BoolOp(op, values):
            yield f"{_name(op)} swapped", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for place, value in enumerate(values):
                rest = [*values[:place], *values[place + 1 :]]
                shorter = rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
                yield f"without {_name(op).lower()} {ast.unparse(value)}", shorter
        case ast.UnaryOp(ast.Not(), operand):
            yield "without not", operand
        case ast.BinOp(left, op, right) if type(op) in _ARITHMETIC and not _is_text(left):
            other_op = _ARITHMETIC[type(op)]
            yield f"{_name(op)} -> {other_op.__name__}", ast.BinOp(left, other_op(), right)
        case ast.Call(ast.Name(name), args, keywords) if name in _CALLS:
            yield f"{name} -> {_CALLS[name]}", ast.Call(ast.Name(_CALLS[name], ast.Load()), args, keywords)
        case ast.Constant(int(value) | float(value)):
            others = [not value] if isinstance(value, bool) else [value + 1, value - 1]
            yield from ((f"{value} -> {other}", ast.Constant(other)) for other in others)


def _changed_figures(node: ast.expr, parent: ast.AST, field: str) -> Iterator[tuple[str, ast.expr]]:
    """Changed values of evidence (any dictionary with names for keys) and of what a check yields."""
    if isinstance(parent, ast.Dict) and field == "values":
        place = parent.values.index(node)
        key = parent.keys[place]
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield f"other {key.value}", _wrap(node)
    if isinstance(parent, ast.Call) and field == "args" and isinstance(parent.func, ast.Name):
        first = _YIELDED.get(parent.func.id)
        if first is not None and parent.args.index(node) == first:
            yield "other value", _wrap(node)


def _wrap(node: ast.expr) -> ast.expr:
    call = ast.parse("__import__('tests.mutants').mutants.other(0)", mode="eval").body
    assert isinstance(call, ast.Call)
    call.args = [node]
    return call


def other(value: Any) -> Any:
    """A value of the same kind that is not this one."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case datetime():
            return value + timedelta(days=1)
        case None:
            return 1
    return f"{value}x"


def _name(op: ast.AST) -> str:
    return type(op).__name__


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


# Checks, in this process.


@dataclass(frozen=True, slots=True)
class Ask:
    """One case as it is judged, and what the check says of it unchanged."""

    case: Case
    snapshot: Snapshot
    said: tuple[str, ...]


def _outline(spec: CheckSpec, snapshot: Snapshot) -> Iterator[str]:
    (result,) = evaluate_checks([spec], shipped()[1], snapshot)
    yield result.outcome.value
    yield from (f"{finding.resource} {finding.severity}" for finding in result.findings)


SAYINGS: dict[str, Callable[[CheckSpec, Snapshot], Iterator[str]]] = {
    "cases": _outline,
    "figures": said_by,
    "decoys": said_by,
}


@cache
def asks_of(code: str, by: str) -> tuple[Ask, ...]:
    """The cases of a check, each with the answer from which that of a changed check must differ."""
    spec = shipped()[0].checks[code]
    found = []
    for case in cases_of()[code]:
        snapshots = [snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)]
        if by == "decoys":
            snapshots += with_decoys(case)
        found += [Ask(case, one, tuple(SAYINGS[by](spec, one))) for one in snapshots]
    return tuple(found)


@cache
def _imports() -> dict[str, set[str]]:
    """Which modules of ``checks`` import which others of it."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "checks").rglob("*.py")):
        named = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("checks."):
                named |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
        found[_module_name(path)] = named
    return found


def _module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _users_of(name: str) -> list[str]:
    """The modules that import this one, directly or not, those first that others need."""
    users: list[str] = []
    for module, named in _imports().items():
        if name in named and module not in users:
            users += [module, *_users_of(module)]
    return list(dict.fromkeys(reversed(list(dict.fromkeys(reversed(users))))))


def _specs_in(module: ModuleType) -> list[CheckSpec]:
    values = [*vars(module).values(), *getattr(module, "CHECKS", ())]
    found = [
        getattr(value, "__check__", None) for value in values if getattr(value, "__module__", "") == module.__name__
    ]
    return list({spec.code: spec for spec in found if spec is not None}.values())


@contextmanager
def _changed(mutant: Mutant) -> Iterator[list[CheckSpec]]:
    """The checks of the changed module and of those that use it, while they are loaded instead of the real ones."""
    name = _module_name(mutant.path)
    names = [name, *_users_of(name)]
    real = {one: importlib.import_module(one) for one in names}
    parents = {one: sys.modules[one.rpartition(".")[0]] for one in names}
    try:
        specs = []
        for one in names:
            module = ModuleType(one)
            module.__file__ = real[one].__file__
            sys.modules[one] = module
            setattr(parents[one], one.rpartition(".")[2], module)
            source = mutant.source if one == name else Path(str(module.__file__)).read_text(encoding="utf-8")
            exec(compile(source, str(module.__file__), "exec", dont_inherit=True), vars(module))
            specs += _specs_in(module)
        yield specs
    finally:
        sys.modules.update(real)
        for one, module in real.items():
            setattr(parents[one], one.rpartition(".")[2], module)


def is_seen_as_check(mutant: Mutant, by: str) -> bool:
    """Whether a case of a check sees the change, or else a test of the module itself."""
    own = f"tests/checks/test_{mutant.path.name}"
    marked = "not slow and not kernel"
    return is_seen_by_cases(mutant, by) or (
        (ROOT / own).exists() and is_seen_by_tests(mutant, mutant.path, marked, (own,))
    )


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def is_seen_by_cases(mutant: Mutant, by: str) -> bool:
    """Whether a case of a check says something else with the changed module."""
    shipped()  # loaded unchanged, before anything is changed
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE_S)
    try:
        with _changed(mutant) as specs:
            return any(
                tuple(SAYINGS[by](spec, ask.snapshot)) != ask.said for spec in specs for ask in asks_of(spec.code, by)
            )
    except Exception:  # noqa: BLE001 - a change that crashes is seen
        return True
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


# Other rooms, by pytest.


_NO_TESTS = 5  # pytest's exit code where the marks leave none
_ANY = ROOT / "agent" / "__init__.py"
_LONGEST_S = 1800.0  # of tests without a change


def is_seen_by_room(mutant: Mutant, room: str) -> bool:
    """Whether a test of the module fails with the change, or else one of its room, or one that starts the kernel."""
    covering = find_covering_test(mutant.path.relative_to(ROOT).as_posix())
    own = (covering,) if (ROOT / covering).exists() else ()
    of_room = tuple(place for place in TESTS.get(room, (f"tests/{room}",)) if (ROOT / place).exists())
    stages = (
        (mutant.path, "not slow and not kernel", own),
        (_ANY, "not slow and not kernel", of_room),
        (_ANY, "not slow and kernel", (*own, *of_room)),
    )
    return any(is_seen_by_tests(mutant, *stage) for stage in stages)


def is_seen_by_tests(mutant: Mutant, unchanged: Path, marked: str, tests: tuple[str, ...]) -> bool:
    """Whether one of these tests with these marks fails with the change. A change that runs on for long is seen.

    That they pass without it is tried once for each module in ``unchanged``, written anew as the changes of it are.
    """
    usual_s = _measure_unchanged(unchanged, marked, tests)
    return usual_s is not None and _run_tests(mutant.path, mutant.source, marked, tests, 60 + 3 * usual_s) != 0


@cache
def _measure_unchanged(path: Path, marked: str, tests: tuple[str, ...]) -> float | None:
    """How many seconds the tests take with the module as it is, None if there are none. Ends the run if they fail."""
    if not tests:
        return None
    began = time.monotonic()
    code = _run_tests(path, ast.unparse(ast.parse(path.read_text(encoding="utf-8"))), marked, tests, _LONGEST_S)
    if code not in (0, _NO_TESTS):
        sys.exit(f"{path.relative_to(ROOT)} is as it was, and {', '.join(tests)} ({marked}) fail: mend them first.")
    return time.monotonic() - began if code == 0 else None


def _run_tests(path: Path, source: str, marked: str, tests: tuple[str, ...], patience_s: float) -> int:
    """Pytest's exit code in a process that has this source for the module, and leaves nothing in this tree."""
    room, runner = _start_runner()
    shutil.rmtree(Path(room.name) / "examples", ignore_errors=True)  # what Hypothesis found for another change
    order = {"path": str(path), "source": source, "arguments": ["-m", marked, *tests], "patience_s": patience_s}
    assert runner.stdin is not None and runner.stdout is not None
    runner.stdin.write(json.dumps(order) + "\n")
    runner.stdin.flush()
    return int(runner.stdout.readline())


@cache
def _start_runner() -> tuple[tempfile.TemporaryDirectory[str], subprocess.Popen[str]]:
    """A directory for what Hypothesis keeps, and the process that runs tests; it ends with this one."""
    room = tempfile.TemporaryDirectory()
    env = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": room.name}
    order = [sys.executable, "-m", "tests.mutated"]
    return room, subprocess.Popen(order, cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


# What is asked and printed.


def _mutants_in(room: str, only: str, sample: int, seed: int) -> list[Mutant]:
    place = ROOT / room
    paths = [place] if place.is_file() else sorted(place.rglob("*.py"))
    found = [mutant for path in paths for mutant in mutants_of(path) if only in mutant.place]
    if sample and sample < len(found):
        chosen = sorted(random.Random(seed).sample(range(len(found)), sample))
        return [found[number] for number in chosen]
    return found


def measure_room(
    room: str, *, by: str, only: str, sample: int, seed: int
) -> tuple[Counter[str], Counter[str], list[Mutant]]:
    """How many changes were made and seen, by category or room, and the survivors."""
    made: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    survivors = []
    mutants = _mutants_in(room, only, sample, seed)
    for number, mutant in enumerate(mutants, 1):
        began = time.monotonic()
        parts = mutant.path.relative_to(ROOT).parts
        is_check = parts[0] == "checks"
        key = parts[1] if is_check else room
        made[key] += 1
        if is_seen_as_check(mutant, by) if is_check else is_seen_by_room(mutant, room):
            seen[key] += 1
        else:
            survivors.append(mutant)
        if not is_check:
            state = "NOT SEEN" if mutant in survivors else "seen"
            sys.stderr.write(f"{number}/{len(mutants)} {mutant}: {state}, {time.monotonic() - began:.1f} s\n")
    return made, seen, survivors


def main() -> None:
    """Print the survivors and the score of every room."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("rooms", nargs="*", default=["checks"])
    parser.add_argument("--by", choices=sorted(SAYINGS), default="decoys")
    parser.add_argument("--only", default="")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for room in given.rooms:
        made, seen, survivors = measure_room(
            room.rstrip("/"), by=given.by, only=given.only, sample=given.sample, seed=given.seed
        )
        lines = [*map(str, survivors), *(_score(key, seen[key], made[key]) for key in made)]
        sys.stdout.write("\n".join([*lines, _score(room, seen.total(), made.total())]) + "\n")


def _score(room: str, seen: int, made: int) -> str:
    return f"{room}: {seen} of {made} seen, {100 * seen / max(1, made):.1f} %"


if __name__ == "__main__":
    main()

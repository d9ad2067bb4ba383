"""Whether the cases of a check see a change of its code: asked in this process, of the check with the changed module.

``cases`` compares outcome, resource and severity, ``figures`` all that is kept of a case (``tests/checks/kept``),
``decoys`` does so once more with unrelated rows beside, and ``near`` asks of facts that differ a little from those of
the cases (``tests/checks/neighbours.py``).
"""

from __future__ import annotations

import ast
import importlib
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import FrameType, ModuleType

from agent.judgement.evaluate import evaluate_checks
from agent.model.check import CheckSpec
from agent.model.rule import Rule
from agent.model.snapshot import Snapshot
from tests.changes import ROOT, Mutant
from tests.checks.decoys import with_decoys
from tests.checks.figures import cases_of, said_by
from tests.checks.neighbours import Answer, Facts, ask, rounds_of
from tests.harness import shipped, snapshot_of

# Of processor time, besides three times what the checks take unchanged: other work on the machine is no change that is
# seen, and neither is it that many checks use a module.
PATIENCE_S = 10


# What is asked.


def _outline(spec: CheckSpec, snapshot: Snapshot) -> Iterator[str]:
    (result,) = evaluate_checks([spec], shipped()[1], snapshot)
    yield result.outcome.value
    yield from (f"{finding.resource} {finding.severity}" for finding in result.findings)


SAYINGS: dict[str, Callable[[CheckSpec, Snapshot], Iterator[str]]] = {
    "cases": _outline,
    "figures": said_by,
    "decoys": said_by,
}
WAYS = (*SAYINGS, "near")

Said = Answer | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Unchanged:
    """Every question to a check with the answer of the check as it is, and the seconds that this takes."""

    questions: tuple[tuple[Callable[[CheckSpec], Said], Said], ...]
    usual_s: float


@cache
def _ask_unchanged(code: str, by: str) -> _Unchanged:
    began = time.process_time()
    questions = tuple(_list_near(code) if by == "near" else _list_cases(code, by))
    return _Unchanged(questions, time.process_time() - began)


def _list_near(code: str) -> Iterator[tuple[Callable[[CheckSpec], Said], Said]]:
    for one in rounds_of(code):
        yield from ((partial(_ask_near, asked.rule, asked.facts), asked.said) for asked in one.asked)


def _ask_near(rule: Rule, facts: Facts, spec: CheckSpec) -> Answer:
    return ask(spec, rule, facts)


def _list_cases(code: str, by: str) -> Iterator[tuple[Callable[[CheckSpec], Said], Said]]:
    for case in cases_of()[code]:
        snapshots = [snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)]
        if by == "decoys":
            snapshots += with_decoys(case)
        for snapshot in snapshots:
            question = partial(_ask_case, by, snapshot)
            yield question, question(shipped()[0].checks[code])


def _ask_case(by: str, snapshot: Snapshot, spec: CheckSpec) -> tuple[str, ...]:
    return tuple(SAYINGS[by](spec, snapshot))


# The changed module instead of the real one.


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


# Whether the answer is another one.


class _TooLong(BaseException):
    """No exception that the handling of a check's crash takes for one."""


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _TooLong


def is_seen_by_cases(mutant: Mutant, by: str) -> bool:
    """Whether a case of a check says something else with the changed module. A change that runs on for long is seen."""
    shipped()  # loaded unchanged, before anything is changed
    name = _module_name(mutant.path)
    codes = [spec.code for one in (name, *_users_of(name)) for spec in _specs_in(importlib.import_module(one))]
    unchanged = {code: _ask_unchanged(code, by) for code in codes}
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE_S + 3 * sum(one.usual_s for one in unchanged.values()))
    try:
        with _changed(mutant) as specs:
            return any(question(spec) != said for spec in specs for question, said in unchanged[spec.code].questions)
    except (_TooLong, Exception):  # noqa: BLE001 - a change that crashes is seen
        return True
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)

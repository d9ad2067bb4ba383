"""Changes code a little, runs its tests, and lists the changes that no test saw.

``python -m tests.mutants checks`` does it for all checks, each against its own cases in this process
(``tests/seen_by_cases.py``), ``--by`` one of the ways there; what none of them sees is asked of the module's own tests
(``tests/checks/test_<module>.py``), if it has any. ``python -m tests.mutants agent/judgement`` runs pytest for each
change, in a process of its own that reads the changed module instead of the file: the tests of the module, then those
of its room, and last those of both that start the kernel. If they fail without a change, it ends at once: they would
see every change. With ``--own`` only the tests of the module are asked: what they see is the least that is seen, and
costs a tenth of the time. ``--sample`` takes so many changes per room, by ``--seed`` always the same ones, and
``--only`` those whose ``path:line`` contains this. ``tests/accepted_mutants.yaml`` has the changes that no test needs
to see, with the reason: they are printed apart and do not count as seen.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from tests.changes import ROOT, Mutant, list_changed_lines, mutants_of
from tests.covering import find_covering_test
from tests.seen_by_cases import WAYS, is_seen_by_cases

ACCEPTED = ROOT / "tests" / "accepted_mutants.yaml"
# Rooms whose tests are not, or not all, in the folder of the same name below tests/.
TESTS = {
    "agent/engagement/authorization": ("tests/agent/engagement",),
    "agent/collection": ("tests/agent/collection", "tests/faults/test_hostile_server.py"),
}
_NO_TESTS = 5  # pytest's exit code where the marks leave none
_ANY = ROOT / "agent" / "__init__.py"
_LONGEST_S = 1800.0  # of tests without a change


# Whether tests fail, by pytest.


def is_seen_by_room(mutant: Mutant, room: str, *, own_only: bool = False) -> bool:
    """Whether a test of the module fails with the change, or else one of its room, or one that starts the kernel."""
    covering = find_covering_test(mutant.path.relative_to(ROOT).as_posix())
    own = (covering,) if (ROOT / covering).exists() else ()
    of_room = tuple(place for place in TESTS.get(room, (f"tests/{room}",)) if (ROOT / place).exists())
    stages = (
        (mutant.path, "not slow and not kernel", own),
        (_ANY, "not slow and not kernel", of_room),
        (_ANY, "not slow and kernel", (*own, *of_room)),
    )
    return any(is_seen_by_tests(mutant, *stage) for stage in (stages[:1] if own_only else stages))


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


def find_what_sees(mutant: Mutant, by: str) -> str:
    """What sees a change of a check: a case of it, facts near one, or a test of the module itself. Empty if nothing."""
    own = f"tests/checks/test_{mutant.path.name}"
    marked = "not slow and not kernel"
    if is_seen_by_cases(mutant, "decoys" if by == "near" else by):
        return "by cases"
    if by == "near" and is_seen_by_cases(mutant, "near"):
        return "near cases"
    is_seen = (ROOT / own).exists() and is_seen_by_tests(mutant, mutant.path, marked, (own,))
    return "by tests of the module" if is_seen else ""


# What is asked and printed.


def _mutants_in(room: str, only: str, sample: int, seed: int) -> list[Mutant]:
    place = ROOT / room
    paths = [place] if place.is_file() else sorted(place.rglob("*.py"))
    found = [
        (path, number)
        for path in paths
        for number, line in enumerate(list_changed_lines(path))
        if only in f"{path.relative_to(ROOT)}:{line}"
    ]
    if sample and sample < len(found):
        chosen = sorted(random.Random(seed).sample(range(len(found)), sample))
        found = [found[number] for number in chosen]
    numbers: dict[Path, set[int]] = {}
    for path, number in found:
        numbers.setdefault(path, set()).add(number)
    return [mutant for path, wanted in numbers.items() for mutant in mutants_of(path, wanted)]


@dataclass
class Measured:
    """How many changes were made by category or room, by what they were seen, and the others."""

    made: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    seen_by: Counter[str] = field(default_factory=Counter)
    survivors: list[Mutant] = field(default_factory=list)


def measure_room(room: str, *, by: str, only: str, sample: int, seed: int, own_only: bool = False) -> Measured:
    """Make the changes of a room, and ask for each whether it is seen."""
    found = Measured()
    mutants = _mutants_in(room, only, sample, seed)
    for number, mutant in enumerate(mutants, 1):
        began = time.monotonic()
        parts = mutant.path.relative_to(ROOT).parts
        key = parts[1] if parts[0] == "checks" else room
        found.made[key] += 1
        if parts[0] == "checks":
            what = find_what_sees(mutant, by)
        else:
            what = "by tests" if is_seen_by_room(mutant, room, own_only=own_only) else ""
        if what:
            found.seen[key] += 1
            found.seen_by[what] += 1
        else:
            found.survivors.append(mutant)
        state = what or "NOT SEEN"
        sys.stderr.write(f"{number}/{len(mutants)} {mutant}: {state}, {time.monotonic() - began:.1f} s\n")
    return found


@dataclass(frozen=True, slots=True)
class Accepted:
    """A change that no test needs to see, and why: ``code`` is the line, ``what`` the change of it."""

    path: str
    code: str
    what: str
    why: str


def read_accepted() -> list[Accepted]:
    """The changes that no test needs to see, as they are kept."""
    return [Accepted(**entry) for entry in yaml.safe_load(ACCEPTED.read_text(encoding="utf-8"))]


def _find_reason(mutant: Mutant) -> str:
    place = mutant.path.relative_to(ROOT).as_posix()
    kept = (one.why for one in read_accepted() if (one.path, one.code, one.what) == (place, mutant.code, mutant.what))
    return next(kept, "")


def main() -> None:
    """Print the survivors and the score of every room."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("rooms", nargs="*", default=["checks"])
    parser.add_argument("--by", choices=sorted(WAYS), default="near")
    parser.add_argument("--only", default="")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--own", action="store_true")
    given = parser.parse_args()
    asked = {"by": given.by, "only": given.only, "sample": given.sample, "seed": given.seed, "own_only": given.own}
    for room in given.rooms:
        found = measure_room(room.rstrip("/"), **asked)
        sys.stdout.write("\n".join(_list_result(room, found)) + "\n")


def _list_result(room: str, found: Measured) -> Iterator[str]:
    reasons = {mutant: _find_reason(mutant) for mutant in found.survivors}
    yield from (str(mutant) for mutant, why in reasons.items() if not why)
    yield from (f"equivalent or accepted: {mutant}: {why}" for mutant, why in reasons.items() if why)
    yield from (_score(key, found.seen[key], made) for key, made in found.made.items() if key != room)
    how = ", ".join(f"{count} {what}" for what, count in found.seen_by.most_common())
    yield f"{_score(room, found.seen.total(), found.made.total())} ({how}; {sum(map(bool, reasons.values()))} accepted)"


def _score(room: str, seen: int, made: int) -> str:
    return f"{room}: {seen} of {made} seen, {100 * seen / max(1, made):.1f} %"


if __name__ == "__main__":
    main()

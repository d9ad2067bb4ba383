"""Every module of ``agent`` has a test module of its name, or another is named that covers it."""

from __future__ import annotations

import ast
from functools import cache

from tests.covering import COVERING, find_covering_test, mirror
from tests.test_rooms import ROOT, list_imports, read_modules

RUN_THE_COMMAND = ("tests/integration/", "tests/faults/")  # in a process of its own: they import nothing of it
MIGRATIONS = "agent/archive/history/migrations/"  # run by the tests of agent.archive.history.migrate


def name_module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


@cache
def list_modules() -> list[str]:
    """The modules with code of their own, as paths below the root."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    paths = {path.relative_to(ROOT).as_posix(): path for path in sorted((ROOT / "agent").rglob("*.py"))}
    trees = {name: ast.parse(path.read_text("utf-8")) for name, path in paths.items() if MIGRATIONS not in name}
    return [name for name, tree in trees.items() if any(isinstance(node, kinds) for node in tree.body)]


@cache
def read_imports() -> dict[str, list[str]]:
    """What each module of the agent and of the tests imports."""
    modules = read_modules(ROOT, "agent", "tests")
    return {name: list(list_imports(tree, modules)) for name, tree in modules.items()}


@cache
def reach(name: str) -> frozenset[str]:
    """What a module imports, directly or not."""
    reached: set[str] = set()
    left = [name]
    while left:
        name = left.pop()
        if name not in reached:
            reached.add(name)
            left += read_imports()[name]
    return frozenset(reached)


def tell_uncovered(name: str) -> str | None:
    """What is wrong with the test that covers a module. None if nothing is."""
    test = find_covering_test(name)
    if not (ROOT / test).is_file():
        return f"write {test}, or name in tests/covering.py what covers {name}"
    comes_to_it = test.startswith(RUN_THE_COMMAND) or name_module(name) in reach(name_module(test))
    return None if comes_to_it else f"{test} does not come to {name}"


def test_every_module_is_covered() -> None:
    names = list_modules()
    assert len(names) > 100
    assert [wrong for name in names if (wrong := tell_uncovered(name))] == []


def test_the_table_names_nothing_that_is_gone_or_has_tests_of_its_own() -> None:
    assert sorted(COVERING.keys() - set(list_modules())) == []
    assert [name for name in COVERING if (ROOT / mirror(name)).is_file()] == []

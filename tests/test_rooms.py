"""All modules together: no circle of imports, and each public name stands once."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from configparser import ConfigParser
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Alembic calls each revision's function by this name.
SHARED_NAMES = {"upgrade"}


def read_modules(root: Path, *packages: str) -> dict[str, ast.Module]:
    """Name -> syntax tree of every module in the packages."""
    found = {}
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def list_imports(tree: ast.Module, known: dict[str, ast.Module]) -> Iterator[str]:
    """The modules among ``known`` that a module imports anywhere: at its top, in a function, or for typing only.

    Also those that it names as ``module:name``, to be imported when they are asked for.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield from (name for name in ({inner} & known.keys() or {node.module} & known.keys()))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            name, colon, _ = node.value.partition(":")
            yield from {name} & known.keys() if colon else ()


def find_circle(modules: dict[str, ast.Module]) -> list[str]:
    """The first circle of imports, or nothing."""
    graph = {name: set(list_imports(tree, modules)) - {name} for name, tree in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def find_shared_names(modules: dict[str, ast.Module]) -> dict[str, list[str]]:
    """Public classes and functions that stand in more than one module."""
    places = defaultdict(list)
    for module, tree in modules.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                places[node.name].append(module)
    return {name: where for name, where in places.items() if len(where) > 1}


def test_no_circle() -> None:
    modules = read_modules(ROOT, "agent", "checks", "report_templates")
    assert len(modules) > 300
    assert find_circle(modules) == []


@pytest.mark.parametrize(
    "back",
    [
        "import house.a",
        "from house import a",
        "from house.a import x",
        "def later():\n    from house.a import x",
        "'house.a:x'",
    ],
)
def test_a_circle_is_found(tmp_path: Path, back: str) -> None:
    (tmp_path / "house").mkdir()
    for name, text in {"__init__": "", "a": "from house import b", "b": back}.items():
        (tmp_path / "house" / f"{name}.py").write_text(text)
    assert set(find_circle(read_modules(tmp_path, "house"))) == {"house.a", "house.b"}


def test_a_public_name_stands_once() -> None:
    shared = find_shared_names(read_modules(ROOT, "agent"))
    assert {name: where for name, where in shared.items() if name not in SHARED_NAMES} == {}
    assert shared.keys() >= SHARED_NAMES


def test_checks_may_import_two_rooms_only() -> None:
    """The list of forbidden rooms in setup.cfg holds all rooms but these two."""
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    listed = set(setup["importlinter:contract:checks"]["forbidden_modules"].split())
    layers = setup["importlinter:contract:rooms"]["layers"].replace("|", " ").split()
    assert listed == {f"agent.{room}" for room in layers} - {"agent.api", "agent.facts"} | {"report_templates"}


def test_the_library_of_rules_is_one_file() -> None:
    link = ROOT / "agent" / "catalogue" / "rules.yaml"
    assert link.is_symlink()
    assert link.resolve() == (ROOT / "rules.yaml").resolve()

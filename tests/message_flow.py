"""Which strings of the code become messages: followed through arguments, variables, tables and returned values.

A *sink* is a position of a call whose string is a message. The search begins with the few calls that make one
(``Text``, ``Named``, ``translate``, ...). A function that passes a parameter on to a sink is a sink itself at that
position; this is repeated until no more are found. Names are matched by their last part, so methods count, too.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# Position of the message in the call; True where the argument is a table or a list of messages.
Sinks = dict[str, set[tuple[int, bool]]]
FIRST: dict[str, tuple[int, bool]] = {
    "Text": (0, False), "Named": (0, False), "N_": (0, False), "translate": (0, False), "words": (0, False),
    "self.words": (0, False),
}  # fmt: skip


@dataclass
class Function:
    """A function with its parameters in the order in which callers pass them, and the classes it may stand for."""

    node: ast.FunctionDef
    module: Module
    parameters: list[str]


@dataclass
class Module:
    """One module: its tree, its names at the top, and what it imports."""

    tree: ast.Module
    values: dict[str, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))
    imported: dict[str, str] = field(default_factory=dict)


class Flow:
    """All modules below some folders, and how messages flow through them."""

    def __init__(self, *folders: Path) -> None:
        self.modules = [Module(ast.parse(path.read_text("utf-8"))) for f in folders for path in sorted(f.rglob("*.py"))]
        self.functions: dict[str, list[Function]] = defaultdict(list)
        self.bases: dict[str, list[str]] = {}
        self.tops: dict[str, list[tuple[Module, ast.expr]]] = defaultdict(list)
        for module in self.modules:
            self._read(module)
        self.sinks: Sinks = {name: {place} for name, place in FIRST.items()}
        self.attributes: set[str] = set()
        while self._grow():
            pass

    def messages(self) -> Iterator[str]:
        """Every string that reaches a sink."""
        for module in self.modules:
            for owner, call in _calls(module.tree):
                for argument, table in self._arguments(call):
                    yield from self._strings(argument, table, owner, module, frozenset())

    def _read(self, module: Module) -> None:
        for top in module.tree.body:
            if isinstance(top, ast.ClassDef):
                self.bases[top.name] = [_last_name(base) for base in top.bases]
            for name, value in _assigned(top):
                module.values[name].append(value)
                self.tops[name].append((module, value))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef):
                        name = node.name if inner.name in ("__init__", "__new__") else inner.name
                        self._add(name, inner, module, is_method=True)
        methods = {id(function.node) for found in self.functions.values() for function in found}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef) and id(node) not in methods:
                self._add(node.name, node, module, is_method=False)

    def _add(self, name: str, node: ast.FunctionDef, module: Module, *, is_method: bool) -> None:
        static = any(_last_name(decorator) == "staticmethod" for decorator in node.decorator_list)
        names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        self.functions[name].append(Function(node, module, names[1:] if is_method and not static else names))

    def _grow(self) -> bool:
        """Add functions that pass a parameter on, and classes that inherit a constructor; whether any was new."""
        before = sum(map(len, self.sinks.values())) + len(self.attributes)
        for name, found in self.functions.items():
            for function in found:
                for parameter, table in self._passed_on(function):
                    self.sinks.setdefault(name, set()).add((function.parameters.index(parameter), table))
        for name, bases in self.bases.items():
            if name not in self.functions:
                inherited = set().union(*(self.sinks.get(base, set()) for base in bases))
                if inherited:
                    self.sinks.setdefault(name, set()).update(inherited)
        return sum(map(len, self.sinks.values())) + len(self.attributes) > before

    def _passed_on(self, function: Function) -> Iterator[tuple[str, bool]]:
        """The parameters that a function passes to a sink, or keeps in an attribute that reaches one."""
        for _, call in _calls(function.node):
            for argument, table in self._arguments(call):
                yield from self._parameters(argument, table, function)
        for node in ast.walk(function.node):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Attribute) and target.attr in self.attributes:
                        yield from self._parameters(node.value, False, function)

    def _arguments(self, call: ast.Call) -> Iterator[tuple[ast.expr, bool]]:
        name = _last_name(call.func)
        places = self.sinks.get(name, set())
        if name == "__init__":  # of a base class: its place is that of our errors' constructors
            places = {(0, False)}
        for position, table in places:
            if position < len(call.args) and not any(isinstance(a, ast.Starred) for a in call.args[: position + 1]):
                yield call.args[position], table

    def _parameters(
        self, value: ast.expr, table: bool, function: Function, seen: frozenset[str] = frozenset()
    ) -> Iterator[tuple[str, bool]]:
        for leaf, is_table in _leaves(value, table):
            if isinstance(leaf, ast.Attribute):
                self.attributes.add(leaf.attr)
            if not isinstance(leaf, ast.Name) or leaf.id in seen:
                continue
            if leaf.id in function.parameters:
                yield leaf.id, is_table
            for local, from_table in _local_values(function.node, leaf.id, is_table):
                yield from self._parameters(local, from_table, function, seen | {leaf.id})

    def _strings(
        self, value: ast.expr, table: bool, owner: ast.FunctionDef | None, module: Module, seen: frozenset[str]
    ) -> Iterator[str]:
        for leaf, is_table in _leaves(value, table):
            if isinstance(leaf, ast.Constant):
                yield str(leaf.value)
            elif isinstance(leaf, ast.Call):
                yield from self._returned(leaf, None, is_table, seen)
            elif isinstance(leaf, ast.Name) and leaf.id not in seen:
                known = seen | {leaf.id}
                locals_ = list(_local_values(owner, leaf.id, is_table)) if owner else []
                for local, from_table in locals_:
                    yield from self._strings(local, from_table, owner, module, known)
                if not locals_:
                    for place, top in self.tops.get(leaf.id, ()):
                        if place is module or leaf.id not in module.values:
                            yield from self._strings(top, is_table, None, place, known)
        if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Call):
            index = value.slice.value if isinstance(value.slice, ast.Constant) else None
            yield from self._returned(value.value, index, table, seen)

    def _returned(self, call: ast.Call, index: object, table: bool, seen: frozenset[str]) -> Iterator[str]:
        """What a function of ours returns; of a tuple, what stands at ``index``."""
        name = _last_name(call.func)
        if f"{name}()" in seen:
            return
        for function in self.functions.get(name, ()):
            for node in ast.walk(function.node):
                if isinstance(node, ast.Return) and node.value is not None:
                    part = node.value
                    if isinstance(index, int) and isinstance(part, ast.Tuple) and index < len(part.elts):
                        part = part.elts[index]
                    yield from self._strings(part, table, function.node, function.module, seen | {f"{name}()"})


def _calls(tree: ast.AST) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
    """Each call with the innermost function that it stands in."""

    def walk(node: ast.AST, owner: ast.FunctionDef | None) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield owner, child
            yield from walk(child, child if isinstance(child, ast.FunctionDef) else owner)

    yield from walk(tree, tree if isinstance(tree, ast.FunctionDef) else None)


def _leaves(value: ast.expr, table: bool) -> Iterator[tuple[ast.expr, bool]]:
    """The constants, names and calls that a value may be; of a table, those that it holds."""
    for part, is_table in [(part, table) for part in _choices(value)] + [(part, True) for part in _tables(value)]:
        yield from _leaves(part, is_table)
    if isinstance(value, ast.Name | ast.Call | ast.Attribute) or _is_text(value):
        yield value, table


def _choices(value: ast.expr) -> list[ast.expr]:
    """The parts of which a value is one, or which it holds."""
    match value:
        case ast.IfExp():
            return [value.body, value.orelse]
        case ast.BoolOp() | ast.Dict():
            return value.values
        case ast.List() | ast.Tuple() | ast.Set():
            return value.elts
        case ast.NamedExpr():
            return [value.value]
        case ast.GeneratorExp() | ast.ListComp():
            return [value.elt]
        case ast.Call(func=ast.Name(id="next")):
            return value.args
        case ast.Call(func=ast.Attribute(attr="get")):
            return value.args[1:]
    return []


def _tables(value: ast.expr) -> list[ast.expr]:
    """The tables that a value is taken from."""
    match value:
        case ast.Subscript():
            return [value.value]
        case ast.Call(func=ast.Attribute(attr="get" | "items" | "values", value=table)):
            return [table]
    return []


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of an assignment; of one to a tuple, the part for each name."""
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) or node.value is None:
        return
    value = node.value
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, ast.Tuple):
            parts = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts) else None
            for number, name in enumerate(target.elts):
                if isinstance(name, ast.Name):
                    part = parts[number] if parts else ast.Subscript(value, ast.Constant(number), ast.Load())
                    yield name.id, part


def _local_values(function: ast.FunctionDef, name: str, table: bool) -> Iterator[tuple[ast.expr, bool]]:
    """What a function assigns to a name of its own, and the tables over which it runs with that name."""
    for node in ast.walk(function):
        for assigned, value in _assigned(node):
            if assigned == name:
                yield value, table
        if isinstance(node, ast.For | ast.comprehension):
            names = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in names):
                yield node.iter, True


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""

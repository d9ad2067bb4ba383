"""Which strings of the code become messages: followed through arguments, variables, tables and returned values.

A *sink* is a parameter whose argument is a message, or holds some. The search begins with the few calls that make one
(``Text``, ``Named``, ``translate``, ...). A function that passes a parameter on to a sink is a sink itself at that
parameter; an attribute that is passed on makes sinks of the fields and assignments of that name. This is repeated until
no more are found. Names are matched by their last part, so methods count, too.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

# The places of a call that hold messages: position or keyword.
Sinks = dict[str, set[int | str]]
FIRST = ("Text", "Named", "N_", "translate", "words")
_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
# Every enumeration has a name and a value, and most are no messages; what our errors keep as text is a Text already.
_NOT_FOLLOWED = {"__name__", "name", "text", "value"}
_PASSING = {
    "cast", "chain", "dict", "enumerate", "iter", "list", "max", "min", "next", "reversed", "set", "sorted", "str",
    "tuple", "zip",
}  # fmt: skip
_CHANGING = {"strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "replace", "capitalize"}
_ADDING = ("append", "add", "appendleft", "extend", "insert", "setdefault", "update")


@dataclass
class Function:
    """A function with the positional parameters as callers pass them, and all its parameters with their defaults."""

    node: _FunctionNode
    module: Module
    positions: list[str]
    defaults: dict[str, ast.expr | None]

    def places(self, parameter: str) -> Iterator[int | str]:
        """Where a caller may pass the parameter."""
        yield parameter
        if parameter in self.positions:
            yield self.positions.index(parameter)


@dataclass
class Module:
    """One module: its tree, and its names at the top."""

    tree: ast.Module
    values: dict[str, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))


class Flow:
    """All modules below some folders, and how messages flow through them."""

    def __init__(self, *folders: Path) -> None:
        self.modules = [Module(ast.parse(path.read_text("utf-8"))) for f in folders for path in sorted(f.rglob("*.py"))]
        self.functions: dict[str, list[Function]] = defaultdict(list)
        self.bases: dict[str, list[str]] = {}
        self.fields: dict[str, list[str]] = {}
        self.kept: dict[str, list[tuple[Module, _FunctionNode | None, ast.expr]]] = defaultdict(list)
        self.tops: dict[str, list[tuple[Module, ast.expr]]] = defaultdict(list)
        for module in self.modules:
            self._read(module)
        self.sinks: Sinks = defaultdict(set, {name: {0, "msgid"} for name in FIRST})
        self.attributes: set[str] = set()
        while self._grow():
            pass

    def messages(self) -> Iterator[str]:
        """Every string that reaches a sink."""
        for module in self.modules:
            for owner, call in _calls(module.tree):
                for argument in self._arguments(call):
                    yield from self._strings(argument, owner, module, frozenset())
        for name, found in self.functions.items():
            for function in found:
                for parameter in function.defaults.keys() & self.sinks.get(name, set()):
                    if default := function.defaults[str(parameter)]:
                        yield from self._strings(default, None, function.module, frozenset())
        for name in self.attributes:
            for module, owner, value in self.kept[name]:
                yield from self._strings(value, owner, module, frozenset())

    def _read(self, module: Module) -> None:
        for top in module.tree.body:
            for name, value in _assigned(top):
                module.values[name].append(value)
                self.tops[name].append((module, value))
        classes = [node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
        methods = set().union(*(self._read_class(node, module) for node in classes))
        for owner, node in _owned(module.tree):
            if isinstance(node, _FunctionNode) and id(node) not in methods:
                self._add(node.name, node, module, is_method=False)
            for target, value in _assigned_targets(node):
                if isinstance(target, ast.Attribute):
                    self.kept[target.attr].append((module, owner, value))
                elif isinstance(target, ast.Name) and isinstance(value, ast.Lambda):
                    self._add(target.id, _name_lambda(target.id, value), module, is_method=False)

    def _read_class(self, node: ast.ClassDef, module: Module) -> set[int]:
        """Keep bases, fields and methods of a class; return the ids of the methods."""
        self.bases[node.name] = [_last_name(base) for base in node.bases]
        self.fields[node.name] = []
        methods = set()
        for inner in node.body:
            if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                self.fields[node.name].append(inner.target.id)
            for name, value in _assigned(inner):
                self.kept[name].append((module, None, value))
            if isinstance(inner, _FunctionNode):
                methods.add(id(inner))
                name = node.name if inner.name in ("__init__", "__new__") else inner.name
                self._add(name, inner, module, is_method=True)
        return methods

    def _add(self, name: str, node: _FunctionNode, module: Module, *, is_method: bool) -> None:
        static = any(_last_name(decorator) == "staticmethod" for decorator in node.decorator_list)
        positional = [*node.args.posonlyargs, *node.args.args]
        defaults: dict[str, ast.expr | None] = {argument.arg: None for argument in positional}
        for argument, given in zip(reversed(positional), reversed(node.args.defaults), strict=False):
            defaults[argument.arg] = given
        for argument, kept in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
            defaults[argument.arg] = kept
        positions = [argument.arg for argument in positional][1 if is_method and not static else 0 :]
        self.functions[name].append(Function(node, module, positions, defaults))

    def _grow(self) -> bool:
        """Add functions that pass a parameter on, and classes by their fields and bases; whether any was new."""
        before = sum(map(len, self.sinks.values())) + len(self.attributes)
        for name, found in self.functions.items():
            for function in found:
                for parameter in self._passed_on(function):
                    self.sinks[name].update(function.places(parameter))
        for module in self.modules:
            for owner, call in _calls(module.tree):
                for argument in self._arguments(call):
                    self.attributes |= _find_attributes(argument, owner)
        for name in self.bases.keys() - self.functions.keys() - set(FIRST):
            self.sinks[name].update(self._list_places(name))
        return sum(map(len, self.sinks.values())) + len(self.attributes) > before

    def _list_places(self, name: str) -> Iterator[int | str]:
        """The sinks of a constructor that is not written: those of its fields, and those of its bases."""
        for position, inner in enumerate(self._list_fields(name)):
            if inner in self.attributes:
                yield from (position, inner)
        for base in self.bases[name]:
            yield from self.sinks.get(base, ())

    def _list_fields(self, name: str) -> list[str]:
        """The fields of a dataclass in the order of its constructor; those of its bases come first."""
        inherited = [field for base in self.bases.get(name, ()) if base != name for field in self._list_fields(base)]
        return list(dict.fromkeys([*inherited, *self.fields.get(name, ())]))

    def _passed_on(self, function: Function) -> Iterator[str]:
        """The parameters that a function passes to a sink, or keeps in an attribute that reaches one."""
        for _, call in _calls(function.node):
            for argument in self._arguments(call):
                yield from self._parameters(argument, function)
        for node in _nodes(function.node):
            for target, value in _assigned_targets(node):
                if isinstance(target, ast.Attribute) and target.attr in self.attributes:
                    yield from self._parameters(value, function)

    def _arguments(self, call: ast.Call) -> Iterator[ast.expr]:
        name, given = _last_name(call.func), call.args
        if name == "partial" and given:
            name, given = _last_name(given[0]), given[1:]
        places = self.sinks.get(name, set())
        if name == "__init__":  # of a base class: its place is that of our errors' constructors
            places = {0}
        for position in tuple(places):  # a function that calls itself adds to them meanwhile
            if isinstance(position, int) and (argument := _pick_argument(given, position)):
                yield argument
        is_record = (name in self.bases and name not in FIRST) or name == "replace"
        for key, value in _keywords(call):
            if key in places or (is_record and key in self.attributes):
                yield value

    def _parameters(self, value: ast.expr, function: Function, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        for leaf in _leaves(value):
            if not isinstance(leaf, ast.Name) or leaf.id in seen:
                continue
            if leaf.id in function.defaults:
                yield leaf.id
            for local in _local_values(function.node, leaf.id):
                yield from self._parameters(local, function, seen | {leaf.id})

    def _strings(
        self, value: ast.expr, owner: _FunctionNode | None, module: Module, seen: frozenset[str]
    ) -> Iterator[str]:
        for leaf in _leaves(value):
            if isinstance(leaf, ast.Constant):
                yield str(leaf.value)
            elif isinstance(leaf, ast.Call):
                yield from self._returned(leaf, None, seen)
            elif isinstance(leaf, ast.Name) and leaf.id not in seen:
                known = seen | {leaf.id}
                locals_ = list(_local_values(owner or module.tree, leaf.id))
                for local in locals_:
                    yield from self._strings(local, owner, module, known)
                if not owner or not locals_:
                    for place, top in self.tops.get(leaf.id, ()):
                        if place is module or leaf.id not in module.values:
                            yield from self._strings(top, None, place, known)
        if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Call):
            index = value.slice.value if isinstance(value.slice, ast.Constant) else None
            yield from self._returned(value.value, index, seen)

    def _returned(self, call: ast.Call, index: object, seen: frozenset[str]) -> Iterator[str]:
        """What a function of ours returns or yields; of a tuple, what stands at ``index``."""
        name = _last_name(call.func)
        if f"{name}()" in seen:
            return
        for function in self.functions.get(name, ()):
            for node in _nodes(function.node):
                if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value is not None:
                    part = node.value
                    if isinstance(index, int) and isinstance(part, ast.Tuple) and index < len(part.elts):
                        part = part.elts[index]
                    yield from self._strings(part, function.node, function.module, seen | {f"{name}()"})


def _owned(tree: ast.AST) -> Iterator[tuple[_FunctionNode | None, ast.AST]]:
    """Each node with the innermost function that it stands in."""

    def walk(node: ast.AST, owner: _FunctionNode | None) -> Iterator[tuple[_FunctionNode | None, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            yield owner, child
            yield from walk(child, child if isinstance(child, _FunctionNode) else owner)

    yield from walk(tree, tree if isinstance(tree, _FunctionNode) else None)


@cache
def _calls(tree: ast.AST) -> tuple[tuple[_FunctionNode | None, ast.Call], ...]:
    return tuple((owner, node) for owner, node in _owned(tree) if isinstance(node, ast.Call))


@cache
def _nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree))


def _pick_argument(given: Sequence[ast.expr], position: int) -> ast.expr | None:
    """The argument at a position; where a sequence is unpacked before it, the part of that."""
    for number, argument in enumerate(given[: position + 1]):
        if isinstance(argument, ast.Starred):
            inner, index = argument.value, position - number
            if isinstance(inner, ast.Tuple | ast.List):
                return inner.elts[index] if index < len(inner.elts) else None
            return ast.Subscript(inner, ast.Constant(index), ast.Load())
    return given[position] if position < len(given) else None


def _keywords(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """Arguments by keyword; also those of a mapping that is written out and unpacked."""
    for keyword in call.keywords:
        if keyword.arg:
            yield keyword.arg, keyword.value
        elif isinstance(keyword.value, ast.Dict):
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield str(key.value), value


def _leaves(value: ast.expr) -> Iterator[ast.expr]:
    """The constants, names, attributes and calls that a value may be or hold."""
    for part in _parts(value):
        yield from _leaves(part)
    if isinstance(value, ast.Name | ast.Call | ast.Attribute):
        yield value
    elif (text := _join_text(value)) is not None:
        yield ast.Constant(text)


def _find_attributes(value: ast.expr, owner: _FunctionNode | None, seen: frozenset[str] = frozenset()) -> set[str]:
    """The attributes that a value is, or whose members it is: not what merely stands in one table with it."""
    match value:
        case ast.Attribute():
            return {value.attr} - _NOT_FOLLOWED
        case ast.IfExp():
            parts = [value.body, value.orelse]
        case ast.BoolOp():
            parts = value.values
        case ast.NamedExpr() | ast.Subscript() | ast.Starred():
            parts = [value.value]
        case ast.GeneratorExp() | ast.ListComp() | ast.SetComp():
            parts = [value.elt]
        case ast.Call(func=ast.Name(id=taken)) if taken in _PASSING:
            parts = value.args
        case ast.Name() if owner and value.id not in seen:
            parts = [part for node in _nodes(owner) for target, part in _bound(node) if target == value.id]
            seen |= {value.id}
        case _:
            return set()
    return set().union(*(_find_attributes(part, owner, seen) for part in parts))


def _bound(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) where a name is assigned, or runs over the members of the value."""
    if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension) and isinstance(node.target, ast.Name):
        yield node.target.id, node.iter
    yield from _assigned(node)


def _parts(value: ast.expr) -> list[ast.expr]:
    """The parts of which a value is one, or which it holds; the tables and mappings from which it is taken."""
    match value:
        case ast.Call():
            return _parts_of_call(value)
        case ast.IfExp():
            return [value.body, value.orelse]
        case ast.BoolOp() | ast.Dict():
            return value.values
        case ast.List() | ast.Tuple() | ast.Set():
            return value.elts
        case ast.NamedExpr() | ast.Starred() | ast.Await() | ast.Subscript() | ast.DictComp():
            return [value.value]
        case ast.GeneratorExp() | ast.ListComp() | ast.SetComp():
            return [value.elt]
        case ast.BinOp(op=ast.Add() | ast.BitOr()) if _join_text(value) is None:
            return [value.left, value.right]
    return []


def _parts_of_call(call: ast.Call) -> list[ast.expr]:
    """The arguments and the object of a call that gives them back, or something of them."""
    match call.func:
        case ast.Attribute(attr="get" | "items" | "values" | "pop" | "setdefault", value=table):
            return [table, *call.args[1:]]
        case ast.Attribute(attr=name, value=text) if name in _CHANGING:
            return [text]
        case ast.Name(id=name) if name in _PASSING:
            return [*call.args, *(keyword.value for keyword in call.keywords)]
    return []


def _join_text(value: ast.expr) -> str | None:
    """A text that is written out, also as a sum."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        left, right = _join_text(value.left), _join_text(value.right)
        return left + right if left is not None and right is not None else None
    return None


def _assigned_targets(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """(target, value) of an assignment; of one to a tuple, the part for each target."""
    if isinstance(node, ast.AugAssign):
        yield node.target, node.value
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) or node.value is None:
        return
    value = node.value
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        if isinstance(target, ast.Tuple):
            parts = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts) else None
            for number, inner in enumerate(target.elts):
                yield inner, parts[number] if parts else ast.Subscript(value, ast.Constant(number), ast.Load())
        else:
            yield target, value


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of an assignment to a name, or to an entry of the table of that name."""
    for target, value in _assigned_targets(node):
        inner = target.value if isinstance(target, ast.Subscript) else target
        if isinstance(inner, ast.Name):
            yield inner.id, value


def _local_values(scope: _FunctionNode | ast.Module, name: str) -> Iterator[ast.expr]:
    """What is assigned or added to a name in a function, and the tables over which it runs with that name.

    At the top of a module only the tables: its names are known.
    """
    for node in _nodes(scope):
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            if any(isinstance(target, ast.Name) and target.id == name for target in ast.walk(node.target)):
                yield node.iter
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ADDING:
            if isinstance(node.func.value, ast.Name) and node.func.value.id == name:
                yield from node.args
        elif not isinstance(scope, ast.Module):
            yield from (value for assigned, value in _assigned(node) if assigned == name)


def _name_lambda(name: str, value: ast.Lambda) -> ast.FunctionDef:
    body: list[ast.stmt] = [ast.Return(value.body)]
    return ast.FunctionDef(name=name, args=value.args, body=body, decorator_list=[])


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""

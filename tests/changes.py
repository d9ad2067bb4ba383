"""Changes of the code that tests should see: each operator, condition, number and figure of a module by itself."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
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
    code: str = ""

    @property
    def place(self) -> str:
        """Where it is, as ``path:line``."""
        return f"{self.path.relative_to(ROOT)}:{self.line}"

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def mutants_of(path: Path, wanted: Collection[int] | None = None) -> Iterator[Mutant]:
    """All changes of one module in order of line, or those of these numbers. ``code`` of each is its line."""
    text = path.read_text(encoding="utf-8")
    tree, lines = ast.parse(text), ["", *map(str.strip, text.splitlines())]
    numbers = count()
    for parent, slot, place, node in list(_slots(tree)):
        for what, other in list(_variants(node, parent, slot)):
            number = next(numbers)
            if wanted is None or number in wanted:
                _put(parent, slot, place, other)
                line = getattr(node, "lineno", 0)
                yield Mutant(path, line, what, ast.unparse(ast.fix_missing_locations(tree)), lines[line])
        _put(parent, slot, place, node)


def list_changed_lines(path: Path) -> list[int]:
    """The line of each change of a module, without the source of any: writing that takes long."""
    slots = _slots(ast.parse(path.read_text(encoding="utf-8")))
    return [getattr(node, "lineno", 0) for parent, slot, _, node in slots for _ in _variants(node, parent, slot)]


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
    call = ast.parse("__import__('tests.changes').changes.other(0)", mode="eval").body
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

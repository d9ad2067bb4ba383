"""Compiles safe expressions over the fields of one fact row, for checks that are written without code. Pure.

They have Python's syntax and SQL's logic: what is unknown (None, a division by zero) stays unknown and is never taken
for false. Only what is listed here is allowed. Every part has a kind that is known before a row is read, so that a
mistake is reported when the file is read. Libraries that evaluate Python allow more and report mistakes too late.
"""

from __future__ import annotations

import ast
import dataclasses
import math
import operator
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from agent.support.yaml_fields import Invalid

MAX_LENGTH = 500
MAX_NODES = 100
Values = Mapping[str, Any]


class Kind(StrEnum):
    """The kind of an expression's value. Values of different kinds are never compared."""

    NUMBER = "number"
    TEXT = "text"
    TRUTH = "truth"
    MOMENT = "moment"


_KINDS = {int: Kind.NUMBER, float: Kind.NUMBER, str: Kind.TEXT, bool: Kind.TRUTH, datetime: Kind.MOMENT}


@dataclass(frozen=True, slots=True)
class Expression:
    """``run`` takes the values of all names and gives a value of ``kind``, or None for unknown. It never raises."""

    kind: Kind
    run: Callable[[Values], Any]


Kinds = Mapping[str, Kind]
_ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_EQUAL = {ast.Eq: operator.eq, ast.NotEq: operator.ne}
_ORDER = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}
_TEXT_FUNCTIONS: Mapping[str, tuple[Kind, Callable[[str], Any]]] = {
    "len": (Kind.NUMBER, len),
    "lower": (Kind.TEXT, str.lower),
}
_NUMBER_FUNCTIONS: Mapping[str, Callable[..., Any]] = {"min": min, "max": max}


def infer_kind(value_type: Any) -> Kind | None:
    """Return the kind of a field or param by its type (``X | None`` is X), or None for a type without one."""
    if isinstance(value_type, types.UnionType):
        value_type = next(arm for arm in typing.get_args(value_type) if arm is not type(None))
    return _KINDS.get(value_type)


def infer_kinds(row: type) -> dict[str, Kind]:
    """Return the usable fields of a row type and their kinds."""
    hints = typing.get_type_hints(row)
    found = {field.name: infer_kind(hints[field.name]) for field in dataclasses.fields(row)}
    return {name: kind for name, kind in found.items() if kind}


def compile_expression(text: str, kinds: Kinds) -> Expression:
    """Compile an expression. Raises Invalid for anything that is not allowed."""
    if len(text) > MAX_LENGTH:
        msgid = "{place}: the expression is too long; at most {longest_count} characters may stand here"
        raise Invalid(msgid, longest_count=MAX_LENGTH)
    try:
        tree = ast.parse(f"(\n{text}\n)", mode="eval")  # in brackets, it may run over several lines
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        msgid = "{place}: not an expression; write for example: table_rows > 1000 and data_length is not None"
        raise Invalid(msgid) from None
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise Invalid("{place}: the expression has too many parts; make it simpler")
    return _compile_node(tree.body, kinds)


def _compile_node(node: ast.expr, kinds: Kinds) -> Expression:
    build = _BUILDERS.get(type(node))
    if build is None:
        raise _build_refusal(node)
    return build(node, kinds)


def _build_refusal(node: ast.expr) -> Invalid:
    return Invalid(
        "{place}: {found} cannot stand in an expression; allowed are fields, params, numbers, texts, + - * /, "
        "comparisons, in, and, or, not, is None, min, max, len and lower",
        found=ast.unparse(node)[:60],
    )


def _compile_of_kind(node: ast.expr, kinds: Kinds, *wanted: Kind) -> Expression:
    made = _compile_node(node, kinds)
    if made.kind not in wanted:
        raise Invalid(
            "{place}: {found} is a {kind}; here a {wanted} is expected",
            found=ast.unparse(node)[:60],
            kind=made.kind.value,
            wanted=", ".join(wanted),
        )
    return made


def _apply_function(function: Callable[..., Any], arguments: Sequence[Expression], values: Values) -> Any:
    """Apply the function to the arguments. Unknown (None) if one of them is, or if there is no finite answer."""
    given = [argument.run(values) for argument in arguments]
    if any(value is None for value in given):
        return None
    try:
        result = function(*given)
        return None if isinstance(result, int | float) and not math.isfinite(result) else result
    except (ArithmeticError, TypeError, ValueError):
        return None


def _compile_constant(node: ast.Constant, _kinds: Kinds) -> Expression:
    value, kind = node.value, _KINDS.get(type(node.value))
    if kind is None or (isinstance(value, float) and not math.isfinite(value)):
        raise _build_refusal(node)
    return Expression(kind, lambda values: value)


def _compile_name(node: ast.Name, kinds: Kinds) -> Expression:
    name = node.id
    if name not in kinds:
        known = ", ".join(sorted(kinds))
        raise Invalid("{place}: there is no field or param {name}; known are {known}", name=name, known=known)
    return Expression(kinds[name], lambda values: values[name])


def _compile_unary(node: ast.UnaryOp, kinds: Kinds) -> Expression:
    if isinstance(node.op, ast.Not):
        truth = _compile_of_kind(node.operand, kinds, Kind.TRUTH)
        return Expression(Kind.TRUTH, lambda values: _apply_function(operator.not_, [truth], values))
    if isinstance(node.op, ast.USub):
        number = _compile_of_kind(node.operand, kinds, Kind.NUMBER)
        return Expression(Kind.NUMBER, lambda values: _apply_function(operator.neg, [number], values))
    raise _build_refusal(node)


def _compile_arithmetic(node: ast.BinOp, kinds: Kinds) -> Expression:
    function = _ARITHMETIC.get(type(node.op))
    if function is None:
        raise _build_refusal(node)
    sides = [_compile_of_kind(side, kinds, Kind.NUMBER) for side in (node.left, node.right)]
    return Expression(Kind.NUMBER, lambda values: _apply_function(function, sides, values))


def _combine_with_and(found: Sequence[bool | None]) -> bool | None:
    return False if False in found else None if None in found else True


def _compile_logic(node: ast.BoolOp, kinds: Kinds) -> Expression:
    arms = [_compile_of_kind(arm, kinds, Kind.TRUTH) for arm in node.values]
    if isinstance(node.op, ast.And):
        return Expression(Kind.TRUTH, lambda values: _combine_with_and([arm.run(values) for arm in arms]))

    def any_of(values: Values) -> bool | None:
        found = [arm.run(values) for arm in arms]
        return True if True in found else None if None in found else False

    return Expression(Kind.TRUTH, any_of)


def _compile_comparison(node: ast.Compare, kinds: Kinds) -> Expression:
    sides = [node.left, *node.comparators]
    pairs = [_compile_pair(sides[index], op, sides[index + 1], kinds) for index, op in enumerate(node.ops)]
    return Expression(Kind.TRUTH, lambda values: _combine_with_and([pair(values) for pair in pairs]))


def _compile_pair(left: ast.expr, op: ast.cmpop, right: ast.expr, kinds: Kinds) -> Callable[[Values], bool | None]:
    if isinstance(op, ast.Is | ast.IsNot):
        if not (isinstance(right, ast.Constant) and right.value is None):
            raise _build_refusal(right)
        one, wanted = _compile_node(left, kinds), isinstance(op, ast.Is)
        return lambda values: (one.run(values) is None) is wanted
    if isinstance(op, ast.In | ast.NotIn):
        return _compile_membership(left, right, isinstance(op, ast.In), kinds)
    function: Callable[..., bool] = {**_EQUAL, **_ORDER}[type(op)]
    one = _compile_node(left, kinds)
    ordered = type(op) in _ORDER and one.kind is Kind.TRUTH
    both = [_compile_of_kind(left, kinds, Kind.NUMBER) if ordered else one, _compile_of_kind(right, kinds, one.kind)]
    return lambda values: _apply_function(function, both, values)


def _compile_membership(left: ast.expr, right: ast.expr, inside: bool, kinds: Kinds) -> Callable[[Values], bool | None]:
    if not isinstance(right, ast.Tuple | ast.List) or not all(isinstance(item, ast.Constant) for item in right.elts):
        raise _build_refusal(right)
    one = _compile_node(left, kinds)
    listed = [_compile_of_kind(element, kinds, one.kind).run({}) for element in right.elts]
    return lambda values: _apply_function(lambda value: (value in listed) is inside, [one], values)


def _compile_call(node: ast.Call, kinds: Kinds) -> Expression:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if not node.keywords and name in _TEXT_FUNCTIONS and len(node.args) == 1:
        kind, function = _TEXT_FUNCTIONS[name]
        text = _compile_of_kind(node.args[0], kinds, Kind.TEXT)
        return Expression(kind, lambda values: _apply_function(function, [text], values))
    if not node.keywords and name in _NUMBER_FUNCTIONS and len(node.args) > 1:
        numbers = [_compile_of_kind(argument, kinds, Kind.NUMBER) for argument in node.args]
        return Expression(Kind.NUMBER, lambda values: _apply_function(_NUMBER_FUNCTIONS[name], numbers, values))
    raise _build_refusal(node)


_BUILDERS: Mapping[type[ast.expr], Callable[[Any, Kinds], Expression]] = {
    ast.Constant: _compile_constant,
    ast.Name: _compile_name,
    ast.UnaryOp: _compile_unary,
    ast.BinOp: _compile_arithmetic,
    ast.BoolOp: _compile_logic,
    ast.Compare: _compile_comparison,
    ast.Call: _compile_call,
}

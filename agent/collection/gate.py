"""The gate: decides which statements may be sent to the customer's database.

A statement passes if it is one of the session's own settings or ``SHOW GRANTS``, or if sqlglot reads it as one
plain SELECT made only of allowed node types, parts and functions, without any comment.
``connect`` adds the marker and the hints afterwards.
"""

from __future__ import annotations

import logging
import re

import sqlglot
from sqlglot import expressions as exp

from agent.facts.own_statements import session
from agent.model.terms import Text
from agent.support.errors import StatementRefused

_SESSION = re.compile(re.escape(session.SESSION_SETTINGS).replace(r"\{timeout_us:d\}", "[0-9]+"))
_NODES: tuple[type[exp.Expr], ...] = (
    exp.Select, exp.From, exp.Where, exp.Group, exp.Order, exp.Ordered, exp.Limit, exp.Join, exp.Table, exp.TableAlias,
    exp.Alias, exp.Column, exp.Identifier, exp.Star, exp.Literal, exp.Null, exp.Boolean, exp.Tuple, exp.Paren,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Like, exp.Is, exp.Between,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Case, exp.If, exp.Distinct, exp.SessionParameter,
    exp.Concat, exp.Count, exp.Sum, exp.Min, exp.Max, exp.Avg, exp.Substring, exp.SubstringIndex, exp.Coalesce,
    exp.Greatest, exp.Window, exp.CurrentUser, exp.CurrentVersion, exp.Anonymous, exp.Var,
)  # fmt: skip
_SEQUENCE_COLUMNS = frozenset({"NEXTVAL", "CURRVAL"})
# Some nodes have parts that are not nodes: modifiers, catalogues, hints. Only these parts are allowed.
_PARTS: dict[type[exp.Expr], frozenset[str]] = {
    exp.Select: frozenset({"expressions", "distinct", "from_", "joins", "where", "group", "order", "limit"}),
    exp.Table: frozenset({"this", "alias", "db", "joins"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Distinct: frozenset({"expressions"}),
    exp.Star: frozenset(),
    exp.Window: frozenset({"this", "partition_by", "over"}),
}
_MAX_STATEMENT_CHARS = 20_000
_FUNCTIONS = frozenset({"OB_VERSION", "EFFECTIVE_TENANT_ID", "CONNECTION_ID", "VERSION"})

logging.getLogger("sqlglot").setLevel(logging.ERROR)


def check_statement(sql: str, system_schema: str = "oceanbase") -> None:
    """Raise StatementRefused if the statement may not be sent. Nothing has been sent then."""
    if sql in (session.SESSION_READ_ONLY, session.GRANTS) or _SESSION.fullmatch(sql):
        return
    reason = _find_objection(sql, frozenset({system_schema, "information_schema"}))
    if reason:
        raise StatementRefused(Text("The gate refused a statement: {reason}.", {"reason": reason}))


def _find_objection(sql: str, schemas: frozenset[str]) -> str:
    if any(mark in sql for mark in ("/*", "*/", "--", "#", ";", "\\")):
        return "it holds a comment, a second statement or a backslash"
    # Our own SQL is plain ASCII on one line; parser and server may read other blanks and quotes differently.
    if not (sql.isascii() and sql.isprintable()) or len(sql) > _MAX_STATEMENT_CHARS:
        return "it is too long or holds other characters than printable ASCII"
    try:
        trees = sqlglot.parse(sql, read="mysql")
        # The hints go behind the first word.
        if len(trees) != 1 or not isinstance(trees[0], exp.Select) or not sql.startswith("SELECT "):
            return "it is not one plain SELECT"
        return next((objection for node in trees[0].walk() if (objection := _find_node_objection(node, schemas))), "")
    except Exception:  # noqa: BLE001 - a statement that breaks the parser (deep nesting, too) is refused
        return "it cannot be parsed"


def _find_node_objection(node: exp.Expr, schemas: frozenset[str]) -> str:
    if type(node) not in _NODES:
        return f"{type(node).__name__} is not allowed"
    if isinstance(node, exp.Anonymous) and str(node.this).upper() not in _FUNCTIONS:
        return f"the function {node.this} is not allowed"
    if isinstance(node, exp.Table) and node.db not in schemas:
        return f"the table {node.sql()} is not a system view"
    allowed = _PARTS.get(type(node))
    if allowed is not None and any(part not in allowed for part, value in node.args.items() if value):
        return f"{type(node).__name__} with INTO, locks, hints, modifiers or other parts is not allowed"
    if isinstance(node, exp.Column) and node.name.upper() in _SEQUENCE_COLUMNS:
        return "reading a sequence advances it"
    return ""

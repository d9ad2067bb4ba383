"""The gate: what may leave for the customer's database.

A statement passes if it is one of the session's own settings, or if sqlglot reads it as one plain SELECT
(or it is ``SHOW GRANTS``) made only of allowed node types and functions, without any comment.
The marker and the hint are put around it afterwards, by ``connect``.
"""

from __future__ import annotations

import logging
import re

import sqlglot
from sqlglot import expressions as exp

from agent.errors import StatementRefused
from agent.facts import server
from agent.terms import Text

_SESSION = re.compile(re.escape(server.SESSION_SETTINGS).replace(r"\{timeout_us:d\}", r"\d+"))
_NODES: tuple[type[exp.Expr], ...] = (
    exp.Select, exp.From, exp.Where, exp.Group, exp.Order, exp.Ordered, exp.Limit, exp.Join, exp.Table, exp.TableAlias,
    exp.Alias, exp.Column, exp.Identifier, exp.Star, exp.Literal, exp.Null, exp.Boolean, exp.Tuple, exp.Paren,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Like, exp.Is, exp.Between,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Case, exp.If, exp.Distinct, exp.SessionParameter,
    exp.Count, exp.Sum, exp.Min, exp.Max, exp.Avg, exp.Substring, exp.SubstringIndex, exp.Coalesce, exp.CurrentUser,
    exp.CurrentVersion, exp.Anonymous, exp.Var,
)  # fmt: skip
_SEQUENCE_COLUMNS = frozenset({"NEXTVAL", "CURRVAL"})
_FUNCTIONS = frozenset({"OB_VERSION", "EFFECTIVE_TENANT_ID", "CONNECTION_ID", "VERSION"})

logging.getLogger("sqlglot").setLevel(logging.ERROR)


def check(sql: str, system_schema: str = "oceanbase") -> None:
    """Let a statement pass or raise StatementRefused; nothing has been sent then."""
    if sql in (server.SESSION_READ_ONLY, server.GRANTS) or _SESSION.fullmatch(sql):
        return
    reason = _objection(sql, frozenset({system_schema, "information_schema"}))
    if reason:
        raise StatementRefused(Text("The gate refused a statement: {reason}.", {"reason": reason}))


def _objection(sql: str, schemas: frozenset[str]) -> str:
    if any(mark in sql for mark in ("/*", "*/", "--", "#", ";", "\x00", "\\")):
        return "it holds a comment, a second statement or a control character"
    try:
        trees = sqlglot.parse(sql, read="mysql")
    except sqlglot.errors.SqlglotError:
        return "it cannot be parsed"
    if len(trees) != 1 or not isinstance(trees[0], exp.Select):
        return "it is not one plain SELECT"
    return next((objection for node in trees[0].walk() if (objection := _node_objection(node, schemas))), "")


def _node_objection(node: exp.Expr, schemas: frozenset[str]) -> str:
    if type(node) not in _NODES:
        return f"{type(node).__name__} is not allowed"
    if isinstance(node, exp.Anonymous) and str(node.this).upper() not in _FUNCTIONS:
        return f"the function {node.this} is not allowed"
    if isinstance(node, exp.Table) and node.db not in schemas:
        return f"the table {node.sql()} is not a system view"
    if isinstance(node, exp.Column) and node.name.upper() in _SEQUENCE_COLUMNS:
        return "reading a sequence advances it"
    if isinstance(node, exp.Select) and any(node.args.get(part) for part in ("into", "locks", "kind", "hint", "with_")):
        return "SELECT with INTO, locks or hints is not allowed"
    return ""

"""The gate: decides which statements may be sent to the customer's database.

A statement passes if it is one of the session's own settings or ``SHOW GRANTS``, if it is ``SHOW CREATE TABLE`` of one
business table by its plain name, or if sqlglot reads it as one plain SELECT made only of allowed node types, parts and
functions, without any comment. Functions are allowed by the name that is written: the parser gives one node to several
names, and the server may know another of them as a stored function. ``connect`` adds the marker and the hints
afterwards.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from sqlglot import Dialect, Token, TokenType
from sqlglot import expressions as exp

from agent.facts import SYSTEM_SCHEMAS, definitions
from agent.facts.own_statements import session
from agent.model.terms import Text
from agent.support.errors import StatementRefused

_SESSION = re.compile(re.escape(session.SESSION_SETTINGS).replace(r"\{timeout_us:d\}", "[0-9]+"))
# Two names in backticks, without what could end them or begin a comment for another parser.
_SHOW_TABLE = re.compile(rf"{definitions.SHOW} `([^`\\]{{1,128}})`\.`([^`\\]{{1,128}})`")
_SHOWN = ("Table", "Create Table")
_NODES: tuple[type[exp.Expr], ...] = (
    exp.Select, exp.From, exp.Where, exp.Group, exp.Order, exp.Ordered, exp.Limit, exp.Join, exp.Table, exp.TableAlias,
    exp.Alias, exp.Column, exp.Identifier, exp.Star, exp.Literal, exp.Null, exp.Boolean, exp.Tuple, exp.Paren,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Like, exp.Is, exp.Between,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Case, exp.If, exp.Distinct, exp.SessionParameter,
    exp.Concat, exp.Count, exp.Sum, exp.Min, exp.Max, exp.Avg, exp.Substring, exp.SubstringIndex, exp.Coalesce,
    exp.Greatest, exp.Window, exp.CurrentUser, exp.CurrentVersion, exp.Anonymous, exp.Var, exp.Introducer,
    exp.HexString,
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
_MOST_KEPT = 512  # verdicts, of statements of some hundred characters each; those of slices are longer
_MARKS = ("/*", "*/", "--", "#", ";")
_SYSTEM = frozenset(schema.lower() for schema in SYSTEM_SCHEMAS)
_DIALECT = Dialect.get_or_raise("mysql")
# The server resolves each of these names itself: tests call stored functions of the same names on the kernel.
_FUNCTIONS = frozenset(
    {
        "AVG", "COALESCE", "CONCAT", "COUNT", "GREATEST", "IF", "IFNULL", "ISNULL", "MAX", "MIN", "MOD", "NVL",
        "SUBSTR", "SUBSTRING", "SUBSTRING_INDEX", "SUM",
        "CONNECTION_ID", "CURRENT_USER", "EFFECTIVE_TENANT_ID", "OB_VERSION", "VERSION",
    }
)  # fmt: skip
# Reserved words: no function can have their names.
_BEFORE_PARENTHESES = frozenset(
    {"AND", "BETWEEN", "BY", "CASE", "DISTINCT", "ELSE", "IN", "NOT", "ON", "OR", "OVER", "SELECT", "THEN",
     "WHEN", "WHERE"}
)  # fmt: skip
_QUOTED = frozenset({TokenType.IDENTIFIER, TokenType.STRING})

logging.getLogger("sqlglot").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class AnswerShape:
    """What an answer may look like: the labels of its columns ("" is any label, None any columns), and its most rows.

    An answer without columns is a bare OK.
    """

    labels: tuple[str, ...] | None
    most_rows: int | None = None


def check_statement(sql: str, system_schema: str = "oceanbase") -> AnswerShape:
    """Return what the answer may look like.

    Raises StatementRefused if the statement may not be sent. Nothing has been sent then.
    """
    if sql == session.SESSION_READ_ONLY or _SESSION.fullmatch(sql):
        return AnswerShape(())
    if sql == session.GRANTS:
        return AnswerShape(("",))
    try:
        if shown := _SHOW_TABLE.fullmatch(sql):
            _require_plain_table(sql, shown[1], shown[2])
            return AnswerShape(_SHOWN, 1)
        return _admit_select(sql, system_schema)
    except _Objection as objection:
        reason = str(objection)
    except Exception:  # noqa: BLE001 - a statement that breaks the parser (deep nesting, too) is refused
        reason = "it cannot be parsed"
    raise StatementRefused(Text("The gate refused a statement: {reason}.", {"reason": reason}))


class _Objection(Exception):
    """Why a statement is refused."""


@lru_cache(maxsize=_MOST_KEPT)
def _admit_select(sql: str, system_schema: str) -> AnswerShape:
    """Return what the answer to a SELECT may look like. Raises if it may not be sent.

    The verdict hangs on the text alone, so one that passed is kept: targets of one version are sent the same texts. A
    refused one is looked at each time.
    """
    return _describe_answer(_parse_select(sql, frozenset({system_schema, "information_schema"})))


def _require_plain_table(sql: str, schema: str, table: str) -> None:
    if any(mark in sql for mark in _MARKS) or not sql.isprintable():
        raise _Objection("the name of its table holds a comment's mark or a character that cannot be printed")
    if schema.lower() in _SYSTEM:
        raise _Objection(f"{schema} is a schema of the server itself")
    trees = _DIALECT.parse(sql)
    if len(trees) != 1 or not isinstance(trees[0], exp.Show) or trees[0].name != "CREATE TABLE":
        raise _Objection(f"it is not {definitions.SHOW} of one table: {table[:40]}")


def _parse_select(sql: str, schemas: frozenset[str]) -> exp.Select:
    if any(mark in sql for mark in (*_MARKS, "\\")):
        raise _Objection("it holds a comment, a second statement or a backslash")
    # Our own SQL is plain ASCII on one line; parser and server may read other blanks and quotes differently.
    if not (sql.isascii() and sql.isprintable()) or len(sql) > _MAX_STATEMENT_CHARS:
        raise _Objection("it is too long or holds other characters than printable ASCII")
    tokens = _DIALECT.tokenize(sql)
    trees = _DIALECT.parser().parse(tokens, sql)
    # The hints go behind the first word.
    if len(trees) != 1 or not isinstance(trees[0], exp.Select) or not sql.startswith("SELECT "):
        raise _Objection("it is not one plain SELECT")
    objections = [_find_call_objection(tokens), *(_find_node_objection(node, schemas) for node in trees[0].walk())]
    for objection in filter(None, objections):
        raise _Objection(objection)
    return trees[0]


def _describe_answer(select: exp.Select) -> AnswerShape:
    limit = select.args.get("limit")
    most_rows = int(limit.expression.name) if limit and isinstance(limit.expression, exp.Literal) else None
    if select.is_star:
        return AnswerShape(None, most_rows)
    named = (exp.Alias, exp.Column)
    labels = (column.alias_or_name if isinstance(column, named) else "" for column in select.expressions)
    return AnswerShape(tuple(labels), most_rows)


def _find_call_objection(tokens: Iterable[Token]) -> str:
    """Return what is wrong with a word before a parenthesis, or ""."""
    before = ""
    for token, following in pairwise(tokens):
        word = token.text.upper()
        is_word = token.token_type in _QUOTED or word.isidentifier()
        if is_word and following.token_type is TokenType.L_PAREN:
            plain = token.token_type not in _QUOTED and before != "."
            function = word in _FUNCTIONS and following.start == token.end + 1
            if not plain or not (function or word in _BEFORE_PARENTHESES):
                return f"the function {token.text[:40]} is not allowed"
        before = token.text
    return ""


def _find_node_objection(node: exp.Expr, schemas: frozenset[str]) -> str:
    if type(node) not in _NODES:
        return f"{type(node).__name__} is not allowed"
    if isinstance(node, exp.Table) and node.db not in schemas:
        return f"the table {node.sql()} is not a system view"
    allowed = _PARTS.get(type(node))
    if allowed is not None and any(part not in allowed for part, value in node.args.items() if value):
        return f"{type(node).__name__} with INTO, locks, hints, modifiers or other parts is not allowed"
    if isinstance(node, exp.Column) and node.name.upper() in _SEQUENCE_COLUMNS:
        return "reading a sequence advances it"
    return ""

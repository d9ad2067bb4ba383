"""Joins one statement that is sent under several SQL_IDs, and says when two masked texts are one statement. Pure.

The server makes an id of the text as it is sent: other blanks, comments, letter case or length of a list give another.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlglot.tokenizer_core import Token, TokenType

from agent.facts import Observes
from agent.facts.lexed_sql import MASKED, LexedSql, lex_sql
from agent.facts.shape_load import ShapeLoad
from agent.facts.sql import CUT
from agent.facts.workload import WorkStatement

_VALUE = r"(?:[-+] )?\?"
_LIST = re.compile(rf"\bIN \( {_VALUE}(?: , {_VALUE})*+ \)")
_ROW = rf"\( {_VALUE}(?: , {_VALUE})*+ \)"
_ROWS = re.compile(rf"\b(IN \(|VALUES) ({_ROW})(?: , \2)++")
# Figures that are added up over the ids of a statement; one that no record of an id holds stays unknown.
_SUMMED = (
    "executions", "elapsed_us", "rows_read", "rows_used", "disk_reads", "retries", "wait_us", "remote_executions",
    "full_scans", "errors", "execute_us", "cpu_us", "io_wait_us", "queue_us", "plan_us", "rpc_count",
    "other_wait_us", "schedule_us", "retried",
)  # fmt: skip


class Identity(NamedTuple):
    """What a statement is known by, whatever its id."""

    tenant_id: int | None
    database: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFamily:
    """One statement with all ids under which it is sent, the dearest first; ``statement`` has the figures of all.

    ``identity`` is None where its text is not known whole.
    """

    statement: WorkStatement
    sql_ids: tuple[str, ...]
    identity: Identity | None


def find_fingerprint(text: str | None) -> str | None:
    """Return what is the same for all texts of one statement; None for a text that is unknown, cut or not readable.

    Words of SQL and names of functions are in upper case, names of objects without quotes, and a list behind IN, or of
    rows, has one entry.
    """
    if text is None or text == MASKED or text.endswith(CUT):
        return None
    found = lex_sql(text)
    if found is None or found.cut:
        return None
    kept = [number for number, token in enumerate(found.tokens) if token.token_type is not TokenType.HINT]
    spelled = " ".join(_spell(found, number, _next_type(found.tokens, number)) for number in kept).removesuffix(" ;")
    return _LIST.sub("IN ( ? )", _ROWS.sub(r"\1 \2", spelled))


def _next_type(tokens: Sequence[Token], number: int) -> TokenType | None:
    return tokens[number + 1].token_type if number + 1 < len(tokens) else None


def _spell(found: LexedSql, number: int, follows: TokenType | None) -> str:
    piece, kind = found.piece(number), found.tokens[number].token_type
    if kind is TokenType.IDENTIFIER:
        return piece[1:-1].replace("``", "`")
    if kind is TokenType.VAR and follows is not TokenType.L_PAREN:
        return piece
    return piece.upper()


def join_statements(workload: Iterable[WorkStatement]) -> tuple[StatementFamily, ...]:
    """Return the statements with their ids joined, the dearest first.

    Joined are texts of one fingerprint in one tenant and database, with the same hints that force a plan.
    """
    joined: defaultdict[tuple[Identity | None, object], list[WorkStatement]] = defaultdict(list)
    for statement in workload:
        fingerprint = find_fingerprint(statement.text)
        identity = Identity(statement.tenant_id, statement.load.database, fingerprint) if fingerprint else None
        joined[identity, (statement.tenant_id, statement.forced if identity else statement.sql_id)].append(statement)
    families = [_join(members, identity) for (identity, _), members in joined.items()]
    return tuple(sorted(families, key=lambda family: family.statement.load.elapsed_us, reverse=True))


def _join(members: list[WorkStatement], identity: Identity | None) -> StatementFamily:
    ranked = sorted(members, key=lambda statement: statement.load.elapsed_us, reverse=True)
    first, *others = ranked
    if not others:
        return StatementFamily(statement=first, sql_ids=(first.sql_id,), identity=identity)
    by_record: defaultdict[Observes, list[ShapeLoad]] = defaultdict(list)
    for statement in ranked:
        for load in statement.loads:
            by_record[load.record].append(load)
    loads = {record: _add_up(records) for record, records in by_record.items()}
    executions: Counter[int] = Counter()
    for statement in ranked:
        executions.update(statement.executions)
    whole = dataclasses.replace(
        first,
        load=loads[first.load.record],
        loads=tuple(loads.values()),
        plans=tuple(plan for statement in ranked for plan in statement.plans),
        parameters={place: types for statement in reversed(ranked) for place, types in statement.parameters.items()},
        shapes={name: shape for statement in reversed(ranked) for name, shape in statement.shapes.items()},
        executions=executions,
        outlines={place: hints for statement in reversed(ranked) for place, hints in statement.outlines.items()},
    )
    sql_ids = tuple(statement.sql_id for statement in ranked)
    return StatementFamily(statement=whole, sql_ids=sql_ids, identity=identity)


def _add_up(loads: Sequence[ShapeLoad]) -> ShapeLoad:
    """Return one load for those of several ids in one record: user and example are of the longest execution."""
    longest = max(loads, key=lambda load: load.longest_us or 0)
    first = [load.first_us for load in loads if load.first_us is not None]
    last = [load.last_us for load in loads if load.last_us is not None]
    known = {name: [value for load in loads if (value := getattr(load, name)) is not None] for name in _SUMMED}
    bounds = sum(load.fewest_executions for load in loads), sum(load.most_executions for load in loads)
    sums: dict[str, Any] = {name: sum(values) if values else None for name, values in known.items()}
    return dataclasses.replace(
        longest,
        sql_id=loads[0].sql_id,
        days=max(load.days for load in loads),
        users=max((load.users for load in loads if load.users is not None), default=None),
        sessions=max((load.sessions for load in loads if load.sessions is not None), default=None),
        first_us=min(first, default=None),
        last_us=max(last, default=None),
        between=bounds if any(load.between for load in loads) else None,
        **sums,
    )

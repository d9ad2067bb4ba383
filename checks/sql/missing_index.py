"""SQL022: frequent slow statements that read a table by no index although their conditions would allow one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from agent.api import Actor, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.conditions import Asks, Condition
from agent.facts.definitions import TableDefinition
from agent.facts.plan_tree import Access, Way
from agent.facts.plans import PlanStep
from agent.facts.schema import IndexColumn
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts, WorkStatement
from checks.sql.diagnosis import count_rows, find_plan, list_evidence, list_slow, list_unread, name_statement
from checks.sql.pages import FEWER_READS, PLANS_VIEW, SQL_RULES

_EXACT = frozenset({Asks.EQUAL, Asks.AMONG})
_MOST_EXACT = 3
_NOT_INDEXED = frozenset({"text", "tinytext", "mediumtext", "longtext", "json", "blob", "mediumblob", "longblob"})
Indexes = Mapping[tuple[str, str], frozenset[str]]


@params
class MissingIndexParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_read_ratio: int


@check(
    code="SQL022",
    name="sql.missing_index",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Slow statement has conditions that no index of the table serves",
    finding="{resource} in {database} goes through {value} rows of {table} per execution (limit {limit}), because no "
    "index begins with a column of its conditions; a candidate, not yet verified, is ({candidate}). "
    "{executions_count} executions of {average_us} on average. {statement}",
    remediation=Remediation(
        advice="Create an index on the columns named here: those that are compared for equality first, the most "
        "selective of them in front, then the one that is compared by range. On a partitioned table decide between a "
        "local and a global index by whether the statement also names the partition. Prove it on a copy first.",
        no_rollback="Drop the index again if the statement does not become faster.",
        pre_check="EXPLAIN the statement: it shows a scan of the whole table with the conditions as filters.",
        post_check="EXPLAIN names the new index, and the rows read per execution fall in GV$OB_SQL_AUDIT.",
        risk="Each index makes writes slower and takes disk space; building one on a large table takes CPU and time.",
        window=True,
    ),
    sources=(SQL_RULES, FEWER_READS, PLANS_VIEW),
)
def missing_index(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    indexes: Rows[IndexColumn],
    definitions: Rows[TableDefinition] | None,
    limits: MissingIndexParams,
) -> Iterator[Measurement | Unjudged]:
    """Without an index that begins with a column of the conditions, the server goes through the table or a whole
    index and throws away nearly all that it reads. The plan tells how many rows a scan goes through and how many it
    keeps; the statement's own conditions tell by which columns an index could find them. A scan that keeps most of
    its rows needs them, and no index helps it."""
    facts = WorkloadFacts(
        shapes=shapes, totals=totals, history=history, plans=plans, steps=steps, definitions=definitions
    )
    slow = list_slow(facts, limits.min_executions_count, limits.min_average_ms)
    leading = _list_leading_columns(indexes)
    yield from list_unread(slow)
    for statement in slow:
        found = _find_unserved(statement, leading, limits.min_read_ratio)
        if found is not None:
            access, columns = found
            evidence = {**list_evidence(statement, access), "candidate": ", ".join(columns)}
            yield Measurement(name_statement(statement), count_rows(access), evidence, statement.load.record)


def _list_leading_columns(indexes: Rows[IndexColumn]) -> Indexes:
    leading: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in indexes:
        if row.seq_in_index == 1 and row.is_visible == "YES":
            leading[row.table_schema, row.table_name].add(row.column_name.lower())
    return {table: frozenset(columns) for table, columns in leading.items()}


def _find_unserved(
    statement: WorkStatement, leading: Indexes, min_read_ratio: int
) -> tuple[Access, Sequence[str]] | None:
    """Return the scan that goes through the most rows for next to nothing, with the columns of a candidate."""
    plan = find_plan(statement)
    if plan is None or statement.questions is None:
        return None
    wasteful = []
    for place, access in enumerate(plan.accesses):
        kept = max(access.rows_estimated, access.rows_real, 1)
        if access.way is Way.GET or count_rows(access) < kept * min_read_ratio:
            continue
        asked = [c for question in statement.questions for c in question.conditions if c.table == access.table]
        columns = _list_candidate(asked, statement, access.table, joined=place > 0)
        if columns and not leading.get((access.owner, access.table), frozenset()) & set(map(str.lower, columns)):
            wasteful.append((access, columns))
    return max(wasteful, key=lambda item: count_rows(item[0]), default=None)


def _list_candidate(asked: Sequence[Condition], statement: WorkStatement, table: str, *, joined: bool) -> list[str]:
    """Return the columns of an index for these conditions: compared for equality first, then one by range.

    A column that joins counts where another table was read before.
    """
    exact = [c.column for c in asked if c.asks in _EXACT or (joined and c.asks is Asks.JOINED)]
    ranges = [c.column for c in asked if c.asks is Asks.RANGE and c.column not in exact]
    found = [*dict.fromkeys(exact)][:_MOST_EXACT] + ranges[:1]
    shape = statement.shapes.get(table)
    known = shape.columns if shape else {}
    return [name for name in found if name not in known or known[name].data_type not in _NOT_INDEXED]

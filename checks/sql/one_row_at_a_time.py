"""SQL035: a session fetches row after row by key, one statement each (N+1)."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.plan_tree import read_plans
from agent.facts.plans import PlanStep
from agent.facts.sql import AuditReturn, CachedPlan, SqlShape
from checks.sql.bursts import count_in_a_row, list_bursts, may_fill_cache, reads_one_table, recurs
from checks.sql.pages import AUDIT, SHORT_QUERIES


@params
class OneRowParams(Params):
    """How much must have been seen, what counts as one row, and when bursts are told from a single one."""

    min_executions_count: int
    min_share_pct: float
    min_per_second_count: int
    min_busy_pct: float
    most_rows_count: int
    min_table_count: int
    min_span_s: int
    most_busy_pct: float
    min_bursts_count: int
    max_off_pct: float


@check(
    code="SQL035",
    name="sql.one_row_at_a_time",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Rows are fetched one by one, with one statement each",
    consequence="Pages and reports wait for hundreds of network round trips.",
    finding="A session sends {resource} in {database} {value} times in a row, within a transaction or a second (limit "
    "{limit}), each time for one row of {table}: {executions_count} executions of {average_us} on average, "
    "{share_pct} of all executions in the SQL audit. {statement}",
    remediation=Remediation(
        advice="Look in the application for a loop that reads related data for each row of a list, often hidden in an "
        "object-relational mapper. Read all of it with one statement: join it to the list, or collect the keys and "
        "query 50 to 200 of them in one IN list. Cache data that seldom changes in the application.",
        no_rollback="The statement is changed in the application.",
        pre_check="In GV$OB_SQL_AUDIT, ordered by SID and REQUEST_ID, the statement follows itself many times.",
        post_check="The executions of the statement in GV$OB_SQL_AUDIT fall to about one for each list.",
        risk="A join may return rows of the list several times; the application must combine them.",
    ),
    sources=(
        SHORT_QUERIES,
        AUDIT,
        KernelRun("4.3.5", "60 lookups by key in each of six transactions: TX_ID and SID of the audit tell them apart"),
    ),
)
def one_row_at_a_time(
    *,
    shapes: Rows[SqlShape],
    returns: Rows[AuditReturn],
    plans: Rows[CachedPlan] | None,
    steps: Rows[PlanStep] | None,
    limits: OneRowParams,
) -> Iterator[Measurement | Unjudged]:
    """Each lookup by key is fast, so no list of slow SQL shows it. But each row costs a network round trip, and a page
    of a hundred rows waits a hundred times. A session that sends one SQL pattern hundreds of times a second, or
    waits for its results most of the second, does nothing else meanwhile; one that serves users sends other
    statements in between.

    A single burst with as many executions as the table has rows may be a cache warm-up, and small tables hold
    counters and settings that are read often: both are excluded.
    """
    trees = read_plans(steps or ())
    for burst in list_bursts(shapes, returns, limits.min_executions_count, limits.min_share_pct):
        if isinstance(burst, str):
            yield Unjudged(burst)
            continue
        row, found = burst.row, trees.get(burst.row.sql_id, [])
        one_row = row.rows_returned > 0 and row.max_rows_returned == 1 and row.rows_affected == 0
        again = recurs(row, limits.min_span_s, limits.min_bursts_count, limits.most_busy_pct)
        if not one_row:
            continue
        if again is None or not found or row.transactions is None or row.tx_executions is None:
            yield Unjudged(burst.name)
        elif all(reads_one_table(plan, limits.most_rows_count) for plan in found):
            access = found[0].accesses[0]
            if access.table_rows is None:
                yield Unjudged(burst.name)
            elif access.table_rows >= limits.min_table_count and (
                again or not may_fill_cache(row, access.table_rows, limits.max_off_pct)
            ):
                evidence = {**burst.list_evidence(plans), "table": f"{access.owner}.{access.table}"}
                often = count_in_a_row(burst, limits.min_per_second_count, limits.min_busy_pct, limits.min_bursts_count)
                yield Measurement(burst.name, often, evidence)

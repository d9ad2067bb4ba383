"""The shapes of statements in the three records of the load.

The workload repository covers days, the plan cache the time since the plan was made, the audit ring seconds to hours.
A check judges a shape in each record that has it: the worst is the finding, and the report says how much time that
record covers.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

from agent.api import NotAssessed, Observes, Rows, Unjudged, name_shape
from agent.facts.shape_load import ShapeLoad, collect_loads
from agent.facts.sql import DATA_STATEMENTS, CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.statement_texts import collect_texts, list_other_kinds


def list_loads(
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan] | None = None,
) -> list[ShapeLoad]:
    """Return every shape in every record as ``collect_loads`` does. Raises NotAssessed if there is none."""
    found = collect_loads(shapes, totals, history, plans)
    if not found:
        raise NotAssessed(
            "Neither the plan cache nor the WR holds a business statement."
            if shapes is None
            else "Neither the SQL audit, the plan cache nor the WR holds a business statement.",
            "Assess again after a day of business with the SQL audit and the WR switched on.",
        )
    return found


def list_frequent(loads: list[ShapeLoad], min_executions: int, min_average_ms: int = 0) -> Iterator[ShapeLoad]:
    """Yield the shapes that are executed often enough, and take long enough on average, to judge.

    Where a record covers days, they are executed so often each day: a nightly report is not frequent. Where nobody
    counted the executions, it counts how long they take at least.
    """
    for load in loads:
        if _is_often(load, min_executions) and load.least_average_us >= min_average_ms * 1000:
            yield load


def list_doubtful(loads: list[ShapeLoad], min_executions: int, min_average_ms: int) -> Iterator[ShapeLoad]:
    """Yield the frequent shapes that take long enough by the fewest executions that it may have been, but not the most.

    Not those that another record shows often enough, and counted: that one tells how long they take.
    """
    counted = count_surely(loads, min_executions)
    for load in loads:
        is_sure = load.least_average_us >= min_average_ms * 1000 or (load.tenant_id, load.sql_id) in counted
        if not is_sure and _is_often(load, min_executions) and load.most_average_us >= min_average_ms * 1000:
            yield load


def bound_rate(load: ShapeLoad, amount: float, counted: Container[tuple[int | None, str]]) -> float | None:
    """Return what an execution may have had of an amount; None where nobody doubts how often the shape was executed.

    ``counted`` are the shapes that another record counted (``count_surely``).
    """
    return amount / load.fewest_executions if load.between and (load.tenant_id, load.sql_id) not in counted else None


def count_surely(loads: list[ShapeLoad], min_executions: int) -> frozenset[tuple[int | None, str]]:
    """Return the shapes that some record shows often enough, with the number of their executions."""
    return frozenset(
        (load.tenant_id, load.sql_id) for load in loads if not load.between and _is_often(load, min_executions)
    )


def _is_often(load: ShapeLoad, min_executions: int) -> bool:
    return load.executions >= min_executions * max(1.0, load.days)


def list_uncounted(frequent: list[ShapeLoad], concerned: Callable[[ShapeLoad], bool]) -> Iterator[Unjudged]:
    """Yield the shapes that it concerns and whose rows nobody counted: those that the audit ring has not often enough.

    The plan cache and the repository leave out what a scan goes through block by block, so their rows are the least.
    A plan tells how many rows were expected: enough to find one that goes through many, and not to pass one.
    """
    counted = {(load.tenant_id, load.sql_id) for load in frequent if load.record is Observes.AUDIT_RING}
    shapes = [load for load in frequent if concerned(load) and (load.tenant_id, load.sql_id) not in counted]
    yield from map(Unjudged, dict.fromkeys(name_shape(load.sql_id, load.tenant_id) for load in shapes))


def list_textless(
    loads: list[ShapeLoad],
    plans: Rows[CachedPlan],
    texts: Rows[RepositoryText] | None,
    concerned: Container[int] = DATA_STATEMENTS,
    *,
    min_rows: int = 1,
    min_executions: int = 1,
) -> Iterator[Unjudged]:
    """Yield the shapes that read, return or change rows, at least so many each time, and whose text nobody knows.

    Those that are known to be of another kind than the ``concerned`` ones are not among them: a call of DBMS_STATS goes
    through many rows, and its text is in no plan cache. A check that judges only what is executed often enough says so
    by ``min_executions``: the optimizer's samples of a table without statistics are each a shape of their own.
    """
    passed = list_other_kinds(loads, texts, concerned) | collect_texts(plans, texts).keys()
    unread = {
        name_shape(load.sql_id, load.tenant_id): None
        for load in loads
        if load.sql_id not in passed
        and load.executions >= min_executions
        and max(load.rows_used, load.rows_read or 0) >= min_rows * load.executions
    }
    yield from map(Unjudged, unread)

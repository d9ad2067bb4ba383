"""How far an AUTO_INCREMENT column has come, and what to do by the next wider type."""

from __future__ import annotations

from dataclasses import dataclass

from agent.api import Case, DocPage, Effort, EffortCase, KernelRun, Told, known, unknown
from agent.facts.schema import AutoIncrement, NotableColumn
from checks.schema.column_kinds import BITS
from checks.schema.pages import DDL, OBJECTS, VIEWS

SOURCES = (
    DocPage(f"{OBJECTS}/200.manage-tables-of-mysql-mode/300.define-an-auto-increment-column-of-mysql-mode.md"),
    DocPage(f"{VIEWS}/6200.o-dba_ob_auto_increment-of-mysql-mode.md"),
    DocPage(f"{DDL}/900.column-type-change-rule-of-mysql-mode.md"),
    KernelRun(
        "4.3.5.3",
        "SMALLINT from 30000: SYNC_VALUE 29999, AUTO_INCREMENT_VALUE 32767; id 7000000 by hand in a cache of a "
        "million: 8000000 and 8000001, the next row 7000001",
    ),
)
LARGEST_CACHE = 100_000_000  # the largest that a tenant or a table can have


def _keeps_its_sign(told: Told) -> bool:
    """Whether the next wider type is signed as the present one is. Only then no row is written again."""
    return str(told["wider"]) == "BIGINT" or "unsigned" in str(told["type"]).lower()


# Source: 600.change-table-of-mysql-mode.md and 900.column-type-change-rule-of-mysql-mode.md of V4.2.2 and V4.3.1.
WIDENED_ONLINE = EffortCase(Effort.TRIAL, when=_keeps_its_sign, since=(4, 2, 2))
ADVICE_BY_TYPE = (
    Case("Widen the column to the type in the statement.", when=known("wider")),
    Case(
        "Nothing is wider than BIGINT UNSIGNED: take the rows into a new table that counts from 1.",
        when=unknown("wider"),
    ),
    Case(
        "SHOW CREATE TABLE: repeat the column's comment in the statement; while a foreign"
        " key uses the column, the server refuses the change (error 5320), so drop the "
        "key first and create it again afterwards.",
        when=known("wider"),
        part="pre_check",
    ),
    Case(
        "The rollback rewrites and locks the table, and works only while no value is stored that the old type cannot "
        "hold.",
        when=known("wider"),
        part="risk",
    ),
    Case(
        "A change from signed to unsigned rewrites and locks the table.",
        when=lambda told: bool(told["wider"]) and not _keeps_its_sign(told),
        part="risk",
    ),
    Case(
        "In this version the change of a key column rewrites and locks the table.",
        when=known("wider"),
        before=(4, 2, 2),
        part="risk",
    ),
)


@dataclass(frozen=True, slots=True)
class Use:
    """Values that are certainly used, the end of the cache that was handed out, and the highest value of the type.

    ``wider`` is the next wider type, None where there is none.
    """

    passed: int
    end: int
    highest: int
    wider: str | None


def _find_synced(counter: AutoIncrement, highest: int) -> int:
    """Return the last value that the servers have agreed never to hand out again, as far as that is certain; else 0.

    SYNC_VALUE is the start of the table, or the end of the cache in which a value was given by hand; that cache is used
    up once another was handed out behind it.
    """
    is_passed = (counter.auto_increment_value or 0) > counter.sync_value + 1
    return counter.sync_value if is_passed and counter.sync_value <= highest else 0


def measure_use(column: NotableColumn, counter: AutoIncrement, rows: int) -> Use:
    """Return the use of a column of an integer type; ``rows`` are those that statistics count in its table."""
    kind, unsigned = column.data_type.lower(), "unsigned" in column.column_type.lower()
    highest = 2 ** (BITS[kind] - (0 if unsigned else 1)) - 1
    end = max(counter.sync_value, counter.auto_increment_value or 0)
    passed = max(rows if rows <= highest else 0, end - LARGEST_CACHE, _find_synced(counter, highest), 0)
    widest = "BIGINT UNSIGNED" if unsigned or kind == "bigint" else "BIGINT"
    return Use(passed, end, highest, None if unsigned and kind == "bigint" else widest)

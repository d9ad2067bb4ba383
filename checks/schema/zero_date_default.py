"""SCH033: dates that stand for none, as defaults."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    KernelRun,
    Measurement,
    Params,
    Remediation,
    Rows,
    Unit,
    Unjudged,
    check,
    name_object,
    params,
)
from agent.facts.schema import NotableColumn, Table
from checks.schema.counted import list_stored, require_read
from checks.schema.pages import BASICS


@params
class ZeroDateParams(Params):
    """No row of a business is older: such a date is a sign for none. From the later year on it may be one, too."""

    before_year_count: int
    far_year_count: int


@check(
    code="SCH033",
    name="schema.zero_date_default",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title='Default of a date column means "no date"',
    consequence="Reports on dates are wrong, and exports to other databases fail.",
    finding="{resource}: the default {value} is not a real date.",
    remediation=Remediation(
        advice="Use NULL where there is no date, or require a date: drop the default, and change the existing rows "
        "and the conditions for the old value.",
        sql=("ALTER TABLE {schema!i}.{table!i} ALTER COLUMN {column!i} DROP DEFAULT;",),
        rollback=("ALTER TABLE {schema!i}.{table!i} ALTER COLUMN {column!i} SET DEFAULT {default!l};",),
        pre_check="Count the rows with this value, and look which INSERT statements leave the column out.",
        post_check="COLUMN_DEFAULT in information_schema.COLUMNS is NULL.",
        risk="Where the column is NOT NULL, an INSERT that leaves it out fails from then on.",
    ),
    sources=(
        DocPage(
            f"{BASICS}/100.data-type-of-mysql-mode/300.date-and-time-types-of-mysql-mode/100.date-and-time-types-of-mysql-mode.md"
        ),
        DocPage(
            "700.reference/800.configuration-items-and-system-variables/200.system-variable/300.global-system-variable/12300.sql_mode-global.md"
        ),
        KernelRun(
            "4.3.5.3", "CREATE TABLE t (d DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00') by the usual sql_mode"
        ),
    ),
)
def zero_date_default(
    columns: Rows[NotableColumn], tables: Rows[Table], p: ZeroDateParams
) -> Iterator[Measurement | Unjudged]:
    """Zero, or the first day of 1900 or 1970, is stored if no date is given. Zero is not a date: drivers refuse it or
    convert it to NULL, other databases do not import it, and the default sql_mode allows it. The other values
    distort ages and minima by decades, and every condition must exclude them.

    A far date such as 9999-12-31 is not judged: at the end of a validity it sorts last, as intended; elsewhere it
    spoils estimates of ranges as the others do.
    """
    stored = list_stored(tables)
    for column in columns:
        table, default = (column.table_schema, column.table_name), column.default_date or ""
        date = default[:10]
        if table not in stored or not date[:4].isdecimal():
            continue
        if int(date[:4]) >= p.far_year_count:
            yield Unjudged(name_object(*table, column.column_name))
        elif int(date[:4]) < p.before_year_count:
            names = {"schema": table[0], "table": table[1], "column": column.column_name, "default": default}
            yield Measurement(name_object(*table, column.column_name), date, names)
    require_read(tables, (column.default_date for column in columns))

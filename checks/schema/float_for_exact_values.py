"""SCH005: floating point columns that hold money."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.api import Actor, Case, DocPage, Measurement, Remediation, Rows, Unit, check, known, name_object, unknown
from agent.facts.schema import NotableColumn, Table
from checks.schema.counted import list_stored
from checks.schema.pages import BASICS, DDL

MONEY = frozenset(
    ("amount", "amounts", "amt", "price", "prices", "money", "balance", "salary", "wage", "wages", "fee", "fees",
     "fare", "payment", "payments", "refund", "cash", "deposit", "debt", "cost", "costs", "revenue", "income", "profit",
     "turnover", "subtotal", "commission", "surcharge", "invoiced", "paid", "payable", "receivable", "usd", "eur",
     "cny", "rmb", "yuan")
)  # fmt: skip
# With one of these the number is a relation or a measure of work, not an amount.
RATE = frozenset(
    ("rate", "ratio", "pct", "percent", "factor", "weight", "share", "score", "index", "time", "ms", "us", "sec",
     "seconds", "minutes", "hours", "cpu", "io", "plan", "query", "memory", "estimate", "estimated")
)  # fmt: skip


@check(
    code="SCH005",
    name="schema.float_for_exact_values",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Floating point type for exact values",
    consequence="Sums of amounts are wrong by cents.",
    finding="{resource}: {value} cannot hold decimal amounts exactly.",
    remediation=Remediation(
        advice="Change the column to DECIMAL with the digits that the business needs, together with the "
        "code that computes with it.",
        sql=("ALTER TABLE {schema!i}.{table!i} MODIFY COLUMN {plain_column!i} DECIMAL(<digits>, <decimals>);",),
        rollback=("ALTER TABLE {schema!i}.{table!i} MODIFY COLUMN {plain_column!i} {type};",),
        pre_check="Note NOT NULL, default and comment of the column (SHOW CREATE TABLE), to keep them; "
        "compare the largest value with the digits that you choose. While a CHECK constraint or a"
        " foreign key uses the column, the server refuses the change (errors 1235 and 5320): drop"
        " it first and create it again afterwards.",
        post_check="Sums over the column agree with the accounts.",
        risk="The table is rewritten; digits already lost by the floating point type cannot be restored.",
        window=True,
        cases=(
            Case(
                "A generated column cannot be changed: drop it and add it with the new type.",
                when=unknown("plain_column"),
            ),
            Case("Put the digits in place of <digits> and <decimals>.", when=known("plain_column"), part="pre_check"),
        ),
    ),
    sources=(
        DocPage(
            f"{BASICS}/100.data-type-of-mysql-mode/200.numeric-of-mysql-mode/400.floating-point-type-of-mysql-mode.md"
        ),
        DocPage(f"{DDL}/900.column-type-change-rule-of-mysql-mode.md"),
    ),
)
def float_for_exact_values(columns: Rows[NotableColumn], tables: Rows[Table]) -> Iterator[Measurement]:
    """FLOAT and DOUBLE store the nearest binary fraction. Sums and comparisons of amounts then differ by cents, and an
    equality condition on such a column may not match."""
    stored = list_stored(tables)
    for column in columns:
        table = (column.table_schema, column.table_name)
        parts = {part.lower() for part in re.split(r"_|(?<=[a-z])(?=[A-Z])", column.column_name)}
        inexact = column.data_type.lower() in ("float", "double")
        if inexact and table in stored and parts & MONEY and not parts & RATE:
            plain = None if "GENERATED" in column.extra.upper() else column.column_name
            names = {"schema": table[0], "table": table[1], "column": column.column_name, "plain_column": plain}
            resource = name_object(*table, column.column_name)
            yield Measurement(resource, column.column_type, {**names, "type": column.column_type})

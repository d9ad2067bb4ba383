"""SCH005: floating point columns that hold money."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, check
from agent.facts.schema import NumberColumn

MONEY = frozenset(
    ("amount", "amounts", "amt", "price", "prices", "money", "balance", "salary", "wage", "fee", "fees", "fare",
     "payment", "refund", "cash", "deposit", "debt")
)  # fmt: skip
RATE = frozenset(("rate", "ratio", "pct", "percent"))


@check(
    code="SCH005",
    name="schema.float_for_exact_values",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Floating point type for exact values",
    finding="{resource}: {value} cannot hold decimal amounts exactly.",
    remediation=Remediation(
        advice="Change the column to DECIMAL with the digits that the business needs, together with the code that "
        "computes with it.",
        sql=("ALTER TABLE {schema!i}.{table!i} MODIFY COLUMN {column!i} DECIMAL(20, 4);",),
        rollback=("ALTER TABLE {schema!i}.{table!i} MODIFY COLUMN {column!i} {type};",),
        pre_check="Note NOT NULL, default and comment of the column and repeat them in the statement; compare the "
        "largest value with the new type.",
        post_check="Sums over the column agree with those of the books.",
        risk="The table is rewritten; digits that the float had already lost stay lost.",
        window=True,
        link="https://en.oceanbase.com/docs/oceanbase-database",
    ),
)
def float_for_exact_values(columns: Rows[NumberColumn]) -> Iterator[Measurement]:
    """FLOAT and DOUBLE keep the nearest binary fraction. Amounts then differ by cents after sums and comparisons, and
    equality on such a column finds rows or misses them by chance."""
    for column in columns:
        parts = {part.lower() for part in re.split(r"_|(?<=[a-z])(?=[A-Z])", column.column_name)}
        if column.data_type.lower() in ("float", "double") and parts & MONEY and not parts & RATE:
            names = {"schema": column.table_schema, "table": column.table_name, "column": column.column_name}
            resource = f"{column.table_schema}.{column.table_name}.{column.column_name}"
            yield Measurement(resource, column.column_type, {**names, "type": column.column_type})

"""SCH019: tables of one database with different collations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Scalar, Unit, check, name_object
from agent.facts.schema import Table


@check(
    code="SCH019",
    name="schema.collations_mixed",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Tables of one database differ in their collation",
    finding="{resource}: {value} of its tables ({deviating_count} of {tables_count}) do not have the collation "
    "{usual}, but {others}; limit {limit}.",
    remediation=Remediation(
        advice="Agree on one collation per database, make it the default of the database, and convert the tables that "
        "are joined with each other. Leave a binary collation where the application compares case on purpose.",
        no_rollback="The same statement converts back to the old collation.",
        pre_check="Look for unique keys that the new collation would break, such as values that differ only in case.",
        post_check="TABLE_COLLATION in information_schema.TABLES is the same for tables that are joined.",
        risk="Converting rewrites a table and changes how it compares and sorts text.",
        window=True,
        link="https://en.oceanbase.com/docs/oceanbase-database",
    ),
)
def collations_mixed(tables: Rows[Table]) -> Iterator[Measurement]:
    """Text columns of different collations cannot simply be compared: a join fails with an illegal mix, or one side is
    converted row by row and its index stays unused. Such mixtures come from migrations and changed defaults, hardly
    ever on purpose."""
    schemas: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for table in tables:
        if table.table_collation:
            schemas[table.table_schema][table.table_collation] += 1
    for schema, counts in schemas.items():
        (usual, most), *others = sorted(counts.items(), key=_rank_collation)
        deviating = counts.total() - most
        evidence: dict[str, Scalar] = {
            "deviating_count": deviating,
            "tables_count": counts.total(),
            "usual": usual,
            "others": ", ".join(sorted(name for name, _ in others)),
        }
        if others:
            yield Measurement(name_object(schema), 100 * deviating / counts.total(), evidence)


def _rank_collation(counted: tuple[str, int]) -> tuple[int, bool, str]:
    """Return a sort key: the most frequent first; of equally frequent ones utf8mb4, otherwise the first by name."""
    collation, tables = counted
    return -tables, not collation.startswith("utf8mb4"), collation

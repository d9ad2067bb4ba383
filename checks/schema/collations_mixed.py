"""SCH019: tables of one database with different collations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Scalar, Unit, check, name_object
from agent.facts.schema import FULL_CHARSETS, Table
from checks.schema.pages import BASICS, DESIGN


@check(
    code="SCH019",
    name="schema.collations_mixed",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Tables of one database differ in collation",
    consequence="Joins between the tables fail or become slow.",
    finding="{resource}: {deviating_count} of {tables_count} tables ({value}) use {others} instead of {usual}; limit "
    "{limit}.",
    remediation=Remediation(
        advice="Agree on one collation per database, make it the default of the database, and convert the tables that "
        "are joined with each other. Keep binary collations where the application distinguishes case on purpose.",
        no_rollback="Tables are converted back to the old collation in the same way.",
        pre_check="Look for unique keys that the new collation would break, such as values that differ only in case.",
        post_check="TABLE_COLLATION in information_schema.TABLES is the same for tables that are joined.",
        risk="Converting rewrites the table and changes how text is compared and sorted.",
        window=True,
    ),
    sources=(
        DocPage(f"{BASICS}/300.character-set-and-collation-of-mysql-mode/300.collation-of-mysql-mode.md"),
        DocPage(f"{DESIGN}/300.character-set-specification.md"),
    ),
)
def collations_mixed(tables: Rows[Table]) -> Iterator[Measurement]:
    """Text columns of different collations cannot be compared directly: a join fails with an illegal mix of collations,
    or one side is converted row by row without its index. Such mixtures come from migrations and changed defaults,
    hardly ever on purpose."""
    schemas: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for table in tables:
        if table.table_collation:
            schemas[table.table_schema][table.table_name] = table.table_collation
    for schema, collations in schemas.items():
        counts = Counter(collations.values())
        (usual, most), *others = sorted(counts.items(), key=_rank_collation)
        deviating = counts.total() - most
        evidence: dict[str, Scalar] = {
            "deviating_count": deviating,
            "tables_count": counts.total(),
            "usual": usual,
            "others": ", ".join(sorted(name for name, _ in others)),
        }
        if others:
            causes = tuple(name_object(schema, table) for table in _find_causes(collations))
            yield Measurement(name_object(schema), 100 * deviating / counts.total(), evidence, caused_by=causes)


def _find_causes(collations: Mapping[str, str]) -> list[str]:
    """Return the tables with a limited character set, if all others agree: they are the whole cause then."""
    full = {table: name for table, name in collations.items() if name.partition("_")[0] in FULL_CHARSETS}
    return [table for table in collations if table not in full] if len(set(full.values())) <= 1 else []


def _rank_collation(counted: tuple[str, int]) -> tuple[int, bool, str]:
    """Return a sort key: the most frequent first; of equally frequent ones utf8mb4, otherwise the first by name."""
    collation, tables = counted
    return -tables, not collation.startswith("utf8mb4"), collation

"""SCH029: tables whose name is a reserved word."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.reserved_words import RESERVED_WORDS
from agent.facts.schema import Table
from checks.schema.counted import list_once


@check(
    code="SCH029",
    name="schema.reserved_word_as_name",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Table name is a reserved word",
    consequence="Scripts and reports that do not quote the name fail.",
    finding="{resource}: {value} is a reserved word, so every statement must put the name in backticks.",
    remediation=Remediation(
        advice="Rename the table with the next release, together with the programs that use it. A view cannot stand "
        "in meanwhile, because it would need the same name.",
        no_rollback="RENAME TABLE back to the old name undoes it.",
        pre_check="List the programs, views, routines and jobs that name the table.",
        post_check="SHOW TABLES lists the new name only, and the programs work.",
        risk="Everything that still uses the old name fails.",
    ),
    sources=(DocPage("700.reference/500.sql-reference/800.reserved-keyword-of-mysql-mode.md"),),
)
def reserved_word_as_name(tables: Rows[Table]) -> Iterator[Measurement]:
    """A table whose name is a reserved word works only with backticks. Scripts, reports and tools that do not quote
    names fail with a syntax error, often in statements written in a hurry."""
    for table in list_once(tables):
        if table.table_name.casefold() in RESERVED_WORDS:
            yield Measurement(name_object(table.table_schema, table.table_name), table.table_name.upper())

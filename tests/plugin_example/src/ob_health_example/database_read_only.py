"""OPS950: a database that nobody can write to."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, WebPage, check
from ob_health_example.facts import Database


@check(
    code="OPS950",
    name="operations.database_read_only",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Database left read-only",
    finding="Database {resource} is read-only.",
    remediation=Remediation(
        advice="Find out who made the database read-only and why. Where the reason is gone, open it for writing again.",
        sql=("ALTER DATABASE {resource!i} READ WRITE;",),
        rollback=("ALTER DATABASE {resource!i} READ ONLY;",),
        pre_check="Ask the owner of the application whether the database is frozen on purpose.",
        post_check="READ_ONLY of the database in DBA_OB_DATABASES is NO.",
        risk="Applications that were kept from writing write again at once.",
    ),
    sources=(WebPage("https://en.oceanbase.com/docs/oceanbase-database"),),
)
def database_read_only(databases: Rows[Database]) -> Iterator[Measurement]:
    """A migration or an archive freezes a database, and nobody opens it again. Ordinary accounts then fail at their
    first write, often long after the change and in a program that is rarely run."""
    for row in databases:
        if row.read_only == "YES":
            yield Measurement(row.database_name, "read-only")

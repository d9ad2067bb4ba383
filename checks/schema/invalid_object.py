"""SCH014: views and other objects that do not compile any more."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    KernelRun,
    Measurement,
    Named,
    Params,
    Remediation,
    Rows,
    Unit,
    Unjudged,
    check,
    name_object,
    params,
)
from agent.facts.schema import BusinessObject, NotableColumn, Table
from checks.schema.pages import OBJECTS, VIEWS


@params
class InvalidObjectParams(Params):
    """With more tables the columns are read by the tables' names, and those of views are not."""

    views_read_up_to_count: int


@check(
    code="SCH014",
    name="schema.invalid_object",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="View or other object is invalid",
    consequence="A report or an export that needs the object fails, often at the end of a month.",
    finding="{resource} ({type}) has the status {value}: what it refers to has changed or is gone.",
    remediation=Remediation(
        advice="Find out what is missing with SHOW CREATE VIEW, then restore the table or column, redefine the object, "
        "or drop it if nobody uses it.",
        no_rollback="How the object should be defined is decided by the business.",
        pre_check="Select from the object: error 1356 confirms it. Keep its definition before changing it.",
        post_check="DBA_OBJECTS shows the status VALID, or the object is gone.",
        risk="A program that still uses the dropped view gets another error than before.",
    ),
    sources=(
        DocPage(f"{VIEWS}/13100.o-dba_objects-of-mysql-mode.md"),
        DocPage(f"{OBJECTS}/600.manage-views-of-mysql-mode/100.manage-normal-views-of-mysql-mode.md"),
        KernelRun("4.3.5.3", "ALTER TABLE t DROP COLUMN that the view does not read: INVALID until it is asked again"),
    ),
)
def invalid_object(
    objects: Rows[BusinessObject],
    columns: Rows[NotableColumn] | None,
    tables: Rows[Table] | None,
    p: InvalidObjectParams,
) -> Iterator[Measurement | Unjudged]:
    """A view remains when the table or column that it reads is gone, and fails only when it is queried, often in a
    month-end report. Logical exports and migrations fail at such objects, too.

    After any change of its table a view has the same status until it is queried again: views whose columns are
    still listed compile and are excluded. Invalid indexes are judged by another check.
    """
    invalid = {
        (row.owner, row.object_name, row.object_type): row.status
        for row in objects
        if row.status.upper() != "VALID"
        and row.object_type.upper() not in ("INDEX", "DATABASE", "MATERIALIZED VIEW LOG")
    }
    compiled = {(column.table_schema, column.table_name) for column in columns or ()}
    known = columns is not None and tables is not None and len(tables) <= p.views_read_up_to_count
    for (owner, name, kind), status in invalid.items():
        plain = name_object(owner, name)
        if kind.upper() == "VIEW" and (owner, name) in compiled:
            continue
        if kind.upper() == "VIEW" and not known:
            yield Unjudged(plain)
            continue
        # These have their names in common; a procedure may be called like one of them.
        common = kind.upper() in ("TABLE", "VIEW", "SEQUENCE")
        resource = plain if common else Named("{type} {object}", type=kind, object=plain).formerly(plain.former)
        yield Measurement(resource, status, {"type": kind})

"""SCH014: views and other objects that do not compile any more."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Named, Remediation, Rows, Unit, check, name_object
from agent.facts.schema import BusinessObject
from checks.schema.pages import OBJECTS, VIEWS


@check(
    code="SCH014",
    name="schema.invalid_object",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="View or other object is invalid",
    finding="{resource} ({type}) has the status {value}: what it refers to has changed or is gone.",
    remediation=Remediation(
        advice="Find out what is missing with SHOW CREATE VIEW, then restore the table or column, redefine the object, "
        "or drop it if nobody uses it.",
        no_rollback="What the object should say is the application's decision.",
        pre_check="Select from the object: error 1356 confirms it. Keep its definition before changing it.",
        post_check="DBA_OBJECTS shows the status VALID, or the object is gone.",
        risk="A program that still uses a dropped view fails with another error than before.",
    ),
    sources=(
        DocPage(f"{VIEWS}/13100.o-dba_objects-of-mysql-mode.md"),
        DocPage(f"{OBJECTS}/600.manage-views-of-mysql-mode/100.manage-normal-views-of-mysql-mode.md"),
    ),
)
def invalid_object(objects: Rows[BusinessObject]) -> Iterator[Measurement]:
    """A view outlives the table or column that it reads, and fails only when somebody asks it, often a report at the
    end of the month. Logical exports and migrations stop at such objects, too. Invalid indexes are judged by a check of
    their own."""
    invalid = {
        (row.owner, row.object_name, row.object_type): row.status
        for row in objects
        if row.status.upper() != "VALID" and row.object_type.upper() != "INDEX"
    }
    for (owner, name, kind), status in invalid.items():
        plain = name_object(owner, name)
        # These have their names in common; a procedure may be called like one of them.
        common = kind.upper() in ("TABLE", "VIEW", "SEQUENCE")
        resource = plain if common else Named("{type} {object}", type=kind, object=plain).formerly(plain.former)
        yield Measurement(resource, status, {"type": kind})

"""SCH027: foreign keys that delete the rows of large tables along."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Remediation, Rows, Unit, Unjudged, check, name_object
from agent.facts.schema import ForeignKey, TableChanges, TableStatistics
from checks.schema.counted import added_since
from checks.schema.pages import OBJECTS, VIEWS


@check(
    code="SCH027",
    name="schema.cascading_delete_large",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Foreign key cascades deletes to a large table",
    consequence="Deleting one row can block the table for long, or delete far more than was meant.",
    finding="{resource} deletes rows of its table together with those of {parent}; rows by statistics and later "
    "changes: {value}; limit {limit}.",
    remediation=Remediation(
        advice="Let the application first delete the dependent rows in steps of some thousand, then the parent row, "
        "and recreate the foreign key with ON DELETE RESTRICT.",
        no_rollback="Whether cascading deletes are allowed is decided by the business.",
        pre_check="Count the rows by the key's columns: the largest group is what one DELETE takes along.",
        post_check="DELETE_RULE in information_schema.REFERENTIAL_CONSTRAINTS is no longer CASCADE.",
        risk="Deleting a row that others refer to fails until these are deleted.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(
            f"{OBJECTS}/200.manage-tables-of-mysql-mode/400.define-the-constraint-type-for-a-column-of-mysql-mode.md"
        ),
        DocPage(f"{VIEWS}/1700.information_schema-referential_constraints-of-mysql-mode.md"),
    ),
)
def cascading_delete_large(
    keys: Rows[ForeignKey], statistics: Rows[TableStatistics], changes: Rows[TableChanges] | None
) -> Iterator[Measurement | Unjudged]:
    """Deleting one row then deletes thousands of others in the same transaction, row by row, with their locks and log.
    The statement does not show this, timeouts come unexpectedly, and a mistake deletes all dependent rows."""
    counted = {(row.owner, row.table_name): row.num_rows for row in statistics}
    added = added_since(changes)
    for key in keys:
        child = key.constraint_schema, key.table_name
        resource = name_object(*child, key.constraint_name)
        if key.delete_rule is None:
            yield Unjudged(resource)
        if (key.delete_rule or "").upper() != "CASCADE":
            continue
        rows = counted.get(child)
        if rows is None or changes is None:
            yield Unjudged(resource)  # there are more than are counted
        parent = name_object(key.unique_constraint_schema, key.referenced_table_name)
        yield Measurement(resource, max((rows or 0) + added.get(child, 0), 0), {"parent": parent})

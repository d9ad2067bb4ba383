"""SCH010: sequences against their last value."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    DocPage,
    Effort,
    Measurement,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    known,
    name_object,
    unknown,
)
from agent.facts.schema import Sequence
from checks.schema.pages import STATEMENTS, VIEWS

WIDEST = 2**63 - 1  # the largest bound that every version takes, and that a BIGINT column can store


@check(
    code="SCH010",
    name="schema.sequence_nearly_exhausted",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Sequence nearly exhausted",
    consequence="Once the sequence is used up, every insert that takes a value from it fails.",
    finding="{resource} has allocated {value} of its values: {last_count} of {highest_count}; limit {limit}.",
    remediation=Remediation(
        advice="Check that the columns that store its values can hold what comes. Where one cache is a "
        "large part of the range, make it smaller as well.",
        sql=("ALTER SEQUENCE {schema!i}.{sequence!i} {bound} {wider};",),
        rollback=("ALTER SEQUENCE {schema!i}.{sequence!i} {bound} {highest_count};",),
        pre_check="The columns filled from the sequence have a type that holds the new bound, and so have the "
        "programs.",
        post_check="DBA_SEQUENCES shows the new bound.",
        risk="No row is touched, and nothing waits.",
        effort=Effort.ONLINE,
        cases=(
            Case("Move the sequence's bound outwards before it is reached.", when=known("bound")),
            Case(
                "Its bound of 2^63-1 cannot be moved on: let the sequence start again, once the "
                "old values are out of use.",
                when=unknown("bound"),
            ),
        ),
    ),
    exhausts=True,
    sources=(
        DocPage(f"{STATEMENTS}/1400.alter-sequence-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/14300.o-dba_sequences-of-mysql-mode.md"),
    ),
)
def sequence_nearly_exhausted(sequences: Rows[Sequence]) -> Iterator[Measurement]:
    """When a sequence that does not cycle reaches its bound, NEXTVAL fails, and with it every insert that uses it.
    Servers fetch values in caches, and unused values of a cache are lost at a restart, so sequences advance faster
    than rows.

    Cyclic sequences are excluded.
    """
    for row in sequences:
        span = row.max_value - row.min_value
        if row.cycle_flag == "Y" or span <= 0:
            continue
        rising = row.increment_by > 0
        spent = row.last_number - row.min_value if rising else row.max_value - row.last_number
        end = row.max_value if rising else row.min_value
        evidence: dict[str, Scalar] = {
            "schema": row.sequence_owner,
            "sequence": row.sequence_name,
            "last_count": row.last_number,
            "highest_count": end,
            "bound": (("MAXVALUE" if rising else "MINVALUE") if abs(end) < WIDEST else None),
            "wider": WIDEST if rising else -WIDEST,
        }
        yield Measurement(name_object(row.sequence_owner, row.sequence_name), 100 * min(spent, span) / span, evidence)

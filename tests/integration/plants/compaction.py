"""Faults of the compaction checks on the real kernel."""

from __future__ import annotations

from agent.model.terms import Severity
from tests.harness import Plant

PLANTS = [
    Plant(
        "CMP003",
        plant=("ALTER SYSTEM SUSPEND MERGE",),
        always=("ALTER SYSTEM RESUME MERGE",),
        resource="tenant",
        severity=Severity.MEDIUM,
    ),
]

UNPLANTABLE = {
    "CMP001": "no compaction would have to finish for a day and a half, and the kernel takes minutes for one",
    "CMP002": "an error needs replicas or indexes that disagree",
    "CMP004": "a compaction would have to run for hours",
    "CMP005": "no compaction of the embedded kernel fails on demand",
}

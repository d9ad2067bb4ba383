"""Cases of the tenant's time zone, in which bounds of partitions are told: one instant, spelled in many zones."""

from __future__ import annotations

from dataclasses import replace

from agent.facts.settings import Variable
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, Text, UnavailableKind
from tests.checks.cases.schema_objects import _INSTANT, _called
from tests.harness import Case

_BY_SECONDS = _called("UNIX_TIMESTAMP(`d`)", _INSTANT)
# What the server's time_zone and system_time_zone say.
_ZONES: tuple[tuple[str | None, str | None], ...] = (
    ("SYSTEM", "+09:00"), ("system", "Asia/Kolkata"), ("SYSTEM", "CST"), ("SYSTEM", None), ("+08:00", "+09:00"),
    ("-05:30", None), ("UTC", "+09:00"), ("gmt", None), ("America/New_York", None), ("CST", "+09:00"),
    ("No/Where", "+09:00"), ("", "+09:00"), (None, "+09:00"),
)  # fmt: skip


def _in_zone(name: str | None, system: str | None) -> Case:
    variables = [Variable(name="time_zone", value=name), Variable(name="system_time_zone", value=system)]
    label = f"in the zone {name}, of the system {system}"
    return Case("SCH012", [_BY_SECONDS, *variables], [("shop.t", Severity.MEDIUM)], label=label)


CASES = [
    Case("SCH012", [replace(_BY_SECONDS, last_bound=None)], label="no bound"),
    *(_in_zone(name, system) for name, system in _ZONES),
    Case(
        "SCH012",
        [_BY_SECONDS, (Variable, Unavailable(UnavailableKind.PRIVILEGE, Text("no")))],
        [("shop.t", Severity.MEDIUM)],
        label="in a zone unseen",
    ),
]

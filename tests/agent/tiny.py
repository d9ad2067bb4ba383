"""A registry of three small checks and a rules file for it: what the tests of rules and evaluation judge with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.api import Actor, Measurement, NotAssessed, Params, Remediation, Rows, TenantKind, Unit, check, params
from agent.catalogue.rules import load_rules
from agent.facts.resources import Memstore
from agent.facts.settings import Variable
from agent.model.check import CheckSpec
from agent.model.rule import Ruleset
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import Version
from agent.model.units import parse_switch

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SCORING = (
    "scoring: {usual_findings_pct: {critical: {critical: 5}}, usual_place_pct: 30, usual_weight: 5, confidence_pct: 98,"
    " counts_from_coverage_pct: 60, spread_pct: 2, sampled_spread_pct: 20,"
    " counted_deviations: 2}"
)
RULES = f"""\
version: 1
{SCORING}
proof: {{retire: {{span_hours: 24, load_pct: 90}}}}
checks:
  CAP901:
    ladder: {{medium: 70, high: 80, critical: 90}}
    worst: 100
    params: {{min_used_bytes: 10}}
    group: memory
  CAP902:
    severity: low
  VAR901:
    severity: medium
    expected: {{equals: "ON"}}
"""


@params
class FullParams(Params):
    min_used_bytes: int


@check(
    code="CAP901",
    name="capacity.tiny_full",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Full",
    finding="{resource} is {value} full, the limit is {limit}; it uses {used_bytes}.",
    remediation=Remediation(
        advice="Free some.", sql=("DROP TABLE {resource!i};", "KILL {used_bytes}; -- {resource!l}")
    ),
)
def full(memstores: Rows[Memstore], numbers: FullParams) -> Iterator[Measurement]:
    """A rationale."""
    for row in memstores:
        if row.memstore_used >= numbers.min_used_bytes:
            share = 100 * row.memstore_used / row.memstore_limit
            yield Measurement(str(row.svr_ip), share, {"used_bytes": row.memstore_used})


@check(
    code="CAP902",
    name="capacity.tiny_two",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Two",
    finding="{resource}",
    remediation=Remediation(advice="Nothing."),
    tenants=(TenantKind.SYS,),
    since=(4, 3, 0, 0),
)
def two(variables: Rows[Variable], memstores: Rows[Memstore] | None) -> Iterator[Measurement]:
    """A rationale."""
    if memstores is None:
        raise NotAssessed("nothing to say of {name}", "grant {name}", name="memstores")
    yield Measurement("tenant", len(variables) + len(memstores))


@check(
    code="VAR901",
    name="parameters.tiny_switch",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Off",
    finding="{resource} is {value} instead of {limit}.",
    parse=parse_switch,
    remediation=Remediation(
        advice="Switch it.", sql=("SET GLOBAL {resource} = {recommended!l};",), rollback=("SET GLOBAL x = {value!l};",)
    ),
)
def switch(variables: Rows[Variable]) -> Iterator[Measurement]:
    """A rationale."""
    for row in variables:
        yield Measurement(row.name, row.value)


SPECS: Mapping[str, CheckSpec] = {function.__check__.code: function.__check__ for function in (full, two, switch)}  # type: ignore[union-attr]


def written(directory: Path, text: str = RULES) -> Path:
    path = directory / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def ruleset(directory: Path, text: str = RULES) -> Ruleset:
    return load_rules(SPECS, written(directory, text))


def memstore(name: str, used: int, limit: int = 1000) -> Memstore:
    return Memstore(svr_ip=name, memstore_used=used, memstore_limit=limit)


def snapshot(
    memstores: Sequence[Memstore] | Unavailable = (),
    variables: Sequence[Variable] | Unavailable = (),
    kind: TenantKind = TenantKind.USER,
    version: Version = Version(4, 3, 5),
    **parts: Any,
) -> Snapshot:
    facts: dict[type, Any] = {
        Memstore: memstores if isinstance(memstores, Unavailable) else tuple(memstores),
        Variable: variables if isinstance(variables, Unavailable) else tuple(variables),
    }
    return Snapshot(target="shop", tenant_kind=kind, version=version, as_of=NOW, facts=facts, **parts)

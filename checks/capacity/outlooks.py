"""Makes a check from each row of a table: when a level reaches its limit by its forecast."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from agent.api import (
    Actor,
    Measurement,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    Scalar,
    Sizing,
    Source,
    TenantKind,
    Unit,
    Unjudged,
    check,
    params,
    tenant_name,
)
from agent.facts.growth import DaysToLimit, LevelKind

_FINDINGS = {
    True: "{resource}: {used_bytes} of {size_bytes} are in use; by {daily_values_count} daily values the limit may "
    "be reached in {value} (the near end of the forecast); limit {limit}.",
    False: "{resource}: {used_count} of {highest_count} are in use; by {daily_values_count} daily values the limit may "
    "be reached in {value} (the near end of the forecast); limit {limit}.",
}


@params
class OutlookParams(Params):
    least_points_count: int
    least_span_days: int
    usable_pct: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """One kind of level. ``name`` says what is wrong, ``consequence`` what follows, ``why`` is the rationale.

    ``source`` are the facts that it is measured from; ``may_be_none``: a tenant may have nothing of the kind, and then
    nothing is used up.
    """

    code: str
    name: str
    kind: LevelKind
    actor: Actor
    tenants: tuple[TenantKind, ...] = (TenantKind.USER,)
    title: str
    consequence: str
    why: str
    remediation: Remediation
    sources: tuple[Source, ...]
    source: type
    scope: str = ""
    may_be_none: bool = False
    sizing: Sizing | None = None

    @property
    def in_bytes(self) -> bool:
        """Whether the level is counted in bytes."""
        return self.kind.endswith("_bytes")


def checks_of(module: str, outlooks: Iterable[Outlook]) -> tuple[Callable[..., Iterator[Measurement | Unjudged]], ...]:
    """Return one check per row, as functions of ``module``, where the registry finds them."""
    return tuple(_make_check(module, outlook) for outlook in outlooks)


def _make_check(module: str, outlook: Outlook) -> Callable[..., Iterator[Measurement | Unjudged]]:
    def measure(rows: Rows[object], forecasts: Rows[DaysToLimit], p: OutlookParams) -> Iterator[Measurement | Unjudged]:
        mine = [row for row in forecasts if row.series == outlook.kind]
        if not mine and (rows or not outlook.may_be_none):
            raise NotAssessed("No value of this kind was read.")
        for row in mine:
            if _find_lack(row, p):
                yield Unjudged(_name(row))
            else:
                days = row.horizon_days if row.near_days is None else row.near_days
                yield Measurement(_name(row), days, _tell(outlook, row))
        if mine and all(_find_lack(row, p) for row in mine):
            raise _explain(mine[0], p)

    # The facts are those that the level is measured from: where they cannot be read, that is the reason told.
    measure.__annotations__ |= {"rows": Rows[outlook.source], "forecasts": Rows[DaysToLimit], "p": OutlookParams}  # type: ignore[name-defined]
    measure.__module__, measure.__name__, measure.__qualname__ = module, outlook.name, outlook.name
    return check(
        code=outlook.code,
        name=f"capacity.{outlook.name}",
        unit=Unit.DAYS,
        actor=outlook.actor,
        tenants=outlook.tenants,
        title=outlook.title,
        consequence=outlook.consequence,
        finding=_FINDINGS[outlook.in_bytes],
        remediation=outlook.remediation,
        sizing=outlook.sizing,
        foretells=outlook.kind,
        sources=outlook.sources,
        rationale=outlook.why,
        scope=outlook.scope,
    )(measure)


def _find_lack(row: DaysToLimit, p: OutlookParams) -> str:
    if row.lack in ("library", "limit"):
        return row.lack
    if row.points_count < p.least_points_count:
        return "few"
    return "short" if row.span_days < p.least_span_days else row.lack


def _explain(row: DaysToLimit, p: OutlookParams) -> NotAssessed:
    lack = _find_lack(row, p)
    if lack == "library":
        return NotAssessed(
            "The library for forecasts is not installed where the agent runs.",
            "Install the agent with its forecasts, and assess again.",
        )
    if lack == "limit":
        return NotAssessed(
            "SQL does not show the size of the data disk to this tenant.",
            "Provide the size of the data disk of each node (GiB).",
        )
    if lack == "few":
        return NotAssessed(
            "Days with a value: {points_count}; a forecast takes {least_count} at least.",
            "Take samples between the assessments, or assess again in the next quarter.",
            points_count=row.points_count,
            least_count=p.least_points_count,
        )
    return NotAssessed(
        "The known values cover {span_days}; a forecast takes {least_days} at least.",
        "Assess again once the values cover more time.",
        span_days=row.span_days,
        least_days=p.least_span_days,
    )


def _name(row: DaysToLimit) -> str:
    return tenant_name(None) if row.resource == tenant_name(None) else row.resource


def _tell(outlook: Outlook, row: DaysToLimit) -> dict[str, Scalar]:
    """Return the evidence. What is not within the horizon is left out."""
    used, limit = round(row.level), round(row.limit or 0)
    told: dict[str, Scalar] = {"daily_values_count": row.points_count, "span_days": row.span_days}
    if outlook.in_bytes:
        told |= {"used_bytes": used, "size_bytes": limit, "in_a_year_bytes": round(row.year_high or 0)}
    else:
        told |= {"used_count": used, "highest_count": limit, "in_a_year_count": round(row.year_high or 0)}
    told |= {"most_likely_days": row.likely_days} if row.likely_days is not None else {}
    return told | ({"at_latest_days": row.far_days} if row.far_days is not None else {})

"""Make a check from each row of a table. The check measures one setting, and its rule judges it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from agent.api import (
    Actor,
    Case,
    DocPage,
    Effort,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    RunAs,
    Scalar,
    Source,
    TenantKind,
    Unit,
    check,
    parse_number,
    tenant_name,
)
from agent.facts.settings import Parameter, Variable
from checks.parameters.kinds import Kind

T = TypeVar("T")
SETTINGS = "700.reference/800.configuration-items-and-system-variables"
OF_TENANT = "{resource}: {setting} is {value}; recommended: {limit}."
OF_CLUSTER = "{resource} is {value}; recommended: {limit}."
RECOMMENDED = "Set it to the recommended value."
AT_ONCE = "Takes effect at once and needs no restart."
NEW_SESSIONS = "Only new sessions use the new value; connection pools keep the old one until they reconnect."


class Level(StrEnum):
    """The level of a setting, and so who can change it. A tenant's account cannot change a setting of the cluster."""

    TENANT = "tenant"
    CLUSTER = "cluster"
    VARIABLE = "variable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One setting. ``name`` says what is wrong, ``consequence`` what follows, ``why`` is the rationale.

    ``below`` and ``above`` are the titles for values on one side of the expected range.

    ``sql`` replaces the plain SET. ``page`` is the setting's page of the documentation, "" where it has none;
    ``sources`` are what else was read.
    ``since`` is the first version that has the setting at this level. ``unless`` names a size that the server uses
    instead if it is not 0; ``floor`` one that a value but 0 must not be below, and is well from there on. ``effort`` is
    ONLINE for what is harmless at any time.
    """

    code: str
    name: str
    setting: str
    kind: Kind
    page: str
    title: str
    below: str = ""
    above: str = ""
    consequence: str
    why: str
    advice: str
    risk: str
    sql: str = ""
    since: tuple[int, int, int, int] = (4, 0, 0, 0)
    unless: str = ""
    floor: str = ""
    sources: tuple[Source, ...] = ()
    effort: Effort | None = None
    cases: tuple[Case, ...] = ()


def checks_of(module: str, level: Level, rows: Iterable[Row]) -> tuple[Callable[..., Iterator[Measurement]], ...]:
    """Return one check per row, as functions of ``module``, where the registry finds them."""
    return tuple(_make_check(module, level, row) for row in rows)


def _make_check(module: str, level: Level, row: Row) -> Callable[..., Iterator[Measurement]]:
    measure = _make_variable_measure(row) if level is Level.VARIABLE else _make_parameter_measure(row, level)
    measure.__module__, measure.__name__, measure.__qualname__ = module, row.name, row.name
    cluster = level is Level.CLUSTER
    return check(
        code=row.code,
        name=f"parameters.{row.name}",
        unit=Unit.TEXT,
        actor=Actor.PLATFORM if cluster else Actor.CUSTOMER,
        title=row.title,
        consequence=row.consequence,
        title_below=row.below,
        title_above=row.above,
        finding=OF_CLUSTER if cluster else OF_TENANT,
        remediation=_build_remediation(row, level),
        sources=(*((DocPage(f"{SETTINGS}/{row.page}"),) if row.page else ()), *row.sources),
        # A setting of a tenant is judged in that tenant, not from the sys tenant.
        tenants=(TenantKind.USER, TenantKind.SYS) if cluster else (TenantKind.USER,),
        rationale=row.why,
        since=row.since,
        parse=row.kind.parse,
    )(measure)


def _build_remediation(row: Row, level: Level) -> Remediation:
    shared = Remediation(advice=row.advice, risk=row.risk, effort=row.effort, cases=row.cases)
    if level is Level.VARIABLE:
        mark = "!l" if row.kind.quoted else ""
        plain = f"SET GLOBAL {row.setting} = {{recommended{mark}}};"
        return replace(
            shared,
            sql=(row.sql or plain,),
            rollback=(f"SET GLOBAL {row.setting} = {{present{mark}}};",),
            pre_check="Check whether an application sets the variable in its own sessions: the session value takes "
            "precedence over the global one.",
            post_check="SHOW GLOBAL VARIABLES shows the recommended value; sessions opened afterwards use it.",
        )
    return replace(
        shared,
        sql=(f"ALTER SYSTEM SET {row.setting} = {{recommended!l}};",),
        rollback=(f"ALTER SYSTEM SET {row.setting} = {{present!l}};",),
        run_as=RunAs.SYS if level is Level.CLUSTER else RunAs.TENANT,
        pre_check="Note the present value on every server: the rollback sets the same value on all of them.",
        post_check="GV$OB_PARAMETERS shows the recommended value on every server.",
    )


def _make_parameter_measure(row: Row, level: Level) -> Callable[..., Iterator[Measurement]]:
    def measure(parameters: Rows[Parameter]) -> Iterator[Measurement]:
        values: dict[tuple[int | None, str], list[str]] = defaultdict(list)
        for parameter in parameters:
            if parameter.name == row.setting:
                values[parameter.tenant_id, parameter.value].append(f"{parameter.svr_ip}:{parameter.svr_port}")
        if not values:
            raise _build_missing_error(row)
        if any(parameter.name == row.unless and _is_set(parameter.value) for parameter in parameters):
            return
        floor = max((parse_number(found.value) for found in parameters if found.name == row.floor), default=None)
        for tenant_id, value in sorted(values, key=str):
            if floor and floor <= parse_number(value):
                continue
            evidence: dict[str, Scalar] = {"setting": row.setting, "present": value}
            if sum(tenant == tenant_id for tenant, _ in values) > 1:
                evidence["servers"] = ", ".join(sorted(values[tenant_id, value]))
            resource = tenant_name(tenant_id) if level is Level.TENANT else row.setting
            yield Measurement(resource, _spell_value(row, value), evidence, f"{tenant_id} {value}")

    return measure


def _make_variable_measure(row: Row) -> Callable[..., Iterator[Measurement]]:
    def measure(variables: Rows[Variable]) -> Iterator[Measurement]:
        found = next((variable for variable in variables if variable.name == row.setting), None)
        if found is None:
            raise _build_missing_error(row)
        word = _spell_value(row, found.value)
        yield Measurement(tenant_name(None), word or "''", {"setting": row.setting, "present": word})

    return measure


def _is_set(size: str) -> bool:
    return not re.fullmatch(r"0*[A-Za-z]*", size.strip())


def _build_missing_error(row: Row) -> NotAssessed:
    return NotAssessed("This version has no {setting}.", setting=row.setting)


def _spell_value(row: Row, value: str | None) -> str:
    """Return the value as a person reads it. Raises NotAssessed for a value that cannot be read."""
    if value is None:
        raise NotAssessed("{setting} has no value.", setting=row.setting)

    def spell(given: str) -> str:
        word = row.kind.spell(given)
        row.kind.parse(word)
        return word

    return parse_setting(spell, row.setting, value)


def parse_setting(parse: Callable[[str], T], setting: str, value: str) -> T:
    """Return what the value of a setting says. Raises NotAssessed for a value that cannot be read."""
    try:
        return parse(value)
    except ValueError:
        raise NotAssessed(
            "The value of {setting} could not be interpreted: {present}", setting=setting, present=value
        ) from None

"""Reads when a variant of a rule holds: the versions, the tenant's role, its size. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.catalogue.rule_problems import RuleProblems
from agent.model.check import CheckSpec
from agent.model.rule import Circumstances
from agent.model.terms import TenantKind
from agent.model.units import parse_size
from agent.support.yaml_file import Loc

_OF_TENANT = ("role", "min_memory", "max_memory", "min_cores", "max_cores")
CIRCUMSTANCE_KEYS = frozenset({"since", "until", *_OF_TENANT})
_ROLES = ("PRIMARY", "STANDBY", "RESTORE")  # TENANT_ROLE of DBA_OB_TENANTS
_VERSION = re.compile(r"\d{1,3}(\.\d{1,3}){1,3}")


def parse_circumstances(
    spec: CheckSpec, item: dict[str, Any], loc: Loc, problems: RuleProblems
) -> Circumstances | None:
    """Return when the variant holds; None if that is wrong, with its problems added."""
    before = len(problems)
    given = [key for key in item if key in CIRCUMSTANCE_KEYS]
    if not given:
        problems.add(loc, "{place}: when does the variant hold? Give one of {known}", known=_join(CIRCUMSTANCE_KEYS))
    elif TenantKind.SYS in spec.tenants and any(key in _OF_TENANT for key in given):
        problems.add(loc, "{place}: the check also runs in the sys tenant, which has no role or size of its own")
    since, until = (_parse_version(item, key, loc, problems) for key in ("since", "until"))
    role = item.get("role", "")
    if role not in ("", *_ROLES):
        problems.add((*loc, "role"), "{place}: one of {known} is expected", known=", ".join(_ROLES))
    memory = [_parse_memory(item, key, loc, problems) for key in ("min_memory", "max_memory")]
    cores = [_parse_cores(item, key, loc, problems) for key in ("min_cores", "max_cores")]
    if since and until and not _is_reached(since, until):
        problems.add((*loc, "until"), "{place}: until is below since")
    _require_order(memory, (*loc, "max_memory"), problems)
    _require_order(cores, (*loc, "max_cores"), problems)
    if len(problems) > before:
        return None
    return Circumstances(
        since=since,
        until=until,
        role=role,
        min_memory_bytes=memory[0],
        max_memory_bytes=memory[1],
        min_cores=cores[0],
        max_cores=cores[1],
    )


def _join(keys: frozenset[str]) -> str:
    return ", ".join(sorted(keys))


def _parse_version(item: dict[str, Any], key: str, loc: Loc, problems: RuleProblems) -> tuple[int, ...]:
    value = item.get(key, "")
    if value == "":
        return ()
    # A bare 4.10 would be the number 4.1.
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        problems.add((*loc, key), '{place}: write a version in quotes, such as "4.2.5.0"')
        return ()
    numbers = tuple(map(int, value.split(".")))
    return (*numbers, 0, 0)[:4] if key == "since" else numbers


def _parse_memory(item: dict[str, Any], key: str, loc: Loc, problems: RuleProblems) -> int | None:
    if key not in item:
        return None
    try:
        return parse_size(str(item[key]))
    except ValueError as error:
        problems.add((*loc, key), "{place}: {reason}", reason=str(error))
        return None


def _parse_cores(item: dict[str, Any], key: str, loc: Loc, problems: RuleProblems) -> float | None:
    value = item.get(key)
    if key in item and (not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e6):
        problems.add((*loc, key), "{place}: a number is expected")
        return None
    return value


def _require_order(bounds: Sequence[float | None], loc: Loc, problems: RuleProblems) -> None:
    low, high = bounds
    if low is not None and high is not None and low > high:
        problems.add(loc, "{place}: min is above max")


def _is_reached(since: tuple[int, ...], until: tuple[int, ...]) -> bool:
    return since[: len(until)] <= until


def includes(wider: Circumstances, narrower: Circumstances) -> bool:
    """Whether the first holds wherever the second does."""
    return (
        wider.since <= narrower.since
        and _ends_later(wider.until, narrower.until)
        and wider.role in ("", narrower.role)
        and _starts_lower(wider.min_memory_bytes, narrower.min_memory_bytes)
        and _starts_lower(wider.min_cores, narrower.min_cores)
        and _ends_higher(wider.max_memory_bytes, narrower.max_memory_bytes)
        and _ends_higher(wider.max_cores, narrower.max_cores)
    )


def _ends_later(wider: tuple[int, ...], narrower: tuple[int, ...]) -> bool:
    if not wider or not narrower:
        return not wider
    count = min(len(wider), len(narrower))
    # "4.2" lasts longer than "4.2.5".
    return narrower[:count] < wider[:count] or (narrower[:count] == wider[:count] and len(narrower) >= len(wider))


def _starts_lower(wider: float | None, narrower: float | None) -> bool:
    return wider is None or (narrower is not None and wider <= narrower)


def _ends_higher(wider: float | None, narrower: float | None) -> bool:
    return wider is None or (narrower is not None and narrower <= wider)

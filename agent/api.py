"""The public interface for checks, ours and third parties'.

A check is one pure generator with a ``@check`` header. Its parameters' annotations name the facts it
needs (``Rows[Unit]``; ``Rows[Unit] | None`` if they are optional) and, with a ``Params`` type,
its other numbers. The first paragraph of its docstring is the rationale, the rest the scope. It measures; it
never judges.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform

from agent.facts import Observes, Rows
from agent.model.address import unify_address
from agent.model.check import (
    Case,
    CheckSpec,
    EffortCase,
    LevelSpec,
    Measurement,
    MissingFacts,
    NotAssessed,
    Params,
    Positive,
    Readable,
    Remediation,
    Sizing,
    Told,
    Unjudged,
    known,
    one_of,
    unknown,
)
from agent.model.naming import (
    Named,
    ResourceName,
    is_meta,
    list_names,
    name_account,
    name_object,
    name_shape,
    tenant_name,
)
from agent.model.sources import DocPage, KernelCode, KernelRun, Source, WebPage
from agent.model.terms import Actor, Category, Effort, RunAs, Scalar, TenantKind, Text, Unit, Version
from agent.model.units import parse_duration, parse_microseconds, parse_number, parse_size, parse_switch, parse_word

__all__ = [
    "Actor",
    "Case",
    "Category",
    "DocPage",
    "Effort",
    "EffortCase",
    "KernelCode",
    "KernelRun",
    "LevelSpec",
    "Measurement",
    "MissingFacts",
    "Named",
    "NotAssessed",
    "Observes",
    "Params",
    "Positive",
    "Readable",
    "Remediation",
    "ResourceName",
    "Rows",
    "RunAs",
    "Scalar",
    "Sizing",
    "Source",
    "TenantKind",
    "Text",
    "Told",
    "Unit",
    "Unjudged",
    "Version",
    "WebPage",
    "check",
    "is_meta",
    "known",
    "list_names",
    "name_account",
    "name_object",
    "name_shape",
    "one_of",
    "params",
    "parse_duration",
    "parse_microseconds",
    "parse_number",
    "parse_size",
    "parse_switch",
    "parse_word",
    "tenant_name",
    "unify_address",
    "unknown",
]

API_VERSION = 1
F = TypeVar("F", bound=Callable[..., Iterable[Measurement | Unjudged]])
P = TypeVar("P")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def params(cls: type[P]) -> type[P]:
    """Make a subclass of ``Params`` a frozen record without defaults."""
    return dataclass(frozen=True, kw_only=True)(cls)


def check(
    *,
    code: str,
    name: str,
    unit: Unit,
    actor: Actor,
    title: str,
    finding: str,
    remediation: Remediation,
    sources: tuple[Source, ...] = (),
    tenants: tuple[TenantKind, ...] = (TenantKind.USER, TenantKind.SYS),
    since: tuple[int, int, int, int] = (4, 0, 0, 0),
    attested: bool = False,
    sizing: Sizing | None = None,
    exhausts: bool = False,
    level: LevelSpec | None = None,
    foretells: str = "",
    counted: str = "",
    readable: Readable | None = None,
    rationale: str = "",
    scope: str = "",
    consequence: str = "",
    parse: Callable[[str], float | str] | None = None,
    title_below: str = "",
    title_above: str = "",
) -> Callable[[F], F]:
    """Attach a ``CheckSpec`` to a measuring function and return the function unchanged.

    ``finding`` is the sentence of a finding; its placeholders are ``resource``, ``value``, ``limit`` and the
    evidence's names. ``rationale``, or the first paragraph of the docstring, says why a finding matters, and reports
    print it; ``scope``, or the rest of the docstring, tells what is left out and how it is judged. ``consequence``
    says in one plain sentence what happens to the business if nothing is done; without it page one prints the
    beginning of the rationale. ``sources`` say where the facts were looked up; the first page is what a reader is sent
    to. ``sizing`` says what to buy; ``exhausts`` marks a share of something that only grows and ends at 100. ``level``
    names the evidence that is forecast, and ``foretells`` the kind of level whose forecast the check judges.
    ``counted`` names the evidence with the number of events that the value was counted from. ``readable`` says which
    limits can be judged, where the sources leave out rows: by any other it does not pass. ``parse`` marks a check
    whose values are judged against an expected value or range; ``title_below`` and ``title_above`` then say which way
    they are wrong.
    Raises TypeError for a header or a signature that breaks the contract.
    """

    def wrap(function: F) -> F:
        facts, optional, params_name, params_type = _parse_signature(function)
        reason, _, rest = (rationale or inspect.getdoc(function) or "").partition("\n\n")
        if not reason:
            raise TypeError(f"{code}: the docstring (its rationale) is missing")
        spec = CheckSpec(
            code=code,
            name=name,
            category=Category(name.split(".", maxsplit=1)[0]),
            unit=unit,
            actor=actor,
            title=title,
            finding=finding,
            rationale=" ".join(reason.split()),
            scope=" ".join((scope or rest).split()),
            remediation=remediation,
            sources=sources,
            measure=function,
            facts=facts,
            optional=optional,
            consequence=consequence,
            params_name=params_name,
            params=params_type,
            tenants=tenants,
            since=Version(*since),
            attested=attested,
            sizing=sizing,
            exhausts=exhausts,
            level=level,
            foretells=foretells,
            counted=counted,
            readable=readable,
            expects_value=parse is not None,
            parse=parse,
            title_below=title_below,
            title_above=title_above,
        )
        function.__check__ = spec  # type: ignore[attr-defined]
        return function

    return wrap


def _parse_signature(function: Callable[..., Any]) -> tuple[Mapping[str, type], frozenset[str], str, type | None]:
    facts: dict[str, type] = {}
    optional: set[str] = set()
    params_name, params_type = "", None
    hints = typing.get_type_hints(function)
    hints.pop("return", None)
    for name, annotation in hints.items():
        hint = annotation
        if isinstance(hint, type) and issubclass(hint, Params):
            params_name, params_type = name, hint
            continue
        if isinstance(hint, types.UnionType):
            optional.add(name)
            hint = next(arm for arm in typing.get_args(hint) if arm is not type(None))
        arms = typing.get_args(hint)
        if typing.get_origin(hint) is not tuple or len(arms) != 2 or arms[1] is not Ellipsis:
            raise TypeError(f"{function.__module__}: parameter {name!r} is neither Rows[...] nor Params")
        facts[name] = arms[0]
    return facts, frozenset(optional), params_name, params_type

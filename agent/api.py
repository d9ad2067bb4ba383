"""The public surface for checks, ours and third parties'.

A check is one pure generator with a ``@check`` header. Its parameters' annotations name the facts it
needs (``Rows[Unit]``; ``Rows[Unit] | None`` where it can do without) and, with a ``Params`` type,
its other numbers. Its docstring is the rationale. It measures; it never judges.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform

from agent.facts import Rows
from agent.spec import CheckSpec, Measurement, Remediation, Unjudged
from agent.terms import Actor, Category, Named, RunAs, Scalar, TenantKind, Text, Unit, Version, listed, told

__all__ = [
    "Actor",
    "Category",
    "Measurement",
    "Named",
    "NotAssessed",
    "Params",
    "Remediation",
    "Rows",
    "RunAs",
    "Scalar",
    "TenantKind",
    "Text",
    "Unit",
    "Unjudged",
    "Version",
    "check",
    "is_meta",
    "listed",
    "params",
    "tenant_name",
]

API_VERSION = 1
F = TypeVar("F", bound=Callable[..., Iterable[Measurement | Unjudged]])
P = TypeVar("P")


class Params:
    """Base of a check's other numbers; fields carry their unit in the name, values stand in rules.yaml."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def params(cls: type[P]) -> type[P]:
    """Make a subclass of ``Params`` a frozen record without defaults."""
    return dataclass(frozen=True, kw_only=True)(cls)


def is_meta(tenant_id: int | None) -> bool:
    """Whether this is the META tenant of a user tenant: the odd ids above 1, which is sys."""
    return tenant_id is not None and tenant_id > 1 and tenant_id % 2 == 1


def tenant_name(tenant_id: int | None) -> Named:
    """The stable name of a tenant as a resource; views of user tenants and of the embedded kernel may not number it."""
    return Named("tenant") if tenant_id is None else Named("tenant {tenant}", tenant=str(tenant_id))


class NotAssessed(Exception):
    """Raised by a check whose facts are there but say nothing (NULL statistics, audit switched off).

    After measurements it means the rest: what they found stands, and where they found nothing the check is no pass.
    """

    def __init__(self, reason: str, unlock: str = "", /, **args: Scalar) -> None:
        self.reason = Text(reason, told(args))
        self.unlock = Text(unlock, told(args)) if unlock else None
        super().__init__(reason)


def check(
    *,
    code: str,
    name: str,
    unit: Unit,
    actor: Actor,
    title: str,
    finding: str,
    remediation: Remediation,
    tenants: tuple[TenantKind, ...] = (TenantKind.USER, TenantKind.SYS),
    since: tuple[int, int, int, int] = (4, 0, 0, 0),
    attested: bool = False,
    rationale: str = "",
    parse: Callable[[str], float | str] | None = None,
) -> Callable[[F], F]:
    """Attach a ``CheckSpec`` to a measuring function and return the function unchanged.

    ``finding`` is the sentence of a finding; its placeholders are ``resource``, ``value``, ``limit`` and the
    evidence's names. ``parse`` marks a check whose values are judged against an expected value or range.
    Raises TypeError for a header or a signature that breaks the contract.
    """

    def wrap(function: F) -> F:
        facts, optional, params_name, params_type = _needs(function)
        reason = rationale or inspect.getdoc(function) or ""
        if not reason:
            raise TypeError(f"{code}: the docstring (its rationale) is missing")
        spec = CheckSpec(
            code, name, Category(name.split(".", maxsplit=1)[0]), unit, actor, title, finding, " ".join(reason.split()),
            remediation, function, facts, optional, params_name, params_type, tenants, Version(*since), attested,
            parse is not None, parse,
        )  # fmt: skip
        function.__check__ = spec  # type: ignore[attr-defined]
        return function

    return wrap


def _needs(function: Callable[..., Any]) -> tuple[Mapping[str, type], frozenset[str], str, type | None]:
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

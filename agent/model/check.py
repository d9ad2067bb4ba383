"""What a check declares, and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from agent.model.naming import localize_names
from agent.model.sources import Source
from agent.model.terms import (
    Actor,
    Category,
    RunAs,
    Scalar,
    TenantKind,
    Text,
    Unit,
    Version,
)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a check yields: a stable resource, its value in the check's unit, and evidence.

    ``part`` tells apart what is measured several times of one resource (by server, session, ...): the worst is the
    finding. Two measurements with the same resource and part are an error of the check.

    ``caused_by`` names the resources that alone cause what was measured, where these are others than ``resource``. If
    joined checks have a finding for each of them, this one is told there and not by itself.
    """

    resource: str
    value: float | str | None
    evidence: Mapping[str, Scalar] = field(default_factory=dict)
    part: str = ""
    caused_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What a check yields for a resource of which it knows too little: neither a finding nor well."""

    resource: str


@dataclass(frozen=True, slots=True)
class Remediation:
    """Structured advice. SQL may hold ``{resource}``, ``{recommended}`` and evidence placeholders.

    ``{of_tenant}`` ends an ALTER SYSTEM statement about a tenant: assessed from sys, it names that tenant.
    ``rollback`` is SQL; if there is none, ``no_rollback`` says why.
    """

    advice: str
    _: KW_ONLY
    run_as: RunAs = RunAs.TENANT
    sql: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    no_rollback: str = ""
    pre_check: str = ""
    post_check: str = ""
    risk: str = ""
    restart: bool = False
    window: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """A check's header, built by the ``@check`` decorator.

    ``facts`` maps the measuring function's parameter names to row types; those in ``optional``
    are passed as None when unavailable. ``params`` is the type of its other numbers, or None.
    ``title_below`` and ``title_above`` say which way the values are wrong, where a rule expects a range.
    ``rationale`` is the docstring; ``finding`` the one-line template of a finding. ``sources`` say where each fact that
    the check relies on was looked up; the first that a browser can open is what a reader is sent to. ``rule`` is a
    plug-in's entry in the form of rules.yaml; for our own checks, whose entries are in that file, it is None.
    """

    code: str
    name: str
    category: Category
    unit: Unit
    actor: Actor
    title: str
    finding: str
    rationale: str
    remediation: Remediation
    measure: Callable[..., Iterable[Measurement | Unjudged]]
    facts: Mapping[str, type]
    optional: frozenset[str] = frozenset()
    title_below: str = ""
    title_above: str = ""
    params_name: str = ""
    params: type | None = None
    tenants: tuple[TenantKind, ...] = (TenantKind.USER, TenantKind.SYS)
    since: Version = Version(4, 0, 0, 0)
    sources: tuple[Source, ...] = ()
    attested: bool = False
    expects_value: bool = False
    parse: Callable[[str], float | str] | None = None
    rule: Mapping[str, Any] | None = None


class Params:
    """Base of a check's other numbers. Fields carry their unit in the name; rules.yaml has the values."""


class NotAssessed(Exception):
    """Raised by a check whose facts are there but say nothing (NULL statistics, audit switched off).

    Raised after measurements, it is about the rest: findings stand, and without a finding the check does not pass.
    """

    def __init__(self, reason: str, unlock: str = "", /, **args: Scalar | Text) -> None:
        self.reason = Text(reason, localize_names(args))
        self.unlock = Text(unlock, localize_names(args)) if unlock else None
        super().__init__(reason)

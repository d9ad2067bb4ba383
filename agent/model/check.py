"""What a check declares, and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.model.naming import localize_names
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
    """What a check yields: a stable resource, its value in the check's unit, and evidence."""

    resource: str
    value: float | str | None
    evidence: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What a check yields for a resource of which too little is known: it is no finding, and not well either."""

    resource: str


@dataclass(frozen=True, slots=True)
class Remediation:
    """Structured advice. SQL may hold ``{resource}``, ``{recommended}`` and evidence placeholders.

    ``{of_tenant}`` ends a statement of ALTER SYSTEM about a resource that is a tenant: assessed from sys it names it.
    ``rollback`` is SQL; where there is none, ``no_rollback`` says why.
    """

    advice: str
    run_as: RunAs = RunAs.TENANT
    sql: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    no_rollback: str = ""
    pre_check: str = ""
    post_check: str = ""
    risk: str = ""
    restart: bool = False
    window: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """A check's header, built by the ``@check`` decorator.

    ``facts`` maps the measuring function's parameter names to row types; those in ``optional``
    are passed as None when unavailable. ``params`` is the type of its other numbers, or None.
    ``rationale`` is the docstring; ``finding`` the one-line template of a finding. ``rule`` is the entry
    that a plug-in brings in the form of rules.yaml; our own checks have theirs in that file, and None here.
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
    params_name: str = ""
    params: type | None = None
    tenants: tuple[TenantKind, ...] = (TenantKind.USER, TenantKind.SYS)
    since: Version = Version(4, 0, 0, 0)
    attested: bool = False
    expects_value: bool = False
    parse: Callable[[str], float | str] | None = None
    rule: Mapping[str, Any] | None = None


class Params:
    """Base of a check's other numbers; fields carry their unit in the name, values stand in rules.yaml."""


class NotAssessed(Exception):
    """Raised by a check whose facts are there but say nothing (NULL statistics, audit switched off).

    After measurements it means the rest: what they found stands, and where they found nothing the check is no pass.
    """

    def __init__(self, reason: str, unlock: str = "", /, **args: Scalar) -> None:
        self.reason = Text(reason, localize_names(args))
        self.unlock = Text(unlock, localize_names(args)) if unlock else None
        super().__init__(reason)

"""What a check declares, and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Annotated, Any, TypeVar

from agent.model.naming import localize_names
from agent.model.sources import Source
from agent.model.terms import (
    Actor,
    Category,
    Effort,
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

    ``may_be`` is the other end where the value is only known to lie between the two. What would be a finding there and
    is none by ``value`` is neither: the resource counts as one that could not be judged.
    """

    resource: str
    value: float | str | None
    evidence: Mapping[str, Scalar] = field(default_factory=dict)
    part: str = ""
    caused_by: tuple[str, ...] = ()
    may_be: float | None = None


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What a check yields for a resource of which it knows too little: neither a finding nor well."""

    resource: str


# What a condition of a part of the advice is asked: the evidence of a finding, with ``resource`` and ``value``.
Told = Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence of the advice that applies only to some findings, or to some versions.

    A report shows it where ``when`` holds for at least one finding, and the version is ``since`` or later and earlier
    than ``before``: nobody should have to find out which of several sentences is about their type, code or release.
    ``part`` names the text of the remediation that it follows.
    """

    text: str
    _: KW_ONLY
    when: Callable[[Told], bool] | None = None
    since: tuple[int, ...] = ()
    before: tuple[int, ...] = ()
    part: str = "advice"

    def applies(self, version: Version, findings: Iterable[Told]) -> bool:
        """Whether the sentence is shown for these findings of a server of this version."""
        if (self.since and version < self.since) or (self.before and version >= self.before):
            return False
        return self.when is None or any(map(self.when, findings))


@dataclass(frozen=True, slots=True)
class EffortCase:
    """What the change takes where all findings of a check are of one kind, or in some versions, as documented.

    ``when`` is asked of each finding; the version is ``since`` or later.
    """

    effort: Effort
    _: KW_ONLY
    when: Callable[[Told], bool]
    since: tuple[int, ...] = ()

    def applies(self, version: Version, findings: Iterable[Told]) -> bool:
        """Whether the change of these findings takes this on a server of this version."""
        return not (self.since and version < self.since) and all(map(self.when, findings))


def known(*names: str) -> Callable[[Told], bool]:
    """Return a condition: all of this evidence is there."""
    return lambda told: all(told.get(name) not in (None, "") for name in names)


def unknown(*names: str) -> Callable[[Told], bool]:
    """Return a condition: none of this evidence is there."""
    return lambda told: all(told.get(name) in (None, "") for name in names)


def one_of(name: str, *values: Scalar) -> Callable[[Told], bool]:
    """Return a condition: this evidence has one of these values."""
    return lambda told: told.get(name) in values


@dataclass(frozen=True, slots=True)
class Remediation:
    """Structured advice. SQL may hold ``{resource}``, ``{recommended}`` and evidence placeholders.

    ``{of_tenant}`` ends an ALTER SYSTEM statement about a tenant: assessed from sys, it names that tenant.
    ``rollback`` is SQL; if there is none, ``no_rollback`` says why. ``effort`` says what the change takes where that
    does not follow from the rest: without it SQL that changes something is to be tried in low-traffic hours first, so
    that only what is known to be harmless is told as online; the first of ``effort_cases`` that applies goes before it.
    ``cases`` are sentences that follow the texts where they apply.
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
    effort: Effort | None = None
    effort_cases: tuple[EffortCase, ...] = ()
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """How the size to buy, or to set, follows from a finding.

    ``what``: cores, memory, data_disk, log_disk, connections.
    ``present`` names the evidence that tells what there is; without it that is the value. As a rule the value is the
    share in use, and the size is that with which it falls below the mildest limit; ``share`` names the evidence that
    tells it where the value is another. ``of_limit``: the share is of a limit that grows with the size, not of the size
    itself. ``demand`` names the evidence that tells what is in use, and ``aim_param`` the param that says how far it
    may fill up, where the value is no share; ``ahead``: that demand is of a year ahead, with the growth until then.
    ``per_gib``: the limit is a number for each GiB, and ``demand`` all there are.
    Where too little is the finding, the size is the mildest limit; with ``times`` that many times another evidence.
    ``with_meta``: the figures leave out what the META tenant takes of a unit, and what is ordered has it.
    ``otherwise`` is how it follows where the evidence that ``present`` names is not there.
    """

    what: str
    unit: Unit
    present: str = ""
    demand: str = ""
    aim_param: str = ""
    times: str = ""
    with_meta: bool = False
    share: str = ""
    of_limit: bool = False
    per_gib: bool = False
    ahead: bool = False
    otherwise: Sizing | None = None


@dataclass(frozen=True, slots=True)
class LevelSpec:
    """Which evidence of a check's measurements is a level that is forecast: what is in use, and its limit.

    ``kind`` is that of a ``Series``.
    """

    kind: str
    used: str
    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """Which numbers of its rule a check can be judged by: its sources leave out the rows of all others.

    Values are read from ``least`` on, and where ``step`` is not 0 only its multiples are. ``least_param`` names the
    param below whose value the check measures too little. ``most_params`` maps a param to the largest number up to
    which rows are read.
    """

    least: float = 0.0
    step: float = 0.0
    least_param: str = ""
    most_params: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """A check's header, built by the ``@check`` decorator.

    ``facts`` maps the measuring function's parameter names to row types; those in ``optional``
    are passed as None when unavailable. ``params`` is the type of its other numbers, or None.
    ``title_below`` and ``title_above`` say which way the values are wrong, where a rule expects a range.
    ``rationale`` is the docstring's first paragraph. ``scope`` is the rest of it: what is left out and how it is
    judged. It is for readers of the catalogue; no report prints it. ``consequence`` says in one sentence, in a
    manager's words, what happens to the business if nothing is done. ``finding`` is the one-line template of a
    finding. ``sources`` say where each fact that the check relies on was looked up; the first that a browser can open
    is what a reader is sent to. ``sizing`` says what to buy. ``exhausts``: the value is the share of something that
    only grows, and at 100 there is no more. ``level`` says which evidence is forecast; ``foretells`` is the kind of
    level whose forecast the check judges. ``counted`` names the evidence that tells how many events the value was
    counted from (the hits of a share, the executions of an average time); it is ``value`` where the value itself
    counts them. ``readable``: what its sources read, where that is not everything that a rule may ask about. ``rule``
    is a plug-in's entry in the form of rules.yaml; for our own checks, whose entries are in that file, it is None.
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
    scope: str = ""
    consequence: str = ""
    title_below: str = ""
    title_above: str = ""
    params_name: str = ""
    params: type | None = None
    tenants: tuple[TenantKind, ...] = (TenantKind.USER, TenantKind.SYS)
    since: Version = Version(4, 0, 0, 0)
    sources: tuple[Source, ...] = ()
    attested: bool = False
    sizing: Sizing | None = None
    exhausts: bool = False
    level: LevelSpec | None = None
    foretells: str = ""
    counted: str = ""
    readable: Readable | None = None
    expects_value: bool = False
    parse: Callable[[str], float | str] | None = None
    rule: Mapping[str, Any] | None = None


class Params:
    """Base of a check's other numbers. Fields carry their unit in the name; rules.yaml has the values.

    A number with which the check cannot calculate if it is 0, such as a divisor, is ``Positive[int]``: rules.yaml may
    not set it to 0.
    """


T = TypeVar("T", int, float)
ABOVE_ZERO = "above zero"
Positive = Annotated[T, ABOVE_ZERO]


class MissingFacts(Exception):
    """Raised by a check that needs optional facts after all, by the names of its parameters.

    What is missing of them, and what would give it, is told as the server said it; ``otherwise`` is told as what would
    let the check be assessed where nothing can give them.
    """

    def __init__(self, *names: str, otherwise: str = "") -> None:
        self.names = names
        self.otherwise = Text(otherwise) if otherwise else None
        super().__init__(*names)


class NotAssessed(Exception):
    """Raised by a check whose facts are there but say nothing (NULL statistics, audit switched off).

    Raised after measurements, it is about the rest: findings stand, and without a finding the check does not pass.
    """

    def __init__(self, reason: str, unlock: str = "", /, **args: Scalar | Text) -> None:
        self.reason = Text(reason, localize_names(args))
        self.unlock = Text(unlock, localize_names(args)) if unlock else None
        super().__init__(reason)

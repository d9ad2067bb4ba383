"""Facts that no view holds: the build, the engagement's business profile and attestations, earlier values."""

from __future__ import annotations

from datetime import date, datetime

from agent.facts import supplied
from agent.model.terms import TenantKind, Version


@supplied
class Build:
    """The server's version and what kind of tenant answers; always one row."""

    version: Version
    tenant_kind: TenantKind
    embedded: bool


@supplied
class Clock:
    """The snapshot's time, the only clock of the checks; always one row."""

    as_of: datetime


@supplied
class BusinessProfile:
    """What the customer says about the business; None where the engagement says nothing.

    ``workload``: OLTP, OLAP or HTAP.
    """

    peak_qps: float | None
    concurrency: int | None
    growth_pct_per_year: float | None
    workload: str | None = None


@supplied
class CriticalPeriod:
    """A span in which the business cannot afford trouble; ``end`` inclusive."""

    name: str
    start: date
    end: date


@supplied
class Attestation:
    """What a person vouches for because SQL cannot show it; expired ones are left out of the snapshot."""

    key: str
    value: str | float | bool
    by: str
    on: date
    valid_until: date


@supplied
class Administrator:
    """One account of a person who administers the tenant, as the engagement names it; ``host`` is "" for every host."""

    user_name: str
    host: str


@supplied
class EarlierValue:
    """A finding's value in an earlier assessment of this target."""

    code: str
    resource: str
    value: float
    as_of: datetime

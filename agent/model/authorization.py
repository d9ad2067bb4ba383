"""What a customer allows an assessment to read, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from agent.model.terms import DataClass, TenantKind, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceScope:
    """The most that the customer lets one fact source read. ``filter``, ``grouped_by`` and ``joined`` are SQL."""

    data_class: DataClass
    views: frozenset[str]
    columns: frozenset[str]
    filter: str
    grouped_by: str
    joined: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """The customer's verified permission. ``not_after`` is exclusive; ``sources`` is by name of the row type.

    ``signer`` is the key's fingerprint, ``sha256`` the hash of the signed document. ``withheld`` names our other
    sources and statements that may not be sent (``DISPENSABLE``). ``tenant_kind`` is that of the target, None where it
    is not known. ``notes`` is what the report says of the document. ``outside_service`` is the reason for an assessment
    that the subscription does not cover, ``allow_privileges`` the reason for an account that may do more than read.
    """

    reference: str
    approver: str
    not_before: datetime
    not_after: datetime
    data_classes: frozenset[DataClass]
    targets: tuple[str, ...] = ()
    signer: str = ""
    sha256: str = ""
    sources: Mapping[str, SourceScope] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()
    outside_service: str = ""
    allow_privileges: str = ""
    retention_days: int | None = None
    tenant_kind: TenantKind | None = None
    notes: tuple[Text, ...] = ()

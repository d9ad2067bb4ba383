"""What a customer allows an assessment to read, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from agent.model.terms import DataClass, Scalar, TenantKind, Text

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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
class SignedWindow:
    """The hours of the week in which statements may be sent; ``opens`` and ``closes`` are ``HH:MM``.

    A window over midnight belongs to the day on which it opens.
    """

    days: tuple[Weekday, ...] = WEEKDAYS
    opens: str = "00:00"
    closes: str = "24:00"
    timezone: str = "UTC"

    def is_open(self, moment: datetime) -> bool:
        """Whether statements may be sent at this moment (aware)."""
        local = moment.astimezone(ZoneInfo(self.timezone))
        clock, today = f"{local.hour:02}:{local.minute:02}", WEEKDAYS[local.weekday()]
        if self.opens < self.closes:
            return today in self.days and self.opens <= clock < self.closes
        yesterday = WEEKDAYS[local.weekday() - 1]
        return (today in self.days and clock >= self.opens) or (yesterday in self.days and clock < self.closes)

    def __str__(self) -> str:
        return f"{', '.join(self.days)} {self.opens}-{self.closes} {self.timezone}"


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
    window: SignedWindow = SignedWindow()

    def find_time_objection(self, moment: datetime) -> Text | None:
        """Return why nothing may be sent at this moment (aware), or None."""
        args: dict[str, Scalar] = {
            "reference": self.reference,
            "moment": moment,
            "not_before": self.not_before,
            "not_after": self.not_after,
            "window": str(self.window),
            "closes": self.window.closes,
        }
        if moment < self.not_before:
            return Text("At {moment} authorization {reference} was not valid yet: it begins at {not_before}.", args)
        if moment >= self.not_after:
            return Text("Authorization {reference} expired at {not_after}, so nothing more was sent.", args)
        if not self.window.is_open(moment):
            return Text("The signed window closed at {closes} ({window}), so at {moment} nothing more was sent.", args)
        return None

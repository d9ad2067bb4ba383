"""Terms that the whole agent shares: enumerations, messages and versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

Scalar = int | float | str | bool | datetime | None
Translations = Mapping[str, Mapping[str, str]]  # language -> message in English -> message in that language


class Severity(StrEnum):
    """How bad a finding is; ``rank`` orders them, worst highest."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low up to 3 for critical."""
        return list(Severity).index(self)


class Outcome(StrEnum):
    """What happened to a check. Only a check that ran and found nothing is a PASS.

    JOINED: it found something, and all of it is told in findings of other checks, as a sign of the same cause.
    """

    PASS = "pass"
    FINDING = "finding"
    NOT_APPLICABLE = "not_applicable"
    NOT_ASSESSED = "not_assessed"
    MUTED = "muted"
    JOINED = "joined"
    DISABLED = "disabled"
    ERROR = "error"


class Actor(StrEnum):
    """Who can mend a finding."""

    CUSTOMER = "customer"
    PLATFORM = "platform"
    BOTH = "both"


class RunAs(StrEnum):
    """Where the remediation is carried out."""

    TENANT = "tenant"
    SYS = "sys"
    CONSOLE = "console"


class TenantKind(StrEnum):
    """A tenant of the customer, or sys, which sees all tenants."""

    USER = "user"
    SYS = "sys"


class Category(StrEnum):
    """Check categories; the value is also the folder under ``checks/``."""

    CAPACITY = "capacity"
    PARAMETERS = "parameters"
    SQL = "sql"
    TRANSACTIONS = "transactions"
    AVAILABILITY = "availability"
    BACKUP = "backup"
    COMPACTION = "compaction"
    SCHEMA = "schema"
    STATISTICS = "statistics"
    SECURITY = "security"
    VERSION = "version"
    OPERATIONS = "operations"


class DataClass(StrEnum):
    """What kind of data a source reads; the authorization grants classes."""

    SETTINGS = "settings"
    STATISTICS = "statistics"
    SQL_TEXT_MASKED = "sql_text_masked"
    SQL_TEXT_FULL = "sql_text_full"
    PLANS = "plans"
    DEFINITIONS = "definitions"
    COLUMN_BOUNDS = "column_bounds"
    ACCOUNTS = "accounts"
    EMPTY_PASSWORDS = "empty_passwords"


class Unit(StrEnum):
    """Unit of a measured value; also how it is printed."""

    PCT = "pct"
    PERMILLE = "permille"
    BYTES = "bytes"
    COUNT = "count"
    RATIO = "ratio"
    DAYS = "days"
    HOURS = "hours"
    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    TEXT = "text"


class UnavailableKind(StrEnum):
    """Why a fact set is unavailable."""

    PRIVILEGE = "privilege"
    NO_VIEW = "no_view"
    NO_COLUMN = "no_column"
    NOT_GRANTED = "not_granted"
    NO_ATTESTATION = "no_attestation"
    NO_HISTORY = "no_history"
    TIMEOUT = "timeout"
    BUDGET = "budget"
    BUSY = "busy"
    LOST = "lost"
    CLOSED = "closed"
    ERROR = "error"
    UNKNOWN = "unknown"


class ChangeKind(StrEnum):
    """What became of a finding since the last assessment."""

    NEW = "new"
    WORSENED = "worsened"
    UNCHANGED = "unchanged"
    IMPROVED = "improved"
    RESOLVED = "resolved"
    NOT_COMPARABLE = "not_comparable"


class Deadline(StrEnum):
    """By when a unit of work should be done."""

    NOW = "now"
    MONTH = "month"
    QUARTER = "quarter"


class Effort(StrEnum):
    """What a unit of work takes, by the effect of the change and not by the kind of its statement.

    ONLINE: at any time; no statement fails or waits because of it, and nothing is lost. TRIAL: in low-traffic hours
    and tried first; statements may fail, plans or load may change, or something is taken away. OPERATION: work on
    servers, disks, backups, without a change of settings or tables. PROJECT: the application or the design changes.
    """

    ONLINE = "online"
    TRIAL = "trial"
    WINDOW = "window"
    RESTART = "restart"
    CONSOLE = "console"
    OPERATION = "operation"
    PROJECT = "project"


class ScoreChangeKind(StrEnum):
    """Why the score moved since the last assessment."""

    NEW = "new"
    WORSENED = "worsened"
    COVERAGE = "coverage"
    RULES = "rules"
    CHANCE = "chance"
    IMPROVED = "improved"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Text:
    """A message for people: an English template (the gettext msgid) and its values.

    Values are named with their unit (``used_bytes``, ``share_pct``); ``agent.support.i18n`` formats them.
    """

    msgid: str
    args: Mapping[str, Scalar | Text] = field(default_factory=dict)


class Version(NamedTuple):
    """OceanBase version, compared as integers."""

    major: int
    minor: int
    patch: int
    build: int = 0

    def __str__(self) -> str:
        return ".".join(map(str, self))

    @classmethod
    def parse(cls, text: str) -> Version:
        """``"4.2.5.1"`` or ``"4.2.5.1-101000..."`` -> Version. Raises ValueError."""
        parts = text.strip().split("-")[0].split(".")
        numbers = [int(part) for part in parts[:4]]
        if len(numbers) < 3:
            raise ValueError(f"not an OceanBase version: {text!r}")
        return cls(*numbers)

"""What an engagement file holds: one customer, the targets, and what was agreed.

``agent.engagement.loading.load_engagement`` reads it. Days are those of the service's time zone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, field_validator, model_validator
from pydantic_core.core_schema import ValidationInfo

from agent.engagement.deliver_block import DeliverBlock
from agent.engagement.report_block import ReportBlock
from agent.engagement.schedule_block import DaysBlock, ScheduleBlock
from agent.engagement.subscription import Subscription, add_months
from agent.model import rule
from agent.model.cost import Budget, BusyLimits
from agent.model.terms import TenantKind
from agent.support.yaml_fields import (
    Account,
    AnyFile,
    Block,
    ClockSpan,
    Code,
    Count,
    Day,
    ExistingFile,
    Fingerprint,
    HistoryUrl,
    Host,
    Invalid,
    JumpUrl,
    Many,
    Name,
    Password,
    Positive,
    Quantity,
    Size,
    Some,
    SshKey,
    TextList,
    Timezone,
    User,
    WholeFile,
    require_not_before,
)

_DEFAULT_BUDGET, _DEFAULT_BUSY_LIMITS = Budget(), BusyLimits()
T = TypeVar("T")
_PASSWORD_SCHEMA = {"type": "string", "pattern": "^(env|file|keyring|command):"}


def _make_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class CustomerBlock(Block):
    name: TextList
    contact: str = ""


class PromisesBlock(Block):
    """What the service promises of itself; the defaults are those of the statement of work.

    The first response comes within ``response_min`` of the ``hours``; in an emergency within
    ``emergency_response_min``, at any hour. A topic session is held every ``session_months``.
    """

    response_min: Annotated[int, Field(gt=0, le=10_080)] = 60
    emergency_response_min: Annotated[int, Field(gt=0, le=10_080)] = 10
    hours: Literal["7x24", "5x8"] = "7x24"
    session_months: Annotated[int, Field(ge=1, le=120)] = 6


class CalendarBlock(Block):
    """Working hours, for promises that count only these.

    ``holidays`` are days of Monday to Friday on which nobody works, ``workdays`` days of the weekend that make up for
    some of them.
    """

    spans: Some[ClockSpan] = ("09:00-12:00", "13:00-18:00")
    holidays: Many[Day] = ()
    workdays: Many[Day] = ()


class ServiceBlock(Block):
    """The subscription: first day, length, whose days are counted, and what the service promises."""

    tier: TextList
    start: Day
    months: Annotated[int, Field(ge=1, le=120)]
    timezone: Timezone = "Asia/Shanghai"
    promises: PromisesBlock = PromisesBlock()
    calendar: CalendarBlock = CalendarBlock()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days are counted."""
        return ZoneInfo(self.timezone)

    @property
    def end(self) -> dt.date:
        """The first day after the subscription."""
        return add_months(self.start, self.months)


class TlsBlock(Block):
    """``required`` encrypts, ``verify`` also checks the server's certificate.

    It is checked with ``ca``, or with the CAs of this machine; with ``fingerprint`` it must be that very certificate.
    """

    mode: Literal["disabled", "required", "verify"] = "required"
    ca: ExistingFile | None = None
    fingerprint: Fingerprint | None = None

    @field_validator("ca")
    @classmethod
    def _require_ca_use(cls, value: ExistingFile | None, info: ValidationInfo) -> ExistingFile | None:
        if value is not None and info.data.get("mode", "verify") != "verify":
            raise Invalid('{place}: a CA file is used with "mode: verify" only; set that or delete this key')
        return value

    @field_validator("fingerprint")
    @classmethod
    def _require_one_pin(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and (info.data.get("mode", "verify") != "verify" or info.data.get("ca")):
            raise Invalid('{place}: a fingerprint is used with "mode: verify" and without a CA file')
        return value


class LimitsBlock(Block):
    """What one assessment may cost the target, and when the target is too busy for it.

    It is busy with more active sessions per core (of a tenant of two cores or more), more of its CPU in use, or a
    longer mean wait of requests in its queue; then we wait, and stop after ``busy_wait_s``.
    """

    statement_timeout_s: Annotated[int, Field(gt=0, le=600)] = int(_DEFAULT_BUDGET.statement_timeout_s)
    total_database_ms: Positive = int(_DEFAULT_BUDGET.total_database_ms)
    max_rows: Positive = _DEFAULT_BUDGET.max_rows
    max_bytes: Positive = _DEFAULT_BUDGET.max_bytes
    busy_sessions_per_core: Annotated[float, Field(gt=0, le=1000)] = _DEFAULT_BUSY_LIMITS.sessions_per_core
    busy_cpu_pct: Annotated[float, Field(gt=0, le=1000)] = _DEFAULT_BUSY_LIMITS.cpu_pct
    busy_queue_ms: Annotated[float, Field(gt=0, le=600_000)] = _DEFAULT_BUSY_LIMITS.queue_ms
    busy_wait_s: Annotated[int, Field(ge=0, le=3600)] = int(_DEFAULT_BUSY_LIMITS.wait_s)


class BusinessBlock(Block):
    """What the customer says of the load; None is unknown. ``workload`` is what the tenant is for."""

    workload: Literal["OLTP", "OLAP", "HTAP"] | None = None
    peak_qps: Quantity | None = None
    concurrency: Count | None = None
    growth_pct_per_year: Annotated[float, Field(ge=-100, le=10_000, allow_inf_nan=False)] | None = None
    critical_periods: Many[DaysBlock] = ()
    description: str = ""


class AttestationBlock(Block, Generic[T]):
    """Something that SQL cannot see, and who vouches for it until when (that day included)."""

    value: T
    by: TextList
    date: Day
    valid_until: Annotated[Day, AfterValidator(require_not_before("date", '{place}: must not be before "date"'))]


class AttestationsBlock(Block):
    purchased_data_disk_bytes: AttestationBlock[Size] | None = None
    console_backup_enabled: AttestationBlock[bool] | None = None
    tde_enabled: AttestationBlock[bool] | None = None
    console_whitelist_restricted: AttestationBlock[bool] | None = None
    last_restore_drill: AttestationBlock[Day] | None = None


class TargetBlock(Block):
    """One tenant to assess. ``business`` replaces the engagement's; ``attestations`` go before the engagement's.

    ``via`` is an SSH jump host; without ``via_key`` the user's ssh-agent and usual keys are tried. ``administrators``
    are the accounts of people who administer the tenant, as ``user`` or ``user@host``.
    """

    host: Host
    port: Annotated[int, Field(ge=1, le=65_535)]
    user: User
    password: Password
    tls: TlsBlock = TlsBlock()
    via: JumpUrl | None = None
    via_key: ExistingFile | None = None
    via_known_hosts: ExistingFile | None = None
    kind: Annotated[TenantKind, Field(strict=False)] = TenantKind.USER
    limits: LimitsBlock = LimitsBlock()
    business: BusinessBlock | None = None
    attestations: AttestationsBlock = AttestationsBlock()
    administrators: Many[Account] = ()

    @field_validator("via_key", "via_known_hosts")
    @classmethod
    def _require_via(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None and info.data.get("via", "") is None:
            raise Invalid('{place}: this is used with "via: ssh://user@host" only; add that or delete this key')
        return value


class AuthorizationBlock(Block):
    """Where the customer's signed permission is, and the key that it must be signed with.

    ``revoked`` is the reason why it holds no longer; ``revocation`` names files that the customer
    signed to say so. ``bundle_signer`` is the key of who signs bundles, where that is not ``signer``.
    """

    document: AnyFile
    signature: AnyFile | None = None
    signer: SshKey
    bundle_signer: SshKey | None = None
    revoked: TextList | None = None
    revocation: Annotated[
        Many[ExistingFile], BeforeValidator(_make_list, json_schema_input_type=ExistingFile | Many[ExistingFile])
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def _require_signature(cls, data: Any) -> Any:
        written_out = {"approver", "data_classes", "not_after"}
        if isinstance(data, dict) and "document" not in data and written_out & data.keys():
            raise Invalid(
                "{place}: a permission that is only written here is not accepted. Delete this block, run "
                "ob-health authorize request, have the customer sign the file, then name document and signer here"
            )
        return data

    @property
    def signature_file(self) -> Path:
        """The given path, or the document's name with ``.sig`` added, where ``ssh-keygen -Y sign`` writes it."""
        return self.signature or self.document.with_name(self.document.name + ".sig")


class MuteBlock(Block):
    """Names a fingerprint, or a code with a resource pattern (``*`` for all)."""

    fingerprint: TextList | None = None
    code: Code | None = None
    resource: TextList | None = None
    owner: TextList
    reason: TextList
    until: Day

    @model_validator(mode="after")
    def _require_one_way(self) -> MuteBlock:
        by_code = self.code is not None and self.resource is not None
        if (self.fingerprint is None) != by_code or (self.code is None) != (self.resource is None):
            raise Invalid('{place}: name either "fingerprint", or "code" and "resource" (a pattern, "*" for all)')
        return self


class OverrideBlock(Block):
    """``change`` is laid over the check's entry in the shipped rules."""

    code: Code
    owner: TextList
    reason: TextList
    until: Day
    change: Annotated[dict[str, Any], Field(min_length=1)]


class OverridesFile(WholeFile):
    """A file of overrides that several engagements can share."""

    overrides: Some[OverrideBlock]

    @property
    def as_model(self) -> tuple[rule.Override, ...]:
        """The overrides of the file, each with its place."""
        return _build_overrides(self, self.overrides, "overrides")


def _build_overrides(file: WholeFile, entries: tuple[OverrideBlock, ...], *above: str) -> tuple[rule.Override, ...]:
    return tuple(
        rule.Override(
            code=o.code, owner=o.owner, reason=o.reason, until=o.until, change=o.change, place=file.place(*above, index)
        )
        for index, o in enumerate(entries)
    )


class RulesBlock(Block):
    """Changes of the shipped rules, in a file of their own, here, or both; ``checks`` are files of further checks."""

    file: ExistingFile | None = None
    overrides: Many[OverrideBlock] = ()
    checks: Many[ExistingFile] = ()


class Engagement(WholeFile):
    """A whole engagement file.

    ``history_key`` refers to the keys of snapshots in the history: the first seals, each of them opens.
    ``verify_advice``: assessments try indexes and remedies on a twin, on the machine that runs them.
    """

    schema_file: ClassVar[str] = "engagement.schema.json"
    customer: CustomerBlock
    service: ServiceBlock
    targets: Annotated[dict[Name, TargetBlock], Field(min_length=1)]
    authorization: AuthorizationBlock | None = None
    business: BusinessBlock = BusinessBlock()
    attestations: AttestationsBlock = AttestationsBlock()
    mute_entries: Many[MuteBlock] = Field(default=(), alias="mutes")
    rules: RulesBlock = RulesBlock()
    language: Some[Literal["zh-CN", "en"]] = ("zh-CN", "en")
    history: HistoryUrl | None = None
    history_key: Annotated[
        Many[Password],
        BeforeValidator(_make_list),
        WithJsonSchema({"anyOf": [_PASSWORD_SCHEMA, {"type": "array", "items": _PASSWORD_SCHEMA}]}),
    ] = ()
    verify_advice: bool = False
    report: ReportBlock = ReportBlock()
    deliver: DeliverBlock | None = None
    schedule: ScheduleBlock = ScheduleBlock()

    @property
    def subscription(self) -> Subscription:
        """The first day, length and time zone of the subscription."""
        return Subscription(self.service.start, self.service.months, self.service.timezone)

    @property
    def mutes(self) -> tuple[rule.Mute, ...]:
        """The mutes, in the order of the file."""
        return tuple(
            rule.Mute(
                owner=m.owner,
                reason=m.reason,
                until=m.until,
                fingerprint=m.fingerprint or "",
                code=m.code or "",
                resource=m.resource or "",
                place=self.place("mutes", index),
            )
            for index, m in enumerate(self.mute_entries)
        )

    @property
    def overrides(self) -> tuple[rule.Override, ...]:
        """The overrides written in the engagement itself; ``rules.file`` may hold more."""
        return _build_overrides(self, self.rules.overrides, "rules", "overrides")

    def business_of(self, target_name: str) -> BusinessBlock:
        """Return the target's own business profile if it has one, or else the engagement's."""
        return self.targets[target_name].business or self.business

    def attestations_of(self, target_name: str) -> Mapping[str, AttestationBlock[Any]]:
        """Return the attestations by key; one of the target replaces the engagement's with the same key."""
        given = (*self.attestations, *self.targets[target_name].attestations)
        return {key: attestation for key, attestation in given if attestation is not None}

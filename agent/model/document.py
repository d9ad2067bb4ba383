"""The assessment document, member by member: ``assessment.json`` as ``assessment.schema.json`` describes it.

Times are ISO 8601 texts, bytes integers, percentages 0-100. ``Texts`` is one message in every language. Every key is
always there: ``agent.archive.upgrade`` brings a document of an older agent to this form when it is read.
"""

from __future__ import annotations

from typing import Any, NotRequired, final

from typing_extensions import TypedDict  # pydantic checks documents by these types, and asks for this one

from agent.model.document_proof import ProofEntry
from agent.model.document_track_record import TrackRecordEntry

JsonScalar = float | int | str | bool | None
Texts = dict[str, str]


class MuteEntry(TypedDict):
    """Who answers for a muted finding, and until which day."""

    owner: str
    reason: str
    until: str


class JudgedEntry(TypedDict):
    """What a check found on one resource. ``names``: language -> name of the resource, where its name is ours."""

    fingerprint: str
    resource: str
    names: Texts
    severity: str
    risk_points: float
    value: float | str | None
    limit: float | str | None
    evidence: dict[str, JsonScalar]
    unit: str
    sql: list[str]
    rollback: list[str]
    muted: MuteEntry | None
    texts: Texts


class SignEntry(JudgedEntry):
    """What the check ``code`` found, as a part of a joined finding."""

    code: str


class PurchaseEntry(TypedDict):
    """A size to buy: ``what`` is cores, memory, data_disk or log_disk; sizes are in ``unit``."""

    what: str
    present: float
    needed: float
    unit: str
    formula: Texts


class FindingEntry(JudgedEntry):
    """One finding of a check.

    ``signs``: where findings of several checks are joined, what each of them found, this check first. ``purchase``,
    ``exhausted_on`` and what the day is taken from are set where figures tell them.
    """

    signs: list[SignEntry]
    purchase: PurchaseEntry | None
    exhausted_on: str | None
    exhausted_by: Texts


class UnseenEntry(TypedDict):
    """What is kept of an earlier finding."""

    fingerprint: str
    resource: str
    names: Texts
    severity: str
    risk_points: float
    value: float | str | None
    muted: MuteEntry | None


class CarriedSignEntry(UnseenEntry):
    """A sign of a carried finding."""

    code: str


class CarriedEntry(UnseenEntry):
    """A finding of the assessment ``since`` that none of the ``runs`` after it could look for again."""

    since: str
    runs: int
    signs: list[CarriedSignEntry]


class NamedResource(TypedDict):
    """A resource and its names by language, empty where its name is not ours."""

    resource: str
    names: Texts


class CheckTextsEntry(TypedDict):
    """What a check says in one language; empty where it says nothing."""

    title: str
    consequence: str
    rationale: str
    advice: str
    risk: str
    pre_check: str
    post_check: str
    no_rollback: str


@final
class RungsEntry(TypedDict):
    """A rule with a ladder: severity -> limit."""

    rungs: dict[str, float]
    worst: float | None
    descending: bool


@final
class FixedEntry(TypedDict):
    """A rule by which every measurement is a finding, or, with ``expected``, any other value."""

    severity: str
    expected: NotRequired[str]
    recommended: NotRequired[str]


LadderEntry = RungsEntry | FixedEntry


class RemediationEntry(TypedDict):
    """What to run, and where."""

    run_as: str
    sql: list[str]
    rollback: list[str]
    restart: bool
    window: bool
    links: dict[str, str]


class MeasuredEntry(TypedDict):
    """What a check measured that is nearest to its limit, and on how many resources it measured."""

    resource: str
    names: Texts
    value: float | str | None
    count: int


class ResultEntry(TypedDict):
    """What became of one check. ``sources`` names the sources that its figures come from.

    ``measured``: what a check that found nothing measured; None if there was nothing.
    """

    code: str
    name: str
    category: str
    actor: str
    outcome: str
    severity: str | None
    risk_points: float
    points_lost: float
    gain: float
    symptom_of: str
    carried_from: str
    carried_runs: int
    carried: list[CarriedEntry]
    risk_stake: float
    group: str
    told_with: list[str]
    attested: bool
    reason: Texts
    well: list[str]
    unjudged: list[NamedResource]
    unlock: Texts
    unit: str
    params: dict[str, JsonScalar | list[JsonScalar]]
    ladder: LadderEntry
    overridden: bool
    sources: list[str]
    texts: dict[str, CheckTextsEntry]
    remediation: RemediationEntry
    findings: list[FindingEntry]
    measured: MeasuredEntry | None


class CategoryScoreEntry(TypedDict):
    """Points of one category; ``points_lost`` is None where nothing of it was assessed."""

    points_lost: float | None
    risk_points: float
    coverage_pct: float


class GradeNeedEntry(TypedDict):
    """A check that must be assessed before a good grade can be given; ``text`` names it and what that takes."""

    code: str
    text: Texts


class ScoreEntry(TypedDict):
    """The verdict; ``band`` is None where no grade can be given, for want of ``grade_needs`` if there are any."""

    value: float
    low: float
    high: float
    band: str | None
    grade_needs: list[GradeNeedEntry]
    provisional: bool
    coverage_pct: float
    hidden_by_mutes: float
    hidden_by_overrides: float
    categories: dict[str, CategoryScoreEntry]


class ChangeEntry(TypedDict):
    """One finding compared with the last assessment."""

    kind: str
    code: str
    fingerprint: str
    resource: str
    names: Texts
    severity: str
    was_severity: str | None
    value: float | str | None
    was_value: float | str | None


class ScoreChangeEntry(TypedDict):
    """Points by which the score moved for one reason."""

    kind: str
    points: float


class ComparisonEntry(TypedDict):
    """What changed since the last assessment."""

    baseline_id: str
    baseline_as_of: str
    score_was: float | None
    score_delta: float | None
    ruleset_changed: bool
    changes: list[ChangeEntry]
    bridge: list[ScoreChangeEntry]
    categories_was: dict[str, float | None]


class SourceEntry(TypedDict):
    """What became of one fact source."""

    source: str
    view: str
    status: str
    rows: int
    duration_ms: float
    truncated: bool
    reason: Texts


class CapacityEntry(TypedDict):
    """Bytes in use in one zone."""

    kind: str
    resource: str
    used_bytes: int
    size_bytes: int | None


class OverrideEntry(TypedDict):
    """A change of the shipped rules, and who answers for it. ``change`` is as the engagement file has it."""

    code: str
    owner: str
    reason: str
    until: str
    change: dict[str, Any]


class RulesetEntry(TypedDict):
    """The rules by which the checks were judged."""

    sha256: str
    overrides: list[OverrideEntry]
    problems: list[Texts]


# Keys that are Python keywords (``from``) need this form.
PeriodEntry = TypedDict("PeriodEntry", {"number": int, "from": str, "to": str})
CriticalPeriodEntry = TypedDict("CriticalPeriodEntry", {"name": str, "from": str, "to": str})


class TargetEntry(TypedDict):
    """What was assessed."""

    name: str
    version: str
    kind: str
    embedded: bool


class AuthorizationEntry(TypedDict):
    """The customer's permission for the assessment."""

    reference: str
    approver: str
    until: str
    data_classes: list[str]
    signer: str
    sha256: str
    outside_service: str
    allow_privileges: str
    retention_days: int | None


class BudgetEntry(TypedDict):
    """What the assessment was allowed to cost."""

    statement_timeout_s: float
    total_database_ms: float
    max_rows: int
    max_bytes: int


class CostEntry(TypedDict):
    """What the assessment cost the database; ``budget`` is None where it was not kept."""

    statements: int
    database_ms: float
    longest_ms: float
    rows: int
    bytes: int
    waited_ms: float
    budget: BudgetEntry | None


class ReceiptEntry(TypedDict):
    """Our statements as the tenant's own audit has them."""

    way: str
    sent: int
    sent_ms: float
    sent_rows: int
    found: int
    total_ms: float
    longest_ms: float
    rows: int
    writes: int
    journal_sha256: str
    reason: Texts
    differences: list[Texts]


class ProblemEntry(TypedDict):
    """What preflight saw that limits the assessment."""

    what: Texts
    remedy: Texts


class BusinessEntry(TypedDict):
    """What the customer says about the load; None where they say nothing."""

    peak_qps: float | None
    concurrency: int | None
    growth_pct_per_year: float | None
    critical_periods: list[CriticalPeriodEntry]


class WorkUnitEntry(TypedDict):
    """One unit of work of the roadmap."""

    codes: list[str]
    deadline: str
    effort: str
    gain: float
    score_after: float


class ForecastEntry(TypedDict):
    """How a data disk grows by its forecast."""

    kind: str
    resource: str
    bytes_per_day: int
    full_on: str | None


class LevelEntry(TypedDict):
    """How much of something was in use, and its limit where that is known."""

    kind: str
    resource: str
    unit: str
    value: float
    limit: float | None


class DayEntry(TypedDict):
    """The value of one day."""

    on: str
    value: float


class BandEntry(TypedDict):
    """Where a forecast is on one day: the interval of 80 % and its middle."""

    on: str
    low: float
    middle: float
    high: float


class LimitEntry(LevelEntry):
    """When a level reaches its limit, in days; None where it does not within the horizon, or where ``lack`` says why
    there is no forecast."""

    points_count: int
    span_days: int
    lack: str
    near_days: int | None
    likely_days: int | None
    far_days: int | None
    year_value: float | None
    year_high: float | None
    points: list[DayEntry]
    band: list[BandEntry]


class TopSqlEntry(TypedDict):
    """One SQL shape and its share of the time; ``text`` is without literals, "" where it is not known."""

    sql_id: str
    db_name: str
    executions: int
    elapsed_us: int
    share_pct: float
    text: str
    user_name: str
    longest_us: int | None


class TrendEntry(TypedDict):
    """An earlier assessment as one point of a curve."""

    as_of: str
    score: float | None
    capacity: list[CapacityEntry]
    sessions: int | None
    statements_per_s: float | None
    levels: list[LevelEntry]


class FiguresEntry(TypedDict):
    """Numbers for the charts."""

    capacity: list[CapacityEntry]
    forecasts: list[ForecastEntry]
    levels: list[LevelEntry]
    limits: list[LimitEntry]
    top_sql: list[TopSqlEntry]
    top_sql_of: str
    shapes: int
    trend: list[TrendEntry]


class InstanceUnitEntry(TypedDict):
    """The resource units of one zone together."""

    zone: str
    units: int
    cores: float
    memory_bytes: int
    log_disk_bytes: int
    data_disk_bytes: int | None
    data_used_bytes: int | None


class ZoneReplicasEntry(TypedDict):
    """The replicas of log streams in one zone, of one type."""

    zone: str
    kind: str
    leaders: int
    followers: int


class TableSizeEntry(TypedDict):
    """One table; None is unknown."""

    database: str
    table: str
    rows: int | None
    data_bytes: int | None


class ChangedSettingEntry(TypedDict):
    """A parameter that is not at its default."""

    name: str
    value: str
    default: str


class InstanceEntry(TypedDict):
    """The instance at the time of the assessment; what could not be read is None, or "" among the texts."""

    compatible: str
    role: str
    primary_zone: str
    locality: str
    units: list[InstanceUnitEntry]
    replicas: list[ZoneReplicasEntry]
    data_bytes: int | None
    sessions: int | None
    statements_per_s: float | None
    observed_s: float | None
    table_count: int | None
    tables: list[TableSizeEntry]
    setting_count: int | None
    settings: list[ChangedSettingEntry]


class StatementEntry(TypedDict):
    """One statement as it was sent; ``at`` is None in documents of older agents."""

    source: str
    at: str | None
    duration_ms: float
    rows: int
    error: int | None


class AccessEntry(TypedDict):
    """How a plan reads one table; ``index`` is empty for the table itself, ``rows`` is what a scan goes through."""

    table: str
    operator: str
    index: str
    rows: int | None


class PlanEntry(TypedDict):
    """One plan of a statement."""

    plan_hash: str
    accesses: list[AccessEntry]


class TimePartEntry(TypedDict):
    """What a statement spends in one stage: ``queue``, ``plan``, ``work`` or ``cpu``, ``io``, ``lock``, ``schedule``,
    ``rpc``, and ``rest`` for what has no name.
    """

    stage: str
    us: int
    pct: float


class TimesEntry(TypedDict):
    """Where the time of a statement goes, by one record; retries and requests to other servers for each execution."""

    record: str
    parts: list[TimePartEntry]
    retries: float | None
    rpcs: float | None


class SqlEntry(TypedDict):
    """A statement of the customer's that findings on ``resource`` are about. Times in microseconds.

    ``text`` is masked; where it is empty, ``no_text`` says why. User, longest, first, last and trace are those of the
    audit ring, and None where the statement is not in it.
    """

    resource: str
    sql_id: str
    text: str
    no_text: Texts
    record: str
    database: str | None
    executions: int
    average_us: float
    total_us: int
    user: str | None
    users: int | None
    longest_us: int | None
    first: str | None
    last: str | None
    trace_id: str | None
    plans: list[PlanEntry]
    times: TimesEntry | None


class ColophonEntry(TypedDict):
    """Who answers for the report; ``valid_until`` is exclusive."""

    prepared_by: str
    reviewed_by: str
    classification: str
    valid_until: str | None


class UnlockEntry(TypedDict):
    """Checks that are not assessed because the same things are missing."""

    needs: list[Texts]
    codes: list[str]
    coverage_pct: float


class OutlookEntries(TypedDict):
    """The members that look beyond single results."""

    business: BusinessEntry
    roadmap: list[WorkUnitEntry]
    figures: FiguresEntry
    instance: InstanceEntry
    statements: list[StatementEntry]
    sql: list[SqlEntry]
    colophon: ColophonEntry


class Document(OutlookEntries):
    """The whole assessment of one target. ``proof`` is None where the twin was not asked.

    ``track_record`` is None where no history was at hand.
    """

    schema_version: int
    agent_version: str
    assessment_id: str
    ruleset: RulesetEntry
    customer: str
    period: PeriodEntry | None
    target: TargetEntry
    as_of: str
    timezone: str
    authorization: AuthorizationEntry | None
    score: ScoreEntry
    results: list[ResultEntry]
    comparison: ComparisonEntry | None
    cost: CostEntry
    receipt: ReceiptEntry | None
    sources: list[SourceEntry]
    problems: list[ProblemEntry]
    notes: list[Texts]
    unlocks: list[UnlockEntry]
    proof: ProofEntry | None
    track_record: TrackRecordEntry | None

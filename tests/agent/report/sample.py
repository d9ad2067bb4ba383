"""Assessments made by hand, scored and compared by the real thing, for tests of the report."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from agent.archive.document import build_document
from agent.archive.document_earlier import read_earlier
from agent.archive.document_proof import add_proof
from agent.judgement.compare import compare_assessments
from agent.judgement.figures import compute_figures
from agent.judgement.fingerprint import fingerprint_finding
from agent.judgement.instance import describe_instance
from agent.judgement.joining import join_earlier, join_findings
from agent.judgement.remedies import group_by_remedy
from agent.judgement.roadmap import plan_roadmap
from agent.judgement.score import score_results
from agent.model.assessment import Assessment, Colophon, Period
from agent.model.authorization import Authorization
from agent.model.check import CheckSpec, Measurement, Remediation
from agent.model.cost import Budget, Cost, Receipt, Sent
from agent.model.document import Document
from agent.model.outlook import Outlook, Purchase
from agent.model.result import CheckResult, Finding, Nearest
from agent.model.rule import Expected, Fixed, Ladder, Mute, Override, Rule, Ruleset
from agent.model.snapshot import Problem, Snapshot, SourceRecord
from agent.model.statement import StatementFacts, StatementPlan, TableAccess
from agent.model.terms import (
    Actor,
    Category,
    DataClass,
    Outcome,
    RunAs,
    Scalar,
    Severity,
    TenantKind,
    Text,
    Unit,
    Version,
)
from tests.agent.report.sample_facts import facts
from tests.agent.report.sample_proof import tell_proof
from tests.agent.scoring import POLICY

TARGET = "shop-prod"
NOW = datetime(2026, 10, 3, 1, 30, tzinfo=UTC)
CRITICAL, HIGH, MEDIUM, LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW
MUTE = Mute(
    owner="Li Wei", reason="The batch account is being replaced in November.", until=date(2026, 12, 31), code="SEC002"
)
DISK = Ladder(((MEDIUM, 70.0), (HIGH, 80.0), (CRITICAL, 90.0)), worst=100.0)
Entry = tuple[CheckSpec, Rule, CheckResult]


def _measure() -> Iterator[Measurement]:
    yield from ()


def entry(
    code: str,
    name: str,
    unit: Unit,
    title: str,
    rule: Rule,
    outcome: Outcome,
    findings: Sequence[Finding] = (),
    *,
    actor: Actor = Actor.CUSTOMER,
    remediation: Remediation | None = None,
    rationale: str = "It is known to hurt.",
    reason: Text | None = None,
    unlock: Text | None = None,
    stake: float = 8.0,
    attested: bool = False,
    nearest: Nearest | None = None,
) -> Entry:
    """One check with its rule and its result."""
    category = Category(name.partition(".")[0])
    spec = CheckSpec(
        code=code,
        name=name,
        category=category,
        unit=unit,
        actor=actor,
        title=title,
        finding="{resource}",
        rationale=rationale,
        remediation=remediation or Remediation(advice="Nothing needs to be done."),
        measure=_measure,
        facts={},
    )
    result = CheckResult(
        code=code,
        outcome=outcome,
        findings=tuple(findings),
        reason=reason,
        unlock=unlock,
        group=rule.group,
        join=rule.join,
        actor=actor,
        category=category,
        risk_stake=stake,
        attested=attested,
        nearest=nearest,
    )
    return spec, rule, result


def finding(
    code: str,
    resource: str,
    severity: Severity,
    risk_points: float,
    value: float | str | None,
    limit: float | str | None,
    sentence: str,
    *,
    evidence: Mapping[str, Scalar] | None = None,
    sql: Sequence[str] = (),
    rollback: Sequence[str] = (),
    muted: Mute | None = None,
) -> Finding:
    return Finding(
        fingerprint=fingerprint_finding(TARGET, code, resource),
        resource=resource,
        severity=severity,
        risk_points=risk_points,
        value=value,
        limit=limit,
        evidence=evidence or {},
        text=Text(sentence),
        sql=tuple(sql),
        rollback=tuple(rollback),
        muted=muted,
    )


def _capacity() -> list[Entry]:
    disk = finding(
        "CAP001",
        "zone1",
        CRITICAL,
        62.0,
        93.4,
        90.0,
        "The data disk of zone1 is 93.4% full.",
        evidence={"used_bytes": 1_002_438_533_120, "total_bytes": 1_073_741_824_000, "sampled_at": NOW},
    )
    growth = finding("CAP002", "zone1", HIGH, 12.0, 21.0, 30.0, "At this growth the data disk is full in 21 days.")
    purge = Remediation(
        advice="Archive or drop history tables, or buy disk space, before the disk is full; writes stop when it is.",
        run_as=RunAs.CONSOLE,
        no_rollback="Space that was bought can be given back in the console; dropped partitions cannot.",
        pre_check="Ask who reads the history tables.",
        post_check="The share used is under 70% in the console.",
        risk="Dropping partitions deletes data for good.",
        window=True,
    )
    return [
        entry(
            "CAP001",
            "capacity.data_disk_nearly_full",
            Unit.PCT,
            "Data disk nearly full",
            Rule(judge=DISK, group="disk_full"),
            Outcome.FINDING,
            [disk],
            remediation=purge,
            stake=52.0,
            rationale="When the data disk is full, the tenant stops accepting writes and compaction stands still.",
        ),
        entry(
            "CAP002",
            "capacity.data_disk_full_soon",
            Unit.DAYS,
            "Data disk full soon",
            Rule(judge=Ladder(((MEDIUM, 60.0), (HIGH, 30.0), (CRITICAL, 7.0)), descending=True), group="disk_full"),
            Outcome.FINDING,
            [growth],
            remediation=purge,
            stake=52.0,
        ),
        entry(
            "CAP007",
            "capacity.log_disk_too_small",
            Unit.RATIO,
            "Log disk too small",
            Rule(judge=Ladder(((HIGH, 2.0),), descending=True)),
            Outcome.FINDING,
            [finding("CAP007", "zone2", HIGH, 9.0, 1.5, 2.0, "The log disk is 1.5 times the memory.")],
            actor=Actor.PLATFORM,
            remediation=Remediation(advice="Enlarge the log disk of the resource unit.", run_as=RunAs.SYS),
        ),
    ]


def _sql(tables: int) -> list[Entry]:
    scans = [
        finding(
            "SQL003",
            "shop.orders SELECT #7f3a",
            HIGH,
            11.5,
            4_820_000,
            1_000_000,
            "A statement reads 4,820,000 rows for each row that it returns.",
            evidence={"executions_count": 18_250, "elapsed_p95_us": 3_400_000, "plan": "FULL SCAN orders"},
            sql=["CREATE INDEX idx_orders_customer ON shop.orders (customer_id, created_at)"],
            rollback=["DROP INDEX idx_orders_customer ON shop.orders"],
        ),
    ]
    redundant = [
        finding(
            "SCH002",
            f"shop.t{number:04d}.idx_{number}",
            LOW,
            0.4,
            1,
            None,
            f"Index idx_{number} of shop.t{number:04d} is a prefix of another one.",
            evidence={"size_bytes": 1_048_576 * number},
            sql=[f"DROP INDEX idx_{number} ON shop.t{number:04d}"],
            rollback=[f"CREATE INDEX idx_{number} ON shop.t{number:04d} (c1)"],
        )
        for number in range(tables)
    ]
    return [
        entry(
            "SQL003",
            "sql.rows_read_per_row_returned",
            Unit.COUNT,
            "Many rows read per row returned",
            Rule(judge=Ladder(((MEDIUM, 10_000.0), (HIGH, 1_000_000.0))), params_values={"min_executions_count": 100}),
            Outcome.FINDING,
            scans,
            remediation=Remediation(
                advice="Give the statement an index on the columns that it filters by.",
                risk="Building the index reads the table once.",
                post_check="EXPLAIN shows the new index.",
                window=True,
            ),
        ),
        entry(
            "SCH002",
            "schema.redundant_index",
            Unit.COUNT,
            "Redundant index",
            Rule(judge=Fixed(LOW)),
            Outcome.FINDING,
            redundant,
            remediation=Remediation(advice="Drop indexes that others contain."),
            stake=0.3,
        ),
        entry(
            "STA001",
            "statistics.stale",
            Unit.DAYS,
            "Optimizer statistics are stale",
            Rule(judge=Ladder(((MEDIUM, 14.0),)), overridden=True),
            Outcome.FINDING,
            [finding("STA001", "shop.orders", MEDIUM, 2.1, 40.0, 14.0, "Statistics of shop.orders are 40 days old.")],
            remediation=Remediation(
                advice="Gather the statistics again.", no_rollback="Statistics only inform the plan."
            ),
            reason=Text("How old the statistics of shop.log are is unknown."),
            unlock=Text("Gather those of shop.log."),
            stake=1.5,
        ),
        entry(
            "PAR004",
            "parameters.recyclebin_off",
            Unit.TEXT,
            "Recycle bin switched off",
            Rule(judge=Expected(severity=MEDIUM, one_of=("on",), recommended="ON", shown="ON")),
            Outcome.FINDING,
            [
                finding(
                    "PAR004",
                    "recyclebin",
                    MEDIUM,
                    1.5,
                    "OFF",
                    "ON",
                    "recyclebin is OFF.",
                    sql=["SET GLOBAL recyclebin = ON"],
                    rollback=["SET GLOBAL recyclebin = OFF"],
                )
            ],
            stake=1.5,
        ),
    ]


def _others() -> list[Entry]:
    return [
        entry(
            "SEC002",
            "security.account_from_anywhere",
            Unit.COUNT,
            "Account may connect from anywhere",
            Rule(judge=Fixed(HIGH)),
            Outcome.MUTED,
            [finding("SEC002", "batch@%", HIGH, 8.0, None, None, "batch@% is open to every host.", muted=MUTE)],
        ),
        entry(
            "BAK001",
            "backup.none",
            Unit.DAYS,
            "No recent backup",
            Rule(judge=Ladder(((CRITICAL, 7.0),))),
            Outcome.NOT_ASSESSED,
            reason=Text("SQL cannot see the console's backups."),
            unlock=Text("Attest `last_backup` in the engagement file."),
            stake=52.0,
        ),
        entry(
            "TRX001",
            "transactions.long_running",
            Unit.SECONDS,
            "Long-running transaction",
            Rule(judge=Ladder(((HIGH, 600.0),))),
            Outcome.NOT_ASSESSED,
            reason=Text("The account may not read the view."),
            unlock=Text("GRANT PROCESS ON *.* TO the account."),
        ),
        entry(
            "OPS001",
            "operations.tickets_open",
            Unit.COUNT,
            "Tickets left open",
            Rule(judge=Fixed(LOW)),
            Outcome.ERROR,
            reason=Text("ZeroDivisionError in the check."),
            stake=0.3,
        ),
        entry(
            "SCH001",
            "schema.no_primary_key",
            Unit.COUNT,
            "Table without primary key",
            Rule(judge=Fixed(MEDIUM)),
            Outcome.PASS,
            stake=1.5,
            nearest=Nearest("shop.orders", 1, 12),
        ),
        entry(
            "VER001",
            "version.end_of_life",
            Unit.DAYS,
            "Version at its end of life",
            Rule(judge=Fixed(HIGH)),
            Outcome.PASS,
            attested=True,
            nearest=Nearest("tenant", 412.0, 1),
        ),
        entry(
            "SEC001",
            "security.root_without_password",
            Unit.COUNT,
            "root without password",
            Rule(judge=Fixed(CRITICAL)),
            Outcome.PASS,
            stake=52.0,
        ),
        entry(
            "AVA001",
            "availability.single_replica",
            Unit.COUNT,
            "Only one replica",
            Rule(judge=Fixed(HIGH)),
            Outcome.NOT_APPLICABLE,
            reason=Text("Only a sys tenant can tell."),
        ),
        entry(
            "COM001",
            "compaction.late",
            Unit.HOURS,
            "Compaction is late",
            Rule(judge=Fixed(HIGH), enabled=False),
            Outcome.DISABLED,
            reason=Text("Switched off in the rules."),
        ),
    ]


def assessment(entries: Sequence[Entry], before: Document | None = None) -> Assessment:
    """Everything around the results, scored and compared."""
    results = group_by_remedy(join_findings([result for _, _, result in entries]))
    earlier = join_earlier(read_earlier(before) if before else None, results)
    verdict = replace(score_results(results, POLICY, TenantKind.USER, earlier), hidden_by_overrides=1.2)
    override = Override(
        code="STA001",
        owner="Zhang Min",
        reason="Orders are loaded monthly.",
        until=date(2026, 12, 1),
        change={"medium": 14},
    )
    ruleset = Ruleset(
        rules={spec.code: rule for spec, rule, _ in entries},
        sha256="c0ffee" * 10 + "beef",
        overrides=(override,),
        mutes=(MUTE,),
    )
    return Assessment(
        id="20261003-0130-shop-prod",
        agent_version="0.1.0",
        customer="Acme Retail Co., Ltd.",
        period=Period(2, date(2026, 10, 1), date(2027, 1, 1)),
        authorization=Authorization(
            reference="AUTH-2026-017",
            approver="Wang Fang",
            not_before=datetime(2026, 7, 1, tzinfo=UTC),
            not_after=datetime(2026, 12, 31, 16, tzinfo=UTC),
            data_classes=frozenset({DataClass.SETTINGS, DataClass.STATISTICS, DataClass.SQL_TEXT_MASKED}),
            targets=(TARGET,),
            signer="SHA256:CB/oa5S2UXDeFAfMBkdynQsxahHjCzFYob+Dyqe+ls8",
            sha256="5f" * 32,
            outside_service="Trial before the renewal.",
        ),
        snapshot=_snapshot(),
        specs={spec.code: spec for spec, _, _ in entries},
        ruleset=ruleset,
        results=results,
        score=verdict,
        comparison=compare_assessments(results, verdict, ruleset.sha256, earlier),
        notes=(Text("The audit covers the last 6 hours only."),),
        timezone="Asia/Shanghai",
        roadmap=plan_roadmap(results, verdict, {spec.code: spec for spec, _, _ in entries}, TenantKind.USER, earlier),
        figures=compute_figures(_snapshot(), earlier.trend if earlier else ()),
        outlooks={
            found.fingerprint: OUTLOOK for result in results if result.code == "CAP001" for found in result.findings
        },
        sql=(TOLD_STATEMENT, UNREAD) if any(result.code == "SQL003" for result in results) else (),
        instance=describe_instance(_snapshot()),
        colophon=Colophon("Chen Jing", "Zhao Lei", "Confidential", date(2027, 1, 1)),
    )


# What is told beside the findings on the disk and on the statement.
OUTLOOK = Outlook(
    Purchase(
        "data_disk",
        1_073_741_824_000,
        2_291 * 2**30,
        Unit.BYTES,
        Text(
            "({used_bytes} in use × (1 + {growth_pct} growth a year)) ÷ {aim_pct}, the next whole GiB above",
            {"used_bytes": 1_002_438_533_120, "growth_pct": 60.0, "aim_pct": 70.0},
        ),
    ),
    date(2026, 10, 21),
    Text("by {points_count} assessments, {growth_bytes} a day", {"points_count": 3, "growth_bytes": 3_650_000_000}),
)
TOLD_STATEMENT = StatementFacts(
    resource="shop.orders SELECT #7f3a",
    sql_id="7F3A" * 8,
    text="SELECT id, amount FROM orders WHERE customer_id = ? AND created_at > ?",
    no_text=None,
    record="plan cache",
    database="shop",
    executions=18_250,
    average_us=2_100_000.0,
    total_us=38_325_000_000,
    user="app",
    users=2,
    longest_us=9_400_000,
    first=datetime(2026, 10, 3, 0, 10, tzinfo=UTC),
    last=datetime(2026, 10, 3, 1, 29, 30, tzinfo=UTC),
    trace_id="YB42AC1E87F3-0005F3A2B1C4D5E6-0-0",
    plans=(StatementPlan("8713249", (TableAccess("shop.orders", "TABLE FULL SCAN", "", 4_820_000),)),),
)
UNREAD = StatementFacts(
    resource="SQL 0000",
    sql_id="0000",
    text="",
    no_text=Text("Its text could not be parsed, so its literals could not be masked, and it was not kept."),
    record="audit ring",
    database=None,
    executions=3,
    average_us=10.0,
    total_us=30,
)


def _snapshot() -> Snapshot:
    denied = Text("SELECT is not granted on oceanbase.GV$OB_PROCESSLIST.")
    return Snapshot(
        target=TARGET,
        tenant_kind=TenantKind.USER,
        version=Version(4, 2, 5, 1),
        as_of=NOW,
        facts=facts(),
        records=(
            SourceRecord(source="Unit", view="oceanbase.GV$OB_UNITS", status="ok", rows=3, duration_ms=4.2),
            SourceRecord(
                source="SqlAudit",
                view="oceanbase.GV$OB_SQL_AUDIT",
                status="ok",
                rows=5000,
                duration_ms=81.7,
                truncated=True,
            ),
            SourceRecord(source="Session", view="oceanbase.GV$OB_PROCESSLIST", status="privilege", reason=denied),
        ),
        problems=(Problem(Text("The account lacks PROCESS."), Text("Run `ob-health grants` and send the script.")),),
        cost=Cost(statements=31, database_ms=214.6, longest_ms=81.7, rows=6123, bytes=402_118),
        budget=Budget(),
        receipt=Receipt(
            way="account",
            sent=31,
            sent_ms=214.6,
            sent_rows=6123,
            found=30,
            total_ms=188.2,
            longest_ms=74.9,
            rows=6120,
            journal_sha256="0c" * 32,
        ),
        statements=(
            Sent("driver", 0.0, 0),
            Sent("Unit", 4.2, 3, None, "2026-10-03T01:30:05+00:00"),
            Sent("Session", 1.1, 0, 1142),
        ),
    )


def _previous() -> Any:
    """Last quarter: the disk less full, one fault since mended, transactions still readable and at fault."""
    entries = [item for item in _capacity() + _sql(2) + _others() if item[0].code not in ("TRX001", "SCH001", "CAP001")]
    entries += [
        entry(
            "CAP001",
            "capacity.data_disk_nearly_full",
            Unit.PCT,
            "Data disk nearly full",
            Rule(judge=DISK),
            Outcome.FINDING,
            [finding("CAP001", "zone1", HIGH, 9.0, 81.0, 80.0, "81% full.")],
            stake=52.0,
        ),
        entry(
            "TRX001",
            "transactions.long_running",
            Unit.SECONDS,
            "Long-running transaction",
            Rule(judge=Ladder(((HIGH, 600.0),))),
            Outcome.FINDING,
            [finding("TRX001", "etl@10.0.0.%", HIGH, 8.5, 900.0, 600.0, "A transaction ran for 15 minutes.")],
        ),
        entry(
            "SCH001",
            "schema.no_primary_key",
            Unit.COUNT,
            "Table without primary key",
            Rule(judge=Fixed(MEDIUM)),
            Outcome.FINDING,
            [finding("SCH001", "shop.log", MEDIUM, 1.5, None, None, "shop.log has none.")],
            stake=1.5,
        ),
    ]
    before = assessment(entries)
    snapshot = replace(before.snapshot, as_of=NOW - timedelta(days=92))
    return build_document(replace(before, id="20260703-0130-shop-prod", snapshot=snapshot))


def rich(tables: int = 25) -> Any:
    """Every outcome, a group, a mute, an override, carried points, an annex, a comparison and a proof."""
    made = build_document(assessment(_capacity() + _sql(tables) + _others(), _previous()))
    return add_proof(made, tell_proof(made))


def of_fleet(target: str) -> Any:
    """One of many targets that were assessed in one run: each has other findings."""
    seed = zlib.crc32(target.encode())
    everything = _capacity() + _sql(2 + seed % 5) + _others()
    chosen = [item for number, item in enumerate(everything) if (seed >> number) & 1 or item[2].outcome is Outcome.PASS]
    made = assessment(chosen, _previous())
    snapshot = replace(made.snapshot, target=target)
    return build_document(replace(made, id=f"20261003-0130-{target}", snapshot=snapshot))


def healthy() -> Any:
    """Nothing found, nothing earlier, nobody named: every optional part is absent."""
    entries = [item for item in _others() if item[2].outcome is Outcome.PASS]
    bare = replace(assessment(entries), period=None, authorization=None, notes=())
    bare = replace(bare, ruleset=replace(bare.ruleset, overrides=()), snapshot=replace(bare.snapshot, problems=()))
    return build_document(replace(bare, score=replace(bare.score, hidden_by_overrides=0.0)))


STATEMENT, OTHER = "shop.orders SELECT #7f3a", "shop.orders SELECT #11ab"
JOINED = Rule(judge=Ladder(((LOW, 10_000.0), (MEDIUM, 100_000.0), (HIGH, 1_000_000.0))), group="scan", join="scan")


def scans() -> list[Entry]:
    """Three checks that tell of one statement; the second has another one, and one that somebody answers for."""
    told = {
        "SQL003": [finding("SQL003", STATEMENT, LOW, 0.4, 30_000, 10_000, "It scans 30,000 rows.", sql=["ANALYZE t"])],
        "SQL004": [
            finding("SQL004", STATEMENT, HIGH, 9.5, 4_000_000, 1_000_000, "It reads 4,000,000 rows for each."),
            finding("SQL004", OTHER, MEDIUM, 1.6, 200_000, 100_000, "It reads 200,000 rows for each."),
            finding("SQL004", "muted", MEDIUM, 1.6, 200_000, 100_000, "It reads 200,000 rows for each.", muted=MUTE),
        ],
        "SQL017": [
            finding("SQL017", STATEMENT, LOW, 0.3, 30_000, 10_000, "It pages by OFFSET.", sql=["ANALYZE t"]),
            finding("SQL017", "muted", LOW, 0.3, 30_000, 10_000, "It pages by OFFSET.", muted=MUTE),
        ],
    }
    advice = {"SQL003": "Create an index.", "SQL004": "Cover the conditions.", "SQL017": "Page by key."}
    titles = {"SQL003": "Full scan", "SQL004": "Reads more than it returns", "SQL017": "Paging by OFFSET"}
    return [
        entry(
            code,
            f"sql.{code.lower()}",
            Unit.COUNT,
            titles[code],
            JOINED,
            Outcome.FINDING,
            found,
            remediation=Remediation(advice=advice[code], post_check=f"{titles[code]}: look again."),
            reason=Text("The text of some statements is unknown.") if code == "SQL017" else None,
        )
        for code, found in told.items()
    ]


def without_findings(told: Entry, outcome: Outcome) -> Entry:
    """The same check, which found nothing."""
    return *told[:2], replace(told[2], outcome=outcome, findings=(), reason=Text("It is not known."))


def joined() -> Any:
    """Signs of one statement told as one finding, after a quarter in which another check told it."""
    before = build_document(assessment([item for item in scans() if item[0].code != "SQL003"]))
    return build_document(assessment(scans(), before))


def blind() -> Any:
    """Nothing could be assessed."""
    return build_document(assessment([item for item in _others() if item[2].outcome is Outcome.NOT_ASSESSED]))


def empty() -> Any:
    """No check at all."""
    return build_document(assessment([]))

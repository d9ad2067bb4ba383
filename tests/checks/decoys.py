"""Rows that are none of a check's business, beside which it must say the same.

``decoys_of`` makes them by the type of the row, for every check alike: another parameter, another attestation, the META
tenant's row beside that of its tenant. ``MEANT`` says where such a row is a check's business after all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from agent.facts.accounts import Account, OpenAccount
from agent.facts.backup import RestoreJob
from agent.facts.cluster import Outline, Server, ThrottlingRule, Zone
from agent.facts.definitions import TableDefinition
from agent.facts.given import Attestation, EarlierValue
from agent.facts.growth import DaysToLimit
from agent.facts.maintenance import CompactionDiagnosis, GatherTask, Job, RunningGather, WorkloadSnapshot
from agent.facts.plans import PlanStep, StatementHour, StatementWait, WorkArea
from agent.facts.resources import Counter
from agent.facts.schema import (
    BusinessObject,
    IndexColumn,
    NotableColumn,
    PartitionedIndex,
    Table,
    TableChanges,
    TableStatistics,
    ViewUse,
)
from agent.facts.schema import (
    Sequence as NumberSequence,
)
from agent.facts.sessions import Deadlock, LockWait, Session
from agent.facts.settings import Parameter, Tenant, Variable
from agent.facts.sql import CachedPlan, RepositoryText
from agent.model.snapshot import Snapshot
from agent.model.terms import Category, TenantKind
from tests.agent.facts.rows import filled
from tests.harness import NOW, Case, shipped, snapshot_of

META_ID, DECOY = 9001, "decoy"
# Categories that leave META tenants out: they live and are moved, backed up and compacted with their tenant.
WITHOUT_META = frozenset({Category.AVAILABILITY, Category.BACKUP, Category.COMPACTION, Category.OPERATIONS})
_YEAR = timedelta(days=365)


def _account(name: str, locked: str) -> Account:
    every = {field.name: "YES" for field in dataclasses.fields(Account) if field.name.startswith("priv_")}
    return Account(user_name=name, host="%", type="USER", is_locked=locked, password_last_changed=NOW - _YEAR, **every)


def _column(kind: str, extra: str = "", charset: str = "") -> NotableColumn:
    return NotableColumn(
        table_schema=DECOY,
        table_name=DECOY,
        column_name=f"{kind}_column",
        data_type=kind,
        column_type=kind,
        extra=extra,
        character_set_name=charset,
    )


def _object(kind: str, status: str) -> BusinessObject:
    return BusinessObject(owner=DECOY, object_name=DECOY, object_id=-1, object_type=kind, status=status)


_EXPLICIT: Mapping[type, Sequence[Any]] = {
    Parameter: [Parameter(scope="TENANT", name=DECOY, value="7", default_value="7", isdefault="YES")],
    Variable: [Variable(name=DECOY, value="7"), Variable(name=f"{DECOY}_2", value=None)],
    Attestation: [
        Attestation(key=DECOY, value=value, by="nobody", on=NOW.date(), valid_until=date(2099, 1, 1))
        for value in (7.0, True, False)
    ],
    DaysToLimit: [
        DaysToLimit(
            series=DECOY, resource=DECOY, level=9.0, limit=10.0, points_count=99, span_days=999, horizon_days=365,
            lack=lack, near_days=1, likely_days=2, far_days=3, year_high=99.0,
        )
        for lack in ("", "few", "library")
    ],
    EarlierValue: [EarlierValue(code="XXX001", resource=DECOY, value=7.0, as_of=NOW - _YEAR)],
    Counter: [Counter(con_id=con_id, name=DECOY, value=10**9) for con_id in (1, 1002, META_ID)],
    Account: [_account(DECOY, "YES"), _account("ocp_monitor", "NO"), _account("__oceanbase_inner_x", "NO")],
    Session: [
        Session(
            id=10**9, tenant=DECOY, user=DECOY, host="127.0.0.1:7", user_host="%", user_client_ip="10.7.7.7",
            command="Query", time=0, total_time=0, trans_id=10**9, ssl_cipher="x",
        )
    ],
    NotableColumn: [_column("double"), _column("int", "auto_increment"), _column("varchar", charset="latin1")],
    BusinessObject: [_object("TABLE", "VALID"), _object("VIEW", "INVALID")],
    TableStatistics: [
        TableStatistics(
            owner=DECOY, table_name=DECOY, num_rows=7, avg_row_len=7, sample_size=7, last_analyzed=NOW,
            stattype_locked=None,
        )
    ],
    TableChanges: [TableChanges(table_owner=DECOY, table_name=DECOY, changes=1)],
    PartitionedIndex: [PartitionedIndex(owner=DECOY, table_name=DECOY, index_name=DECOY, locality="LOCAL")],
    Job: [
        Job(
            owner=DECOY, job_name=DECOY, enabled=enabled, state=None, failure_count=0, last_start_date=None,
            next_run_date=None,
        )
        for enabled in ("1", "0")
    ],
    GatherTask: [
        GatherTask(
            task_id=DECOY, type=DECOY, status="RUNNING", table_count=0, failed_count=0, start_time=NOW, end_time=None
        )
    ],
    WorkloadSnapshot: [WorkloadSnapshot(snap_id=-1, end_interval_time=NOW)],
    CompactionDiagnosis: [CompactionDiagnosis(type=DECOY, status="RUNNING", tablets=10**6, newest=NOW)],
    Tenant: [
        Tenant(tenant_id=META_ID, tenant_name=f"META${META_ID + 1}", tenant_type="META", primary_zone="elsewhere")
    ],
    CachedPlan: [
        CachedPlan(
            sql_id=DECOY, db_id=10**6, plan_id=7, plan_hash=7, statement="SELECT ?", executions=1, elapsed_time=0
        )
    ],
    RepositoryText: [RepositoryText(sql_id=DECOY, sql_type=5, statement="DELETE FROM decoys")],
    PlanStep: [
        PlanStep(
            sql_id=DECOY, plan_hash=7, id=0, depth=0, operator="TABLE FULL SCAN", object_alias=DECOY,
            object_owner=DECOY, object_name=DECOY, object_type="BASIC TABLE", partitions="partitions(p[0-99])",
            optimizer=f"{DECOY}:\ntable_rows:1000000000\nphysical_range_rows:1000000000", cost=10**9,
            rows_estimated=1, rows_real=10**9, real_us=10**9,
        )
    ],
    StatementWait: [
        StatementWait(
            sql_id=DECOY, session_state="WAITING", wait_class="CONCURRENCY", event=DECOY, samples=1, planning=0,
            reading=0, writing=0, remote=0,
        )
    ],
    WorkArea: [
        WorkArea(
            sql_id=DECOY, operation=DECOY, executions=10**6, spilled=1, multipass=1, max_temp_bytes=10**12,
            plan_id=7, operators=1, last_temp_bytes=10**12,
            optimal_bytes=10**12,
        )
    ],
    StatementHour: [StatementHour(sql_id=DECOY, hour=7, samples=1)],
    Server: [
        filled(
            Server, id=990, zone=DECOY, status="ACTIVE", build_version="", create_time=NOW - _YEAR,
            start_service_time=NOW - _YEAR, data_disk_health_status="NORMAL", cpu_capacity=8.0, cpu_assigned_max=4.0,
            mem_capacity=8, mem_assigned=4, log_disk_capacity=8, log_disk_in_use=4, data_disk_capacity=8,
            data_disk_in_use=4,
        )
    ],
    Zone: [Zone(zone=DECOY, status="ACTIVE")],
    IndexColumn: [
        filled(
            IndexColumn, table_schema=DECOY, table_name=DECOY, index_name="PRIMARY", column_name="id",
            index_type="BTREE", is_visible="YES",
        )
    ],
    Table: [filled(Table, table_schema=DECOY, table_name=DECOY, table_rows=7, data_length=7, create_time=NOW - _YEAR)],
    NumberSequence: [
        NumberSequence(
            sequence_owner=DECOY, sequence_name=DECOY, min_value=1, max_value=10**18, increment_by=1, cycle_flag="N",
            last_number=7,
        )
    ],
    ViewUse: [ViewUse(view_schema=DECOY, view_name="v", table_schema=DECOY, table_name=DECOY)],
    OpenAccount: [OpenAccount(user_name=DECOY, host="%", type="ROLE")],
    RestoreJob: [
        filled(
            RestoreJob, restore_tenant_name=DECOY, backup_tenant_name=DECOY, start_timestamp=NOW - _YEAR,
            finish_timestamp=NOW - _YEAR, status="SUCCESS",
        )
    ],
    Outline: [Outline(database_name=DECOY, outline_name=DECOY, create_time=NOW)],
    ThrottlingRule: [filled(ThrottlingRule, database_name=DECOY, outline_name=f"{DECOY}_rule", create_time=NOW)],
    RunningGather: [
        filled(RunningGather, task_start_time=NOW, running_table_owner=DECOY, running_table_name=DECOY)
    ],
    Deadlock: [Deadlock(event_id=10**9, report_time=NOW - _YEAR, cycle_size=99)],
    LockWait: [LockWait(trans_id=10**9, type="TX", id1=10**9, request="X", ctime=0)],
    TableDefinition: [
        TableDefinition(
            table_schema=DECOY, table_name=DECOY, definition=f"CREATE TABLE `{DECOY}` (\n  `id` varchar(9)\n)"
        )
    ],
}  # fmt: skip

# Where a decoy is what the check asks about: code -> why, and which rows.
MEANT: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "BAK009": ("any restore on this cluster is a rehearsal", lambda row: isinstance(row, RestoreJob)),
    "CAP003": (
        "the log disk of a META tenant is judged by itself",
        lambda row: getattr(row, "tenant_id", None) == META_ID,
    ),
    "CAP008": (
        "the plan cache of a META tenant is judged by itself",
        lambda row: getattr(row, "tenant_id", None) == META_ID,
    ),
    "SCH001": ("a table may have one AUTO_INCREMENT column only", lambda row: getattr(row, "extra", "") != ""),
    "SCH003": ("asks for full AUTO_INCREMENT columns", lambda row: getattr(row, "extra", "") != ""),
    "SCH005": ("asks for floating point", lambda row: getattr(row, "data_type", "") == "double"),
    "SCH006": ("asks for limited character sets", lambda row: bool(getattr(row, "character_set_name", ""))),
    "SCH007": ("counts all tables", lambda row: isinstance(row, Table)),
    "SCH014": ("asks for invalid objects", lambda row: getattr(row, "status", "") == "INVALID"),
    "SCH036": ("any plan shows that plans can be read", lambda row: isinstance(row, PlanStep)),
    "SEC010": ("asks which accounts are locked", lambda row: row.is_locked == "YES"),
    "SQL032": ("asks what share of all work a statement has", lambda row: hasattr(row, "samples")),
    "SQL034": ("tells how much the session history holds of any statement", lambda row: hasattr(row, "samples")),
    "SQL038": (
        "any statement shows that the plan cache holds those of the customer",
        lambda row: hasattr(row, "plan_hash"),
    ),
    "TXN003": ("counts all that wait", lambda row: isinstance(row, LockWait)),
    "TXN005": (
        "the memstore of a META tenant is judged by itself",
        lambda row: getattr(row, "tenant_id", None) == META_ID,
    ),
    "SQL014": (
        "a shape is anybody's where a view names no tenant",
        lambda row: getattr(row, "tenant_id", None) == META_ID,
    ),
}

# Where a case has none of these, one alone shows that the source tells of some.
_SHOW_THE_SOURCE = frozenset({Server, Table})
# Checks without decoys: nothing that they read is beside the point.
EVERY_ROW_COUNTS: Mapping[str, str] = {
    **dict.fromkeys(("BAK005", "BAK011", "BAK012"), "each row is a backup or a log archive of a tenant"),
    **dict.fromkeys(("CAP001", "CAP002", "CAP003"), "each row is of one tenant's memory or disk, META tenants too"),
    **dict.fromkeys(("SQL001", "SQL010", "SQL015", "SQL016", "SQL021", "SQL044", "SQL050"), "asks for shares of all"),
    **dict.fromkeys(("SQL005", "SQL007"), "judges the record itself"),
    **dict.fromkeys(("OPS006", "VER001"), "reads one row"),
    "TXN003": "counts all that wait",
}


def decoys_of(row_type: type, case: Case) -> list[Any]:
    """Rows of a type that do not concern the case's check; without those of which ``MEANT`` says why they do."""
    is_meant = MEANT[case.code][1] if case.code in MEANT else lambda _row: False
    return [row for row in list_decoys(row_type, case) if not is_meant(row)]


def list_decoys(row_type: type, case: Case) -> Iterator[Any]:
    """All decoys of a type. Where the case's rows have tenants, a decoy has one, too."""
    rows: list[Any] = [*_meta_twins(row_type, case), *_columns_beside(row_type, case)]
    if row_type not in _SHOW_THE_SOURCE or any(type(fact) is row_type for fact in case.facts):
        rows = [*_EXPLICIT.get(row_type, ()), *rows]
    for row in rows:
        bare = _shows_tenants(case) and getattr(row, "tenant_id", 0) is None
        yield dataclasses.replace(row, tenant_id=META_ID) if bare else row


def _shows_tenants(case: Case) -> bool:
    return any(getattr(fact, "tenant_id", None) is not None for fact in case.facts)


def _columns_beside(row_type: type, case: Case) -> Iterator[NotableColumn]:
    """Columns of the case's own tables that another check asks about."""
    for row in case.facts:
        if type(row) is row_type is NotableColumn:
            for column in _EXPLICIT[NotableColumn]:
                yield dataclasses.replace(column, table_schema=row.table_schema, table_name=row.table_name)


def _meta_twins(row_type: type, case: Case) -> Iterator[Any]:
    """The same rows of a META tenant, where no META tenant is judged by itself."""
    facts: list[Any] = [row for row in case.facts if type(row) is row_type and row_type is not Tenant]
    if case.tenant_kind is TenantKind.SYS or shipped()[0].checks[case.code].category in WITHOUT_META:
        for row in facts:
            if getattr(row, "tenant_id", None) is not None:
                yield dataclasses.replace(row, tenant_id=META_ID)


def with_decoys(case: Case) -> list[Snapshot]:
    """The case with decoys before its own rows, and after them."""
    spec = shipped()[0].checks[case.code]
    taken = {fact[0] for fact in case.facts if isinstance(fact, tuple)}
    decoys = [decoy for row in spec.facts.values() if row not in taken for decoy in decoys_of(row, case)]
    return [
        snapshot_of(facts, kind=case.tenant_kind, version=case.version)
        for facts in ([*decoys, *case.facts], [*case.facts, *decoys])
        if decoys
    ]

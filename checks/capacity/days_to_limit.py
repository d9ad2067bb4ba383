"""CAP030-CAP036: what is used up soon if it goes on as before."""

from __future__ import annotations

from agent.api import Actor, DocPage, Remediation, RunAs, Sizing, TenantKind, Unit
from agent.facts.growth import LevelKind
from agent.facts.resources import ResourceUnit, TenantMemory
from agent.facts.schema import AutoIncrement, PartitionedTable, TabletCount
from agent.facts.sessions import SessionCount
from checks.capacity.outlooks import Outlook, checks_of
from checks.capacity.pages import (
    CONNECTIONS,
    DATA_DISK_FULL,
    LOG_DISK_FULL,
    MEMORY,
    MEMORY_ERRORS,
    SIZE_PLANNING,
    TABLETS,
    UNITS,
)
from checks.schema.pages import OBJECTS

_OF_TENANT = (
    "700.reference/800.configuration-items-and-system-variables/100.system-configuration-items"
    "/400.tenant-level-configuration-items"
)
_BOTH = (TenantKind.USER, TenantKind.SYS)

OUTLOOKS = (
    Outlook(
        code="CAP030",
        name="data_disk_full_soon",
        kind=LevelKind.DATA_DISK,
        source=ResourceUnit,
        actor=Actor.BOTH,
        tenants=_BOTH,
        title="Data disk full soon, as it grows now",
        consequence="Writes stop within months, before more storage is approved and ordered.",
        why="A full data disk stops writes, and more storage takes an order and an approval.",
        scope="The near end of the forecast is judged, not its middle.",
        remediation=Remediation(
            advice="Order more storage before the near end of the forecast, or agree which data is archived or deleted "
            "and when: the recycle bin, old partitions, unused indexes.",
            run_as=RunAs.CONSOLE,
            no_rollback="Purchased storage cannot be reduced in most offers; check the price first.",
            pre_check="Check whether the growth goes on: a load that is done or a purge that was added ends it.",
            post_check="With the new size the next forecast lies beyond the limit.",
            risk="Extending has no risk; deleted data cannot be brought back.",
        ),
        sizing=Sizing(
            what="data_disk",
            unit=Unit.BYTES,
            present="size_bytes",
            demand="in_a_year_bytes",
            aim_param="usable_pct",
            ahead=True,
        ),
        sources=(DATA_DISK_FULL, UNITS),
    ),
    Outlook(
        code="CAP031",
        name="log_disk_full_soon",
        kind=LevelKind.LOG_DISK,
        source=ResourceUnit,
        actor=Actor.PLATFORM,
        tenants=_BOTH,
        title="Log disk full soon, as it grows now",
        consequence="All writes stop within months, when the log finds no room any more.",
        why="The log disk is recycled at a share of its size; a use that goes on rising beyond it means that recycling "
        "does not keep up.",
        remediation=Remediation(
            advice="Find what prevents old log from being recycled: a long transaction, a checkpoint that does not "
            "advance, log archiving that lags, or a standby tenant that lags. Enlarge the log disk if the write load "
            "has outgrown it.",
            run_as=RunAs.CONSOLE,
            no_rollback="Nothing is changed before the cause is known.",
            pre_check="Compare END_LSN with BASE_LSN per log stream in GV$OB_LOG_STAT.",
            post_check="LOG_DISK_IN_USE in GV$OB_UNITS stays at the recycling threshold.",
            risk="Extending has no risk.",
        ),
        sizing=Sizing(
            what="log_disk",
            unit=Unit.BYTES,
            present="size_bytes",
            demand="in_a_year_bytes",
            aim_param="usable_pct",
            ahead=True,
        ),
        sources=(LOG_DISK_FULL, UNITS),
    ),
    Outlook(
        code="CAP032",
        name="memory_used_up_soon",
        kind=LevelKind.MEMORY,
        source=TenantMemory,
        actor=Actor.BOTH,
        title="Tenant memory used up soon, as its use grows now",
        consequence="In some months statements fail because no memory is left for them.",
        why="Once what the tenant cannot give back reaches its memory on one server, statements there fail with error "
        "4013 or 4030.",
        remediation=Remediation(
            advice="Find the module that holds ever more in GV$OB_MEMORY. If the load is legitimate, enlarge the "
            "tenant's memory before the near end of the forecast.",
            run_as=RunAs.CONSOLE,
            no_rollback="Nothing is changed before the cause is known.",
            pre_check="List GV$OB_MEMORY by HOLD and leave the context KVSTORE_CACHE_ID out.",
            post_check="The next forecast lies beyond the limit.",
            risk="A larger unit needs free memory on the servers and may move replicas.",
        ),
        sizing=Sizing(
            what="memory",
            unit=Unit.BYTES,
            present="size_bytes",
            demand="in_a_year_bytes",
            aim_param="usable_pct",
            with_meta=True,
            ahead=True,
        ),
        sources=(MEMORY, MEMORY_ERRORS),
    ),
    Outlook(
        code="CAP033",
        name="tablets_used_up_soon",
        kind=LevelKind.TABLETS,
        source=TabletCount,
        actor=Actor.CUSTOMER,
        title="Tablets reach their number soon, as they grow now",
        consequence="In some months the jobs that create new tables and partitions fail.",
        why="A server refuses more than a fixed number of tablets per GiB of memory; each partition of a table or "
        "index is one.",
        remediation=Remediation(
            advice="Drop unused tables, indexes and old partitions by a schedule, and use coarser partitions where "
            "each holds little data; otherwise the tenant needs more memory.",
            no_rollback="Whether tables and partitions can be dropped is decided by the business.",
            pre_check="Count partitions by table in information_schema.PARTITIONS: a few tables usually hold most.",
            post_check="The next forecast lies beyond the limit.",
            risk="Dropped partitions and their data cannot be restored unless the recycle bin is on.",
        ),
        sources=(SIZE_PLANNING, TABLETS),
    ),
    Outlook(
        code="CAP034",
        name="sessions_used_up_soon",
        kind=LevelKind.SESSIONS,
        source=SessionCount,
        actor=Actor.CUSTOMER,
        title="Sessions reach their number soon, as they grow now",
        consequence="In some months new connections are refused, while the database seems to run well.",
        why="At the number that a server accepts, new connections are refused. Sessions that rise from week to week "
        "are a leak, or more application servers.",
        remediation=Remediation(
            advice="Bound the connection pools of the applications and let them close idle connections. If every "
            "session is needed, raise max_connections, or the tenant's memory where that sets the limit.",
            no_rollback="Set pools and limits back to the old values; note them first.",
            pre_check="Count GV$OB_PROCESSLIST by USER, client and COMMAND: mostly Sleep means oversized pools.",
            post_check="The next forecast lies beyond the limit.",
            risk="More sessions take more memory; if the application leaks connections, a higher limit only delays the "
            "problem.",
        ),
        sources=(CONNECTIONS,),
    ),
    Outlook(
        code="CAP035",
        name="auto_increment_used_up_soon",
        kind=LevelKind.AUTO_INCREMENT,
        source=AutoIncrement,
        may_be_none=True,
        actor=Actor.CUSTOMER,
        tenants=_BOTH,
        title="AUTO_INCREMENT column exhausted soon, as it grows now",
        consequence="From some day of the next months on, every insert into the table fails.",
        why="Once the column is exhausted every insert fails until it is widened, which on a large table takes a "
        "window.",
        remediation=Remediation(
            advice="Widen the column before the near end of the forecast, and the columns of other tables that refer "
            "to it as well.",
            no_rollback="A wider column does no harm and need not be set back.",
            pre_check="SELECT MAX of the column, and find out whether values are skipped.",
            post_check="information_schema.COLUMNS shows the new COLUMN_TYPE and inserts succeed.",
            risk="Applications must accept wider numbers.",
            window=True,
        ),
        sources=(
            DocPage(f"{OBJECTS}/200.manage-tables-of-mysql-mode/300.define-an-auto-increment-column-of-mysql-mode.md"),
        ),
    ),
    Outlook(
        code="CAP036",
        name="partitions_used_up_soon",
        kind=LevelKind.PARTITIONS,
        source=PartitionedTable,
        may_be_none=True,
        actor=Actor.CUSTOMER,
        tenants=_BOTH,
        title="Partitions of a table reach their number soon, as they grow now",
        consequence="In some months the nightly job that adds a partition fails, and new rows are refused.",
        why="A table has at most a fixed number of partitions; the next one is refused, often in a nightly job.",
        remediation=Remediation(
            advice="Drop partitions whose data has expired by a schedule, and use coarser new ones (months instead of "
            "days, fewer hash partitions).",
            no_rollback="Which partitions can be dropped is decided by the business.",
            pre_check="List rows by partition in information_schema.PARTITIONS after gathering statistics: many are "
            "often empty.",
            post_check="The next forecast lies beyond the limit.",
            risk="Dropping a partition deletes its data.",
            window=True,
        ),
        sources=(DocPage(f"{_OF_TENANT}/5350.max_partition_num.md"),),
    ),
)

CHECKS = checks_of(__name__, OUTLOOKS)

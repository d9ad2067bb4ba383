"""CMP006: SSTables that the server cannot release."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    Effort,
    KernelRun,
    Measurement,
    Remediation,
    Rows,
    Unit,
    WebPage,
    check,
    is_meta,
    tenant_name,
)
from agent.facts.given import Clock
from agent.facts.maintenance import UnsettledTables
from checks.compaction.tenants import SSTABLES_PAGE

_NS_PER_DAY = 86_400 * 10**9


@check(
    code="CMP006",
    name="compaction.tables_never_released",
    unit=Unit.DAYS,
    actor=Actor.PLATFORM,
    since=(4, 2, 5, 0),
    title="SSTables cannot be released",
    finding="{resource}: SSTables whose newest version is still unknown are up to {value} old (limit {limit}); there "
    "are {tables_count} of them with {size_bytes}.",
    remediation=Remediation(
        advice="Find what keeps the newest version of these SSTables unknown: the server releases them "
        "by itself once it is gone.",
        sql=(
            "SELECT * FROM oceanbase.GV$OB_SSTABLES WHERE UPPER_TRANS_VERSION = 9223372036854775807 AND TABLE_TYPE NOT "
            "LIKE '%MEMTABLE' ORDER BY END_LOG_SCN LIMIT 50;",
        ),
        no_rollback="The statement only reads.",
        pre_check="Query again after a day: the same tablets are listed.",
        post_check="The query lists only SSTables of the last hours.",
        risk="The view goes through all SSTables: read it outside the peak.",
        effort=Effort.OPERATION,
        cases=(
            Case(
                "This release has a fault that keeps such SSTables for ever: upgrade to 4.2.5.3 or later.",
                since=(4, 2, 5, 0),
                before=(4, 2, 5, 3),
            ),
            Case(
                "Look for a transaction that has been open for as long (TXN001), and call "
                "OceanBase support if there is none.",
                since=(4, 2, 5, 3),
            ),
        ),
    ),
    sources=(
        SSTABLES_PAGE,
        WebPage("https://github.com/oceanbase/obdiag/issues/838"),
        KernelRun("4.3.5.3", "an open transaction and a minor freeze: its SSTable stays unsettled"),
    ),
)
def tables_never_released(tables: Rows[UnsettledTables], clock: Rows[Clock]) -> Iterator[Measurement]:
    """Before it drops old versions the server must know the newest transaction in an SSTable. While it does not, it
    keeps that SSTable and all behind it: the disk fills, and every query and minor compaction reads more of them."""
    now_ns = int(clock[0].as_of.timestamp()) * 10**9
    for row in tables:
        if row.tables and not is_meta(row.tenant_id):
            days = (now_ns - row.oldest_scn) / _NS_PER_DAY
            yield Measurement(tenant_name(row.tenant_id), days, {"tables_count": row.tables, "size_bytes": row.size})

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
    consequence="The disk fills up, and queries become slower.",
    finding="{resource}: the largest transaction version of SSTables has been unknown for up to {value} (limit "
    "{limit}); {tables_count} SSTables use {size_bytes}.",
    remediation=Remediation(
        advice="Find what keeps the newest version of these SSTables unknown: the server releases them "
        "by itself once it is gone.",
        sql=(
            "SELECT * FROM oceanbase.GV$OB_SSTABLES WHERE UPPER_TRANS_VERSION = 9223372036854775807 AND TABLE_TYPE NOT "
            "LIKE '%MEMTABLE' ORDER BY END_LOG_SCN LIMIT 50;",
        ),
        no_rollback="The statement only reads; no rollback is needed.",
        pre_check="Query again after a day: the same tablets are listed.",
        post_check="The query lists only SSTables of the last hours.",
        risk="The view reads all SSTables: query it outside the peak.",
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
    """OceanBase must know the largest transaction version of an SSTable before it drops old versions. Until then this
    SSTable and all later ones are kept: disk usage rises, and queries and minor compactions read more SSTables."""
    now_ns = int(clock[0].as_of.timestamp()) * 10**9
    for row in tables:
        if row.tables and not is_meta(row.tenant_id):
            days = (now_ns - row.oldest_scn) / _NS_PER_DAY
            yield Measurement(tenant_name(row.tenant_id), days, {"tables_count": row.tables, "size_bytes": row.size})

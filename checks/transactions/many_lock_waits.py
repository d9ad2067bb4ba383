"""TXN010: how many transactions wait for locks at the same time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    KernelRun,
    Measurement,
    Params,
    Remediation,
    Rows,
    Unit,
    check,
    one_of,
    params,
    tenant_name,
)
from agent.facts.sessions import LockWait
from checks.transactions.origin import LOCKS_PAGE


@params
class ManyLockWaitsParams(Params):
    min_wait_s: int


@check(
    code="TXN010",
    name="transactions.many_lock_waits",
    unit=Unit.COUNT,
    counted="value",
    actor=Actor.CUSTOMER,
    since=(4, 2, 0, 0),
    title="Many transactions wait for locks at the same time",
    consequence="Changes of the same row run one after the other, so that users wait.",
    finding="{resource}: {value} transactions with statements that run for {min_wait_s} or more wait for locks (limit "
    "{limit}), {same_count} of them for one table, partition or transaction.",
    remediation=Remediation(
        advice="See what the waiting rows have in common. Where many wait for one row, that row is hot: "
        "split the counter or balance into several rows, collect the changes and apply them "
        "together, or change that row last before the commit. Where the rows differ, look for the"
        " long transaction that holds them.",
        sql=("SELECT * FROM oceanbase.GV$OB_LOCKS WHERE REQUEST <> 'NONE' ORDER BY CTIME DESC;",),
        no_rollback="The statement only reads; no rollback is needed.",
        pre_check="Repeat the query several times: the queue is present each time.",
        post_check="The query returns a few rows that change constantly.",
        risk="Reading has no risk.",
        cases=(
            Case(
                "ID1 and ID2 of a waiting row are the transaction and the session that hold the "
                "lock, and ID3 is the tablet and the row.",
                when=one_of("holder_named", "YES"),
            ),
            Case("ID1 of a row lock (TYPE TR) is the tablet and ID2 the row.", when=one_of("holder_named", "NO")),
        ),
    ),
    sources=(LOCKS_PAGE, KernelRun("4.3.5.3", "six sessions that wait for one row: ID3 begins with its tablet")),
)
def many_lock_waits(waits: Rows[LockWait], limits: ManyLockWaitsParams) -> Iterator[Measurement]:
    """Transactions that change the same row run one after the other, and each waits for the commit of the previous one,
    which in OceanBase includes the replication of its log. A queue that persists limits the throughput of the whole
    business, whatever the hardware. Short waits are normal for a hot row."""
    tenants: defaultdict[int | None, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for row in waits:
        if row.ctime >= limits.min_wait_s * 1_000_000:
            tenants[row.tenant_id][row.place].add(row.trans_id)
    for tenant_id, locks in tenants.items():
        waiting = len(set().union(*locks.values()))
        named = any(row.row_tablet is not None for row in waits if row.tenant_id == tenant_id)
        evidence = {
            "same_count": max(len(found) for found in locks.values()),
            "min_wait_s": limits.min_wait_s,
            "holder_named": "YES" if named else "NO",
        }
        yield Measurement(tenant_name(tenant_id), waiting, evidence)

"""TXN010: how many transactions wait for locks at the same time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, WebPage, check, tenant_name
from agent.facts.sessions import LockWait


@check(
    code="TXN010",
    name="transactions.many_lock_waits",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Many transactions wait for locks at the same time",
    finding="{resource}: {value} transactions wait for locks (limit {limit}), {same_count} of them in one table or "
    "partition.",
    remediation=Remediation(
        advice="Look at ID2 of those that wait in one table or partition (TYPE and ID1). Where it names one row that "
        "row is hot: split the counter or balance into several rows, collect the changes and apply them together, or "
        "change that row last before the commit. Where the rows differ, look for the long transaction that holds them.",
        sql=("SELECT * FROM oceanbase.GV$OB_LOCKS WHERE REQUEST <> 'NONE' ORDER BY CTIME DESC;",),
        no_rollback="The statement only reads.",
        pre_check="Repeat the query several times: the queue is there each time.",
        post_check="The query returns a few rows that change all the time.",
        risk="None by reading.",
    ),
    sources=(WebPage("https://en.oceanbase.com/docs/oceanbase-database"),),
)
def many_lock_waits(waits: Rows[LockWait]) -> Iterator[Measurement]:
    """Transactions that change one row go through it one at a time, and each must wait for the commit of the one
    before, which on OceanBase includes the replication of its log. A queue that does not empty limits the throughput of
    the whole business, whatever hardware is added."""
    # ID1 of a row lock names the tablet. ID2 holds the key of the row, which we must not read.
    tenants: defaultdict[int | None, defaultdict[tuple[str, int], set[int]]] = defaultdict(lambda: defaultdict(set))
    for row in waits:
        tenants[row.tenant_id][row.type, row.id1].add(row.trans_id)
    for tenant_id, locks in tenants.items():
        waiting = len(set().union(*locks.values()))
        evidence = {"same_count": max(len(found) for found in locks.values())}
        yield Measurement(tenant_name(tenant_id), waiting, evidence)

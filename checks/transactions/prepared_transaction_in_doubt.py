"""TXN009: XA branches that were prepared and not finished."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, NotAssessed, Remediation, Rows, Scalar, Unit, WebPage, check, tenant_name
from agent.facts.given import Clock
from agent.facts.sessions import Transaction

# States of a branch that is not in doubt: it is still at work, or it is ending.
NOT_IN_DOUBT = frozenset({"UNKNOWN", "ACTIVE", "COMMIT", "ABORT", "CLEAR"})


@check(
    code="TXN009",
    name="transactions.prepared_transaction_in_doubt",
    unit=Unit.SECONDS,
    actor=Actor.CUSTOMER,
    title="Prepared XA transaction waits for its coordinator",
    finding="{resource}: an XA transaction has been prepared and nobody has committed or rolled it back for {value} "
    "(limit {limit}); in doubt: {in_doubt_count}.",
    remediation=Remediation(
        advice="Start the transaction manager again and let it recover; its log knows whether to commit. Only if it "
        "is lost for good, decide by hand for each branch, the same way in all databases that took part.",
        sql=(
            "SELECT TX_ID, STATE, CTX_CREATE_TIME, LAST_REQUEST_TIME, FORMATID, GLOBALID, BRANCHID FROM "
            "oceanbase.GV$OB_TRANSACTION_PARTICIPANTS WHERE GLOBALID <> '' ORDER BY CTX_CREATE_TIME;",
        ),
        no_rollback="The statement only lists the branches; a decision by hand cannot be taken back.",
        pre_check="Compare the global ids with the transaction manager's log.",
        post_check="The query lists no old branch.",
        risk="None by listing. Deciding against the manager's log makes the databases disagree.",
    ),
    sources=(WebPage("https://en.oceanbase.com/docs/oceanbase-database"),),
)
def prepared_transaction_in_doubt(transactions: Rows[Transaction], clock: Rows[Clock]) -> Iterator[Measurement]:
    """A prepared branch keeps its locks through restarts and timeouts until somebody decides. It belongs to no
    session any more, so nothing shows in the session list while other statements wait for its rows."""
    if transactions and all(item.globalid is None for item in transactions):
        raise NotAssessed("This version does not tell which transactions are XA transactions.")
    doubtful = {
        (item.tenant_id, item.tx_id): item for item in transactions if item.globalid and item.state not in NOT_IN_DOUBT
    }
    for item in doubtful.values():
        since = item.last_request_time or item.ctx_create_time
        if since is not None:
            waiting_s = (clock[0].as_of - since).total_seconds()
            evidence: dict[str, Scalar] = {"in_doubt_count": len(doubtful), "state": item.state}
            yield Measurement(tenant_name(item.tenant_id), waiting_s, evidence, str(item.tx_id))

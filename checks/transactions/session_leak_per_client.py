"""TXN007: clients that hold many sessions asleep for long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Params, Remediation, Rows, Unit, check, params
from agent.facts.given import Build
from agent.facts.sessions import Session
from agent.facts.settings import Variable
from checks.transactions.origin import SESSIONS_PAGE, VARIABLE_PAGES, account_of, client_of, require_hosts


@params
class SessionLeakParams(Params):
    min_sessions_count: int
    asleep_s: int


@check(
    code="TXN007",
    name="transactions.session_leak_per_client",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="One client keeps many idle sessions",
    consequence="At the next failover all of them reconnect at once, and logins may fail.",
    finding="{resource}: {value} of the {sessions_count} sessions from {client} have been idle for more than "
    "{asleep_s} (limit {limit}).",
    remediation=Remediation(
        advice="Close connections in the application also after errors, and size the pool by the real concurrency: "
        "smaller maximum, fewer idle connections, a maximum lifetime. wait_timeout closes forgotten ones.",
        sql=("SET GLOBAL wait_timeout = {shorter_s};",),
        rollback=("SET GLOBAL wait_timeout = {wait_timeout_s};",),
        pre_check="Check the pool's settings, and count its sessions by idle time in GV$OB_PROCESSLIST over an hour.",
        post_check="The number of idle sessions of the client stays level under load.",
        risk="Pools that do not test connections before use get one error for each closed connection; only new "
        "sessions use the new value.",
    ),
    sources=(SESSIONS_PAGE, DocPage(f"{VARIABLE_PAGES}/14600.wait_timeout-global.md")),
)
def session_leak_per_client(
    sessions: Rows[Session], variables: Rows[Variable] | None, builds: Rows[Build], limits: SessionLeakParams
) -> Iterator[Measurement]:
    """Every session takes memory and file handles on the server and the proxy. Hundreds of sessions that a client does
    not use are a connection leak or an oversized pool; at a failover all of them reconnect at once."""
    present = next((int(row.value) for row in variables or () if row.name == "wait_timeout" and row.value), None)
    longer = present is not None and present > limits.asleep_s  # otherwise sessions set a longer one themselves
    timeouts = {"wait_timeout_s": present if longer else None, "shorter_s": limits.asleep_s if longer else None}
    groups: dict[tuple[str, str], list[Session]] = defaultdict(list)
    for session in sessions:
        groups[account_of(session, builds), client_of(session)].append(session)
    for (account, client), held in groups.items():
        if len(held) >= limits.min_sessions_count:
            asleep = sum(item.command == "Sleep" and item.time >= limits.asleep_s for item in held)
            yield Measurement(
                account,
                100 * asleep / len(held),
                {"sessions_count": len(held), "client": client, "asleep_s": limits.asleep_s, **timeouts},
                client,
            )
    require_hosts(sessions, builds)

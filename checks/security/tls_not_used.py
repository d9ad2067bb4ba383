"""SEC009: sessions from other hosts that are not encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Measurement,
    NotAssessed,
    Params,
    Positive,
    Remediation,
    Rows,
    RunAs,
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.sessions import Session
from checks.security.accounts import PERFORMANCE

LOCAL = ("127.", "localhost", "::1", "[::1]", "::ffff:127.")


@params
class TlsParams(Params):
    min_sessions_count: Positive[int]


@check(
    code="SEC009",
    name="security.tls_not_used",
    unit=Unit.PCT,
    actor=Actor.BOTH,
    title="Connections from other hosts are not encrypted",
    consequence="Attackers on the network path can read and change the data.",
    finding="{resource}: {value} of the sessions from other hosts are not encrypted ({plain_count} of {remote_count}; "
    "limit {limit}).",
    remediation=Remediation(
        advice="Switch TLS on at the servers or the proxy (in the cloud console), then in the clients; when all "
        "clients use it, require it account by account.",
        run_as=RunAs.CONSOLE,
        sql=("SELECT USER, USER_CLIENT_IP, SSL_CIPHER, COUNT(*) FROM oceanbase.GV$OB_PROCESSLIST GROUP BY 1, 2, 3;",),
        no_rollback="The statement only reads; no rollback is needed.",
        pre_check="Drivers and the proxy support TLS and trust the server's certificate.",
        post_check="SSL_CIPHER in GV$OB_PROCESSLIST is filled for the sessions.",
        risk="Clients without TLS support are refused once it is required; the handshake makes connecting slower.",
    ),
    sources=(
        DocPage(
            "600.manage/500.security-and-permissions/400.data-transfer-encryption/200.observer-in-transmission-encryption.md"
        ),
        DocPage(f"{PERFORMANCE}/2500.gv-ob_processlist-of-mysql-mode.md"),
    ),
)
def tls_not_used(sessions: Rows[Session], limits: TlsParams) -> Iterator[Measurement]:
    """Without TLS, everybody on the network path can read and change data and results. Only the last part of the path
    is visible: behind a proxy it shows how the proxy connects, not how the application does."""
    remote = [session for session in sessions if not session.host.startswith(LOCAL)]
    if len(remote) < limits.min_sessions_count:
        raise NotAssessed(
            "Too few sessions from other hosts are open ({sessions_count}).",
            "Assess while the application is connected.",
            sessions_count=len(remote),
        )
    plain = sum(not session.ssl_cipher for session in remote)
    yield Measurement(tenant_name(None), 100 * plain / len(remote), {"plain_count": plain, "remote_count": len(remote)})

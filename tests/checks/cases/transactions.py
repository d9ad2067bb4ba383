"""Cases of the transaction checks."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.facts.resources import Counter, Memstore
from agent.facts.sessions import Deadlock, LockWait, Session, Transaction
from agent.facts.settings import Tenant, Variable
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, TenantKind, Text, UnavailableKind
from tests.harness import NOW, Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
MIB = 1 << 20


def _ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def _session(
    number: int = 7,
    *,
    user: str = "shop",
    trans_id: int = 0,
    command: str = "Sleep",
    time: float = 0.0,
    client: str | None = "10.1.2.3",
    user_host: str | None = "10.%",
    tenant: str | None = None,
    svr_ip: str | None = None,
) -> Session:
    return Session(
        svr_ip=svr_ip,
        sql_port=2881 if svr_ip else None,
        id=number,
        tenant=tenant,
        user=user,
        host="10.9.9.9:51234",
        user_host=user_host,
        user_client_ip=client,
        command=command,
        time=time,
        total_time=time,
        trans_id=trans_id,
    )


def _transaction(
    tx_id: int = 100,
    *,
    age_s: float | None = 0.0,
    session_id: int = 7,
    log_bytes: int = 0,
    state: str = "ACTIVE",
    globalid: str | None = None,
    formatid: int | None = -1,
    last_request_age_s: float | None = 0.0,
    tenant_id: int | None = None,
) -> Transaction:
    return Transaction(
        tenant_id=tenant_id,
        session_id=session_id,
        scheduler_addr='"10.0.0.1:2882"',
        tx_id=tx_id,
        state=state,
        ctx_create_time=None if age_s is None else _ago(age_s),
        pending_log_size=log_bytes // 4,
        flushed_log_size=log_bytes - log_bytes // 4,
        formatid=formatid,
        globalid=globalid,
        last_request_time=None if last_request_age_s is None else _ago(last_request_age_s),
    )


def _wait(
    seconds: float,
    trans_id: int = 1,
    tenant_id: int | None = None,
    *,
    kind: str = "TR",
    id1: int = 5,
    tablet: str | None = None,
) -> LockWait:
    """A wait in the old layout of the view; with a ``tablet`` in the new one, where ``id1`` holds the lock."""
    return LockWait(
        tenant_id=tenant_id, trans_id=trans_id, type=kind, id1=id1, row_tablet=tablet, request="X",
        ctime=int(seconds * 1_000_000),
    )  # fmt: skip


def _deadlock(number: int, days: float, tenant_id: int | None = None) -> Deadlock:
    return Deadlock(tenant_id=tenant_id, event_id=number, report_time=NOW - timedelta(days=days), cycle_size=2)


def _counters(**values: int) -> list[Counter]:
    return [Counter(con_id=1002, name=f"trans {name} count", value=value) for name, value in values.items()]


def _memstore(limit: int) -> Memstore:
    return Memstore(memstore_used=0, memstore_limit=limit)


def _wait_timeout(value: str) -> Variable:
    return Variable(name="wait_timeout", value=value)


def _held(count: int, asleep: int, **parts: str | None) -> list[Session]:
    """Sessions of one client, of which some have slept for an hour."""
    return [_session(number, time=3600.0 if number < asleep else 3599.0, **parts) for number in range(count)]  # type: ignore[arg-type]


TWO_TENANTS = [
    Tenant(tenant_id=number, tenant_name=name, tenant_type="USER") for number, name in ((1002, "shop"), (1004, "bank"))
]
UNSEEN = Unavailable(UnavailableKind.NOT_GRANTED, Text("no"))
LARGE = Case(
    "TXN005",
    [_memstore(200 * MIB), _session(trans_id=100), _transaction(log_bytes=20 * MIB), _transaction(log_bytes=30 * MIB)],
    [("shop@10.%", MEDIUM)],
    label="its log streams are added up",
)

CASES = [
    Case("TXN001", [_transaction(age_s=599)], label="young"),
    Case("TXN001", [_transaction(age_s=None)], label="age unknown"),
    Case("TXN001", [_session(trans_id=100), _transaction(age_s=600)], [("shop@10.%", LOW)]),
    Case("TXN001", [_session(trans_id=0), _transaction(age_s=1200)], [("shop@10.%", MEDIUM)], label="by session"),
    Case("TXN001", [_transaction(age_s=10800)], [("tenant", HIGH)], label="session unknown"),
    Case(
        "TXN001",
        [_session(trans_id=1), _transaction(1, age_s=700), _transaction(2, age_s=4000)],
        [("shop@10.%", MEDIUM)],
        label="the oldest of an account counts",
    ),
    Case("TXN001", [_transaction(age_s=9999, state="PREPARE")], label="asked to commit: TXN009 tells"),
    Case(
        "TXN001",
        [_session(trans_id=100), _transaction(age_s=700, formatid=1, globalid="g1")],
        [("shop@10.%", LOW)],
        label="an XA transaction is not killed",
    ),
    Case(
        "TXN001",
        [
            _session(8, trans_id=100, svr_ip="fd00::2"),
            _session(7, trans_id=100, svr_ip="fd00::1"),
            _transaction(age_s=700),
        ],
        [("shop@10.%", LOW)],
        label="behind a proxy, the session that began it",
    ),
    Case(
        "TXN001",
        [_session(1, trans_id=0), _transaction(age_s=700, session_id=0)],
        [("tenant", LOW)],
        label="the server's own",
    ),
    Case("TXN002", [_session(trans_id=100, time=9.9), _transaction()], label="short"),
    Case("TXN002", [_session(trans_id=100, time=9999.0)], label="has only read"),
    Case("TXN002", [_session(trans_id=100, time=9999.0, command="Query"), _transaction()], label="working"),
    Case("TXN002", [_session(trans_id=0, time=9999.0), _transaction(0)], label="no transaction"),
    Case("TXN002", [_session(trans_id=100, time=10.0), _transaction()], [("shop@10.%", LOW)]),
    Case("TXN002", [_session(trans_id=100, time=300.0, user_host=None), _transaction()], [("shop", MEDIUM)]),
    Case("TXN002", [_session(trans_id=100, time=3600.0), _transaction()], [("shop@10.%", HIGH)]),
    Case(
        "TXN002",
        [_session(trans_id=100, time=10.0, svr_ip="10.0.0.2"), _transaction(formatid=1, globalid="g1")],
        [("shop@10.%", LOW)],
        label="an XA transaction is not killed",
    ),
    Case(
        "TXN002",
        [*TWO_TENANTS, _session(trans_id=100, time=400.0, tenant="shop"), _transaction(tenant_id=1004)],
        label="the same number in another tenant",
    ),
    Case(
        "TXN002",
        [*TWO_TENANTS, _session(trans_id=100, time=400.0, tenant="shop"), _transaction(tenant_id=1002)],
        [("shop@10.%", MEDIUM)],
        label="the same number in its tenant",
    ),
    Case("TXN003", [_wait(2.9)], label="short"),
    Case("TXN003", [_wait(3), _wait(1, 2)], [("tenant", LOW)]),
    Case("TXN003", [_wait(10)], [("tenant", MEDIUM)]),
    Case("TXN003", [_wait(60, 1, 1002), _wait(3, 2, 1004)], [("tenant 1002", HIGH), ("tenant 1004", LOW)]),
    Case(
        "TXN003",
        [_wait(4, id1=100, tablet="200001"), _wait(3, 2, id1=101, tablet="200001"), _transaction()],
        [("tenant", LOW)],
        label="the view names the holder",
    ),
    Case(
        "TXN003", [_wait(4, id1=100, tablet=""), _transaction(101)], [("tenant", LOW)], label="its session is unknown"
    ),
    Case(
        "TXN003",
        [_wait(4), _wait(4, kind="TX", id1=100), _transaction(), _transaction(tenant_id=1002, session_id=9)],
        [("tenant", LOW)],
        label="the old layout names the holder in rows of TYPE TX",
    ),
    Case(
        "TXN003",
        [_wait(4), _wait(3, 2, kind="TX", id1=100), _transaction()],
        [("tenant", LOW)],
        label="another wait names the holder of its lock",
    ),
    Case(
        "TXN003",
        [_wait(4, id1=100, tablet=""), (Transaction, UNSEEN)],
        [("tenant", LOW)],
        label="transactions unseen",
    ),
    Case("TXN004", [_deadlock(1, 7.1)], label="long ago"),
    Case("TXN004", [_deadlock(1, 6.9)], [("tenant", LOW)]),
    Case("TXN004", [_deadlock(number, 1) for number in range(20)], [("tenant", MEDIUM)]),
    Case("TXN004", [_deadlock(number, 1) for number in range(500)], [("tenant", HIGH)]),
    Case(
        "TXN004",
        [*(_deadlock(number, 1, 1002) for number in range(20)), _deadlock(0, 1, 1004), _deadlock(0, 8, 1)],
        [("tenant 1002", MEDIUM), ("tenant 1004", LOW)],
        label="seen from sys",
    ),
    Case("TXN005", [_memstore(100 * MIB), _transaction(log_bytes=31 * MIB)], label="small"),
    Case("TXN005", [_memstore(1000 * MIB), _transaction(log_bytes=49 * MIB)], label="small share"),
    Case("TXN005", [_transaction(log_bytes=64 * MIB)], label="no memstore to compare with"),
    Case("TXN005", [_memstore(1000 * MIB), _transaction(log_bytes=50 * MIB)], [("tenant", LOW)]),
    LARGE,
    Case("TXN005", [_memstore(100 * MIB), _transaction(log_bytes=50 * MIB, tenant_id=1002)], [("tenant 1002", HIGH)]),
    Case(
        "TXN005",
        [_memstore(100 * MIB), *(_transaction(log_bytes=20 * MIB, tenant_id=tenant) for tenant in (1002, 1004))],
        label="the same number in two tenants",
    ),
    Case(
        "TXN005",
        [
            _memstore(200 * MIB),
            *TWO_TENANTS,
            _session(trans_id=100, tenant="shop"),
            _transaction(session_id=0, log_bytes=50 * MIB, tenant_id=1004),
        ],
        [("tenant 1004", MEDIUM)],
        tenant_kind=TenantKind.SYS,
        label="no session of its tenant",
    ),
    Case("TXN006", _counters(commit=7001, rollback=2999), label="below"),
    Case("TXN006", _counters(commit=0, rollback=9999), label="few"),
    Case("TXN006", _counters(commit=7000, rollback=3000), [("tenant 1002", LOW)]),
    Case("TXN006", _counters(start=10000, commit=7100, rollback=8700), label="each rollback counted three times"),
    Case("TXN006", _counters(start=7000, commit=8000, rollback=6000), [("tenant 1002", LOW)], label="starts left out"),
    Case("TXN007", _held(199, 199), label="few"),
    Case("TXN007", _held(200, 99), label="used"),
    Case("TXN007", [*_held(150, 150), *_held(150, 150, client="10.1.2.4")], label="two clients"),
    Case("TXN007", _held(200, 100), [("shop@10.%", LOW)]),
    Case("TXN007", [*_held(200, 100), _wait_timeout("28800")], [("shop@10.%", LOW)], label="by default"),
    Case("TXN007", [*_held(200, 100), _wait_timeout("3600")], [("shop@10.%", LOW)], label="set by the sessions"),
    Case("TXN007", _held(200, 200, client=None), [("shop@10.%", LOW)], label="no proxy"),
    Case("TXN008", _counters(start=100000, timeout=99), label="below"),
    Case("TXN008", _counters(start=9999, timeout=9999), label="few"),
    Case("TXN008", _counters(timeout=3), label="nothing started"),
    Case("TXN008", _counters(start=100000, timeout=100), [("tenant 1002", LOW)]),
    Case("TXN008", _counters(start=100000, timeout=1000), [("tenant 1002", MEDIUM)]),
    Case("TXN008", _counters(start=100000, timeout=5000), [("tenant 1002", HIGH)]),
    Case("TXN009", [_transaction(age_s=9999)], label="one ordinary transaction at work"),
    Case("TXN009", [_transaction(globalid="g1", formatid=1, last_request_age_s=9999)], label="XA at work"),
    Case("TXN009", [_transaction(globalid="g1", formatid=1, state="PREPARE", last_request_age_s=599)], label="young"),
    Case("TXN009", [_transaction(age_s=9999, state="PREPARE", last_request_age_s=1)], label="a long one that commits"),
    Case("TXN009", [_transaction(state="COMMIT", last_request_age_s=9999)], label="decided"),
    Case("TXN009", label="no transaction"),
    Case(
        "TXN009",
        [_session(trans_id=100), _transaction(state="PRECOMMIT", last_request_age_s=600)],
        [("tenant", MEDIUM)],
        label="an ordinary one",
    ),
    Case(
        "TXN009",
        [_transaction(formatid=None, state="PREPARE", last_request_age_s=9999)],
        [("tenant", HIGH)],
        label="4.1 does not tell what is XA",
    ),
    Case(
        "TXN009",
        [_session(trans_id=100), _transaction(globalid="g1", formatid=1, state="PREPARE", last_request_age_s=600)],
        [("tenant", MEDIUM)],
        label="XA",
    ),
    Case(
        "TXN009",
        [_transaction(state="PREPARE", last_request_age_s=9999), _transaction(state="PREPARE", last_request_age_s=700)],
        [("tenant", MEDIUM)],
        label="the last request of its parts counts",
    ),
    Case(
        "TXN009",
        [_transaction(globalid="g1", formatid=1, state="REDO COMP", last_request_age_s=None, age_s=3600)],
        [("tenant", HIGH)],
        label="the state is cut",
    ),
    Case("TXN010", [_wait(1, n) for n in range(4)]),
    Case("TXN010", [_wait(1, n % 5) for n in range(9)], [("tenant", Severity.LOW)], label="some wait twice"),
    Case("TXN010", [_wait(1, n, 1002) for n in range(20)], [("tenant 1002", Severity.MEDIUM)], label="medium"),
    Case("TXN010", [_wait(1, n) for n in range(100)], [("tenant", Severity.HIGH)], label="high"),
    Case("TXN010", [_wait(0.9, n) for n in range(100)], label="a busy row"),
    Case(
        "TXN010",
        [_wait(1, n, id1=100 + n, tablet=str(200001 + n % 2)) for n in range(6)],
        [("tenant", Severity.LOW)],
        label="two tablets, six holders",
    ),
]

"""Cases of the security checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from agent.facts.accounts import Account, DatabaseGrant, FailedLogins, OpenAccount
from agent.facts.given import Administrator, Attestation
from agent.facts.schema import BusinessObject
from agent.facts.sessions import Session
from agent.facts.settings import Parameter, Variable
from agent.model.terms import Severity
from tests.harness import NOW, Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
THROTTLE = "connection_control_failed_connections_threshold"
ATTESTED = Attestation(
    key="console_whitelist_restricted", value=True, by="Li Wei", on=date(2026, 10, 1), valid_until=date(2027, 4, 1)
)
DENIED = Attestation(
    key="console_whitelist_restricted", value=False, by="Li Wei", on=date(2026, 10, 1), valid_until=date(2027, 4, 1)
)


EVERYTHING = (
    "select", "insert", "update", "delete", "create", "drop", "alter", "index", "create_user", "super", "process",
    "file", "alter_tenant", "alter_system", "create_view", "show_view", "show_db",
)  # fmt: skip


def _account(
    user: str = "shop",
    host: str = "10.%",
    *holds: str,
    locked: bool = False,
    kind: str | None = "USER",
    age_days: float | None = 1,
) -> Account:
    names = ("select", "insert", "update", "delete", "create", "drop", "alter", "index", "create_user", "grant_option")
    optional = ("super", "process", "file", "alter_tenant", "alter_system", "create_view", "show_view", "show_db")
    privileges: dict[str, Any] = {f"priv_{name}": "YES" if name in holds else "NO" for name in (*names, *optional)}
    changed = None if age_days is None else NOW - timedelta(days=age_days)
    return Account(
        user_name=user,
        host=host,
        type=kind,
        is_locked="YES" if locked else "NO",
        password_last_changed=changed,
        **privileges,
    )


def _grant(database: str, *holds: str, user: str = "shop") -> DatabaseGrant:
    names = ("select", "insert", "update", "delete", "create", "drop", "alter", "index", "grant_option")
    privileges: dict[str, Any] = {f"priv_{name}": "YES" if name in holds else "NO" for name in names}
    return DatabaseGrant(user_id=200_001, username=user, database_name=database, **privileges)


def _database(name: str) -> BusinessObject:
    return BusinessObject(owner=name, object_name=name, object_id=500_001, object_type="DATABASE", status="VALID")


def _root(host: str = "%", **parts: Any) -> Account:
    return _account("root", host, "super", "insert", "grant_option", **parts)


def _variable(name: str, value: str | None) -> Variable:
    return Variable(name=name, value=value)


def _nodes(value: str) -> Variable:
    return _variable("ob_tcp_invited_nodes", value)


def _passwords(length: str, policy: str) -> list[Variable]:
    counts = [_variable(f"validate_password_{of}_count", "0") for of in ("mixed_case", "number", "special_char")]
    return [_variable("validate_password_length", length), _variable("validate_password_policy", policy), *counts]


def _throttle(value: str, shortest: str = "500") -> list[Parameter]:
    delay = "connection_control_{}_connection_delay"
    values = {THROTTLE: value, delay.format("min"): shortest, delay.format("max"): "2147483647"}
    return [Parameter(scope="TENANT", name=name, value=value) for name, value in values.items()]


def _sessions(plain: int, encrypted: int, host: str = "10.1.2.3:4567") -> list[Session]:
    ciphers = [None] * plain + ["TLS_AES_256_GCM_SHA384"] * encrypted
    return [
        Session(
            id=number, user="shop", host=host, command="Sleep", time=1.0, total_time=1.0, trans_id=0, ssl_cipher=cipher
        )
        for number, cipher in enumerate(ciphers)
    ]


def _named(user: str, host: str = "") -> Administrator:
    return Administrator(user_name=user, host=host)


def _failed(attempts: int) -> FailedLogins:
    return FailedLogins(user_name="'shop'", host="'%'", failed_attempts=attempts)


def _roots(count: int) -> list[Session]:
    return [replace(session, user="root", db="shop") for session in _sessions(count, 0)]


RESERVED = ("ORAAUDITOR", "standbyro", "proxyro", "odc_rnd")
PLATFORM = [_account(name, "%", "super", "insert", "grant_option") for name in RESERVED]
INNER = _account("__oceanbase_inner_standby_user", "%", "super", "select")
ROLE = _account("reporting", "%", "super", "insert", "grant_option", locked=True, kind="ROLE")
OPEN = _nodes("127.0.0.1,%")
LOCKED = _account("old", "%", "super", "insert", "grant_option", locked=True)
OWNER = _grant("shop", "select", "insert", "update", "delete", "create", "drop", "alter", "index")
WRITER = _grant("shop", "select", "insert", "update", "delete")
KNOWN = [_database(name) for name in ("shop", "crm", "mysql")]
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")

CASES = [
    Case("SEC001", [_root(), _nodes("127.0.0.1,10.%")], label="the allowlist is closed"),
    Case("SEC001", [_root("10.%"), _nodes("%")], label="root has a host"),
    Case("SEC001", [_root(), _nodes("%"), ATTESTED], label="the console is closed"),
    Case("SEC001", [_root(), _nodes("127.0.0.1, %")], [("root@%", MEDIUM)]),
    Case("SEC001", [_root(), _nodes("0.0.0.0/0"), DENIED], [("root@%", MEDIUM)]),
    Case("SEC001", [_root()], not_assessed=True),
    Case("SEC001", [_root("%.%.%.%"), _nodes("::1,%.%.%.%")], [("root@%.%.%.%", MEDIUM)], label="as a pattern"),
    Case("SEC001", [_root("192.168.%"), _nodes("%")], label="root has a private network"),
    Case("SEC002", [_account("shop", "%"), _account("ops", "10.%", "select"), _root(), INNER, ROLE, LOCKED, OPEN]),
    Case("SEC002", [_account("shop", "%", "select"), OPEN], [("shop@%", LOW)]),
    Case("SEC002", [_account("shop", "%", "process"), OPEN], label="sees sessions alone"),
    Case("SEC002", [_account("shop", "%", "select"), _nodes("127.0.0.1,10.%")], label="the allowlist is closed"),
    Case("SEC002", [_account("shop", "%", "select"), OPEN, ATTESTED], label="the console is closed"),
    Case("SEC002", [_account("shop", "%", "select")], not_assessed=True, label="no allowlist"),
    Case("SEC002", [_account("shop", "%.%.%.%", "select"), OPEN], [("shop@%.%.%.%", LOW)], label="as a pattern"),
    Case("SEC002", [_account("shop", "0.0.0.0/0.0.0.0", "select"), OPEN], [("shop@0.0.0.0/0.0.0.0", LOW)]),
    Case("SEC002", [_account("shop", "1.2.3.%", "select"), OPEN], label="one network"),
    Case("SEC003", [_account("shop", "%", "select", "insert"), _root(), *PLATFORM, INNER, LOCKED]),
    Case("SEC003", [ROLE], [("role reporting@%", LOW)], label="role"),
    Case("SEC003", [_account("shop", "10.%", *EVERYTHING)], [("shop@10.%", MEDIUM)], label="everything"),
    Case("SEC005", [_account("shop", "10.%", *EVERYTHING)], [("shop@10.%", LOW)], label="everything"),
    Case("SEC005", [_account("shop", "10.1.2.3", *EVERYTHING)], [("shop@10.1.2.3", LOW)], label="everything, tied"),
    Case("SEC003", [_account("shop", "10.%", "create_user")], [("shop@10.%", LOW)]),
    Case("SEC003", [_account("bi", "10.%", "super", "select", "process")], [("bi@10.%", LOW)], label="reads, too"),
    Case("SEC003", [_account("bi", "10.1.2.3", "super", "select")], [("bi@10.1.2.3", LOW)], label="a tool that reads"),
    Case("SEC003", [_account("ops", "%", "super", "alter_system", "create_user", kind=None)], [("ops@%", MEDIUM)]),
    Case("SEC004", [_account("shop", "%", "super"), _root(), *PLATFORM, LOCKED]),
    Case("SEC004", [ROLE], [("role reporting@%", LOW)], label="role"),
    Case("SEC004", [_account("shop", "%", "grant_option")], [("shop@%", LOW)]),
    *(
        Case(code, [_account("ops", host, privilege)], not_assessed=True, label=f"on the server only, {host}")
        for code, privilege in (("SEC003", "super"), ("SEC004", "grant_option"), ("SEC005", "drop"))
        for host in LOCAL_HOSTS
    ),
    Case("SEC003", [_account("ops", "127.0.0.10", "super")], [("ops@127.0.0.10", LOW)], label="another address"),
    Case("SEC004", [_account(), _grant("shop", "select", "grant_option")], [("shop@10.%", LOW)], label="of one"),
    Case(
        "SEC004",
        [_account(), _grant("shop", "grant_option"), _grant("crm", "grant_option"), _grant("hr", "select")],
        [("shop@10.%", LOW)],
        label="of two",
    ),
    Case(
        "SEC004",
        [_account("shop", "10.%", "grant_option"), *(_grant(f"shop{n}", "grant_option") for n in range(5))],
        [("shop@10.%", LOW)],
        label="of more than the statements name",
    ),
    Case("SEC004", [_account(), _grant("shop", "select", "insert")], label="none of its database"),
    Case("SEC004", [_account(), _grant("shop", "grant_option", user="other")], label="another's"),
    Case("SEC004", [_account("shop", "127.0.0.1"), _grant("shop", "grant_option")], not_assessed=True, label="owner"),
    Case("SEC004", [_account(), _grant("shop", "grant_option"), _named("shop")], label="an administrator of one"),
    Case("SEC005", [_account("shop", "%", "select", "process"), _root(), *PLATFORM, LOCKED]),
    Case("SEC005", [_account("shop", "%", "select", "create")], [("shop@%", LOW)], label="makes tables anywhere"),
    Case(
        "SEC005",
        [_account("shop", "%", "select", "process", "insert", "drop", "alter")],
        [("shop@%", LOW)],
        label="reads and builds, too",
    ),
    Case("SEC005", [_account("load", "10.%", "file")], [("load@10.%", LOW)], label="files of the server"),
    Case("SEC005", [ROLE], [("role reporting@%", LOW)], label="role"),
    Case("SEC005", [_account("b", "%", "drop"), _account("a", "%", "insert", "update")], [("a@%", LOW), ("b@%", LOW)]),
    Case("SEC006", [_nodes("127.0.0.1,::1,192.168.%,10.0.0.0/8")]),
    Case("SEC006", [_nodes("%"), ATTESTED], label="the console is closed"),
    Case("SEC006", [_nodes("127.0.0.1,%")], [("tenant", LOW)]),
    Case("SEC006", [_nodes("::/0")], [("tenant", LOW)]),
    *(
        Case("SEC006", [_nodes(f"127.0.0.1,{wide}")], [("tenant", LOW)], label=wide)
        for wide in ("%.%.%.%", "%%", "_%", "0.0.0.0/0.0.0.0", "::/::", "0.0.0.0/1,128.0.0.0/1", "1%,2%,3%", "%:%")
    ),
    *(
        Case("SEC006", [_nodes(f"127.0.0.1,{narrow}")], label=narrow)
        for narrow in ("10.%,172.%,192.168.%", "172.16.0.0/255.240.0.0", "8.8.%", "203.0.113.7", "x/0", "10.0.0.0/33")
    ),
    Case("SEC006", [], not_assessed=True),
    Case("SEC007", [_account(age_days=364.9), LOCKED, INNER]),
    Case("SEC007", [_account(age_days=364.9), _account("b", age_days=None)], not_assessed=True, label="one unknown"),
    Case("SEC007", [_account(age_days=365), _account("b", age_days=None)], [("shop@10.%", LOW)], label="one too old"),
    Case("SEC007", [_account(age_days=365)], [("shop@10.%", LOW)]),
    Case("SEC007", [_root(age_days=1095)], [("root@%", MEDIUM)]),
    Case("SEC007", [_account(age_days=None)], not_assessed=True),
    Case("SEC008", [_variable("secure_file_priv", None)], label="NULL forbids"),
    Case("SEC008", [_variable("secure_file_priv", "")], label="empty forbids"),
    Case("SEC008", [_variable("secure_file_priv", "/data/exchange")], label="one directory"),
    Case("SEC008", [_variable("secure_file_priv", "/")], [("tenant", MEDIUM)]),
    Case("SEC008", [], not_assessed=True),
    Case("SEC009", _sessions(0, 5)),
    Case("SEC009", _sessions(1, 99), [("tenant", LOW)]),
    Case("SEC009", _sessions(4, 0), not_assessed=True, label="few"),
    Case("SEC009", _sessions(50, 0, "127.0.0.1:5000"), not_assessed=True, label="local"),
    Case("SEC010", [_account(), ROLE, _account("LBACSYS", "%", locked=True, age_days=900), _root(locked=True)]),
    Case("SEC010", [replace(LOCKED, password_last_changed=NOW - timedelta(days=90))], [("old@%", LOW)]),
    Case("SEC010", [replace(LOCKED, password_last_changed=NOW - timedelta(days=89))], label="made lately"),
    Case("SEC010", [replace(LOCKED, password_last_changed=None)], not_assessed=True, label="age unknown"),
    Case("SEC010", [replace(LOCKED, type=None)], not_assessed=True, label="may be a role"),
    Case("SEC011", _passwords("8", "MEDIUM")),
    Case("SEC011", _passwords("7", "1"), [("tenant", LOW)]),
    Case("SEC011", _passwords("0", "0"), [("tenant", LOW)], label="the default"),
    Case("SEC011", [], not_assessed=True),
    Case("SEC011", _passwords("0", "STRONG"), not_assessed=True, label="unknown policy"),
    Case("SEC012", _throttle("5")),
    Case("SEC012", _throttle("0"), [("tenant", LOW)]),
    Case("SEC012", _throttle("0", "1000"), [("tenant", LOW)], label="the default delay"),
    Case("SEC012", [], not_assessed=True),
    Case("SEC013", [*_roots(4), *_sessions(50, 0)]),
    Case("SEC013", _roots(5), [("root", LOW)]),
    Case("SEC013", _roots(20), [("root", MEDIUM)], label="a pool"),
    Case("SEC015", [ATTESTED]),
    Case("SEC015", [DENIED], [("tenant", MEDIUM)]),
    Case("SEC015", not_assessed=True),
    Case("SEC003", [_account("ops", "10.1.%", "super"), _named("ops")], label="an administrator"),
    Case("SEC003", [_account("ops", "10.1.%", "super"), _named("ops", "10.1.%")], label="an administrator by host"),
    Case(
        "SEC003",
        [_account("ops", "10.1.%", "super"), _named("ops", "10.2.%"), _named("op")],
        [("ops@10.1.%", LOW)],
        label="another administrator",
    ),
    Case("SEC003", [ROLE, _named("reporting")], [("role reporting@%", LOW)], label="a role is nobody"),
    Case("SEC004", [_account("ops", "%", "grant_option"), _named("ops")], label="an administrator"),
    Case("SEC005", [_account("ops", "%", "drop"), _named("ops")], label="an administrator"),
    Case("SEC016", [replace(ATTESTED, key="tde_enabled")]),
    Case("SEC016", [replace(DENIED, key="tde_enabled")], [("tenant", LOW)]),
    Case("SEC016", [DENIED], not_assessed=True, label="another attestation"),
    Case("SEC017", label="every account has one"),
    Case("SEC017", [OpenAccount(user_name="reporting", host="%", type="ROLE")], label="a role"),
    Case(
        "SEC017",
        [OpenAccount(user_name="root", host="%"), OpenAccount(user_name="shop", host="10.%", type="USER")],
        [("root@%", HIGH), ("shop@10.%", HIGH)],
    ),
    Case("SEC018", [*_throttle("5"), _failed(9)]),
    Case("SEC018", [*_throttle("5"), _failed(10)], [("shop@%", LOW)]),
    Case("SEC018", [*_throttle("5"), _failed(100)], [("shop@%", MEDIUM)], label="a program"),
    Case("SEC018", [*_throttle("5")], label="none fails"),
    Case("SEC018", [*_throttle("0")], not_assessed=True, label="not counted"),
    Case("SEC018", [_failed(100)], not_assessed=True, label="setting unknown"),
    Case("SEC019", [_account("bi", "%", "select")], [("bi@%", LOW)]),
    Case("SEC019", [_account("bi", "10.1.2.%", "select", "process")], [("bi@10.1.2.%", LOW)], label="one network"),
    Case("SEC019", [_account("bi", "10.1.2.0/24", "process")], [("bi@10.1.2.0/24", LOW)], label="sessions"),
    Case("SEC019", [_account("backup", host, "select") for host in (*LOCAL_HOSTS, "10.1.2.3")], label="tools"),
    Case("SEC019", [_account("shop", "%"), _root("%"), *PLATFORM, INNER, LOCKED]),
    Case("SEC019", [_account("shop", "%", "select", "insert")], not_assessed=True, label="writes, told by SEC005"),
    Case("SEC019", [_account("b", "%", "select", "super")], not_assessed=True, label="more, told by SEC003"),
    Case(
        "SEC019",
        [_account("bi", "%", "select"), _account("b", "%", "select", "super")],
        [("bi@%", LOW)],
        label="beside one with more",
    ),
    Case("SEC019", [_account("b", "10.1.2.3", "select", "super")], label="more, from one address"),
    Case("SEC019", [_account("bi", "%", "select"), _named("bi")], label="an administrator"),
    Case("SEC020", [*KNOWN, _account("shop"), OWNER], [("shop@10.%", LOW)]),
    Case(
        "SEC020",
        [*KNOWN, _account("shop"), OWNER, replace(OWNER, database_name="crm")],
        [("shop@10.%", LOW)],
        label="two",
    ),
    Case("SEC020", [*KNOWN, _account("shop"), _grant("shop", "update", "drop")], [("shop@10.%", LOW)], label="drops"),
    Case("SEC020", [*KNOWN, _account("shop", "%", "insert", "create")], not_assessed=True, label="everywhere"),
    Case("SEC020", [*KNOWN, _account("shop", "%", "insert")], label="rows everywhere"),
    Case("SEC020", [*KNOWN, _account("shop"), WRITER], label="rows only"),
    Case("SEC020", [*KNOWN, _account(), _grant("shop", "create", "alter", "drop", "index")], label="releases"),
    Case("SEC020", [*KNOWN, _account("shop", "10.1.2.3"), OWNER], label="one address"),
    Case("SEC020", [*KNOWN, _account("shop"), WRITER, _grant("crm", "alter")], label="in different databases"),
    Case("SEC020", [*KNOWN, _account("shop"), replace(OWNER, username="other")], label="another's"),
    Case("SEC020", [*KNOWN, _account("shop"), replace(OWNER, database_name="mysql")], label="not the application's"),
    Case("SEC020", [*KNOWN, _account("shop"), OWNER, _named("shop")], label="an administrator"),
    Case("SEC020", [*KNOWN, _account(), replace(OWNER, database_name="gone")], label="a database that is gone"),
    Case("SEC021", [_account("shop"), WRITER, _grant("mysql", "select")], [("shop@10.%", LOW)]),
    Case("SEC021", [_account("shop"), WRITER, _grant("oceanbase", "select")], [("shop@10.%", LOW)], label="oceanbase"),
    Case("SEC021", [_account(), _grant("oceanbase", "select")], label="a monitor"),
    Case("SEC021", [_account("shop", "10.1.2.3"), WRITER, _grant("mysql", "select")], label="one address"),
    Case("SEC021", [_account("shop"), WRITER, _grant("mysql_copy", "select")], label="only called so"),
    Case("SEC023", _throttle("3")),
    Case("SEC023", _throttle("0"), label="switched off"),
    Case("SEC023", _throttle("2"), [("tenant", LOW)]),
    Case("SEC023", _throttle("1"), [("tenant", LOW)], label="the first failure"),
    Case("SEC023", [], not_assessed=True),
    Case("SEC023", _throttle("some"), not_assessed=True, label="unreadable"),
    *(
        Case(code, [_account(), _account("shop", "10.9.%"), *facts], not_assessed=True, label="two of the name")
        for code, facts in (
            ("SEC004", [_grant("shop", "grant_option")]),
            ("SEC020", [*KNOWN, OWNER]),
            ("SEC021", [WRITER, _grant("mysql", "select")]),
            ("SEC022", [_grant("gone", "select")]),
        )
    ),
    Case(
        "SEC020",
        [*KNOWN, _account(), _account("shop", "10.9.%"), _account("crm"), replace(OWNER, username="crm")],
        [("crm@10.%", LOW)],
        label="another of the name",
    ),
    Case("SEC022", [_account(), _grant("blog_old", "select"), _database("shop")], [("shop@10.%", LOW)]),
    Case("SEC022", [_account("shop"), WRITER, _grant("MYSQL", "select"), _database("Shop")], label="all are there"),
    Case("SEC022", [_account("shop"), _grant("shop%", "select"), _database("crm")], label="a pattern"),
    Case("SEC022", [_account("shop"), WRITER, *[_database("a")] * 25_000], not_assessed=True, label="cut off"),
]

"""Faults of the security checks on the real kernel; what an untouched kernel has is in test_security_live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from agent.model.terms import Severity
from tests.harness import Plant

CLOSED = "SET GLOBAL ob_tcp_invited_nodes = '127.0.0.1'"
OPEN = "SET GLOBAL ob_tcp_invited_nodes = '127.0.0.1,%'"
_NETWORK = "the networks are put in by a person"


def _account(
    code: str,
    host: str,
    granted: Sequence[str],
    severity: Severity,
    *,
    cure: str = "",
    no_loop: str = "",
    later: timedelta = timedelta(0),
) -> Plant:
    """An account made with these grants, and nothing left of it afterwards."""
    name = f"'plant_{code.lower()}'@'{host}'"
    door = ((OPEN,), (CLOSED,)) if host == "%" else ((), ())
    return Plant(
        code,
        plant=(
            *door[0],
            f"CREATE USER {name} IDENTIFIED BY 'Plant-2026'",
            *(grant.replace("WHO", name) for grant in granted),
        ),
        always=(*door[1], f"DROP USER IF EXISTS {name}", f"DROP USER IF EXISTS 'plant_{code.lower()}'@'10.%'"),
        resource=f"plant_{code.lower()}@{host}",
        severity=severity,
        cure=(cure.replace("WHO", name),) if cure else (),
        no_loop=no_loop,
        later=later,
    )


PLANTS = [
    Plant(
        "SEC001",
        plant=(OPEN,),
        cure=(CLOSED,),
        no_loop=_NETWORK,
        always=(CLOSED,),
        resource="root@%",
        severity=Severity.MEDIUM,
    ),
    _account(
        "SEC002",
        "%",
        ["GRANT SELECT ON *.* TO WHO"],
        Severity.LOW,
        cure="RENAME USER WHO TO 'plant_sec002'@'10.%'",
        no_loop=_NETWORK,
    ),
    _account(
        "SEC003",
        "10.9.%",
        ["GRANT SUPER, ALTER SYSTEM, CREATE USER ON *.* TO WHO"],
        Severity.MEDIUM,
    ),
    _account(
        "SEC004",
        "10.9.%",
        ["GRANT SELECT ON *.* TO WHO WITH GRANT OPTION"],
        Severity.LOW,
    ),
    _account(
        "SEC005",
        "10.9.%",
        ["GRANT INSERT, UPDATE, DELETE ON *.* TO WHO"],
        Severity.LOW,
        cure="REVOKE INSERT, UPDATE, DELETE ON *.* FROM WHO",
        no_loop="what the account needs on its own database is put in by a person",
    ),
    Plant(
        "SEC017",
        plant=("CREATE USER 'plant_sec017'@'127.0.0.1'",),
        cure=("ALTER USER 'plant_sec017'@'127.0.0.1' IDENTIFIED BY 'Plant-2026'",),
        no_loop="the password is put in by a person",
        always=("DROP USER IF EXISTS 'plant_sec017'@'127.0.0.1'",),
        resource="plant_sec017@127.0.0.1",
        severity=Severity.HIGH,
    ),
    Plant(
        "SEC006",
        plant=(OPEN,),
        cure=(CLOSED,),
        no_loop=_NETWORK,
        always=(CLOSED,),
        resource="tenant",
        severity=Severity.LOW,
    ),
    Plant(
        "SEC023",
        plant=("ALTER SYSTEM SET connection_control_failed_connections_threshold = 1",),
        always=("ALTER SYSTEM SET connection_control_failed_connections_threshold = 0",),
        resource="tenant",
        severity=Severity.LOW,
    ),
    Plant(
        "SEC007",
        plant=("CREATE USER 'plant_sec007'@'127.0.0.1' IDENTIFIED BY 'Plant-2026'",),
        always=("DROP USER IF EXISTS 'plant_sec007'@'127.0.0.1'",),
        later=timedelta(days=365),
        resource="plant_sec007@127.0.0.1",
        cure=("ALTER USER 'plant_sec007'@'127.0.0.1' IDENTIFIED BY 'Plant-2027'",),
        no_loop="the new password is put in by a person",
        severity=Severity.LOW,
    ),
    _account("SEC010", "127.0.0.1", ["ALTER USER WHO ACCOUNT LOCK"], Severity.LOW, later=timedelta(days=90)),
    _account(
        "SEC019",
        "10.9.%",
        ["GRANT SELECT, PROCESS ON *.* TO WHO"],
        Severity.LOW,
        cure="REVOKE SELECT, PROCESS ON *.* FROM WHO",
        no_loop="the databases that the account reads are put in by a person",
    ),
    _account("SEC020", "10.9.%", ["GRANT ALL PRIVILEGES ON {db}.* TO WHO"], Severity.LOW),
    _account("SEC021", "10.9.%", ["GRANT SELECT ON {db}.* TO WHO", "GRANT SELECT ON mysql.* TO WHO"], Severity.LOW),
    _account(
        "SEC022",
        "10.9.%",
        ["CREATE DATABASE plant_gone", "GRANT SELECT ON plant_gone.* TO WHO", "DROP DATABASE plant_gone"],
        Severity.LOW,
    ),
]

UNPLANTABLE = {
    "SEC018": "the embedded kernel counts no failed logins",
    "SEC013": "takes five sessions of root at once (test_security_live)",
    "SEC015": "the whitelist of the console is attested",
    "SEC016": "encryption is attested",
    "SEC009": "the embedded kernel lets no other host in",
}

"""Faults of the security checks on the real kernel; what an untouched kernel has is in test_security_live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from agent.model.terms import Severity
from tests.harness import Plant

CLOSED = "SET GLOBAL ob_tcp_invited_nodes = '127.0.0.1'"
OPEN = "SET GLOBAL ob_tcp_invited_nodes = '127.0.0.1,%'"
_NETWORK = "the networks are put in by a person"


def _account(code: str, host: str, granted: Sequence[str], severity: Severity) -> Plant:
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
        cure=(f"RENAME USER {name} TO 'plant_{code.lower()}'@'10.%'",) if host == "%" else (),
        no_loop=_NETWORK if host == "%" else "",
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
    _account("SEC002", "%", ["GRANT SELECT ON *.* TO WHO"], Severity.LOW),
    _account(
        "SEC003",
        "127.0.0.1",
        ["GRANT SUPER, ALTER SYSTEM, CREATE USER ON *.* TO WHO"],
        Severity.MEDIUM,
    ),
    _account(
        "SEC004",
        "127.0.0.1",
        ["GRANT SELECT ON *.* TO WHO WITH GRANT OPTION"],
        Severity.LOW,
    ),
    _account(
        "SEC005",
        "127.0.0.1",
        ["GRANT INSERT, UPDATE, DELETE ON *.* TO WHO"],
        Severity.LOW,
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
        "SEC007",
        plant=("CREATE USER 'plant_sec007'@'127.0.0.1' IDENTIFIED BY 'Plant-2026'",),
        always=("DROP USER IF EXISTS 'plant_sec007'@'127.0.0.1'",),
        later=timedelta(days=365),
        resource="plant_sec007@127.0.0.1",
        cure=("ALTER USER 'plant_sec007'@'127.0.0.1' IDENTIFIED BY 'Plant-2027'",),
        no_loop="the new password is put in by a person",
        severity=Severity.LOW,
    ),
    _account("SEC010", "127.0.0.1", ["ALTER USER WHO ACCOUNT LOCK"], Severity.LOW),
]

UNPLANTABLE = {
    "SEC013": "takes five sessions of root at once (test_security_live)",
    "SEC015": "the whitelist of the console is attested",
    "SEC016": "encryption is attested",
    "SEC009": "the embedded kernel lets no other host in",
}

"""Faults of the security checks on the real kernel; what an untouched kernel has is in test_security_live."""

from __future__ import annotations

from collections.abc import Sequence

from agent.terms import Severity
from tests.harness import Plant

CLOSED = "SET GLOBAL ob_tcp_invited_nodes = '127.0.0.1'"
OPEN = "SET GLOBAL ob_tcp_invited_nodes = '127.0.0.1,%'"


def _account(code: str, host: str, granted: Sequence[str], cured: Sequence[str], severity: Severity) -> Plant:
    """An account made with these grants; the cure, then nothing is left of it."""
    name = f"'plant_{code.lower()}'@'{host}'"
    return Plant(
        code,
        plant=(f"CREATE USER {name} IDENTIFIED BY 'Plant-2026'", *(grant.replace("WHO", name) for grant in granted)),
        cure=tuple(cure.replace("WHO", name) for cure in cured),
        always=(f"DROP USER IF EXISTS {name}", f"DROP USER IF EXISTS 'plant_{code.lower()}'@'10.%'"),
        resource=f"plant_{code.lower()}@{host}",
        severity=severity,
    )


PLANTS = [
    Plant("SEC001", plant=(OPEN,), cure=(CLOSED,), always=(CLOSED,), resource="root@%", severity=Severity.MEDIUM),
    _account("SEC002", "%", ["GRANT SELECT ON *.* TO WHO"], ["RENAME USER WHO TO 'plant_sec002'@'10.%'"], Severity.LOW),
    _account(
        "SEC003",
        "127.0.0.1",
        ["GRANT SUPER, ALTER SYSTEM, CREATE USER ON *.* TO WHO"],
        ["REVOKE SUPER, ALTER SYSTEM, CREATE USER ON *.* FROM WHO"],
        Severity.MEDIUM,
    ),
    _account(
        "SEC004",
        "127.0.0.1",
        ["GRANT SELECT ON *.* TO WHO WITH GRANT OPTION"],
        ["REVOKE GRANT OPTION ON *.* FROM WHO"],
        Severity.LOW,
    ),
    _account(
        "SEC005",
        "127.0.0.1",
        ["GRANT INSERT, UPDATE, DELETE ON *.* TO WHO"],
        ["REVOKE INSERT, UPDATE, DELETE ON *.* FROM WHO"],
        Severity.LOW,
    ),
    Plant("SEC006", plant=(OPEN,), cure=(CLOSED,), always=(CLOSED,), resource="tenant", severity=Severity.LOW),
    _account("SEC010", "127.0.0.1", ["ALTER USER WHO ACCOUNT LOCK"], ["DROP USER WHO"], Severity.LOW),
]

UNPLANTABLE = {
    "SEC007": "a password cannot be made a year old",
    "SEC009": "the embedded kernel lets no other host in",
    "SEC008": "an untouched kernel has it, and it changes only over the server's Unix socket (test_security_live)",
    "SEC011": "an untouched kernel has it (test_security_live)",
    "SEC012": "an untouched kernel has it (test_security_live)",
}

"""The words that a report uses for the values of enumerations: key -> msgid."""

from __future__ import annotations

from collections.abc import Mapping


def N_(msgid: str) -> str:
    """Mark a message for extraction; it is translated where it is printed."""
    return msgid


SEVERITIES: Mapping[str, str] = {
    "critical": N_("Critical"),
    "high": N_("High"),
    "medium": N_("Medium"),
    "low": N_("Low"),
}
CATEGORIES: Mapping[str, str] = {
    "capacity": N_("Capacity"),
    "parameters": N_("Parameters and variables"),
    "sql": N_("Slow SQL and execution"),
    "transactions": N_("Transactions and sessions"),
    "availability": N_("Availability"),
    "backup": N_("Backup and recovery"),
    "compaction": N_("Compaction"),
    "schema": N_("Schema and indexes"),
    "statistics": N_("Optimizer statistics"),
    "security": N_("Security"),
    "version": N_("Version"),
    "operations": N_("Operations"),
}
CHANGES: Mapping[str, str] = {
    "new": N_("New"),
    "worsened": N_("Worsened"),
    "unchanged": N_("Unchanged"),
    "improved": N_("Improved"),
    "resolved": N_("Resolved"),
    "not_comparable": N_("Not comparable"),
}
OUTCOMES: Mapping[str, str] = {
    "pass": N_("Passed"),
    "finding": N_("Findings"),
    "not_applicable": N_("Not applicable"),
    "not_assessed": N_("Not assessed"),
    "muted": N_("Muted"),
    "joined": N_("Combined with another finding"),
    "disabled": N_("Switched off"),
    "error": N_("Check failed to run"),
}
ACTORS: Mapping[str, str] = {
    "customer": N_("For the customer"),
    "platform": N_("For the cloud platform"),
    "both": N_("For customer and cloud platform"),
}
RUN_AS: Mapping[str, str] = {
    "tenant": N_("Tenant account"),
    "sys": N_("sys tenant"),
    "console": N_("Cloud console"),
}
TENANT_KINDS: Mapping[str, str] = {
    "user": N_("User tenant"),
    "sys": N_("sys tenant"),
}
DATA_CLASSES: Mapping[str, str] = {
    "settings": N_("settings"),
    "statistics": N_("statistics"),
    "sql_text_masked": N_("SQL text with literals masked"),
    "sql_text_full": N_("full SQL text"),
    "plans": N_("execution plans without conditions"),
    "definitions": N_("definitions of tables"),
    "column_bounds": N_("column bounds"),
    "accounts": N_("accounts"),
    "empty_passwords": N_("empty passwords"),
}
BANDS: Mapping[str, str] = {
    "excellent": N_("Excellent"),
    "good": N_("Good"),
    "attention": N_("Needs attention"),
    "poor": N_("Poor"),
    "danger": N_("In danger"),
}
# How the plan of a statement on the twin is that of the tenant, and what the twin has proven.
MATCHES: Mapping[str, str] = {
    "same": N_("same plan"),
    "forced": N_("another plan, forced to the tenant's"),
    "other": N_("another plan"),
    "not in cache": N_("not in the plan cache"),
    "not parsed": N_("not parsed"),
    "refused": N_("not taken"),
}
VERDICTS: Mapping[str, str] = {
    "verified": N_("Verified"),
    "verified with pins": N_("Verified with pins"),
    "unverified": N_("Unverified"),
    "rejected": N_("Rejected"),
    "not verifiable here": N_("Not verifiable here"),
}
# Evidence that only fills in the statements of a finding. It says nothing that a reader does not see elsewhere.
FOR_STATEMENTS = frozenset(
    {
        "assessed_s",
        "database_1",
        "database_2",
        "database_3",
        "database_4",
        "everything",
        "former_interval_minutes",
        "granted",
        "holder_tx_id",
        "kill_id",
        "new_collation",
        "new_interval_minutes",
        "old_type",
        "plain_column",
        "plain_table",
        "revoked",
        "stale_schema",
        "stale_table",
        "switch",
        "table_to_convert",
        "xa_tx_id",
    }
)
# The stages of a statement's time.
STAGES: Mapping[str, str] = {
    "queue": N_("queue"),
    "plan": N_("parsing and planning"),
    "work": N_("CPU and other work"),
    "cpu": N_("CPU"),
    "io": N_("disks"),
    "lock": N_("locks, with retries"),
    "schedule": N_("waiting for a processor"),
    "rpc": N_("RPC and parallel workers"),
    "rest": N_("rest"),
}
# What the statements ask for that belong to no view: those of the connection itself, and what is read back at the end.
OWN_STATEMENTS: Mapping[str, str] = {
    "driver": N_("Connection: character set"),
    "session": N_("Connection: read-only and timeouts"),
    "server": N_("Connection: server and version"),
    "identity": N_("Connection: tenant and account"),
    "grants": N_("Privileges of the account"),
    "columns": N_("Columns of the system views"),
    "load": N_("Load of the tenant"),
    "receipt": N_("Receipt from the SQL audit"),
}
STATUSES: Mapping[str, str] = {
    "ok": N_("Read"),
    "privilege": N_("Privilege missing"),
    "no_view": N_("View does not exist"),
    "no_column": N_("Column does not exist"),
    "not_granted": N_("Not covered by the authorization"),
    "no_attestation": N_("Not provided"),
    "no_history": N_("No earlier value"),
    "timeout": N_("Timed out"),
    "budget": N_("Load budget spent"),
    "busy": N_("Target was busy"),
    "lost": N_("Connection lost"),
    "closed": N_("Signed window closed"),
    "error": N_("Failed"),
    "unknown": N_("Not known to this version"),
}
DEADLINES: Mapping[str, str] = {
    "now": N_("Now"),
    "month": N_("Within 30 days"),
    "quarter": N_("Within 90 days"),
}
EFFORTS: Mapping[str, str] = {
    "online": N_("Online, at any time"),
    "trial": N_("In low-traffic hours, tried first"),
    "window": N_("In a change window"),
    "restart": N_("With a restart"),
    "console": N_("In the cloud console"),
    "operation": N_("Work on servers, disks or backups"),
    "project": N_("Change of the application or design"),
}
BRIDGE: Mapping[str, str] = {
    "new": N_("New findings"),
    "worsened": N_("Findings that got worse"),
    "coverage": N_("More or less could be assessed"),
    "rules": N_("The rules changed"),
    "chance": N_("Values that moved by chance or a little"),
    "improved": N_("Findings that got better"),
    "resolved": N_("Resolved findings"),
}
SIGNED = {
    "signer": N_("Signed with the key"),
    "sha256": N_("Hash of the document"),
    "outside_service": N_("Outside the service, because"),
    "allow_privileges": N_("The account may do more than read, because"),
}
# The records of the load of statements: where a source sees it.
RECORDS: Mapping[str, str] = {
    "workload repository": N_("workload repository (WR)"),
    "plan cache": N_("plan cache"),
    "audit ring": N_("SQL audit"),
}
WAYS: Mapping[str, str] = {
    "marker": N_("Found in the tenant's SQL audit by the marker that each statement carries."),
    "account": N_("Found in the tenant's SQL audit by account and time; the account may not read statement texts."),
}
# Why the receipt has fewer statements than were sent.
LATER = N_("The statements that read the audit itself are not among them: {count}.")
UNMARKED = N_(
    "The statements that read the audit itself, and the driver's own at connecting, which carry no marker, are not "
    "among them: {count}."
)

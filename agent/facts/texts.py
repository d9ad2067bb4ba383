"""Declares what each text of a fact holds: a word of the server's own, a name that the customer gave, or SQL.

Collecting uses this to mask SQL, redaction to replace names. Redaction treats a column that is not declared here
(a plug-in's, for example) as a secret; for one of our own a test fails.
"""

from __future__ import annotations

import re
from enum import StrEnum


class TextContent(StrEnum):
    """What a text is; the value is also the beginning of the pseudonym that replaces it."""

    WORD = "word"  # a word, number or time of the server's own; stays
    DATABASE = "database"
    TABLE = "table"
    COLUMN = "column"
    INDEX = "index"
    SEQUENCE = "sequence"
    OUTLINE = "outline"
    ACCOUNT = "account"
    HOST = "host"  # also with a port
    HOSTS = "hosts"  # comma-separated
    ZONE = "zone"
    ZONES = "zones"  # placement of replicas and leaders
    TENANT = "tenant"
    CLUSTER = "cluster"
    JOB = "job"
    POLICY = "policy"
    PERSON = "person"
    PERIOD = "period"
    TARGET = "target"
    SQL_ID = "sql"
    SQL = "statement"
    DEFINITION = "definition"  # of a table, stripped
    ALIAS = "alias"  # table or alias, and index, as EXPLAIN prints them
    NOTE = "note"  # what the optimizer says of a scan
    HINTS = "hints"  # that force a plan, stripped
    BOUND = "bound"
    SETTING = "setting"  # a setting's value: judged by its name
    TEXT = "text"  # anything else


_WORDS = (
    "backup_type balance_strategy build_version character_set_name code column_type command comment compatible"
    " ctx_name cycle_flag data_disk_health_status data_type default_date enabled event extra file_status"
    " in_recyclebin in_sync index_type is_error is_locked is_suspended is_visible isdefault key locked method mod_name"
    " module nullable"
    " object_type precreate_time priv_alter priv_alter_system priv_alter_tenant priv_create priv_create_user"
    " priv_create_view priv_show_db priv_show_view"
    " priv_delete priv_drop priv_file priv_grant_option priv_index priv_insert priv_process priv_select priv_super"
    " priv_update rebuild recovery_window replica_type request retention role row_tablet scope snap_interval ssl_cipher"
    " state stattype_locked status switchover_status sync_status table_collation task_id tenant_role tenant_type"
    " collation_name column_key delete_rule operator param_infos partitions session_state time_unit type wait_class"
    " operation workload series lack"
)
# By column, in any view: a column's name means the same everywhere, except where FIELDS differs.
COLUMNS: dict[str, TextContent] = {
    **dict.fromkeys(_WORDS.split(), TextContent.WORD),
    **dict.fromkeys(("table_schema", "owner", "table_owner", "database_name"), TextContent.DATABASE),
    **dict.fromkeys(("constraint_schema", "unique_constraint_schema", "running_table_owner"), TextContent.DATABASE),
    **dict.fromkeys(("db", "db_name", "sequence_owner", "view_schema"), TextContent.DATABASE),
    **dict.fromkeys(("table_name", "object_name", "original_name", "view_name"), TextContent.TABLE),
    **dict.fromkeys(("referenced_table_name", "running_table_name"), TextContent.TABLE),
    **dict.fromkeys(("restore_tenant_name", "backup_tenant_name"), TextContent.TENANT),
    **dict.fromkeys(("constraint_name", "unique_constraint_name"), TextContent.INDEX),
    **dict.fromkeys(("user", "user_name", "username"), TextContent.ACCOUNT),
    **dict.fromkeys(("host", "scheduler_addr", "svr_ip", "user_host", "user_client_ip"), TextContent.HOST),
    **dict.fromkeys(("degraded_list", "member_list", "paxos_member_list"), TextContent.HOSTS),
    **dict.fromkeys(("locality", "previous_locality", "primary_zone"), TextContent.ZONES),
    **dict.fromkeys(("statement", "expression"), TextContent.SQL),
    **dict.fromkeys(("first_bound", "last_bound"), TextContent.BOUND),
    "column_name": TextContent.COLUMN, "index_name": TextContent.INDEX, "sequence_name": TextContent.SEQUENCE,
    "outline_name": TextContent.OUTLINE, "zone": TextContent.ZONE, "tenant_name": TextContent.TENANT,
    "tenant": TextContent.TENANT, "job_name": TextContent.JOB, "policy_name": TextContent.POLICY,
    "sql_id": TextContent.SQL_ID, "info": TextContent.TEXT, "globalid": TextContent.TEXT,
    "object_alias": TextContent.ALIAS, "object_owner": TextContent.DATABASE,
    "optimizer": TextContent.NOTE, "outline": TextContent.HINTS, "definition": TextContent.DEFINITION,
    "trace_id": TextContent.TEXT,  # begins with the server's address
    "resource": TextContent.TEXT, "by": TextContent.PERSON,
}  # fmt: skip
# By row type and column: the exceptions, and columns whose names say nothing.
FIELDS: dict[str, TextContent] = {
    "Counter.name": TextContent.WORD, "Parameter.name": TextContent.WORD, "Variable.name": TextContent.WORD,
    "Parameter.value": TextContent.SETTING, "Variable.value": TextContent.SETTING,
    "Uptime.name": TextContent.WORD, "Uptime.value": TextContent.WORD,
    "Parameter.default_value": TextContent.SETTING,
    "PartitionedIndex.locality": TextContent.WORD,
    "Job.owner": TextContent.ACCOUNT,
    "Job.job_class": TextContent.WORD,
    "CriticalPeriod.name": TextContent.PERIOD,
    "Attestation.value": TextContent.SETTING,
    "Build.tenant_kind": TextContent.WORD,
    "ArchiveBinding.value": TextContent.WORD,
}  # fmt: skip
# A day in quotes says nothing about anybody: the bounds of partitions keep it.
# '2026-01-31 00:00:00', and what people write into columns of text: '2026/01/31', '2026013123', '20260131', '2026-01'.
DAY = re.compile(
    r"'(?:\d{4}([-/])\d\d\1\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?"
    r"|(?:19|20)\d\d-?(?:0[1-9]|1[0-2])(?:(?:0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])(?:0{4})?)?)?)'"
)
# Settings whose value is SQL.
SQL_SETTINGS = frozenset({"init_connect"})


def classify_text(row: str, column: str) -> TextContent:
    """Return what a column of this row type holds; ``TEXT`` for an undeclared one."""
    return FIELDS.get(f"{row}.{column}") or COLUMNS.get(column, TextContent.TEXT)

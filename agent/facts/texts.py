"""What each text of a fact holds: a word of the server's own, a name that the customer gave, or SQL.

Collecting masks SQL by it and redaction replaces names by it. A column that is not declared here, a plug-in's
perhaps, is taken for a secret by redaction; a test fails for one of our own.
"""

from __future__ import annotations

from enum import StrEnum


class Holds(StrEnum):
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
    BOUND = "bound"
    SETTING = "setting"  # a setting's value: judged by its name
    TEXT = "text"  # anything else


_WORDS = (
    "backup_type balance_strategy build_version character_set_name code column_type command comment compatible ctx_name"
    " cycle_flag data_disk_health_status data_type enabled event extra file_status in_sync index_type is_error"
    " is_locked is_suspended is_visible isdefault key method mod_name module object_type priv_alter priv_alter_system"
    " priv_alter_tenant priv_create priv_create_user priv_delete priv_drop priv_file priv_grant_option priv_index"
    " priv_insert priv_process priv_select priv_super priv_update recovery_window replica_type request retention role"
    " scope snap_interval ssl_cipher state stattype_locked status switchover_status table_collation task_id tenant_role"
    " tenant_type type"
)
# By column, of whatever view: names of columns mean the same everywhere but for what FIELDS says.
COLUMNS: dict[str, Holds] = {
    **dict.fromkeys(_WORDS.split(), Holds.WORD),
    **dict.fromkeys(
        ("table_schema", "owner", "table_owner", "database_name", "db", "db_name", "sequence_owner"), Holds.DATABASE
    ),
    **dict.fromkeys(("table_name", "object_name", "original_name"), Holds.TABLE),
    **dict.fromkeys(("user", "user_name"), Holds.ACCOUNT),
    **dict.fromkeys(("host", "svr_ip", "user_host", "user_client_ip"), Holds.HOST),
    **dict.fromkeys(("member_list", "paxos_member_list"), Holds.HOSTS),
    **dict.fromkeys(("locality", "previous_locality", "primary_zone"), Holds.ZONES),
    **dict.fromkeys(("statement", "expression"), Holds.SQL),
    **dict.fromkeys(("first_bound", "last_bound"), Holds.BOUND),
    "column_name": Holds.COLUMN, "index_name": Holds.INDEX, "sequence_name": Holds.SEQUENCE,
    "outline_name": Holds.OUTLINE, "zone": Holds.ZONE, "tenant_name": Holds.TENANT, "tenant": Holds.TENANT,
    "job_name": Holds.JOB,
    "policy_name": Holds.POLICY, "sql_id": Holds.SQL_ID, "info": Holds.TEXT, "globalid": Holds.TEXT,
    "resource": Holds.TEXT, "by": Holds.PERSON,
}  # fmt: skip
# By row type and column: what differs, and columns whose names say nothing.
FIELDS: dict[str, Holds] = {
    "Counter.name": Holds.WORD, "Parameter.name": Holds.WORD, "Variable.name": Holds.WORD,
    "Parameter.value": Holds.SETTING, "Variable.value": Holds.SETTING,
    "Parameter.default_value": Holds.SETTING,
    "PartitionedIndex.locality": Holds.WORD,
    "Job.owner": Holds.ACCOUNT,
    "CriticalPeriod.name": Holds.PERIOD,
    "Attestation.value": Holds.SETTING,
    "Build.tenant_kind": Holds.WORD,
}  # fmt: skip
# Settings whose value is SQL.
SQL_SETTINGS = frozenset({"init_connect"})


def holds(row: str, column: str) -> Holds:
    """What a column of this row type holds; ``TEXT`` for one that nobody declared."""
    return FIELDS.get(f"{row}.{column}") or COLUMNS.get(column, Holds.TEXT)

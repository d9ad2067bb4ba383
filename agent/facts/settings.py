"""Configuration parameters and global system variables."""

from __future__ import annotations

from datetime import datetime

from agent.facts import expr, source
from agent.model.terms import DataClass

# Names of parameters whose values may be secrets: never read.
_NO_SECRETS = " AND ".join(f"NAME NOT LIKE '%{word}%'" for word in ("kms", "passw", "secret", "wallet", "token"))

# The server sets these itself in every new tenant.
SET_BY_SERVER = frozenset({
    "_parallel_ddl_control", "_enable_mysql_compatible_dates", "_ob_immediate_row_conflict_check",
    "_enable_ddl_worker_isolation",
})  # fmt: skip
# They say which server this is and where it was started: each server has its own, and nobody tunes them.
OF_THE_SERVER = frozenset({
    "all_server_list", "cluster", "cluster_id", "config_additional_dir", "data_dir", "devname", "ha_info", "local_ip",
    "mysql_port", "ob_startup_mode", "obconfig_url", "observer_id", "redo_dir", "rootservice_list", "rpc_port",
    "server_create_time", "zone",
})  # fmt: skip
# The embedded kernel sets these itself.
SET_BY_EMBEDDED = frozenset(
    {"_ob_enable_pl_dynamic_stack_check", "_use_odps_jni_connector", "_enable_dbms_job_package", "_bloom_filter_ratio"}
    | {"log_disk_size", "memory_limit"}
)
# The vendor's templates for kinds of workload set these values.
_OF_TEMPLATES = {"_enable_defensive_check": frozenset({"0"}), "_rowsets_max_rows": frozenset({"1", "4", "32"})}


@source(
    "oceanbase.GV$OB_PARAMETERS",
    DataClass.SETTINGS,
    where=_NO_SECRETS,
    sys_where="(SCOPE = 'CLUSTER' OR TENANT_ID = 1)",
    order_by="NAME",
    limit=20000,
)
class Parameter:
    """One configuration parameter on one server; values as the server spells them (``1.5G``, ``30s``, ``True``).

    The sys tenant reads those of the cluster and its own: other tenants' would be a hundred rows per tenant and server.
    """

    svr_ip: str | None = None
    svr_port: int | None = None
    tenant_id: int | None = None
    scope: str
    name: str
    value: str
    default_value: str | None = None
    isdefault: str | None = None

    def is_explained(self, *, embedded: bool) -> bool:
        """Whether nobody changed a parameter, though it is not at its default: see the lists above."""
        own = SET_BY_SERVER | OF_THE_SERVER | SET_BY_EMBEDDED if embedded else SET_BY_SERVER | OF_THE_SERVER
        return self.name in own or self.value in _OF_TEMPLATES.get(self.name, ())


@source("information_schema.GLOBAL_VARIABLES", DataClass.SETTINGS, order_by="VARIABLE_NAME")
class Variable:
    """One system variable with its global value, as SHOW GLOBAL VARIABLES spells it (``ON``, ``utf8mb4``).

    DBA_OB_SYS_VARIABLES knows more of it, but 4.3.0 lacks it, and it spells most values as numbers.
    """

    name: str = expr("VARIABLE_NAME")
    value: str | None = expr("VARIABLE_VALUE")


@source("information_schema.GLOBAL_STATUS", DataClass.STATISTICS, where="VARIABLE_NAME = 'Uptime'")
class Uptime:
    """For how long the server that answers has been up; ``value`` is in seconds, as the server spells them."""

    name: str = expr("VARIABLE_NAME")
    value: str | None = expr("VARIABLE_VALUE")

    @property
    def seconds(self) -> float | None:
        """None where the server tells no number."""
        return float(self.value) if self.value is not None and self.value.isdecimal() else None


@source("oceanbase.DBA_OB_TENANTS", DataClass.SETTINGS)
class Tenant:
    """The tenant itself (all of them for sys). Absent from the embedded kernel."""

    tenant_id: int
    tenant_name: str
    tenant_type: str
    primary_zone: str | None = None
    locality: str | None = None
    compatible: str | None = None
    tenant_role: str | None = None
    switchover_status: str | None = None
    previous_locality: str | None = expr("COALESCE(PREVIOUS_LOCALITY, '')", default=None)  # "" is no change
    create_time: datetime | None = None
    modify_time: datetime | None = None
    sync_scn: int | None = None
    recovery_until_scn: int | None = None
    status: str | None = None
    in_recyclebin: str | None = None
    locked: str | None = None

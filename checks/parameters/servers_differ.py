"""PAR080: one parameter with different values on servers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from statistics import mode

from agent.api import Actor, Case, DocPage, Measurement, Remediation, Rows, RunAs, Unit, check, known, unknown
from agent.facts.settings import Parameter
from checks.parameters import cluster_parameter_rules, tenant_parameter_rules

# These name a server or follow from its hardware, and so may differ.
OF_ONE_SERVER = frozenset(
    {
        "all_server_list", "config_additional_dir", "cpu_count", "data_dir", "datafile_disk_percentage",
        "datafile_maxsize", "datafile_next", "datafile_size", "devname", "ha_info", "local_ip", "log_disk_percentage",
        "log_disk_size", "memory_limit", "memory_limit_percentage", "mysql_port", "observer_id", "redo_dir",
        "rootservice_list", "rpc_port", "server_create_time", "syslog_disk_size", "system_memory", "zone",
    }
)  # fmt: skip

# These have rules of their own.
_JUDGED = frozenset(row.setting for row in (*cluster_parameter_rules.ROWS, *tenant_parameter_rules.ROWS))


@check(
    code="PAR080",
    name="parameters.servers_differ",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    title="Servers have different values of one parameter",
    consequence="Errors come and go with the server that answers, and their cause is hard to find.",
    finding="{resource} has {value} different values on the servers: {values}.",
    remediation=Remediation(
        advice="Find out which value is meant and set it on all servers. A value set for one server "
        "during an investigation is easily left behind.",
        run_as=RunAs.SYS,
        sql=("ALTER SYSTEM SET {resource!i} = {frequent!l};",),
        no_rollback="The evidence lists the earlier value of each server; set it again with SERVER = 'address:port'.",
        pre_check="Note the present value on every server.",
        post_check="GV$OB_PARAMETERS shows one value on all servers.",
        risk="The behaviour that the parameter controls changes on the servers that differ: read its documentation "
        "first.",
        cases=(
            Case("The SQL sets the most frequent one.", when=known("frequent")),
            Case("The setting has a check of its own, which says what to set.", when=unknown("frequent")),
        ),
    ),
    sources=(
        DocPage(
            "700.reference/700.system-views/400.system-view-of-mysql-mode/300.performance-view-of-mysql-mode/"
            "2100.gv-ob_parameters-of-mysql-mode.md"
        ),
        DocPage("700.reference/200.system-management/200.configuration-management/200.set-parameters.md"),
    ),
)
def servers_differ(parameters: Rows[Parameter]) -> Iterator[Measurement]:
    """The same statement then behaves differently depending on which server answers, and the whole tenant changes after
    a leader switch. Such faults are intermittent and hard to locate."""
    values: dict[tuple[str, int | None], dict[str, str]] = defaultdict(dict)
    for row in parameters:
        if row.name not in OF_ONE_SERVER:
            values[row.name, row.tenant_id][f"{row.svr_ip}:{row.svr_port}"] = row.value
    for (name, tenant_id), servers in sorted(values.items(), key=str):
        found = [servers[server] for server in sorted(servers)]
        if len(set(found)) > 1:
            shown = ", ".join(f"{server} {value}" for server, value in sorted(servers.items()))
            frequent = None if name in _JUDGED else mode(found)
            yield Measurement(name, len(set(found)), {"values": shown, "frequent": frequent}, str(tenant_id))

"""Cases of the parameter and variable checks: those of the family come from its tables."""

from __future__ import annotations

from agent.facts.given import BusinessProfile
from agent.facts.maintenance import Job
from agent.facts.settings import Parameter, Variable
from agent.model.rule import Expected
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, TenantKind, Text, UnavailableKind, Version
from tests.checks.settings_family import PRIMARY, ROWS, WRONG, fact, parameter, resource, version_of
from tests.harness import Case, shipped


def _of_row(code: str) -> list[Case]:
    rule = shipped()[1].rules[code].judge
    assert isinstance(rule, Expected)
    version = version_of(code)
    wrong = [(resource(code), rule.severity)]
    return [
        Case(code, [fact(code, rule.recommended), PRIMARY], version=version, label="recommended"),
        Case(code, [fact(code, WRONG[code]), PRIMARY], wrong, version=version, label="wrong"),
        Case(code, [PRIMARY], not_assessed=True, version=version, label="absent"),
        Case(code, [fact(code, "?!"), PRIMARY], not_assessed=True, version=version, label="unreadable"),
    ]


# Words are compared as they are: one that is not in the list is a finding, however odd.
_ANY_WORD = {"PAR026", "PAR034", "VAR008", "VAR009", "VAR011", "VAR016", "VAR021", "VAR022", "VAR026"}
_FAMILY = [case for code in ROWS for case in _of_row(code) if not (case.label == "unreadable" and code in _ANY_WORD)]


def _timeouts(query: str | None, transaction: str | None) -> list[Variable]:
    return [Variable(name="ob_query_timeout", value=query), Variable(name="ob_trx_timeout", value=transaction)]


def _hidden(name: str, isdefault: str | None) -> Parameter:
    return parameter(name, "1", default_value="0", isdefault=isdefault)


def _interval(value: str) -> Parameter:
    return parameter("partition_balance_schedule_interval", value, tenant_id=1002)


def _balancing(enabled: str) -> Job:
    return Job(
        owner="root@%",
        job_name="SCHEDULED_TRIGGER_PARTITION_BALANCE",
        enabled=enabled,
        state=None,
        failure_count=0,
        last_start_date=None,
        next_run_date=None,
    )


def _workers(limit: str, active: str) -> list[Parameter]:
    return [
        parameter("workers_per_cpu_quota", limit),
        parameter("cpu_quota_concurrency", active, tenant_id=1002),
    ]


def _data_file(size: str, largest: str, step: str) -> list[Parameter]:
    values = {"datafile_size": size, "datafile_maxsize": largest, "datafile_next": step}
    return [parameter(name, value) for name, value in values.items()]


def _profile(workload: str | None) -> BusinessProfile:
    return BusinessProfile(peak_qps=None, concurrency=None, growth_pct_per_year=None, workload=workload)


def _analytical(**different: str) -> list[Variable]:
    recommended = {
        "parallel_degree_policy": "AUTO",
        "parallel_min_scan_time_threshold": "10",
        "ob_sql_work_area_percentage": "30",
        "ob_query_timeout": "10000000000",
        "ob_trx_timeout": "100000000000",
        "max_allowed_packet": "67108864",
    }
    return [Variable(name=name, value=value) for name, value in {**recommended, **different}.items()]


def _compression(switch: str, function: str) -> list[Parameter]:
    values = {"log_transport_compress_all": switch, "log_transport_compress_func": function}
    return [parameter(name, value, tenant_id=1002) for name, value in values.items()]


def _zone(offset: str) -> list[Variable]:
    return [Variable(name="time_zone", value=offset)]


_OF_TENANT, _OF_1002 = [("tenant", Severity.LOW)], [("tenant 1002", Severity.LOW)]
MEANT = [
    Case("PAR090", [Variable(name="group_concat_max_len", value="1024")], label="the default"),
    Case("PAR090", [Variable(name="group_concat_max_len", value="1023")], _OF_TENANT, label="below it"),
    Case("PAR090", [Variable(name="group_concat_max_len", value="102400")], label="raised"),
    *(Case("PAR091", _zone(zone), label=zone) for zone in ("+08:00", "+8:00", "+00:00", "-00:00", "+05:45", "-03:30",
       "+14:00", "-12:00", "SYSTEM", "Asia/Shanghai", "America/New_York")),
    *(Case("PAR091", _zone(zone), _OF_TENANT, label=zone) for zone in ("+00:17", "-12:30", "+07:30", "+8:08")),
    Case("PAR091", [], not_assessed=True, label="absent"),
    Case("PAR091", _zone(" "), not_assessed=True, label="no value"),
    Case("PAR092", _compression("True", "none"), _OF_1002, label="no function"),
    Case("PAR092", _compression("True", "lz4_1.0"), label="compressed"),
    Case("PAR092", _compression("False", "none"), label="switched off"),
    Case("PAR092", _compression("False", "lz4_1.0"), label="as it is by default"),
    Case("PAR092", _compression("True", "none")[:1], not_assessed=True, label="no function in this version"),
    Case("PAR092", _compression("maybe", "none"), not_assessed=True, label="unreadable"),
    Case("PAR092", [*_compression("True", "lz4_1.0"), *[
        parameter(row.name, row.value, tenant_id=1004) for row in _compression("False", "none")
    ]], label="each tenant for itself"),
]  # fmt: skip

CASES = [
    *_FAMILY,
    *MEANT,
    Case("PAR008", [fact("PAR008", "98")], label="upper bound"),
    Case("PAR008", [fact("PAR008", "99")], [("tenant 1002", Severity.MEDIUM)], label="beyond the bound"),
    Case("PAR007", [fact("PAR007", "0")], version=Version(4, 3, 5, 3), label="as soon as possible"),
    Case("PAR007", [fact("PAR007", "0")], [("tenant 1002", Severity.LOW)], label="not in 4.2"),
    Case("PAR021", [fact("PAR021", "0")], [("memstore_limit_percentage", Severity.MEDIUM)], label="not in 4.2"),
    Case("PAR021", [fact("PAR021", "0")], version=Version(4, 3, 0, 0), label="adapts from 4.3.0"),
    Case(
        "PAR021",
        [fact("PAR021", "85"), parameter("_memstore_limit_percentage", "40")],
        version=Version(4, 3, 5, 0),
        label="the tenant's goes before",
    ),
    Case(
        "PAR021",
        [fact("PAR021", "85"), parameter("_memstore_limit_percentage", "0")],
        [("memstore_limit_percentage", Severity.MEDIUM)],
        version=Version(4, 3, 5, 0),
        label="the tenant's is unset",
    ),
    Case("PAR034", [fact("PAR034", "zlib_1.0")], version=Version(4, 2, 1, 8), label="zlib until 4.2.1"),
    Case(
        "PAR034",
        [fact("PAR034", "zlib_1.0")],
        [("default_compress_func", Severity.MEDIUM)],
        version=Version(4, 2, 2, 0),
        label="zlib from 4.2.2",
    ),
    Case("PAR034", [fact("PAR034", "lz4_1.9.1")], label="lz4"),
    Case("PAR045", [fact("PAR045", "0s")], [("dead_socket_detection_timeout", Severity.LOW)], label="switched off"),
    Case("VAR011", [Variable(name="collation_server", value="utf16_bin")], label="utf16"),
    Case("VAR021", [Variable(name="ob_log_level", value="wdiag")], label="the server's own level"),
    Case("PAR022", [fact("PAR022", "95"), parameter("memory_limit", "200G")], label="a size instead"),
    Case(
        "PAR022",
        [fact("PAR022", "95"), parameter("memory_limit", "0M")],
        [("memory_limit_percentage", Severity.MEDIUM)],
        label="no size",
    ),
    Case("PAR027", [fact("PAR027", "False"), parameter("syslog_disk_size", "50G")], label="a size instead"),
    Case("PAR028", [fact("PAR028", "0"), parameter("syslog_disk_size", "50G")], label="a size instead"),
    Case("PAR023", [fact("PAR023", "600s")], label="reports"),
    Case("PAR023", [fact("PAR023", "0ms")], version=Version(4, 3, 0, 0), label="switched off"),
    Case("PAR023", [fact("PAR023", "0ms")], [("large_query_threshold", Severity.MEDIUM)], label="no switch in 4.2"),
    Case("PAR013", [fact("PAR013", "23:30"), PRIMARY], label="another time"),
    Case(
        "PAR005",
        [fact("PAR005", "60"), fact("PAR005", "100", svr_ip="10.0.0.2")],
        [("tenant 1002", Severity.HIGH)],
        label="one server of two",
    ),
    Case("PAR031", [fact("PAR031", "False")], [("enable_major_freeze", Severity.HIGH)], tenant_kind=TenantKind.SYS),
    Case(
        "PAR031",
        [fact("PAR031", "False")],
        [("enable_major_freeze", Severity.HIGH)],
        tenant_kind=TenantKind.SYS,
        version=Version(4, 0, 0, 0),
        label="the first version",
    ),
    Case("VAR004", [fact("VAR004", "-1")], label="as the statement"),
    Case("VAR008", [Variable(name="sql_mode", value="STRICT_TRANS_TABLES,NO_ZERO_DATE")], label="words"),
    Case("VAR008", [Variable(name="sql_mode", value="4194304")], not_assessed=True, label="a number"),
    Case("VAR008", [Variable(name="sql_mode", value=None)], not_assessed=True, label="null"),
    Case("VAR011", [Variable(name="collation_server", value="gb18030_chinese_ci")], label="gb18030"),
    Case("VAR011", [Variable(name="collation_server", value="45")], not_assessed=True, label="a number"),
    Case("VAR024", [fact("VAR024", "nan")], not_assessed=True, label="no number"),
    Case("PAR080", [parameter("syslog_level", "INFO"), parameter("syslog_level", "INFO", svr_ip="10.0.0.2")]),
    Case(
        "PAR080",
        [parameter("syslog_level", "INFO"), parameter("syslog_level", "WARN", svr_ip="10.0.0.2")],
        [("syslog_level", Severity.MEDIUM)],
    ),
    Case("PAR080", [parameter("local_ip", "a"), parameter("local_ip", "b", svr_ip="10.0.0.2")], label="of one server"),
    Case(
        "PAR080",
        [parameter("undo_retention", "0", tenant_id=1002), parameter("undo_retention", "1800", tenant_id=1004)],
        tenant_kind=TenantKind.SYS,
        label="tenants may differ",
    ),
    Case("PAR081", [_hidden("_a", "YES"), parameter("b", "1", default_value="0", isdefault="NO")]),
    Case("PAR081", [_hidden("_a", "NO"), _hidden("_b", "NO")], [("hidden parameters", Severity.LOW)]),
    Case("PAR081", [_hidden("_bloom_filter_ratio", "NO")], [("hidden parameters", Severity.LOW)], label="not embedded"),
    Case("PAR081", [_hidden("_parallel_ddl_control", "NO")], label="made by the server"),
    Case("PAR081", [_hidden("_a", None)], not_assessed=True),
    Case("PAR082", _timeouts("10000000", "10000000")),
    Case("PAR082", _timeouts("10000001", "10000000"), [("tenant", Severity.MEDIUM)]),
    Case("PAR082", _timeouts("10000000", "9999999"), label="the transaction's is wrong by itself"),
    Case("PAR082", _timeouts("604800000001", "10000000"), label="the statement's is wrong by itself"),
    Case("PAR082", _timeouts(None, "10000000"), not_assessed=True),
    Case("PAR082", [], not_assessed=True),
    Case("PAR083", [_interval("2h")]),
    Case("PAR083", [_interval("0s")], [("tenant", Severity.LOW)], label="no job in this version"),
    Case("PAR083", [_interval("0s"), _balancing("FALSE")], [("tenant", Severity.LOW)], label="job off"),
    Case("PAR083", [_interval("0s"), _balancing("TRUE")], label="the job balances"),
    Case(
        "PAR083",
        [_interval("0s"), (Job, Unavailable(UnavailableKind.PRIVILEGE, Text("taken away by the test")))],
        not_assessed=True,
        label="jobs hidden",
    ),
    Case("PAR083", [], not_assessed=True),
    Case("PAR084", _workers("10", "4")),
    Case("PAR084", _workers("10", "10"), [("tenant", Severity.MEDIUM)], label="the same"),
    Case("PAR084", _workers("4", "4"), [("tenant", Severity.MEDIUM)], label="the default is too much"),
    Case("PAR084", _workers("11", "10"), label="just above"),
    Case("PAR084", _workers("10", "10")[:1], not_assessed=True),
    Case("PAR085", _data_file("100G", "0M", "0M")),
    Case("PAR085", _data_file("100G", "200G", "0"), [("datafile_next", Severity.MEDIUM)]),
    Case("PAR085", _data_file("100G", "200G", "10G"), label="grows"),
    Case("PAR085", _data_file("200G", "200G", "0M"), label="at its end"),
    Case("PAR085", _data_file("0M", "0M", "0M"), label="as the disk"),
    Case("PAR085", _data_file("0M", "200G", "0M"), not_assessed=True, label="size unknown"),
    Case("PAR085", _data_file("100G", "200G", "0M")[:2], not_assessed=True, label="not shown"),
    Case("PAR086", [_profile("OLTP"), *_analytical()], version=Version(4, 3, 5, 0), label="for transactions"),
    Case("PAR086", [_profile("OLAP"), *_analytical()], version=Version(4, 3, 5, 0), label="as recommended"),
    Case(
        "PAR086",
        [_profile("OLAP"), *_analytical(parallel_degree_policy="MANUAL")],
        [("tenant", Severity.LOW)],
        version=Version(4, 3, 5, 0),
        label="one",
    ),
    Case(
        "PAR086",
        [
            _profile("OLAP"),
            *_analytical(
                parallel_degree_policy="MANUAL",
                parallel_min_scan_time_threshold="1000",
                ob_sql_work_area_percentage="5",
                ob_query_timeout="10000000",
            ),
            parameter("default_table_store_format", "row", tenant_id=1002),
        ],
        [("tenant", Severity.MEDIUM)],
        version=Version(4, 3, 5, 0),
        label="defaults",
    ),
    Case("PAR086", [_profile(None), *_analytical()], not_assessed=True, version=Version(4, 3, 5, 0), label="not said"),
    Case(
        "PAR086",
        [_profile("OLAP"), Variable(name="autocommit", value="ON")],
        not_assessed=True,
        version=Version(4, 3, 5, 0),
        label="not shown",
    ),
    Case("PAR084", _workers("x", "4"), not_assessed=True, label="not a number"),
    Case("PAR083", [_interval("soon")], not_assessed=True, label="not a duration"),
    *(
        Case("PAR087", [Variable(name="ob_query_timeout", value=str(seconds * 10**6))], label=label)
        for seconds, label in ((10, "usual"), (3600, "an hour"), (604_800, "as for analytical work"))
    ),
    Case("PAR087", [Variable(name="ob_query_timeout", value="3601000000")], [("tenant", Severity.LOW)], label="more"),
    Case("PAR087", [Variable(name="ob_query_timeout", value="86400000000")], [("tenant", Severity.LOW)], label="a day"),
    *(
        Case(
            "PAR087",
            [Variable(name="ob_query_timeout", value="86400000000"), _profile(workload)],
            found,
            label=workload,
        )
        for workload, found in (("OLAP", []), ("OLTP", [("tenant", Severity.LOW)]))
    ),
    Case("PAR087", [Variable(name="ob_query_timeout", value=None)], not_assessed=True, label="no value"),
    *(
        Case("PAR088", [parameter("major_freeze_duty_time", value, tenant_id=1002), PRIMARY], label=value)
        for value in ("02:00", "23:30", "07:59", "22:00", "disable")
    ),
    *(
        Case(
            "PAR088",
            [parameter("major_freeze_duty_time", value, tenant_id=1002), PRIMARY],
            [("tenant 1002", Severity.LOW)],
            label=value,
        )
        for value in ("08:00", "10:30", "21:59")
    ),
    Case("PAR088", [parameter("major_freeze_duty_time", "noon", tenant_id=1002), PRIMARY], not_assessed=True),
    Case("PAR085", _data_file("100G", "200G", "much"), not_assessed=True, label="not a size"),
]

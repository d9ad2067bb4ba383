"""Cases of the parameter and variable checks: those of the family come from its tables."""

from __future__ import annotations

from agent.facts.settings import Parameter, Variable
from agent.model.rule import Expected
from agent.model.terms import Severity, TenantKind, Version
from tests.checks.settings_family import ROWS, WRONG, fact, parameter, resource
from tests.harness import Case, shipped


def _of_row(code: str) -> list[Case]:
    rule = shipped()[1].rules[code].judge
    assert isinstance(rule, Expected)
    return [
        Case(code, [fact(code, rule.recommended)], label="recommended"),
        Case(code, [fact(code, WRONG[code])], [(resource(code), rule.severity)], label="wrong"),
        Case(code, [], not_assessed=True, label="absent"),
        Case(code, [fact(code, "?!")], not_assessed=True, label="unreadable"),
    ]


# Words are compared as they are: one that is not in the list is a finding, however odd.
_ANY_WORD = {"PAR026", "PAR034", "VAR008", "VAR009", "VAR011", "VAR016", "VAR021", "VAR022", "VAR026"}
_FAMILY = [case for code in ROWS for case in _of_row(code) if not (case.label == "unreadable" and code in _ANY_WORD)]


def _timeouts(query: str | None, transaction: str | None) -> list[Variable]:
    return [Variable(name="ob_query_timeout", value=query), Variable(name="ob_trx_timeout", value=transaction)]


def _hidden(name: str, isdefault: str | None) -> Parameter:
    return parameter(name, "1", default_value="0", isdefault=isdefault)


CASES = [
    *_FAMILY,
    Case("PAR008", [fact("PAR008", "98")], label="upper bound"),
    Case("PAR008", [fact("PAR008", "99")], [("tenant 1002", Severity.MEDIUM)], label="beyond the bound"),
    Case("PAR007", [fact("PAR007", "0")], label="the server chooses"),
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
    Case("PAR023", [fact("PAR023", "0ms")], label="switched off"),
    Case("PAR013", [fact("PAR013", "23:30")], label="another time"),
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
]

"""The class of a change is that of its effect, and the advice names what applies: over all checks."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from agent.facts.schema import AutoIncrement, BusinessObject, NotableColumn
from agent.judgement.roadmap import classify_effort
from agent.model.check import Case as Case_
from agent.model.check import CheckSpec, Remediation
from agent.model.result import CheckResult
from agent.model.terms import Effort, RunAs, Severity, Version
from tests.agent.scoring import failed, finding
from tests.checks import cases
from tests.each import each
from tests.harness import Case, gathered, run_check, shipped, snapshot_of

CHECKS = shipped()[0].checks
CASES: list[Case] = gathered(cases, "CASES")
every_check = each(CHECKS.values(), lambda spec: spec.code)

# What makes statements or logins fail, changes what they mean or how they run, or takes something away.
HARMFUL = re.compile(
    r"\b(REVOKE|DROP|KILL|PURGE|TRUNCATE|RENAME USER|ALTER USER|NOT NULL|IDENTIFIED BY|ROLLBACK|CLEAR MERGE ERROR"
    r"|DELETE BACKUP POLICY|sql_mode|ob_tcp_invited_nodes|tx_isolation|autocommit|foreign_key_checks|tx_read_only"
    r"|read_only|ob_read_consistency|collation_server|time_zone|validate_password\w*|connection_control\w*delay"
    r"|ob_query_timeout|ob_trx_\w*timeout|wait_timeout|interactive_timeout|sql_select_limit|cursor_sharing"
    r"|enable_rebalance|enable_transfer|freeze_trigger\w*|\w*throttling\w*|log_disk_utilization\w*)\b"
)
# Offline by the documentation (150.online-and-offline-ddl-list-of-mysql-mode.md): the table is locked meanwhile.
REWRITES = re.compile(r"\b(MODIFY COLUMN|ADD PRIMARY KEY|ADD COLUMN|CONVERT TO|MAJOR FREEZE)\b")
# Online by the same page: statements go on, and the load of building it is all that is felt.
BUILDS = re.compile(r"\bCREATE (UNIQUE )?INDEX\b")
ADVISES_AN_INDEX = re.compile(
    r"^(Create an? (\w+ )?index|Make the index (local|global)|Index a prefix|Keep the columns of equality)"
)
WARNS = re.compile(
    r"outside the peak|quiet (hour|window)|off-peak|\bfail|refused|cannot|cut\b|locks? |\blost\b|broken off|rewrit|"
    r"slowed|stops? |plans? (may|can) change|deleted"
)


def classify(spec: CheckSpec, sql: tuple[str, ...]) -> Effort:
    return classify_effort(failed(spec.code, replace(finding(Severity.LOW), sql=sql)), spec)


@every_check
def test_what_can_harm_is_never_classed_as_online(spec: CheckSpec) -> None:
    remedy = spec.remediation
    if classify(spec, remedy.sql) is Effort.ONLINE:
        assert not [sql for sql in remedy.sql if HARMFUL.search(sql) or REWRITES.search(sql) or BUILDS.search(sql)]
        assert not WARNS.search(remedy.risk), remedy.risk
        assert not [case.text for case in remedy.cases if case.part == "risk" and WARNS.search(case.text)]


@every_check
def test_what_rewrites_a_table_takes_a_window_and_an_index_does_not(spec: CheckSpec) -> None:
    remedy = spec.remediation
    rewrites = any(REWRITES.search(sql) for sql in remedy.sql)
    if rewrites:
        assert classify(spec, remedy.sql) is Effort.WINDOW
    elif any(BUILDS.search(sql) for sql in remedy.sql) or ADVISES_AN_INDEX.search(remedy.advice):
        assert classify(spec, remedy.sql) is Effort.TRIAL


def effort_of(code: str, version: Version, *facts: object) -> Effort:
    spec = CHECKS[code]
    return classify_effort(run_check(code, snapshot_of(facts, version=version)), spec)


@pytest.mark.parametrize(
    ("kind", "version", "effort"),
    [
        ("int(11)", Version(4, 2, 2, 0), Effort.TRIAL),
        ("int(11)", Version(4, 3, 5, 3), Effort.TRIAL),
        ("int(11)", Version(4, 2, 1, 8), Effort.WINDOW),
        ("int(10) unsigned", Version(4, 2, 5, 1), Effort.TRIAL),
        ("bigint(20)", Version(4, 3, 5, 3), Effort.WINDOW),  # from signed to unsigned: offline in every version
    ],
)
def test_a_column_is_widened_online_where_the_version_does_it_online(
    kind: str, version: Version, effort: Effort
) -> None:
    assert effort_of("SCH003", version, *_full_column(kind)) is effort


def test_of_several_columns_the_most_that_one_of_them_takes_is_told() -> None:
    facts = [*_full_column("int(11)"), *_full_column("bigint(20)", "u", 500_002)]
    assert effort_of("SCH003", Version(4, 3, 5, 3), *facts) is Effort.WINDOW


def _full_column(kind: str, table: str = "t", object_id: int = 500_001) -> list[object]:
    bits = 64 if kind.startswith("bigint") else 32
    reached = 2 ** (bits if "unsigned" in kind else bits - 1) - 1
    return [
        NotableColumn(
            table_schema="shop",
            table_name=table,
            column_name="id",
            data_type=kind.partition("(")[0],
            column_type=kind,
            extra="auto_increment",
        ),
        AutoIncrement(auto_increment_key=object_id, auto_increment_value=reached, sync_value=reached),
        BusinessObject(owner="shop", object_name=table, object_id=object_id, object_type="TABLE", status="VALID"),
    ]


@every_check
def test_a_change_by_sql_is_never_told_as_work_on_the_application(spec: CheckSpec) -> None:
    remedy = spec.remediation
    told = classify(spec, remedy.sql)
    if any(not sql.startswith(("SELECT", "SHOW")) for sql in remedy.sql):
        assert told not in (Effort.PROJECT, Effort.OPERATION)
    if remedy.run_as is RunAs.CONSOLE and not remedy.window:
        assert told is Effort.CONSOLE


def test_the_patterns_of_harm_know_it_when_they_see_it() -> None:
    for statement in ("REVOKE SELECT ON *.* FROM a;", "SET GLOBAL sql_mode = 'x';", "ALTER TABLE t DROP INDEX i;"):
        assert HARMFUL.search(statement)
    assert WARNS.search("Reads fail from then on.") and not WARNS.search("The freeze costs some disk writes.")


# Networks, accounts and passwords that nobody gave us.
INVENTED = re.compile(r"\d+\.\d+\.\d+\.\d+|\d+\.%|'[\w.]+'@'|IDENTIFIED BY '|DECIMAL\(\d|PASSWORD '")


@every_check
def test_no_statement_holds_a_network_an_account_or_a_value_that_we_made_up(spec: CheckSpec) -> None:
    for sql in (*spec.remediation.sql, *spec.remediation.rollback):
        assert not INVENTED.search(sql), sql


# A version belongs into a case with its bounds, a code into one for that code.
BOUND_TO_VERSION = re.compile(r"\b([Bb]efore|[Ff]rom|[Ss]ince|up to|[Uu]ntil) V?\d\.\d|the version has|Releases \d")
LISTED_CODES = re.compile(r"\(-\d{4}[,)]")
SPEAKS_OF_SQL = re.compile(
    r"\b(The SQL (sets|of)|[Bb]oth statements|[Tt]hese statements|[Tt]he same statement|The statements? only reads?"
    r"|[Tt]he rollback)\b"
)


def list_texts(remedy: Remediation, result: CheckResult | None = None) -> list[str]:
    texts = [remedy.advice, remedy.risk, remedy.pre_check, remedy.post_check, remedy.no_rollback]
    return [*texts, *(text for _, text in result.cases)] if result else texts


@every_check
def test_advice_leaves_versions_and_codes_to_the_cases_that_name_them(spec: CheckSpec) -> None:
    for text in (*list_texts(spec.remediation), *(case.text for case in spec.remediation.cases)):
        assert not BOUND_TO_VERSION.search(text), text
        assert not LISTED_CODES.search(text), text


@each([case for case in CASES if case.found], lambda case: case.name)
def test_no_text_speaks_of_a_statement_that_is_not_there(case: Case) -> None:
    result = run_check(case.code, snapshot_of(case.facts, kind=case.tenant_kind, version=case.version))
    if not any(found.sql or found.rollback for found in result.findings):
        for text in list_texts(CHECKS[case.code].remediation, result):
            assert not SPEAKS_OF_SQL.search(text), text


def test_each_case_of_advice_is_shown_by_some_finding_and_left_out_by_another() -> None:
    shown, left_out = set[str](), set[str]()
    for case in CASES:
        parts = CHECKS[case.code].remediation.cases
        if case.found and parts:
            result = run_check(case.code, snapshot_of(case.facts, kind=case.tenant_kind, version=case.version))
            told = {text for _, text in result.cases}
            shown |= told
            left_out |= {part.text for part in parts} - told
    chosen = [case.text for spec in CHECKS.values() for case in spec.remediation.cases if case.when and not case.before]
    assert len(chosen) > 40
    assert [text for text in chosen if text not in shown] == []
    assert [text for text in chosen if text not in left_out] == []


def test_a_case_for_some_versions_is_shown_for_those_only() -> None:
    parts = [case for spec in CHECKS.values() for case in spec.remediation.cases if case.since or case.before]
    assert parts
    for part in parts:
        told = Case_(part.text, since=part.since, before=part.before)
        assert told.applies(Version(*(*(part.since or (4, 0, 0)), 0, 0)[:4]), [{}])
        assert not (part.since and told.applies(Version(4, 0, 0, 0), [{}]))
        assert not (part.before and told.applies(Version(*(*part.before, 0, 0)[:4]), [{}]))

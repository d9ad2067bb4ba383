"""The family's contract: advice contradicts nothing, published defaults alarm nobody, spelling loses nothing."""

from __future__ import annotations

import csv
import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.archive.document_result import serialize_result
from agent.facts.settings import Parameter, Variable
from agent.judgement.evaluate import evaluate_checks
from agent.judgement.variants import fit_rules
from agent.model.result import CheckResult
from agent.model.rule import Expected
from agent.model.sources import DocPage, WebPage
from agent.model.terms import Actor, Outcome, RunAs, Severity, TenantKind, Version
from agent.support.i18n import render_all_languages
from checks.parameters.family import Level
from checks.parameters.kinds import COLLATION, MODES, MOMENT, ON_OFF
from tests.checks.settings_family import PRIMARY, ROWS, WRONG, fact, parameter, version_of
from tests.harness import run_check, shipped, snapshot_of

# Settings without a page of their own: two are hidden, the documentation of the third is of later versions.
UNPUBLISHED = ("_memstore_limit_percentage", "_resource_limit_max_session_num", "ob_vector_memory_limit_percentage")
PUBLISHED = Path(__file__).parent.parent / "data" / "published_defaults.tsv"


def judged(code: str) -> Expected:
    rule = fit_rules(shipped()[1], snapshot_of([PRIMARY], version=version_of(code))).rules[code].judge
    assert isinstance(rule, Expected)
    return rule


def defaults(version: str) -> Iterator[Parameter | Variable]:
    with PUBLISHED.open(encoding="utf-8") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            if line["version"] == version:
                name, value = line["name"], line["default"]
                variable = line["kind"] == "variable"
                yield Variable(name=name, value=value) if variable else parameter(name, value)


def test_there_are_as_many_rows_as_promised() -> None:
    assert len(ROWS) >= 45
    assert WRONG.keys() == ROWS.keys()


def test_no_two_rows_speak_of_one_setting() -> None:
    seen = defaultdict(list)
    for code, (_, row) in ROWS.items():
        seen[row.setting].append(code)
    assert {setting: codes for setting, codes in seen.items() if len(codes) > 1} == {}


@pytest.mark.parametrize("code", ROWS)
def test_the_setting_can_be_changed_by_whom_the_advice_speaks_to(code: str) -> None:
    level, row = ROWS[code]
    spec = shipped()[0].checks[code]
    cluster = level is Level.CLUSTER
    assert spec.actor is (Actor.PLATFORM if cluster else Actor.CUSTOMER)
    assert spec.remediation.run_as is (RunAs.SYS if cluster else RunAs.TENANT)
    assert (TenantKind.SYS in spec.tenants) is cluster
    assert spec.category == "parameters"
    assert row.setting in spec.remediation.sql[0]
    assert row.setting in spec.remediation.rollback[0]
    assert (spec.remediation.advice, spec.remediation.risk) == (row.advice, row.risk)


@pytest.mark.parametrize("code", ROWS)
def test_the_setting_has_a_page_of_its_own(code: str) -> None:
    _, row = ROWS[code]
    sources = shipped()[0].checks[code].sources
    if row.page:
        assert isinstance(sources[0], DocPage)
        page = PurePosixPath(sources[0].path).name.split(".")[1].removesuffix("-global")
        assert page == row.setting.removeprefix("_")
    else:
        assert isinstance(sources[0], WebPage), "a setting without a page needs another place"


@pytest.mark.parametrize("code", ROWS)
def test_advice_never_recommends_the_present_value(code: str) -> None:
    (finding,) = run_check(code, snapshot_of([fact(code, WRONG[code]), PRIMARY], version=version_of(code))).findings
    assert finding.sql != finding.rollback
    assert judged(code).recommended in finding.sql[0]
    assert str(finding.evidence["present"]) in finding.rollback[0]
    assert finding.limit == judged(code).shown != ""


def test_a_hostile_value_stays_inside_its_quotes() -> None:
    (finding,) = run_check("PAR026", snapshot_of([fact("PAR026", "x'; DROP TABLE t; --")])).findings
    assert finding.rollback == ("ALTER SYSTEM SET syslog_level = 'x''; DROP TABLE t; --';",)


def test_servers_that_differ_are_named_and_the_resource_is_not_one_of_them() -> None:
    facts = [fact("PAR020", "True"), fact("PAR020", "False", svr_ip="10.0.0.2")]
    (finding,) = run_check("PAR020", snapshot_of(facts)).findings
    assert (finding.resource, finding.evidence["servers"]) == ("enable_rereplication", "10.0.0.2:2882")


@pytest.mark.parametrize("version", ["4.2.5.0", "4.3.3.0"])
def test_published_defaults_give_nothing_above_low(version: str) -> None:
    registry, ruleset = shipped()
    rows = list(defaults(version[:5]))
    names = {row.name for row in rows}
    specs = [registry.checks[code] for code, (_, row) in ROWS.items() if row.setting in names]
    results = evaluate_checks(specs, ruleset, snapshot_of([*rows, PRIMARY], version=Version.parse(version)))
    assert len(specs) == len(ROWS) - len(UNPUBLISHED)
    assert {result.outcome for result in results} <= {Outcome.PASS, Outcome.FINDING}, unsettled(results)
    found = {result.code: result.findings[0].severity for result in results if result.findings}
    assert found == dict.fromkeys(["PAR027", "PAR028", "PAR047"], Severity.LOW)


@pytest.mark.parametrize("code", ["PAR012", "PAR013"])
@pytest.mark.parametrize("role", ["STANDBY", "RESTORE"])
def test_a_standby_tenant_takes_its_compactions_from_the_primary(code: str, role: str) -> None:
    standby = dataclasses.replace(PRIMARY, tenant_role=role)
    assert run_check(code, snapshot_of([fact(code, WRONG[code]), standby])).outcome is Outcome.NOT_APPLICABLE
    assert run_check(code, snapshot_of([fact(code, WRONG[code])])).outcome is Outcome.NOT_ASSESSED


def unsettled(results: tuple[CheckResult, ...]) -> list[CheckResult]:
    return [result for result in results if result.outcome not in (Outcome.PASS, Outcome.FINDING)]


@given(st.sampled_from(sorted(ROWS)), st.text(max_size=20))
def test_any_text_is_judged_or_named_and_never_crashes(code: str, value: str) -> None:
    result = run_check(code, snapshot_of([fact(code, value), PRIMARY], version=version_of(code)))
    assert result.outcome in (Outcome.PASS, Outcome.FINDING, Outcome.NOT_ASSESSED), result.reason


def test_words_of_the_server_are_read() -> None:
    assert MODES.parse(MODES.spell("NO_ZERO_IN_DATE,STRICT_ALL_TABLES")) == "strict"
    assert MODES.parse(MODES.spell("")) == "lenient"
    assert COLLATION.parse("gb18030_2022_bin") == "gb18030"
    assert ON_OFF.spell("1") == "ON"
    assert MOMENT.parse("02:00") == "scheduled"
    assert MOMENT.parse("disable") == "disabled"


@pytest.mark.parametrize(
    ("reader", "text"),
    [(COLLATION.spell, "45"), (MODES.spell, "16"), (MOMENT.parse, "soon"), (ON_OFF.spell, "maybe")],
)
def test_what_is_unknown_is_refused(reader: Callable[[str], object], text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        reader(text)


@pytest.mark.parametrize(
    ("value", "title"),
    [("60", "undo_retention is too short"), ("999999", "undo_retention is too long")],
)
def test_the_title_says_which_way_the_value_is_wrong(value: str, title: str) -> None:
    specs, ruleset = shipped()
    found = run_check("PAR003", snapshot_of([parameter("undo_retention", value)]))
    told = serialize_result(
        found,
        specs.checks,
        ruleset.rules["PAR003"],
        scored=None,
        outlooks={},
        kind=TenantKind.USER,
        tell=render_all_languages,
    )
    assert told["texts"]["en"]["title"] == title

"""What every check obeys, by test and not by habit."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from agent.catalogue import rules
from agent.catalogue.contract import find_problems, find_result_problems
from agent.catalogue.registry import FOR_INCIDENTS
from agent.facts import find_source_spec, list_sources
from agent.judgement.evaluate import evaluate_checks
from agent.model.check import CheckSpec
from agent.model.snapshot import Snapshot
from agent.model.terms import Category, Severity
from tests.checks import cases
from tests.each import each
from tests.harness import NOW, Case, gathered, run_check, shipped, snapshot_of

CHECK_FILES = sorted((Path(__file__).parents[2] / "checks").rglob("*.py"))

REGISTRY, RULESET = shipped()
SPECS = list(REGISTRY.checks.values())
CASES: list[Case] = gathered(cases, "CASES")
every_check = each(SPECS, lambda spec: spec.code)


def test_all_modules_load() -> None:
    assert REGISTRY.problems == ()


def test_breadth() -> None:
    own = {spec.code for spec in SPECS if not spec.expects_value}
    assert len(SPECS) >= 45
    assert len(own) >= 27
    assert len(SPECS) - len(own) >= 18


@every_check
def test_keeps_the_contract(spec: CheckSpec) -> None:
    assert find_problems(spec, RULESET.rules[spec.code]) == []


@every_check
def test_has_a_passing_and_a_finding_case(spec: CheckSpec) -> None:
    if spec.expects_value:
        return  # the family generates its cases from its headers
    mine = [case for case in CASES if case.code == spec.code]
    assert any(not case.found and not case.not_assessed for case in mine), "no case in which it stays quiet"
    assert any(case.found for case in mine), "no case in which it fires"


@each([case for case in CASES if case.found], lambda case: case.name)
def test_texts_and_sql_are_filled(case: Case) -> None:
    result = run_check(case.code, snapshot_of(case.facts, kind=case.tenant_kind, version=case.version))
    assert result.findings
    assert find_result_problems(result) == []


def test_evaluating_twice_is_equal() -> None:
    facts = snapshot_of([fact for case in CASES for fact in case.facts if not isinstance(fact, tuple)][:2000])
    once, twice = (evaluate_checks(SPECS, RULESET, facts) for _ in range(2))
    assert once == twice


def test_rules_and_registry_match() -> None:
    assert set(RULESET.rules) == set(REGISTRY.checks)


def test_rule_comments_name_their_checks() -> None:
    lines = rules.locate_shipped_rules().read_text(encoding="utf-8").splitlines()
    named = {match[1]: match[2] for line in lines if (match := re.fullmatch(r"  ([A-Z]{3}\d{3}):\s+# (\S+)", line))}
    assert named == {code: spec.name for code, spec in REGISTRY.checks.items()}


def test_checks_are_short() -> None:
    for path in CHECK_FILES:
        if "CHECKS" not in path.read_text() and path.name != "__init__.py" and path.parent.name != "parameters":
            lines = [line for line in path.read_text().splitlines() if line.strip()]
            assert len(lines) <= (90 if "@check(" in path.read_text() else 150), path


def test_sources_are_many_and_used() -> None:
    declared = set(list_sources())
    used = set(REGISTRY.sources)
    assert len(declared) >= 20
    unused = sorted(row.__name__ for row in declared - used - FOR_INCIDENTS.keys())
    assert not FOR_INCIDENTS.keys() & used, "these are signed for faults, and no assessment reads them"
    assert unused == [], "a source that no check reads costs the customer a statement for nothing"


def test_no_snapshot_clock_but_the_given_one() -> None:
    assert len(CHECK_FILES) > 100
    for path in CHECK_FILES:
        text = path.read_text()
        assert "datetime.now" not in text and "time.time" not in text, path


def test_severity_order() -> None:
    assert [severity.rank for severity in Severity] == [0, 1, 2, 3]
    assert isinstance(snapshot_of([]), Snapshot) and NOW.tzinfo
    assert importlib.util.find_spec("checks")


# Values of a sample of the load that are not counted from events, so that chance moves them otherwise, if at all.
NOT_COUNTED = {
    "SQL003": "rows per execution: the same statement reads about the same rows each time",
    "SQL004": "rows read per row used: as SQL003",
    "SQL007": "how far the audit reaches back",
    "SQL012": "the slowest of some plans against the fastest",
    "SQL013": "the highest of all results",
    "SQL014": "rows per execution",
    "SQL017": "rows per execution",
    "SQL018": "values in the text of a statement",
    "SQL019": "rows per execution",
    "SQL020": "reads per execution, by what the cache holds",
    "SQL022": "rows per execution",
    "SQL023": "rows per execution",
    "SQL024": "rows per execution",
    "SQL025": "rows per execution",
    "SQL026": "rows per execution",
    "SQL027": "rows per execution",
    "SQL028": "partitions of a table",
    "SQL029": "the first execution of a plan alone",
    "SQL030": "rows of one execution",
    "SQL031": "rows per execution",
    "SQL033": "bytes per execution",
    "SQL035": "the longest of all series",
    "SQL038": "the highest of all executions",
    "SQL039": "rows per execution",
    "SQL040": "a name",
    "SQL041": "a part of a text",
    "SQL042": "rows per execution",
    "SQL043": "the first execution of a plan alone",
    "SQL044": "a share of waiting time, of whose waits nobody counts the number",
    "SQL047": "rows per execution",
    "SQL048": "the highest of all executions",
}


def _observes_the_load(spec: CheckSpec) -> bool:
    return any(source is not None and source.observes for source in map(find_source_spec, spec.facts.values()))


def test_what_is_counted_in_a_sample_of_the_load_says_from_how_many_events() -> None:
    sampled = {spec.code for spec in SPECS if spec.category is Category.SQL and _observes_the_load(spec)}
    counted = {spec.code for spec in SPECS if spec.counted}
    assert sampled - counted == set(NOT_COUNTED)


@each([case for case in CASES if case.found and REGISTRY.checks[case.code].counted], lambda case: case.name)
def test_findings_have_the_number_of_events_that_they_were_counted_from(case: Case) -> None:
    counted = REGISTRY.checks[case.code].counted
    for finding in run_check(case.code, snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)).findings:
        events = finding.value if counted == "value" else finding.evidence[counted]
        assert isinstance(events, int | float) and events >= 0

"""What every check obeys, by test and not by habit."""

from __future__ import annotations

import importlib
import inspect
import re
import string
from pathlib import Path

import pytest

from agent import rules
from agent.evaluate import evaluate
from agent.facts import all_sources, spec_of
from agent.model import CheckSpec, Snapshot
from agent.terms import Actor, Outcome, RunAs, Severity, Unit
from tests.checks import cases
from tests.harness import NOW, Case, gathered, run_check, shipped, snapshot_of, unavailable_everywhere

REGISTRY, RULESET = shipped()
SPECS = list(REGISTRY.checks.values())
CASES: list[Case] = gathered(cases, "CASES")
PREFIXES = {
    "capacity": {"CAP"}, "parameters": {"PAR", "VAR"}, "sql": {"SQL"}, "transactions": {"TXN"}, "availability": {"AVL"},
    "backup": {"BAK"}, "compaction": {"CMP"}, "schema": {"SCH"}, "statistics": {"STA"}, "security": {"SEC"},
    "version": {"VER"}, "operations": {"OPS"},
}  # fmt: skip
BUILT_IN_WORDS = {"resource", "value", "limit", "recommended", "unit"}

every_check = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.code)


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def is_family(spec: CheckSpec) -> bool:
    return spec.measure.__name__ != spec.name.partition(".")[2]


def test_all_modules_load() -> None:
    assert REGISTRY.problems == ()


def test_breadth() -> None:
    own = {spec.code for spec in SPECS if not spec.expects_value}
    assert len(SPECS) >= 45
    assert len(own) >= 27
    assert len(SPECS) - len(own) >= 18


@every_check
def test_header_is_complete(spec: CheckSpec) -> None:
    category, _, what = spec.name.partition(".")
    assert re.fullmatch(r"[A-Z]{3}\d{3}", spec.code)
    assert spec.code[:3] in PREFIXES[category]
    assert re.fullmatch(r"[a-z0-9_]+", what)
    assert spec.title and len(spec.title) <= 80 and not spec.title.endswith(".")
    assert len(spec.rationale) >= 60
    assert "resource" in placeholders(spec.finding)
    assert spec.unit is Unit.TEXT or "value" in placeholders(spec.finding), "the number is not shown"


@every_check
def test_remediation_is_complete(spec: CheckSpec) -> None:
    remedy = spec.remediation
    assert len(remedy.advice) >= 20
    assert remedy.post_check
    if remedy.sql:
        assert remedy.rollback or remedy.no_rollback, "SQL without a rollback or the reason for none"
        assert remedy.risk
    assert remedy.link.startswith("https://")
    assert spec.actor is not Actor.CUSTOMER or remedy.run_as is not RunAs.SYS, "a customer cannot run it as sys"


@every_check
def test_file_and_function_carry_the_name(spec: CheckSpec) -> None:
    module = inspect.getmodule(spec.measure)
    assert module is not None and module.__name__.startswith(f"checks.{spec.category.value}")
    if not spec.measure.__closure__:
        assert spec.measure.__name__ == spec.name.partition(".")[2] == module.__name__.rpartition(".")[2]


@every_check
def test_numbers_stand_in_the_rules(spec: CheckSpec) -> None:
    """A check holds no limit: its params carry their unit and come from rules.yaml."""
    if spec.params:
        for name in inspect.get_annotations(spec.params):
            assert re.search(r"_(pct|bytes|count|s|ms|us|days|hours|ratio|mib|minutes)$", name), name


@every_check
def test_has_a_passing_and_a_finding_case(spec: CheckSpec) -> None:
    if spec.expects_value:
        return  # the family generates its cases from its headers
    mine = [case for case in CASES if case.code == spec.code]
    assert any(not case.found and not case.not_assessed for case in mine), "no case in which it stays quiet"
    assert any(case.found for case in mine), "no case in which it fires"


@every_check
def test_without_its_facts_it_is_not_assessed(spec: CheckSpec) -> None:
    result = run_check(spec.code, unavailable_everywhere())
    reads_views = any(spec_of(row) for name, row in spec.facts.items() if name not in spec.optional)
    if reads_views:
        assert result.outcome is Outcome.NOT_ASSESSED, result
        assert result.reason is not None
    else:
        assert result.outcome in (Outcome.NOT_ASSESSED, Outcome.PASS, Outcome.NOT_APPLICABLE)


@every_check
def test_empty_facts_never_crash(spec: CheckSpec) -> None:
    assert run_check(spec.code, snapshot_of([])).outcome is not Outcome.ERROR


@every_check
def test_documentation_reads_its_limits(spec: CheckSpec) -> None:
    from agent.checkdocs import page

    assert spec.title in page(spec, RULESET.rules[spec.code])


@pytest.mark.parametrize("case", [case for case in CASES if case.found], ids=lambda case: f"{case.code}-{case.label}")
def test_texts_and_sql_are_filled(case: Case) -> None:
    from agent.i18n import LANGUAGES, render

    result = run_check(case.code, snapshot_of(case.facts, kind=case.tenant_kind, version=case.version))
    for finding in result.findings:
        for language in LANGUAGES:
            shown = render(finding.text, language)
            assert "{" not in shown and shown
        for statement in (*finding.sql, *finding.rollback):
            assert "{" not in statement and statement.rstrip().endswith(";")


def test_evaluating_twice_is_equal() -> None:
    facts = snapshot_of([fact for case in CASES for fact in case.facts if not isinstance(fact, tuple)][:2000])
    once, twice = (evaluate(SPECS, RULESET, facts) for _ in range(2))
    assert once == twice


def test_rules_and_registry_match() -> None:
    assert set(RULESET.rules) == set(REGISTRY.checks)


def test_rule_comments_name_their_checks() -> None:
    lines = rules.shipped_path().read_text(encoding="utf-8").splitlines()
    named = {match[1]: match[2] for line in lines if (match := re.fullmatch(r"  ([A-Z]{3}\d{3}):\s+# (\S+)", line))}
    assert named == {code: spec.name for code, spec in REGISTRY.checks.items()}


def test_checks_are_short() -> None:
    for path in Path("checks").rglob("*.py"):
        if "CHECKS" not in path.read_text() and path.name != "__init__.py" and path.parent.name != "parameters":
            lines = [line for line in path.read_text().splitlines() if line.strip()]
            assert len(lines) <= 90, path


def test_sources_are_many_and_used() -> None:
    declared = set(all_sources())
    used = set(REGISTRY.sources)
    assert len(declared) >= 20
    unused = sorted(row.__name__ for row in declared - used)
    assert unused == [], "a source that no check reads costs the customer a statement for nothing"


def test_no_snapshot_clock_but_the_given_one() -> None:
    for path in Path("checks").rglob("*.py"):
        text = path.read_text()
        assert "datetime.now" not in text and "time.time" not in text, path


def test_severity_order() -> None:
    assert [severity.rank for severity in Severity] == [0, 1, 2, 3]
    assert isinstance(snapshot_of([]), Snapshot) and NOW.tzinfo
    assert importlib.util.find_spec("checks")

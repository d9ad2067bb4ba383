"""A number with which a check cannot calculate if it is 0 is refused with the rules; no other one makes it fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from agent.catalogue.rule_entry import parse_rule
from agent.catalogue.rule_problems import RuleProblems
from agent.judgement.evaluate import evaluate_checks
from agent.model.terms import Outcome
from agent.support.errors import RulesError
from agent.support.i18n import render_text
from tests.checks import cases
from tests.each import each
from tests.harness import Case, gathered, rules_of_cases, shipped, snapshot_of

CHECKS, RULES = shipped()[0].checks, rules_of_cases().rules
CASES: list[Case] = gathered(cases, "CASES")


def list_numbers() -> Iterator[tuple[str, str]]:
    for code, rule in sorted(RULES.items()):
        yield from ((code, name) for name, value in rule.params_values.items() if isinstance(value, int | float))


def refuse(code: str, name: str, value: Any) -> list[str]:
    """What the rules say of an entry with this value of a param."""
    rule = RULES[code]
    problems = RuleProblems("rules.yaml", lambda loc: ".".join(map(str, loc)))
    entry = {"severity": "low", "params": {**rule.params_values, name: value}}
    parse_rule(CHECKS[code], entry, ("checks", code), problems)
    try:
        problems.raise_any()
    except RulesError as error:
        return [render_text(detail, "en") for detail in error.problems if name in render_text(detail, "en")]
    return []


@each(list_numbers(), " ".join)
def test_zero_is_refused_or_does_no_harm(number: tuple[str, str]) -> None:
    code, name = number
    if refuse(code, name, 0):
        return
    rule = replace(RULES[code], params=replace(RULES[code].params, **{name: 0}), variants=())
    ruleset = replace(rules_of_cases(), rules={code: rule})
    for case in CASES:
        if case.code == code:
            facts = snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)
            (result,) = evaluate_checks([CHECKS[code]], ruleset, facts)
            assert result.outcome is not Outcome.ERROR, (case.label, result.reason)


def test_the_message_names_the_place_and_says_what_to_do() -> None:
    (told,) = refuse("CAP005", "session_memory_bytes", 0)
    assert (
        told
        == "checks.CAP005.params.session_memory_bytes: the check cannot calculate with 0 here; set a number above 0"
    )
    assert refuse("CAP005", "least_sessions_count", 0) == []

"""Tests whether a check keeps the contract, ours and third parties', and tells its author what is wrong. Pure.

The author writes the cases (one in which the check finds nothing, one in which it finds something);
``find_result_problems`` looks at their results.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from agent.catalogue import yaml_check
from agent.catalogue.packages import list_placeholders
from agent.facts import find_source_spec
from agent.facts.given import Build, Clock
from agent.judgement.evaluate import evaluate_checks
from agent.model.check import CheckSpec
from agent.model.result import CheckResult
from agent.model.rule import Rule, Ruleset
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.sources import find_first_link
from agent.model.terms import Actor, Outcome, RunAs, Text, Translations, UnavailableKind, Unit, Version
from agent.support.i18n import LANGUAGES, OWN_ONLY, render_text, translate

PREFIXES = {
    "capacity": {"CAP"}, "parameters": {"PAR", "VAR"}, "sql": {"SQL"}, "transactions": {"TXN"}, "availability": {"AVL"},
    "backup": {"BAK"}, "compaction": {"CMP"}, "schema": {"SCH"}, "statistics": {"STA"}, "security": {"SEC"},
    "version": {"VER"}, "operations": {"OPS"},
}  # fmt: skip
_UNIT_ENDING = re.compile(r"_(pct|bytes|count|s|ms|us|days|hours|ratio|mib|minutes)$")
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_GONE = Unavailable(UnavailableKind.PRIVILEGE, Text("taken away by the contract"))


def find_problems(
    spec: CheckSpec, rule: Rule, package: str = "checks", translations: Translations = OWN_ONLY
) -> list[str]:
    """Return everything that is wrong with a check of ``package``; empty if it keeps the contract.

    Our checks lie in the folder of their category, those of third parties anywhere in their package.
    ``translations`` are those of the registry, where the texts are not the agent's own; also below.
    """
    return [
        *_find_header_problems(spec),
        *_find_remediation_problems(spec),
        *_find_place_problems(spec, package),
        *_find_param_problems(spec),
        *_find_text_problems(spec, translations),
        *_find_behaviour_problems(spec, rule),
        *_find_page_problems(spec, rule),
    ]


def find_result_problems(result: CheckResult, translations: Translations = OWN_ONLY) -> list[str]:
    """Return what is wrong with the texts and the SQL of the findings in a case's result."""
    return [
        problem
        for finding in result.findings
        for problem in _find_unfilled(finding.text, (*finding.sql, *finding.rollback), translations)
    ]


def find_translation_problems(spec: CheckSpec, translations: Translations = OWN_ONLY) -> list[str]:
    """Return a problem for each text of a check without a translation into a language of the report."""
    return [
        f"no {language} translation: {text[:60]}"
        for language in LANGUAGES
        for text in list_texts(spec)
        if language != "en" and translate(text, language, translations) == text
    ]


def list_texts(spec: CheckSpec) -> list[str]:
    """Return the texts of a check that need a translation: all that are not empty."""
    remedy = spec.remediation
    texts = (
        spec.title,
        spec.title_below,
        spec.title_above,
        spec.finding,
        spec.consequence,
        spec.rationale,
        spec.scope,
        remedy.advice,
        remedy.risk,
        remedy.pre_check,
        remedy.post_check,
        remedy.no_rollback,
        *(case.text for case in remedy.cases),
    )
    return [text for text in texts if text]


def _find_header_problems(spec: CheckSpec) -> Iterator[str]:
    category, _, what = spec.name.partition(".")
    if not re.fullmatch(r"[A-Z]{3}\d{3}", spec.code):
        yield "the code is not three capital letters and three digits"
    if spec.code[:3] not in PREFIXES.get(category, ()):
        yield f"the code's letters are not those of {category}"
    if not re.fullmatch(r"[a-z0-9_]+", what):
        yield "the name is not category.what_is_wrong"
    if not spec.title or len(spec.title) > 80 or spec.title.endswith("."):
        yield "the title is not one phrase of at most 80 characters without a full stop"
    if len(spec.rationale) < 60:
        yield "the rationale says too little"
    if "resource" not in (list_placeholders(spec.finding) or ()):
        yield "the finding does not name its resource"
    if spec.unit is not Unit.TEXT and "value" not in (list_placeholders(spec.finding) or ()):
        yield "the finding does not show its number"


def _find_remediation_problems(spec: CheckSpec) -> Iterator[str]:
    remedy = spec.remediation
    if len(remedy.advice) < 20:
        yield "the advice says too little"
    if not remedy.post_check:
        yield "no post-check"
    if remedy.sql and not (remedy.rollback or remedy.no_rollback):
        yield "SQL without a rollback or the reason for none"
    if remedy.sql and not remedy.risk:
        yield "SQL without its risk"
    for language in LANGUAGES:
        if not find_first_link(spec.sources, language).startswith("https://"):
            yield f"no source with a public page in {language}"
    if spec.actor is Actor.CUSTOMER and remedy.run_as is RunAs.SYS:
        yield "a customer cannot run it as sys"


def _find_place_problems(spec: CheckSpec, package: str) -> Iterator[str]:
    module = inspect.getmodule(spec.measure)
    if module is yaml_check:
        return
    name = module.__name__ if module else ""
    home = f"{package}.{spec.category.value}." if package == "checks" else f"{package}."
    if not name.startswith(home):
        yield f"it is not in {home[:-1]}"
    is_of_a_family = spec.measure.__closure__
    if not is_of_a_family and not spec.measure.__name__ == spec.name.partition(".")[2] == name.rpartition(".")[2]:
        yield "file and function do not carry the check's name"


def _find_param_problems(spec: CheckSpec) -> Iterator[str]:
    """A check's params must end in their unit. Their values come from its rule: a check holds no limit."""
    for name in inspect.get_annotations(spec.params) if spec.params else ():
        if not _UNIT_ENDING.search(name):
            yield f"the param {name} does not end in its unit"


def _find_text_problems(spec: CheckSpec, translations: Translations) -> Iterator[str]:
    for language in LANGUAGES:
        if list_placeholders(translate(spec.finding, language, translations)) != list_placeholders(spec.finding):
            yield f"the {language} finding has other placeholders"


def _find_page_problems(spec: CheckSpec, rule: Rule) -> Iterator[str]:
    from agent.catalogue.pages import render_check
    from agent.support.console import use_language

    with use_language("en"):
        if spec.title not in render_check(spec, rule):
            yield "its page does not say its title"


def _find_behaviour_problems(spec: CheckSpec, rule: Rule) -> Iterator[str]:
    needed = [row for name, row in spec.facts.items() if name not in spec.optional]
    without = _judge_check(spec, rule, {row: _GONE for row in spec.facts.values() if find_source_spec(row)})
    if any(find_source_spec(row) for row in needed):
        if without.outcome is not Outcome.NOT_ASSESSED or without.reason is None:
            yield f"without its facts it is {without.outcome}, not not_assessed"
    elif without.outcome not in (Outcome.NOT_ASSESSED, Outcome.PASS, Outcome.NOT_APPLICABLE):
        yield f"without its facts it is {without.outcome}"
    empty = _judge_check(spec, rule, dict.fromkeys(spec.facts.values(), ()))
    if empty.outcome is Outcome.ERROR:
        yield f"it fails on empty facts: {render_text(empty.reason, 'en')}"
    if empty != _judge_check(spec, rule, dict.fromkeys(spec.facts.values(), ())):
        yield "evaluated twice it says two things"


def _judge_check(spec: CheckSpec, rule: Rule, facts: dict[type, Any]) -> CheckResult:
    kind, version = spec.tenants[0], max(spec.since, Version(4, 2, 5, 1))
    given = {Clock: (Clock(as_of=_NOW),), Build: (Build(version=version, tenant_kind=kind, embedded=False),)}
    snapshot = Snapshot(target="contract", tenant_kind=kind, version=version, as_of=_NOW, facts={**facts, **given})
    (result,) = evaluate_checks(
        [spec], Ruleset(rules={spec.code: dataclasses.replace(rule, enabled=True)}, sha256=""), snapshot
    )
    return result


def _find_unfilled(text: Text, statements: tuple[str, ...], translations: Translations) -> Iterator[str]:
    for language in LANGUAGES:
        shown = render_text(text, language, brought=translations)
        if "{" in shown or not shown:
            yield f"the {language} finding is not filled in: {shown}"
    for statement in statements:
        if "{" in statement or not statement.rstrip().endswith(";"):
            yield f"not a whole statement: {statement}"

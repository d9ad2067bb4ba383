"""What a check says of a case in full, as plain text: findings with their figures, sentences and SQL, and the rest.

The words are those of an English reader. They are kept in ``kept/``, a file for each category.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

from agent.judgement.evaluate import evaluate_checks
from agent.model.check import CheckSpec
from agent.model.result import Finding
from agent.model.rule import Fixed, Ruleset
from agent.model.snapshot import Snapshot
from agent.model.terms import Scalar, Severity, TenantKind
from agent.support.i18n import render_text
from tests.checks import cases
from tests.harness import Case, gathered, rules_of_cases, shipped, snapshot_of

FOLDER = Path(__file__).parent / "kept"


@cache
def cases_of() -> dict[str, list[Case]]:
    """All cases by code, in order of code."""
    found: dict[str, list[Case]] = {code: [] for code in shipped()[0].checks}
    for case in gathered(cases, "CASES"):
        found[case.code].append(case)
    return found


def figures_of(case: Case) -> str:
    """A case and everything that its check says of it."""
    snapshot = snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)
    where = " from sys" if case.tenant_kind is TenantKind.SYS else ""
    return "\n".join(
        [f"{case.code}{where}: {case.label}".rstrip(": "), *said_by(shipped()[0].checks[case.code], snapshot)]
    )


def said_by(spec: CheckSpec, snapshot: Snapshot) -> Iterator[str]:
    """What a check says of a snapshot, line by line; ``well`` is what it measured and its rule found fine."""
    rule = rules_of_cases().rules[spec.code]
    (result,) = evaluate_checks([spec], rules_of_cases(), snapshot)
    everything = Ruleset(rules={spec.code: replace(rule, judge=Fixed(Severity.LOW), variants=())}, sha256="")
    (measured,) = evaluate_checks([spec], everything, snapshot)
    yield f"  {result.outcome.value}"
    for finding in result.findings:
        yield from _said_of(finding)
    found = {finding.resource for finding in result.findings}
    for finding in measured.findings:
        if finding.resource not in found:
            figures = ", ".join(f"{name} = {_spell(value)}" for name, value in finding.evidence.items())
            yield f"  well: {finding.resource} | {_spell(finding.value)} | {figures}".rstrip("| ")
    if result.unjudged:
        yield f"  not judged: {', '.join(sorted(result.unjudged))}"
    if result.reason:
        yield f"  because: {render_text(result.reason, 'en')}"
    for need in (result.unlock, *result.also_needs):
        if need:
            yield f"  needs: {render_text(need, 'en')}"


def _said_of(finding: Finding) -> Iterator[str]:
    yield f"  - {finding.resource} | {finding.severity.value} | {_spell(finding.value)}"
    yield f"    {render_text(finding.text, 'en')}"
    for name, value in finding.evidence.items():
        yield f"    {name} = {_spell(value)}"
    yield from (f"    do: {statement}" for statement in finding.sql)
    yield from (f"    undo: {statement}" for statement in finding.rollback)


def _spell(value: Scalar) -> str:
    """A value with its type: 1 is not 1.0, and None is not 'None'."""
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:.12g}{'' if value % 1 else '.0'}" if isinstance(value, float) else repr(value)


def said_by_check(code: str) -> str:
    """All cases of one check, a paragraph for each."""
    return "\n\n".join(map(figures_of, cases_of()[code]))


def kept_in(category: str) -> dict[str, str]:
    """What is kept of each check of a category."""
    text = (FOLDER / f"{category}.txt").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for paragraph in text.strip().split("\n\n"):
        found.setdefault(paragraph[:6], []).append(paragraph)
    return {code: "\n\n".join(paragraphs) for code, paragraphs in found.items()}

"""The catalogue as pages and tables, from the registry and the shipped rules, so that no number is written twice."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from agent import console, registry, rules
from agent.errors import ConfigError
from agent.facts import spec_of
from agent.i18n import format_value
from agent.judge import top_class
from agent.report.labels import ACTORS, CATEGORIES
from agent.spec import CheckSpec, Expected, Fixed, Ladder, Rule
from agent.terms import Category, Text


def _all() -> list[tuple[CheckSpec, Rule]]:
    found = registry.load()
    ruleset = rules.load(found.checks)
    for problem in found.problems:
        console.warn(problem)
    return [(spec, ruleset.rules[code]) for code, spec in found.checks.items()]


def listing() -> list[dict[str, Any]]:
    """One plain record per check."""
    return [
        {
            "code": spec.code,
            "name": spec.name,
            "title": spec.title,
            "category": spec.category.value,
            "actor": spec.actor.value,
            "worst_severity": top_class(rule.judge).value,
            "limits": limits(spec, rule),
            "params": dict(rule.params_values),
            "group": rule.group,
            "tenants": [kind.value for kind in spec.tenants],
            "since": str(spec.since),
            "attested": spec.attested,
            "sources": sources(spec),
        }
        for spec, rule in _all()
    ]


def print_table(records: Iterable[dict[str, Any]]) -> None:
    """The listing for people."""
    rows = [(r["code"], console.tr(r["title"]), console.tr(r["worst_severity"]), r["limits"]) for r in records]
    console.table(("code", "title", "worst", "limits"), rows)


def limits(spec: CheckSpec, rule: Rule) -> str:
    """The rule in words: ``medium 70%, high 80%, critical 90%``."""
    judge = rule.judge
    if isinstance(judge, Fixed):
        return judge.severity.value
    if isinstance(judge, Expected):
        return f"{judge.severity.value} unless {judge.shown}"
    assert isinstance(judge, Ladder)
    sign = "≤" if judge.descending else "≥"
    return ", ".join(
        f"{severity.value} {sign} {format_value(limit, spec.unit, 'en')}" for severity, limit in judge.rungs
    )


def sources(spec: CheckSpec) -> list[str]:
    """The views a check's facts come from."""
    declared = (spec_of(row) for row in spec.facts.values())
    return sorted({view for source in declared if source for view in source.views})


def explain(code: str) -> str:
    """One check's page as Markdown. Raises ConfigError for an unknown code."""
    for spec, rule in _all():
        if spec.code == code:
            return page(spec, rule)
    raise ConfigError(Text("There is no check {code}; ob-health checks list names them all.", {"code": code}))


def page(spec: CheckSpec, rule: Rule) -> str:
    """What it checks, why, limits, advice: in English, or in the reader's language through the catalogue."""
    remedy = spec.remediation
    parts = [
        f"## {spec.code} {console.tr(spec.title)}",
        f"`{spec.name}` · {console.tr(CATEGORIES[spec.category])} · {console.tr(ACTORS[spec.actor])}"
        f" · OceanBase {spec.since}+ · {', '.join(kind.value for kind in spec.tenants)} tenant",
        _wrapped(console.tr(spec.rationale)),
        f"**Limits**: {limits(spec, rule)}",
        "**Params**: " + ", ".join(f"{name} = {_param(value)}" for name, value in rule.params_values.items())
        if rule.params_values
        else "",
        f"**Sources**: {', '.join(f'`{view}`' for view in sources(spec)) or 'engagement'}",
        "**What to do**: " + _wrapped(console.tr(remedy.advice)),
        _code(remedy.sql),
        "**Rollback**" + (_code(remedy.rollback, "\n\n") if remedy.rollback else f": {console.tr(remedy.no_rollback)}"),
        f"**Risk**: {_wrapped(console.tr(remedy.risk))}" if remedy.risk else "",
        f"<{remedy.link}>" if remedy.link else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _param(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 116)


def _code(statements: tuple[str, ...], before: str = "") -> str:
    return before + "```sql\n" + "\n".join(statements) + "\n```" if statements else ""


def pages() -> dict[str, str]:
    """File name -> content of the generated pages, always in English; plug-ins have pages of their own."""
    everything = [(spec, rule) for spec, rule in _all() if spec.rule is None]
    found: dict[str, str] = {"README.md": _index(everything)}
    for category in Category:
        mine = [(spec, rule) for spec, rule in everything if spec.category is category]
        if mine:
            body = "\n".join(page(spec, rule) for spec, rule in mine)
            found[f"{category.value}/README.md"] = f"# Checks: {category.value}\n\n{_NOTE}\n\n{body}"
    return found


_NOTE = "Generated by `ob-health checks docs`; limits are those of the shipped `rules.yaml`."


def _index(everything: list[tuple[CheckSpec, Rule]]) -> str:
    lines = ["# Checks", "", f"{len(everything)} checks. {_NOTE}", "", "| code | title | limits |", "|---|---|---|"]
    lines += [
        f"| [{spec.code}]({spec.category.value}/README.md) | {spec.title} | {limits(spec, rule)} |"
        for spec, rule in everything
    ]
    return "\n".join(lines) + "\n"


def write(directory: Path) -> list[Path]:
    """Write the pages that differ; the paths written."""
    written = []
    for name, content in _english_pages().items():
        path = directory / name
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            written.append(path)
    return written


def stale(directory: Path) -> list[Path]:
    """Pages that are missing or differ from what would be written."""
    return [
        directory / name
        for name, content in _english_pages().items()
        if not (directory / name).is_file() or (directory / name).read_text(encoding="utf-8") != content
    ]


def _english_pages() -> dict[str, str]:
    with console.in_language("en"):
        return pages()

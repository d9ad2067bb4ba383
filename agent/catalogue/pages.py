"""The catalogue as pages and tables, from the registry and the shipped rules, so that no number is written twice."""

from __future__ import annotations

import textwrap
from pathlib import Path
from string import Formatter
from typing import Any

from agent.catalogue import registry, rules
from agent.facts import find_source_spec
from agent.judgement.severity import find_top_class
from agent.model.check import CheckSpec
from agent.model.labels import ACTORS, CATEGORIES
from agent.model.rule import Expected, Fixed, Ladder, Rule
from agent.model.terms import Category, Text
from agent.support import console
from agent.support.errors import ConfigError
from agent.support.i18n import format_value


def _all() -> list[tuple[CheckSpec, Rule]]:
    found = registry.load_registry()
    ruleset = rules.load_rules(found.checks)
    for problem in found.problems:
        console.warn(problem)
    return [(spec, ruleset.rules[code]) for code, spec in found.checks.items()]


def list_catalogue() -> list[dict[str, Any]]:
    """One plain record per check, for machines: in English."""
    with console.use_language("en"):
        return [_record(spec, rule) for spec, rule in _all()]


def _record(spec: CheckSpec, rule: Rule) -> dict[str, Any]:
    return {
        "code": spec.code,
        "name": spec.name,
        "title": spec.title,
        "category": spec.category.value,
        "actor": spec.actor.value,
        "worst_severity": find_top_class(rule.judge).value,
        "limits": describe_limits(spec, rule),
        "params": dict(rule.params_values),
        "group": rule.group,
        "tenants": [kind.value for kind in spec.tenants],
        "since": str(spec.since),
        "attested": spec.attested,
        "sources": list_views(spec),
    }


def print_catalogue() -> None:
    """The catalogue for people, in their language."""
    rows = [
        (
            spec.code,
            console.localize(spec.title),
            console.localize(find_top_class(rule.judge).value),
            describe_limits(spec, rule),
        )
        for spec, rule in _all()
    ]
    console.print_table(("code", "title", "worst", "limits"), rows)


def describe_limits(spec: CheckSpec, rule: Rule) -> str:
    """The rule in words: ``medium ≥ 70%, high ≥ 80%, critical ≥ 90%``."""
    judge = rule.judge
    if isinstance(judge, Fixed):
        return console.localize(judge.severity.value)
    if isinstance(judge, Expected):
        return console.localize(
            "{severity} unless {shown}", severity=console.localize(judge.severity.value), shown=judge.shown
        )
    assert isinstance(judge, Ladder)
    sign = "≤" if judge.descending else "≥"
    return ", ".join(
        f"{console.localize(severity.value)} {sign} {format_value(limit, spec.unit, console.choose_language())}"
        for severity, limit in judge.rungs
    )


def list_views(spec: CheckSpec) -> list[str]:
    """The views a check's facts come from."""
    declared = (find_source_spec(row) for row in spec.facts.values())
    return sorted({view for source in declared if source for view in source.views})


def explain_check(code: str) -> str:
    """One check's page as Markdown. Raises ConfigError for an unknown code."""
    for spec, rule in _all():
        if spec.code == code:
            return render_check(spec, rule)
    raise ConfigError(Text("There is no check {code}; ob-health checks list names them all.", {"code": code}))


def render_check(spec: CheckSpec, rule: Rule) -> str:
    """What it checks, why, limits, advice: in English, or in the reader's language through the catalogue."""
    remedy = spec.remediation
    tenants = console.localize("{kinds} tenant", kinds=", ".join(map(console.localize, spec.tenants)))
    parts = [
        f"## {spec.code} {console.localize(spec.title)}",
        f"`{spec.name}` · {console.localize(CATEGORIES[spec.category])} · {console.localize(ACTORS[spec.actor])}"
        f" · OceanBase {spec.since}+ · {tenants}",
        _wrapped(console.localize(spec.rationale)),
        _part(console.localize("Limits"), describe_limits(spec, rule)),
        _part(console.localize("Params"), ", ".join(f"{name} = {_param(v)}" for name, v in rule.params_values.items())),
        _part(
            console.localize("Sources"),
            ", ".join(f"`{view}`" for view in list_views(spec)) or console.localize("engagement"),
        ),
        _part(console.localize("What to do"), _wrapped(console.localize(remedy.advice))),
        _code(remedy.sql, rule),
        f"**{console.localize('Rollback')}**" if remedy.rollback else "",
        _code(remedy.rollback, rule) or _part(console.localize("Rollback"), console.localize(remedy.no_rollback)),
        _part(console.localize("Risk"), _wrapped(console.localize(remedy.risk))),
        f"<{remedy.link}>" if remedy.link else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _part(heading: str, text: str) -> str:
    return console.localize("**{heading}**: {text}", heading=heading, text=text) if text else ""


def _param(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 116)


def _code(statements: tuple[str, ...], rule: Rule) -> str:
    return "```sql\n" + "\n".join(_readable(sql, rule) for sql in statements) + "\n```" if statements else ""


def _readable(sql: str, rule: Rule) -> str:
    """With words for what a finding fills in: ``<table>`` for ``{table!i}``."""
    known = {"of_tenant": " <TENANT = name, from sys>"}
    if isinstance(rule.judge, Expected):
        known["recommended"] = rule.judge.recommended
    pieces = ((before, name) for before, name, _, _ in Formatter().parse(sql))
    return "".join(before + (known.get(name, f"<{name}>") if name else "") for before, name in pieces)


def render_pages() -> dict[str, str]:
    """File name -> content of the generated pages, always in English; plug-ins have pages of their own."""
    everything = [(spec, rule) for spec, rule in _all() if spec.rule is None]
    found: dict[str, str] = {"README.md": _index(everything)}
    for category in Category:
        mine = [(spec, rule) for spec, rule in everything if spec.category is category]
        if mine:
            body = "\n".join(render_check(spec, rule) for spec, rule in mine)
            found[f"{category.value}/README.md"] = f"# Checks: {category.value}\n\n{_NOTE}\n\n{body}"
    return found


_NOTE = "Generated by `ob-health checks docs`; limits are those of the shipped `rules.yaml`."


def _index(everything: list[tuple[CheckSpec, Rule]]) -> str:
    lines = ["# Checks", "", f"{len(everything)} checks. {_NOTE}", "", "| code | title | limits |", "|---|---|---|"]
    lines += [
        f"| [{spec.code}]({spec.category.value}/README.md) | {spec.title} | {describe_limits(spec, rule)} |"
        for spec, rule in everything
    ]
    return "\n".join(lines) + "\n"


def write_pages(directory: Path) -> list[Path]:
    """Write the pages that differ; the paths written."""
    written = []
    for name, content in _english_pages().items():
        path = directory / name
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            written.append(path)
    return written


def find_stale_pages(directory: Path) -> list[Path]:
    """Pages that are missing or differ from what would be written."""
    return [
        directory / name
        for name, content in _english_pages().items()
        if not (directory / name).is_file() or (directory / name).read_text(encoding="utf-8") != content
    ]


def _english_pages() -> dict[str, str]:
    with console.use_language("en"):
        return render_pages()

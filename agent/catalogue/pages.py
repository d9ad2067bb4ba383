"""Writes the catalogue as pages and tables from the registry and the shipped rules: no number is written twice."""

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
from agent.model.terms import Category, Text, Translations
from agent.support import console
from agent.support.errors import ConfigError
from agent.support.i18n import OWN_ONLY, format_value, translate


def _load_checks_and_rules() -> tuple[list[tuple[CheckSpec, Rule]], Translations]:
    """Every check with its rule, and the translations of those of plug-ins."""
    found = registry.load_registry()
    ruleset = rules.load_rules(found.checks)
    for problem in found.problems:
        console.warn(problem)
    return [(spec, ruleset.rules[code]) for code, spec in found.checks.items()], found.translations


def _tell(msgid: str, brought: Translations) -> str:
    """A text of a check in the reader's language."""
    return translate(msgid, console.choose_language(), brought)


def list_catalogue() -> list[dict[str, Any]]:
    """Return one plain record per check, for machines, in English."""
    with console.use_language("en"):
        return [_build_record(spec, rule) for spec, rule in _load_checks_and_rules()[0]]


def _build_record(spec: CheckSpec, rule: Rule) -> dict[str, Any]:
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
    """Print the catalogue for people, in their language."""
    entries, brought = _load_checks_and_rules()
    rows = [
        (
            spec.code,
            _tell(spec.title, brought),
            console.localize(find_top_class(rule.judge).value),
            describe_limits(spec, rule),
        )
        for spec, rule in entries
    ]
    console.print_table(("code", "title", "worst", "limits"), rows)


def describe_limits(spec: CheckSpec, rule: Rule) -> str:
    """Return the rule in words: ``medium ≥ 70%, high ≥ 80%, critical ≥ 90%``."""
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
    """Return the views that a check's facts come from, sorted."""
    declared = (find_source_spec(row) for row in spec.facts.values())
    return sorted({view for source in declared if source for view in source.views})


def explain_check(code: str) -> str:
    """Return one check's page as Markdown. Raises ConfigError for an unknown code."""
    entries, brought = _load_checks_and_rules()
    for spec, rule in entries:
        if spec.code == code:
            return render_check(spec, rule, brought)
    raise ConfigError(Text("There is no check {code}; ob-health checks list names them all.", {"code": code}))


def render_check(spec: CheckSpec, rule: Rule, brought: Translations = OWN_ONLY) -> str:
    """Return a check's page: what it checks, why, limits and advice, in the language of the console."""
    remedy = spec.remediation
    tenants = console.localize("{kinds} tenant", kinds=", ".join(map(console.localize, spec.tenants)))
    parts = [
        f"## {spec.code} {_tell(spec.title, brought)}",
        f"`{spec.name}` · {console.localize(CATEGORIES[spec.category])} · {console.localize(ACTORS[spec.actor])}"
        f" · OceanBase {spec.since}+ · {tenants}",
        _wrap_text(_tell(spec.rationale, brought)),
        _format_part(console.localize("Limits"), describe_limits(spec, rule)),
        _format_part(
            console.localize("Params"),
            ", ".join(f"{name} = {_format_param(v)}" for name, v in rule.params_values.items()),
        ),
        _format_part(
            console.localize("Sources"),
            ", ".join(f"`{view}`" for view in list_views(spec)) or console.localize("engagement"),
        ),
        _format_part(console.localize("What to do"), _wrap_text(_tell(remedy.advice, brought))),
        _format_sql(remedy.sql, rule),
        f"**{console.localize('Rollback')}**" if remedy.rollback else "",
        _format_sql(remedy.rollback, rule)
        or _format_part(console.localize("Rollback"), _tell(remedy.no_rollback, brought)),
        _format_part(console.localize("Risk"), _wrap_text(_tell(remedy.risk, brought))),
        f"<{remedy.link}>" if remedy.link else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _format_part(heading: str, text: str) -> str:
    return console.localize("**{heading}**: {text}", heading=heading, text=text) if text else ""


def _format_param(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _wrap_text(text: str) -> str:
    return textwrap.fill(text, 116)


def _format_sql(statements: tuple[str, ...], rule: Rule) -> str:
    return (
        "```sql\n" + "\n".join(_describe_placeholders(sql, rule) for sql in statements) + "\n```" if statements else ""
    )


def _describe_placeholders(sql: str, rule: Rule) -> str:
    """Replace each placeholder with a word: ``{table!i}`` with ``<table>``."""
    known = {"of_tenant": " <TENANT = name, from sys>"}
    if isinstance(rule.judge, Expected):
        known["recommended"] = rule.judge.recommended
    pieces = ((before, name) for before, name, _, _ in Formatter().parse(sql))
    return "".join(before + (known.get(name, f"<{name}>") if name else "") for before, name in pieces)


def render_pages() -> dict[str, str]:
    """Return file name -> content of the generated pages, in the language of the console, without plug-ins."""
    everything = [(spec, rule) for spec, rule in _load_checks_and_rules()[0] if spec.rule is None]
    found: dict[str, str] = {"README.md": _render_index(everything)}
    for category in Category:
        mine = [(spec, rule) for spec, rule in everything if spec.category is category]
        if mine:
            body = "\n".join(render_check(spec, rule) for spec, rule in mine)
            found[f"{category.value}/README.md"] = f"# Checks: {category.value}\n\n{_GENERATED_NOTE}\n\n{body}"
    return found


_GENERATED_NOTE = "Generated by `ob-health checks docs`; limits are those of the shipped `rules.yaml`."


def _render_index(everything: list[tuple[CheckSpec, Rule]]) -> str:
    lines = [
        "# Checks",
        "",
        f"{len(everything)} checks. {_GENERATED_NOTE}",
        "",
        "| code | title | limits |",
        "|---|---|---|",
    ]
    lines += [
        f"| [{spec.code}]({spec.category.value}/README.md) | {spec.title} | {describe_limits(spec, rule)} |"
        for spec, rule in everything
    ]
    return "\n".join(lines) + "\n"


def write_pages(directory: Path) -> list[Path]:
    """Write the pages that differ, in English. Return the paths written."""
    written = []
    for name, content in _render_english_pages().items():
        path = directory / name
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            written.append(path)
    return written


def find_stale_pages(directory: Path) -> list[Path]:
    """Return the paths of pages that are missing or differ from what would be written."""
    return [
        directory / name
        for name, content in _render_english_pages().items()
        if not (directory / name).is_file() or (directory / name).read_text(encoding="utf-8") != content
    ]


def _render_english_pages() -> dict[str, str]:
    with console.use_language("en"):
        return render_pages()

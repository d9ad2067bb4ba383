"""Writes the catalogue as pages and tables from the registry and the shipped rules: no number is written twice."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from string import Formatter
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.text import Text as Plain

from agent.catalogue import registry, rules
from agent.facts import find_source_spec
from agent.judgement.evaluate import quote_value
from agent.judgement.severity import find_top_class
from agent.model.check import Case, CheckSpec
from agent.model.labels import ACTORS, CATEGORIES
from agent.model.rule import Circumstances, Expected, Fixed, Ladder, LeastEvidence, Rule
from agent.model.sources import cite_source, find_link
from agent.model.terms import Category, Severity, TenantKind, Text, Translations, Unit
from agent.support import console
from agent.support.errors import ConfigError
from agent.support.i18n import LANGUAGES, OWN_ONLY, format_value, translate
from agent.support.pager import print_paged
from agent.support.suggestions import suggest_words

_PAGE_WIDTH = 116
_LEAST_LIMITS = 30


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFilter:
    """Which checks are listed: those that fit everything given. ``severity``: they can reach it, or worse."""

    categories: Collection[Category] = ()
    severity: Severity | None = None
    prefix: str = ""
    words: str = ""
    kind: TenantKind | None = None


def _select_checks(wanted: CheckFilter) -> tuple[list[tuple[CheckSpec, Rule]], Translations]:
    entries, brought = _load_checks_and_rules()
    return [(spec, rule) for spec, rule in entries if _is_wanted(spec, rule, wanted, brought)], brought


def _is_wanted(spec: CheckSpec, rule: Rule, wanted: CheckFilter, brought: Translations) -> bool:
    return (
        (not wanted.categories or spec.category in wanted.categories)
        and (wanted.severity is None or _find_worst(rule).rank >= wanted.severity.rank)
        and spec.code.startswith(wanted.prefix.upper())
        and (not wanted.words or wanted.words.casefold() in _join_texts(spec, brought).casefold())
        and (wanted.kind is None or wanted.kind in spec.tenants)
    )


def _join_texts(spec: CheckSpec, brought: Translations) -> str:
    """All that is said of a check, in every language."""
    texts = (spec.code, spec.name, spec.title, spec.rationale, spec.scope, spec.remediation.advice)
    return "\n".join(translate(text, language, brought) for text in texts for language in LANGUAGES)


def list_catalogue(wanted: CheckFilter = CheckFilter()) -> list[dict[str, Any]]:
    """Return one plain record per check, for machines, in English."""
    entries, _ = _select_checks(wanted)
    with console.use_language("en"):
        return [_build_record(spec, rule) for spec, rule in entries]


def _build_record(spec: CheckSpec, rule: Rule) -> dict[str, Any]:
    return {
        "code": spec.code,
        "name": spec.name,
        "title": spec.title,
        "category": spec.category.value,
        "actor": spec.actor.value,
        "worst_severity": _find_worst(rule).value,
        "limits": describe_limits(spec, rule),
        "params": dict(rule.params_values),
        "evidence": _list_evidence(rule.evidence),
        "group": rule.group,
        "join": rule.join,
        "tenants": [kind.value for kind in spec.tenants],
        "since": str(spec.since),
        "attested": spec.attested,
        "sources": list_views(spec),
    }


def print_catalogue(wanted: CheckFilter = CheckFilter()) -> None:
    """Print the catalogue for people, in their language: a line for each check.

    A terminal gets what fits; a file or another program gets all.
    """
    entries, brought = _select_checks(wanted)
    if not entries:
        console.say("No check matches; ob-health checks list names them all.")
        return
    rows = [tuple(map(console.localize, ("code", "worst", "title", "limits")))]
    styles = ["bold"]
    for spec, rule in entries:
        worst = _find_worst(rule).value
        limits = describe_limits(spec, rule)
        rows.append((spec.code, console.localize(worst), _tell(spec.title, brought), limits))
        styles.append(console.SEVERITY_STYLES[worst])
    print_paged(Plain("\n").join(_line_up(rows, styles)))


def _line_up(rows: Sequence[tuple[str, ...]], styles: Sequence[str]) -> Iterator[Plain]:
    """Yield a line for each row; the second word has the style.

    On a terminal a line is cut at its width, and the last column is left out if there is no room for it.
    """
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    if console.out.is_terminal and sum(widths[:-1]) + _LEAST_LIMITS > console.out.width:
        rows, widths = [row[:-1] for row in rows], widths[:-1]
    for row, style in zip(rows, styles, strict=True):
        code, worst, *others = (set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True))
        line = Plain.assemble(code, "  ", (worst, style), "  ", "  ".join(others))
        line.rstrip()
        if console.out.is_terminal:
            line.truncate(console.out.width, overflow="ellipsis")
        yield line


def describe_limits(spec: CheckSpec, rule: Rule) -> str:
    """Return the rule in words: ``medium ≥ 70%, high ≥ 80%, critical ≥ 90%``; its variants follow."""
    plain = _list_plain_rules(rule)
    recommended = [each.judge.recommended if isinstance(each.judge, Expected) else "" for each in plain]
    parts = [_describe_plain_limits(spec, each) if each.enabled else console.localize("not judged") for each in plain]
    if len(set(recommended)) > 1:
        told = zip(parts, recommended, strict=True)
        parts = [console.localize("{limits}, recommended {value}", limits=part, value=value) for part, value in told]
    when = [describe_circumstances(variant.when) for variant in rule.variants]
    rest = (console.localize("{when}: {limits}", when=w, limits=part) for w, part in zip(when, parts[1:], strict=True))
    return "; ".join((parts[0], *rest))


def describe_circumstances(when: Circumstances) -> str:
    """Return when a variant of a rule holds: ``from 4.3.0.0, up to 8 GiB``."""
    version = {"since": ".".join(map(str, when.since)), "until": ".".join(map(str, when.until))}
    given = (
        ("from {since}", version) if when.since else None,
        ("up to {until}", version) if when.until else None,
        ("{role} tenants", {"role": when.role}) if when.role else None,
        _describe_bound("unit of {size} or more", Unit.BYTES, when.min_memory_bytes),
        _describe_bound("unit of {size} or less", Unit.BYTES, when.max_memory_bytes),
        _describe_bound("{size} cores or more", Unit.COUNT, when.min_cores),
        _describe_bound("{size} cores or less", Unit.COUNT, when.max_cores),
    )
    return ", ".join(console.localize(msgid, **args) for msgid, args in filter(None, given))


def _describe_bound(msgid: str, unit: Unit, bound: float | None) -> tuple[str, dict[str, str]] | None:
    return None if bound is None else (msgid, {"size": format_value(bound, unit, console.choose_language())})


def _describe_plain_limits(spec: CheckSpec, rule: Rule) -> str:
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
    """Return the page of a check, named by its code or its name, as Markdown with a line for each paragraph.

    Raises ConfigError for an unknown code.
    """
    entries, brought = _load_checks_and_rules()
    for spec, rule in entries:
        if code in (spec.code, spec.name):
            return render_check(spec, rule, brought, width=None)
    text = Text("There is no check {code}; ob-health checks list names them all.", {"code": code})
    raise ConfigError(text, suggest_words([code], [name for spec, _ in entries for name in (spec.code, spec.name)]))


def render_check(spec: CheckSpec, rule: Rule, brought: Translations = OWN_ONLY, width: int | None = _PAGE_WIDTH) -> str:
    """Return a check's page: what it checks, why, limits and advice, in the language of the console.

    Prose is wrapped at ``width`` characters, if that is given.
    """
    remedy = spec.remediation
    fold = partial(textwrap.fill, width=width) if width else str
    tenants = console.localize("{kinds} tenant", kinds=", ".join(map(console.localize, spec.tenants)))
    parts = [
        f"## {spec.code} {_tell(spec.title, brought)}",
        f"`{spec.name}` · {console.localize(CATEGORIES[spec.category])} · {console.localize(ACTORS[spec.actor])}"
        f" · OceanBase {spec.since}+ · {tenants}",
        _format_part(console.localize("If nothing is done"), fold(_tell(spec.consequence, brought))),
        fold(_tell(spec.rationale, brought)),
        _format_part(console.localize("Limits"), describe_limits(spec, rule)),
        _format_part(console.localize("What is judged"), fold(_tell(spec.scope, brought))),
        _format_part(
            console.localize("Params"),
            ", ".join(f"{name} = {_format_param(v)}" for name, v in rule.params_values.items()),
        ),
        _format_part(
            console.localize("Least evidence"),
            ", ".join(f"{name} = {_format_param(v)}" for name, v in _list_evidence(rule.evidence).items()),
        ),
        _format_part(console.localize("Limits that can be judged"), _describe_readable(spec)),
        _format_part(
            console.localize("Sources"),
            ", ".join(f"`{view}`" for view in list_views(spec)) or console.localize("engagement"),
        ),
        _format_part(console.localize("What to do"), fold(_tell(remedy.advice, brought))),
        _format_cases(remedy.cases, brought, fold),
        _format_sql(remedy.sql, rule),
        f"**{console.localize('Rollback')}**" if remedy.rollback else "",
        _format_sql(remedy.rollback, rule)
        or _format_part(console.localize("Rollback"), _tell(remedy.no_rollback, brought)),
        _format_part(console.localize("Risk"), fold(_tell(remedy.risk, brought))),
        _format_part(console.localize("References"), _list_references(spec)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _format_part(heading: str, text: str) -> str:
    return console.localize("**{heading}**: {text}", heading=heading, text=text) if text else ""


def _format_cases(cases: tuple[Case, ...], brought: Translations, fold: Callable[[str], str]) -> str:
    """Return the sentences that a report shows only where they apply, as a list with their versions."""
    lines = []
    for case in cases:
        versions = [f"≥ {'.'.join(map(str, case.since))}"] if case.since else []
        versions += [f"< {'.'.join(map(str, case.before))}"] if case.before else []
        lines.append(fold("- " + " ".join(filter(None, (", ".join(versions), _tell(case.text, brought))))))
    return f"**{console.localize('Where it applies')}**\n\n" + "\n".join(lines) if lines else ""


def _list_references(spec: CheckSpec) -> str:
    """Return where the check's facts were looked up, as links in the language of the console."""
    language = console.choose_language()
    return "; ".join(
        _format_reference(cite_source(source, language), find_link(source, language)) for source in spec.sources
    )


def _format_reference(name: str, link: str) -> str:
    if name == link:
        return f"<{link}>"
    return f"[{name}]({link})" if link else name


def _list_evidence(least: LeastEvidence) -> dict[str, float]:
    """What a check must have seen before it passes, by the names that rules.yaml has."""
    return {name: value for name, value in dataclasses.asdict(least).items() if value}


def _describe_readable(spec: CheckSpec) -> str:
    """By which limits the check can be judged; "" where its sources read everything."""
    readable = spec.readable
    if readable is None:
        return ""
    parts = [f"{name} ≤ {_format_param(most)}" for name, most in readable.most_params.items()]
    if least := readable.least_param or (readable.least and _format_param(readable.least)):
        parts.append(f"≥ {least}")
    if readable.step:
        parts.append(console.localize("multiples of {step}", step=_format_param(readable.step)))
    return ", ".join(parts)


def _format_param(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _format_sql(statements: tuple[str, ...], rule: Rule) -> str:
    return (
        "```sql\n" + "\n".join(_describe_placeholders(sql, rule) for sql in statements) + "\n```" if statements else ""
    )


def _list_plain_rules(rule: Rule) -> tuple[Rule, ...]:
    """The rule itself and its variants."""
    return (rule, *(variant.rule for variant in rule.variants))


def _find_worst(rule: Rule) -> Severity:
    """The worst severity that the rule can give, whatever the version."""
    return max((find_top_class(plain.judge) for plain in _list_plain_rules(rule)), key=lambda severity: severity.rank)


def _describe_placeholders(sql: str, rule: Rule) -> str:
    """Replace each placeholder with what is known before a finding, or with a word: ``{table!i}`` with ``<table>``."""
    known = {"of_tenant": " <TENANT = name, from sys>"}
    recommended = {r.judge.recommended for r in _list_plain_rules(rule) if isinstance(r.judge, Expected)}
    if len(recommended) == 1:
        known["recommended"] = recommended.pop()
    return "".join(
        before + (quote_value(known[name], conversion or "") if name in known else f"<{name}>" if name else "")
        for before, name, _, conversion in Formatter().parse(sql)
    )


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

"""What ``ob-health checks`` and ``ob-health rules`` do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from agent.catalogue import registry, rules
from agent.catalogue.pages import CheckFilter, explain_check
from agent.engagement.loading import load_engagement
from agent.model.terms import Category, Severity, TenantKind, Text
from agent.support import console
from agent.support.errors import ConfigError
from agent.support.markdown import FoldedMarkdown
from agent.support.pager import print_paged
from agent.support.suggestions import suggest_words


def read_filter(*, categories: Sequence[str], severity: str, prefix: str, words: str, kind: str) -> CheckFilter:
    """Return what the options of ``checks list`` ask for. Raises ConfigError for a word that is not known."""
    for option, given, known in (
        ("--category", categories, list(Category)),
        ("--severity", [severity] if severity else [], list(Severity)),
        ("--kind", [kind] if kind else [], list(TenantKind)),
    ):
        unknown = [word for word in given if word not in known]
        if unknown:
            args = {"option": option, "given": ", ".join(unknown), "known": ", ".join(known)}
            text = Text("{option}: there is no {given}; known are {known}.", args)
            raise ConfigError(text, suggest_words(unknown, known))
    return CheckFilter(
        categories=tuple(map(Category, categories)),
        severity=Severity(severity) if severity else None,
        prefix=prefix,
        words=words,
        kind=TenantKind(kind) if kind else None,
    )


def print_explanation(code: str) -> None:
    """Print the page of a check: laid out on a terminal, as Markdown for a file or another program."""
    page = explain_check(code if "." in code else code.upper())
    print_paged(FoldedMarkdown(page) if console.out.is_terminal else page.removesuffix("\n"))


def validate_rules(path: Path | None, engagement: Path | None) -> None:
    """Load the checks and the rules. Raises an error that lists every problem."""
    loaded = load_engagement(engagement) if engagement else None
    found = registry.load_registry(loaded.rules.checks if loaded else ())
    file = path or rules.locate_shipped_rules()
    ruleset = rules.load_rules(found.checks, file)
    if loaded:
        from agent import pipeline  # only overrides need it

        ruleset = pipeline.apply_rules(loaded, found.checks, ruleset, datetime.now(UTC), file)
    for problem in (*found.problems, *ruleset.problems):
        console.warn(problem)
    console.say("{file}: {rules_count} rules, no problems", file=str(file), rules_count=len(ruleset.rules))

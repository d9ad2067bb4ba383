"""What ``ob-health rules`` does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from agent import pipeline
from agent.catalogue import registry, rules
from agent.engagement.loading import load_engagement
from agent.support import console


def validate_rules(path: Path | None, engagement: Path | None) -> None:
    """Load the checks and the rules. Raises an error that lists every problem."""
    loaded = load_engagement(engagement) if engagement else None
    found = registry.load_registry(loaded.rules.checks if loaded else ())
    file = path or rules.locate_shipped_rules()
    ruleset = rules.load_rules(found.checks, file)
    if loaded:
        ruleset = pipeline.apply_rules(loaded, found.checks, ruleset, datetime.now(UTC), file)
    for problem in (*found.problems, *ruleset.problems):
        console.warn(problem)
    console.say("{file}: {rules_count} rules, no problems", file=str(file), rules_count=len(ruleset.rules))

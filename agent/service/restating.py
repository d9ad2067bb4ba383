"""Judges the snapshots that the history keeps by today's rules, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from agent.archive.document_earlier import read_earlier
from agent.archive.history.entries import Entry
from agent.archive.history.sealing import HistoryKeys
from agent.archive.history.store import History
from agent.archive.snapshot import unpack_snapshot
from agent.catalogue.registry import Registry
from agent.engagement.engagement_file import Engagement
from agent.judgement.compare import recognize_former
from agent.judgement.evaluate import evaluate_checks
from agent.judgement.joining import join_earlier, join_findings
from agent.judgement.remedies import group_by_remedy
from agent.judgement.restate import Restated, restate_results
from agent.judgement.variants import fit_rules
from agent.model.document import Document
from agent.model.rule import Ruleset
from agent.model.snapshot import Snapshot
from agent.model.terms import Text
from agent.pipeline import apply_rules
from agent.support.errors import ConfigError, DamagedHistory, HistoryError

# What values of another kind than expected raise.
_DAMAGE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestatedAssessment:
    """One assessment by today's rules. ``restated`` is None where no snapshot is kept, or ``error`` says why not."""

    entry: Entry
    restated: Restated | None = None
    error: HistoryError | ConfigError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TodaysRules:
    """The checks and rules of today, and the keys of the snapshots."""

    engagement: Engagement
    registry: Registry
    shipped: Ruleset
    keys: HistoryKeys | None
    now: datetime

    def judge(self, document: Document, facts: Snapshot) -> Restated:
        """Set what was published of a snapshot beside what today's rules say of it."""
        specs = self.registry.checks
        ruleset = fit_rules(apply_rules(self.engagement, specs, self.shipped, self.now), facts)
        found = join_findings(evaluate_checks(specs.values(), ruleset, facts, self.registry.translations))
        results = group_by_remedy(found)
        published = join_earlier(recognize_former(read_earlier(document), results, facts.target), results)
        before = tuple(published.results.values()) if published else ()
        return restate_results(before, results, ruleset.scoring, facts.tenant_kind)


def restate_assessments(history: History, rules: TodaysRules, target: str | None) -> Iterator[RestatedAssessment]:
    """Yield the assessments of the engagement's customer, by target, oldest first. One that fails stops no other."""
    for point in history.points(rules.engagement.customer.name, target):
        if not point.snapshot_kept:
            yield RestatedAssessment(entry=point.entry)
            continue
        try:
            yield RestatedAssessment(entry=point.entry, restated=_restate(history, rules, point.entry))
        except (HistoryError, ConfigError) as error:
            yield RestatedAssessment(entry=point.entry, error=error)
        except _DAMAGE:
            text = "The assessment {id} in the history at {where} is damaged and left out. Restore it from a backup."
            damage = DamagedHistory(Text(text, {"id": point.entry.id, "where": history.where}))
            yield RestatedAssessment(entry=point.entry, error=damage)


def _restate(history: History, rules: TodaysRules, entry: Entry) -> Restated | None:
    if rules.keys is None:
        text = "{id} cannot be restated without the key of its snapshot. Name it as history_key in the engagement."
        raise ConfigError(Text(text, {"id": entry.id}))
    sealed = history.load_sealed(entry.id)
    if sealed is None:
        return None
    where = f"{entry.id} ({history.where})"
    facts = unpack_snapshot(rules.keys.open(entry.id, sealed), rules.registry.sources, where)
    return rules.judge(history.load(entry.id), facts)

"""What ``ob-health history restate``, ``export``, ``prune`` and ``verify`` do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.archive.history.entries import ChainProblem, ChainProblemKind
from agent.archive.history.exporting import (
    list_assessment_records,
    list_finding_records,
    write_csv,
    write_openmetrics,
)
from agent.archive.history.removal import PruneWish
from agent.archive.history.sealing import read_history_keys
from agent.archive.history.store import History
from agent.catalogue import registry, rules
from agent.cli.actions.targets import say_damaged, select_targets, show_progress
from agent.engagement.engagement_file import Engagement
from agent.model.terms import Text
from agent.service.restating import RestatedAssessment, TodaysRules, restate_assessments
from agent.support import console
from agent.support.errors import ConfigError, DamagedHistory, WriteError
from agent.support.files import write_whole
from agent.support.suggestions import suggest_words

_UNKNOWN = "–"
_FORMATS = ("csv", "json", "openmetrics")
_SUBJECTS = ("assessments", "findings")
_SHOWN = 20
_PROBLEMS = {
    ChainProblemKind.BROKEN: "Link {position} ({id}) does not follow from the one before: the chain was changed there.",
    ChainProblemKind.MISSING: "The assessment {id} of link {position} is gone, and nothing says that it was removed.",
    ChainProblemKind.ALTERED: "The assessment {id} of link {position} is not what was recorded: its document, columns, "
    "findings or snapshot were changed.",
    ChainProblemKind.CUT: "The end of the chain is gone: it was {position} links long.",
}


def restate_history(history: History, engagement: Engagement, target: str | None, *, as_json: bool) -> int:
    """Print published and restated scores side by side. Return the exit code: 2 if some could not be restated."""
    if target is not None:
        select_targets(engagement, target)
    found = registry.load_registry(engagement.rules.checks)
    today = TodaysRules(
        engagement=engagement,
        registry=found,
        shipped=rules.load_rules(found.checks),
        keys=read_history_keys(engagement.history_key),
        now=datetime.now(UTC),
    )
    customer = engagement.customer.name
    code = DamagedHistory.exit_code if say_damaged(history, customer, target) else 0
    told = []
    with show_progress() as show:
        for number, one in enumerate(restate_assessments(history, today, target)):
            show("restate", number, number + 1)
            told.append(one)
    for one in told:
        if one.error:
            console.warn(one.error.text)
            code = DamagedHistory.exit_code
    if as_json:
        console.print_json([_describe_restated(one) for one in told])
        return code
    if not told:
        console.say("History holds no such assessment.")
        return code
    _print_restated(told)
    return code


def _print_restated(told: Iterable[RestatedAssessment]) -> None:
    rows, missing = [], 0
    for one in told:
        entry, both = one.entry, one.restated
        missing += both is None and one.error is None
        shown = [_format(value) for value in ((both.published, both.restated) if both else (None, None))]
        delta = both.delta if both else None
        rows.append(
            (
                entry.target,
                f"{entry.as_of:%Y-%m-%d %H:%M}",
                entry.period_number or _UNKNOWN,
                _format(entry.score),
                both.checks if both else _UNKNOWN,
                *shown,
                _UNKNOWN if delta is None else f"{delta:+.1f}",
                f"+{len(both.added)} −{len(both.dropped)}" if both else _UNKNOWN,
                entry.id,
            )
        )
    console.print_table(
        (
            "target",
            "as of (UTC)",
            "period",
            "score",
            "checks in both",
            "published",
            "restated",
            "difference",
            "findings",
            "id",
        ),
        rows,
    )
    console.say(
        "Published and restated: the score over the checks that were assessed then and are assessed now.", "dim"
    )
    if missing:
        console.say("{count} assessments have no snapshot, so they cannot be restated.", count=missing)


def _format(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.1f}"


def _describe_restated(one: RestatedAssessment) -> dict[str, Any]:
    record = next(iter(list_entry_records(one)))
    both = {**asdict(one.restated), "delta": one.restated.delta} if one.restated else None
    return {**record, "restated": both, "error": console.localize_text(one.error.text) if one.error else None}


def list_entry_records(one: RestatedAssessment) -> Iterable[dict[str, Any]]:
    """Yield the entry of an assessment as a flat record."""
    entry = one.entry
    yield {
        "id": entry.id,
        "customer": entry.customer,
        "target": entry.target,
        "as_of": entry.as_of.isoformat(),
        "period_number": entry.period_number,
        "score": entry.score,
        "ruleset_sha256": entry.ruleset_sha256,
    }


def export_history(
    history: History,
    customer: str | None,
    target: str | None,
    *,
    form: str,
    subject: str,
    only_latest: bool,
    out: Path | None,
) -> int:
    """Write assessments or findings to a file or to standard output. Return the exit code as ``restate_history``."""
    for option, given, known in (("--format", form, _FORMATS), ("--what", subject, _SUBJECTS)):
        if given not in known:
            args = {"option": option, "given": given, "known": ", ".join(known)}
            text = Text("{option}: there is no {given}; known are {known}.", args)
            raise ConfigError(text, suggest_words([given], known))
    if form == "openmetrics" and subject != "assessments":
        raise ConfigError("--format openmetrics tells numbers of assessments only. Leave --what out.")
    if only_latest and form != "openmetrics":
        raise ConfigError("--latest goes with --format openmetrics only.")
    text_out = _render(history, customer, target, form=form, subject=subject, only_latest=only_latest)
    if out is None:
        console.print_verbatim(text_out)
    else:
        _write(out, text_out)
    return DamagedHistory.exit_code if say_damaged(history, customer, target) else 0


def _render(
    history: History, customer: str | None, target: str | None, *, form: str, subject: str, only_latest: bool
) -> str:
    import json

    if form == "openmetrics":
        return write_openmetrics(history.points(customer, target), only_latest=only_latest)
    records = list(
        list_finding_records(history.findings(customer, target))
        if subject == "findings"
        else list_assessment_records(history.points(customer, target))
    )
    return write_csv(records) if form == "csv" else json.dumps(records, ensure_ascii=False, indent=2) + "\n"


def _write(path: Path, content: str) -> None:
    try:
        write_whole(path, content.encode())
    except OSError as error:
        args = {"path": str(path), "reason": error.strerror or str(error)}
        raise WriteError(Text("{path} cannot be written ({reason}). Choose another place.", args)) from None
    console.say("written: {path}", path=str(path))


def prune_history(history: History, wish: PruneWish, *, only_snapshots: bool, sure: bool) -> None:
    """Remove what the wish names; without ``sure`` only say what that would be. Raises ConfigError for no wish."""
    if wish.before is None and not wish.keep:
        raise ConfigError("Say what is to go: --before DATE, --keep NUMBER, or both.")
    found = history.find_prunable(wish)
    if not found:
        console.say("Nothing in history is to be removed by that.")
        return
    rows = [(entry.id, entry.customer, entry.target, f"{entry.as_of:%Y-%m-%d %H:%M}") for entry in found]
    console.print_table(("id", "customer", "target", "as of (UTC)"), rows[:_SHOWN])
    if len(rows) > _SHOWN:
        console.say("{count} more.", count=len(rows) - _SHOWN)
    if not sure:
        console.say("Nothing was removed. To remove these {count}, add --yes.", count=len(found))
        return
    history.prune([entry.id for entry in found], only_snapshots=only_snapshots)
    if only_snapshots:
        console.say("The snapshots of {count} assessments were removed; the assessments stay.", count=len(found))
    else:
        console.say("{count} assessments were removed. Their links in the chain stay, as tombstones.", count=len(found))


def verify_history(history: History) -> int:
    """Check the chain of hashes and print each place at which it does not hold. Return the exit code: 2 if any."""
    head, problems = history.check_chain()
    damaged = say_damaged(history)
    for problem in problems:
        console.warn(_describe_problem(problem))
    console.say(
        "The chain has {count} links; {tombstones_count} of them are tombstones of what was removed.",
        count=head.length,
        tombstones_count=head.tombstones,
    )
    if head.unlinked:
        text = (
            "{count} assessments are not in the chain: they were recorded before there was one, or by another program."
        )
        console.say(text, count=len(head.unlinked))
        console.say("  {ids}", "dim", ids=", ".join(head.unlinked[:_SHOWN]))
    if problems or damaged:
        console.say("The history is not what was recorded. Restore it from a backup.", "bold red")
        return DamagedHistory.exit_code
    console.say("All that is in the chain is as it was recorded.", "green")
    if head.sha256:
        console.say("Keep this elsewhere, to notice a chain that was written anew: {sha256}", sha256=head.sha256)
    return 0


def _describe_problem(problem: ChainProblem) -> Text:
    return Text(_PROBLEMS[problem.kind], {"position": str(problem.position), "id": problem.assessment_id})

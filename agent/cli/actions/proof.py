"""What ``ob-health verify`` and ``what-if`` do: they let the twin answer and print it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agent.archive.document import read_document
from agent.archive.document_proof import add_proof, list_remedies, list_replaced
from agent.archive.snapshot import load_snapshot
from agent.catalogue import registry
from agent.catalogue.rules import load_proof_policy
from agent.cli.actions.targets import show_progress
from agent.model.document import Document
from agent.model.labels import MATCHES
from agent.model.pins import place_in_databases, write_pin_checks
from agent.model.snapshot import Snapshot
from agent.model.terms import Text, Unit
from agent.report.json.render_json import render_json
from agent.support import console
from agent.support.errors import ConfigError
from agent.support.files import write_whole
from agent.support.i18n import format_value, render_text, translate
from agent.twin.candidates import Candidate, Scope
from agent.twin.prove import ProposedChange, Retiring, prove_advice, try_change
from agent.twin.result import Effect, IndexAdvice, TwinReport, Verdict
from agent.twin.twin import ShowProgress

_INDEX = re.compile(r"\s*([^.(]+)\.([^.(]+)\(([^()]+)\)\s*(LOCAL|GLOBAL)?\s*", re.IGNORECASE)
_DROP = re.compile(r"\s*([^.()]+)\.([^.()]+)\.([^()]+?)\s*")
_ADVISED = (Verdict.VERIFIED, Verdict.WITH_PINS)
_UNPROVEN_SHOWN = 5


def print_advice(path: Path, assessment: Path | None, *, as_json: bool) -> None:
    """Propose indexes, prove and print them; keep what is proven in the assessment of this snapshot, if it is named.

    Raises SnapshotError, ConfigError, KernelError and WriteError.
    """
    snapshot = _load(path)
    document = _read_assessment(assessment, snapshot) if assessment else None
    remedies = tuple(list_remedies(document)) if document else ()
    replaced = tuple(list_replaced(document)) if document else ()
    retiring = Retiring(least=load_proof_policy().retire, replaced=replaced)
    with show_progress() as progress:
        report = prove_advice(snapshot, _translate(progress), remedies=remedies, retiring=retiring)
    if assessment and document:
        write_whole(assessment, render_json(add_proof(document, report)))
        command = shlex.join(["ob-health", "render", "-a", str(assessment), "-o", str(assessment.parent)])
        console.warn(Text("{path} holds what is proven; write the report anew: {command}",
                          {"path": str(assessment), "command": command}))  # fmt: skip
    if as_json:
        console.print_json(describe_report(report))
        return
    _print_fidelity(report)
    advised = [advice for advice in report.indexes if advice.verdict in _ADVISED]
    for advice in advised:
        _print_index(advice)
    if not advised:
        console.say("No index is proven to help these statements.")
    _print_unproven(report)
    _print_remedies(report)
    if report.unseen:
        console.say("No index is advised to go: {reason}", reason=console.localize_text(report.unseen))
    for retired in report.retired:
        served = retired.served_by or "–"
        text = "No statement known here loses by hiding {index} of {table}; its columns are in front of: {served}"
        console.say(text, index=retired.name, table=f"{retired.schema}.{retired.table}", served=served)
        console.print_verbatim(f"  {retired.sql}")


def print_what_if(
    path: Path, indexes: Sequence[str], drops: Sequence[str], settings: Sequence[str], *, as_json: bool
) -> None:
    """Try a change and print its effects. Raises SnapshotError, ConfigError and KernelError."""
    change = ProposedChange(
        indexes=tuple(map(_read_index, indexes)),
        dropped=frozenset(map(_read_drop, drops)),
        settings=tuple(map(_read_setting, settings)),
    )
    if change == ProposedChange():
        raise ConfigError(Text("Nothing to try: give --index, --drop or --set."))
    snapshot = _load(path)
    with show_progress() as progress:
        report = try_change(snapshot, change, _translate(progress))
    if as_json:
        console.print_json(describe_report(report))
        return
    _print_fidelity(report)
    if not report.effects:
        console.say("No plan of the statements in this snapshot changes.")
    _print_effects(report.effects)


def describe_report(report: TwinReport) -> dict[str, Any]:
    """Return what a program reads. Rejected indexes are in it with their verdict, and are no advice."""
    told = {
        "problem": render_text(report.problem, "en"),
        "unseen": render_text(report.unseen, "en"),
        "fidelity_pct": report.fidelity_pct,
    }
    tried = [{**asdict(one), "why": render_text(one.why, "en")} for one in report.remedies]
    return {**asdict(report), **told, "remedies": tried}


def _read_assessment(path: Path, snapshot: Snapshot) -> Document:
    """Read the assessment that was made from a snapshot. Raises ConfigError for one of another snapshot."""
    document = read_document(path)
    same = document["target"]["name"] == snapshot.target and document["as_of"] == snapshot.as_of.isoformat()
    if not same:
        args = {"path": str(path), "target": document["target"]["name"], "as_of": document["as_of"]}
        raise ConfigError(
            Text("{path} is the assessment of {target} at {as_of}, not of this snapshot. Name the one beside it.", args)
        )
    return document


def _translate(progress: ShowProgress) -> ShowProgress:
    return lambda what, done, total: progress(_word(what), done, total)


def _load(path: Path) -> Snapshot:
    found = registry.load_registry()
    return load_snapshot(path, {row for spec in found.checks.values() for row in spec.facts.values()})


def _read_index(given: str) -> Candidate:
    found = _INDEX.fullmatch(given)
    columns = tuple(name.strip(" `") for name in found[3].split(",")) if found else ()
    if found is None or not all(columns):
        raise ConfigError(Text("{given}: an index is written as schema.table(column, column).", {"given": given}))
    return Candidate(found[1].strip(" `"), found[2].strip(" `"), columns, Scope((found[4] or "").upper()))


def _read_drop(given: str) -> tuple[str, str, str]:
    found = _DROP.fullmatch(given)
    if found is None:
        raise ConfigError(Text("{given}: an index to drop is written as schema.table.index.", {"given": given}))
    return found[1].strip(" `"), found[2].strip(" `"), found[3].strip(" `")


def _read_setting(given: str) -> tuple[str, str]:
    name, is_set, value = given.partition("=")
    if not is_set:
        raise ConfigError(Text("{given}: a setting is written as name=value.", {"given": given}))
    return name.strip(), value.strip()


def _say(value: Any, unit: Unit | None) -> str:
    return format_value(value, unit, console.choose_language())


def _word(msgid: str) -> str:
    return translate(msgid, console.choose_language())


def _print_fidelity(report: TwinReport) -> None:
    """Say how far the twin stands for the tenant, before anything that it says."""
    counted = ", ".join(f"{_word(MATCHES[name])} {count}" for name, count in report.matches.items())
    console.say("Plans on the twin against the tenant's: {counted}", counted=counted)
    if report.fidelity_pct is not None:
        console.say("Of those that can be compared, {share} are the same.", share=_say(report.fidelity_pct, Unit.PCT))
    for what, reason in report.refusals:
        console.say("The twin lacks {what}: {reason}", "dim", what=what, reason=reason)
    if report.problem:
        console.warn(report.problem)


def _print_index(advice: IndexAdvice) -> None:
    console.say("Index, {verdict}:", "bold", verdict=_word(advice.verdict.value))
    console.print_verbatim(f"  {console.strip_controls(advice.sql)}")
    size = _say(advice.bytes, Unit.BYTES) if advice.bytes is not None else "–"
    console.say("  size before compression {size}, cost of writes {writes}; to undo:", size=size,
                writes=_say(advice.write_us, Unit.MICROSECONDS))  # fmt: skip
    dropped = place_in_databases((pin.database, pin.rollback) for pin in advice.pins)
    for sql in (advice.rollback, *dropped):
        console.print_verbatim(f"  {console.strip_controls(sql)}")
    _print_effects(advice.effects)
    for pin in advice.pins:
        console.say("  first pin the plan of {sql_id}: {why}", sql_id=pin.sql_id, why=_word(pin.why.value))
        for sql in place_in_databases([(pin.database, pin.sql)]):
            console.print_verbatim(f"  {console.strip_controls(sql)}")
    for sql in write_pin_checks(pin.sql_id for pin in advice.pins):
        console.print_verbatim(f"  {console.strip_controls(sql)}")


def _print_effects(effects: Iterable[Effect]) -> None:
    rows = [
        (
            effect.sql_id,
            effect.database,
            _word(effect.verdict.value),
            _word(effect.why.value) if effect.why.value else "–",
            _say(effect.cost_before, Unit.COUNT),
            _say(effect.cost_after, Unit.COUNT),
            f"{_say(effect.least_gain_pct, Unit.PCT)} – {_say(effect.most_gain_pct, Unit.PCT)}",
            ", ".join(effect.indexes) or "–",
        )
        for effect in effects
    ]
    if rows:
        headings = (
            "SQL_ID",
            "database",
            "verdict",
            "why",
            "cost before",
            "cost after",
            "gain (estimate)",
            "by indexes",
        )
        console.print_table(headings, rows)


def _print_remedies(report: TwinReport) -> None:
    rows = [
        (tried.code, tried.resource, _word(tried.verdict.value), console.localize_text(tried.why) if tried.why else "–")
        for tried in report.remedies
    ]
    if rows:
        console.print_table(("check", "resource", "verdict", "why"), rows)


def _print_unproven(report: TwinReport) -> None:
    unproven = [advice for advice in report.indexes if advice.verdict is Verdict.UNVERIFIED]
    for advice in unproven[:_UNPROVEN_SHOWN]:
        what = f"{advice.schema}.{advice.table}({', '.join(advice.columns)})"
        console.say("Not proven: {what}: {why}", "dim", what=what, why=_word(advice.why.value))

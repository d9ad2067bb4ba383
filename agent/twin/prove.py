"""From a snapshot to what the twin says of it: advice with verdicts, or the effect of a change."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from agent.facts.definition_text import read_definition
from agent.judgement.evidence import describe_unseen_plans
from agent.model.labels import N_
from agent.model.rule import LeastEvidence
from agent.model.snapshot import Snapshot
from agent.model.terms import Text
from agent.support.errors import ConfigError, HealthAgentError, KernelError
from agent.twin.candidates import Candidate, list_candidates
from agent.twin.fidelity import count_matches, match_statements
from agent.twin.index_advisor import Advisor, Limits
from agent.twin.matched import Matched
from agent.twin.material import Material, Name, TwinTable, read_material
from agent.twin.remedies import list_tables, try_remedies
from agent.twin.result import Effect, IndexAdvice, Remedy, Told, TwinReport, Verdict, Why
from agent.twin.retire import Replaced, has_removable, list_retirable
from agent.twin.trial import Scene
from agent.twin.twin import Refusal, ShowProgress, Twin, open_twin
from agent.twin.verify import Judge, list_pins
from agent.twin.what_if import Hidden, WhatIf

NOTHING_TO_PROVE = N_(
    "The snapshot holds no definition of a table, so there is nothing to build a twin from. Plans and definitions are"
    " read where the account may see them: ob-health grants."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedChange:
    """A change that somebody has in mind: indexes to make, indexes to hide, settings of the session."""

    indexes: tuple[Candidate, ...] = ()
    dropped: Hidden = frozenset()
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retiring:
    """When indexes are advised to go: on which evidence, and which have to stay.

    ``least`` is what the cached plans must show of the load. ``replaced`` are indexes that were to go for the sake of
    another one, with that.
    """

    least: LeastEvidence = field(default_factory=LeastEvidence)
    replaced: tuple[Replaced, ...] = ()


def prove_advice(
    snapshot: Snapshot,
    progress: ShowProgress = lambda what, done, total: None,
    limits: Limits | None = None,
    remedies: Sequence[Remedy] = (),
    retiring: Retiring | None = None,
) -> TwinReport:
    """Propose indexes, try what findings advise, and say what is proven. Raises KernelError if there is no kernel.

    A kernel that ends early makes a report of what was found before. Without ``retiring`` no load is too short for an
    index to be advised to go.
    """
    material = _require_material(snapshot)
    started = time.monotonic()
    candidates = list_candidates(material)
    with open_twin(material, progress, list_tables(remedies, material), candidates) as twin:
        matched = match_statements(twin, material, progress)
        report = _begin_report(twin, matched)
        try:
            scene = Scene(twin, WhatIf(twin), material, matched)
            scene.what_if.make(candidates, progress)
            found = _advise(scene, progress, limits or Limits())
            report = replace(report, effects=found.effects, indexes=found.indexes)
            report = _retire(report, scene, snapshot, retiring or Retiring())
            # Last, because a remedy could end the kernel, and changes tables that candidates stand on.
            tried = tuple(try_remedies(scene, remedies, progress))
            report = replace(report, remedies=tried)
        except KernelError as error:
            report = replace(report, problem=error.text)
        return _end_report(report, twin, started)


def prove_what_can_be(
    snapshot: Snapshot,
    remedies: Sequence[Remedy],
    progress: ShowProgress = lambda what, done, total: None,
    retiring: Retiring | None = None,
) -> TwinReport:
    """Prove as ``prove_advice`` does. Where nothing can be proven, the report says why: an assessment goes on."""
    try:
        return prove_advice(snapshot, progress, remedies=remedies, retiring=retiring)
    except HealthAgentError as error:
        return TwinReport(problem=error.text)
    except Exception as error:  # noqa: BLE001 - whatever fails here must not take the assessment with it
        text = Text("The twin failed, so nothing is proven ({kind}).", {"kind": type(error).__name__})
        return TwinReport(problem=text)


def try_change(
    snapshot: Snapshot, change: ProposedChange, progress: ShowProgress = lambda what, done, total: None
) -> TwinReport:
    """Say what a change does to each statement. Raises KernelError, and ConfigError for one that cannot be tried."""
    material = _require_material(snapshot)
    change = _find_names(change, material)
    started = time.monotonic()
    with open_twin(material, progress, _list_places(change)) as twin:
        matched = match_statements(twin, material, progress)
        what_if = WhatIf(twin)
        refused = what_if.make(change.indexes, progress)
        if refused:
            raise ConfigError(_explain_refusal(refused[0]))
        for name, value in change.settings:
            twin.set_variable(name, value)
        what_if.is_set_anew = bool(change.settings)
        judge = Judge(twin, what_if)
        concerned = matched if change.settings else _find_concerned(matched, change)
        effects = tuple(judge.judge_set(concerned, change.indexes, progress, change.dropped))
        effects += tuple(judge.list_ties(concerned, change.indexes, effects))
        advice = tuple(
            _describe_advice(candidate, effects, Advisor(what_if, material, matched, Limits()))
            for candidate in change.indexes
        )
        report = replace(_begin_report(twin, matched), effects=effects, indexes=advice)
        return _end_report(report, twin, started)


def _find_names(change: ProposedChange, material: Material) -> ProposedChange:
    """Return the change with names as the tenant writes them. Raises ConfigError for a name that is unknown."""
    indexes = []
    for candidate in change.indexes:
        table = _require_table(material, candidate.schema, candidate.table)
        columns = _find_columns(table, candidate.columns)
        indexes.append(replace(candidate, schema=table.schema, table=table.name, columns=columns))
    dropped = set()
    for schema, name, index in change.dropped:
        table = _require_table(material, schema, name)
        known = {one.lower(): one for one in read_definition(table.definition).indexes if one != "PRIMARY"}
        if index.lower() not in known:
            args = {"index": index, "table": f"{table.schema}.{table.name}", "known": ", ".join(known.values()) or "-"}
            raise ConfigError(Text("{table} has no index {index} that could be dropped; it has: {known}", args))
        dropped.add((table.schema, table.name, known[index.lower()]))
    return replace(change, indexes=tuple(indexes), dropped=frozenset(dropped))


def _find_columns(table: TwinTable, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns as the definition writes them. One that cannot be read leaves the judgement to the twin."""
    known = {name.lower(): name for name in read_definition(table.definition).columns}
    for column in columns if known else ():
        if column.lower() not in known:
            args = {"column": column, "table": f"{table.schema}.{table.name}", "known": ", ".join(known.values())}
            raise ConfigError(Text("{table} has no column {column}; it has: {known}", args))
    return tuple(known.get(column.lower(), column) for column in columns)


def _require_table(material: Material, schema: str, name: str) -> TwinTable:
    table = material.find_table(schema, name)
    if table is None:
        args = {"table": f"{schema}.{name}"}
        raise ConfigError(
            Text("{table}: its definition is not in the snapshot; those of the dearest statements' tables are.", args)
        )
    return table


def _end_report(report: TwinReport, twin: Twin, started: float) -> TwinReport:
    seconds = time.monotonic() - started
    return replace(report, plans=twin.explained, seconds=seconds, peak_bytes=twin.measure_memory())


def _require_material(snapshot: Snapshot) -> Material:
    material = read_material(snapshot)
    if not material.tables:
        raise ConfigError(Text(NOTHING_TO_PROVE))
    return material


def _list_places(change: ProposedChange) -> set[Name]:
    return {each.place for each in change.indexes} | {(schema, table) for schema, table, _ in change.dropped}


def _find_concerned(matched: Sequence[Matched], change: ProposedChange) -> list[Matched]:
    places = _list_places(change)
    return [one for one in matched if places.intersection(one.tables.values())]


def _explain_refusal(refused: Refusal) -> Text:
    return Text("{what}: the twin does not make this index: {reason}", {"what": refused.what, "reason": refused.reason})


def _begin_report(twin: Twin, matched: Sequence[Matched]) -> TwinReport:
    return TwinReport(
        statements=tuple(map(_tell, matched)),
        matches={match.value: count for match, count in sorted(count_matches(matched).items())},
        refusals=tuple((refusal.what, refusal.reason) for refusal in twin.refusals),
    )


def _tell(one: Matched) -> Told:
    load = one.statement.load
    return Told(
        sql_id=one.statement.sql_id,
        tenant_id=one.statement.tenant_id,
        database=one.database,
        match=one.match.value,
        cause=one.cause,
        text=one.statement.text or "",
        elapsed_us=load.elapsed_us,
        executions=load.executions,
    )


def _advise(scene: Scene, progress: ShowProgress, limits: Limits) -> TwinReport:
    """Return what was advised, without what is known of the statements."""
    what_if, material, matched = scene.what_if, scene.material, scene.matched
    advisor = Advisor(what_if, material, matched, limits)
    chosen = advisor.choose(progress)
    judged = Judge(scene.twin, what_if).judge_until_stable(matched, chosen, progress)
    advice = [_describe_advice(candidate, judged.effects, advisor) for candidate in judged.kept]
    advice += [_describe_advice(lost, effects, advisor) for lost, effects in judged.dropped.items()]
    return TwinReport(
        effects=judged.effects,
        indexes=tuple(sorted(advice, key=lambda one: -one.gain_us)),
    )


def _retire(report: TwinReport, scene: Scene, snapshot: Snapshot, retiring: Retiring) -> TwinReport:
    """Add the indexes that can go; where the plans show too little of the load for that, what they do not show."""
    unseen = describe_unseen_plans(retiring.least, snapshot)
    if unseen:
        return replace(report, unseen=unseen if has_removable(scene.material, scene.matched) else None)
    listed = list_retirable(scene.what_if, scene.material, scene.matched, retiring.replaced)
    return replace(report, retired=tuple(listed))


def _describe_advice(candidate: Candidate, effects: Iterable[Effect], advisor: Advisor) -> IndexAdvice:
    own = [effect for effect in effects if candidate.name in effect.indexes]
    gainers = tuple(effect for effect in own if effect.verdict is Verdict.VERIFIED)
    pins = tuple(list_pins(own, candidate.name))
    why = next((effect.why for effect in own if effect.why is not Why.NONE), Why.NO_BENEFICIARY)
    verdict = (Verdict.WITH_PINS if len(own) > len(gainers) else Verdict.VERIFIED) if gainers else Verdict.UNVERIFIED
    if not gainers and own and all(effect.verdict is Verdict.REJECTED for effect in own):
        verdict = Verdict.REJECTED
    return IndexAdvice(
        schema=candidate.schema,
        table=candidate.table,
        columns=candidate.columns,
        name=candidate.name,
        scope=candidate.scope.value,
        verdict=verdict,
        why=Why.NONE if verdict is Verdict.VERIFIED else why,
        sql=candidate.write_create(),
        rollback=candidate.write_drop(),
        bytes=advisor.estimate_bytes(candidate),
        write_us=advisor.count_writes(candidate),
        gain_us=round(sum(effect.elapsed_us * effect.most_gain_pct / 100 for effect in gainers)),
        effects=gainers,
        pins=pins,
    )

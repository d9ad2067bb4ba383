"""Asks whether a check saw enough to pass. What it did not see is unknown, whatever it found in the rest. Pure.

The one place that is asked before a check passes, and before an earlier finding counts as resolved. ``rules.yaml`` has
the least evidence of each check.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from agent.facts import Observes, find_source_spec, require_source_spec
from agent.facts.cluster import Location
from agent.facts.definitions import SHOW
from agent.facts.sql import CachedPlan
from agent.judgement.load_records import LoadRecord, describe_record
from agent.judgement.uptime import describe_short_uptime
from agent.model.check import CheckSpec, NotAssessed
from agent.model.labels import RECORDS
from agent.model.naming import list_names
from agent.model.rule import Ladder, LeastEvidence, Rule
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import Text, UnavailableKind


@dataclass(frozen=True, slots=True)
class Sight:
    """What a check saw: ``lack`` is what it misses to pass, None if it saw enough.

    ``is_about_objects`` if it misses that of some resources and knows the others; ``explains_all`` if the reason lies
    before what the check itself misses: a record of the load could not be read, or the server was started only just
    now. ``hidden_us_per_s`` is the time of statements that no record showed it.
    """

    lack: NotAssessed | None = None
    is_about_objects: bool = False
    explains_all: bool = False
    hidden_us_per_s: float = 0.0


def measure_sight(
    spec: CheckSpec, least: LeastEvidence, snapshot: Snapshot, judged: Collection[str], unjudged: Collection[str]
) -> Sight:
    """Return whether the check saw enough to pass.

    ``judged`` and ``unjudged`` are the resources of which it could tell, and of which it could not.
    """
    lack = (
        _find_cut_source(spec, snapshot)
        or _find_silent_server(spec, snapshot)
        or _find_missing_rows(spec, least, snapshot)
    )
    if lack:
        return Sight(lack)
    unread = _find_unread_record(spec.facts.values(), snapshot) if _is_about_load(least) else None
    if unread:
        return Sight(unread, explains_all=True)
    sight = _judge_records(spec, least, snapshot)
    if sight.lack:
        return sight
    lack = _find_unjudged(least, judged, unjudged)
    return replace(sight, lack=lack, is_about_objects=lack is not None)


def find_unreadable_limit(spec: CheckSpec, rule: Rule) -> NotAssessed | None:
    """Return why a check cannot pass by its rule: a limit or a param lies where its sources leave out rows."""
    readable = spec.readable
    if readable is None:
        return None
    for param, most in readable.most_params.items():
        value = _get_number(rule, param)
        if value > most:
            return NotAssessed(
                "{param} of the rule is {value}; what lies above {most} is not read.",
                "Set {param} to {most} or less.",
                param=param,
                value=value,
                most=most,
            )
    least = _get_number(rule, readable.least_param) if readable.least_param else readable.least
    for _, limit in rule.judge.rungs if isinstance(rule.judge, Ladder) else ():
        if limit < least:
            return NotAssessed(
                "The limit of the rule is {limit}; what lies below {value} is not read.",
                "Set the limit to {value} or more.",
                limit=limit,
                value=least,
                unit=spec.unit.value,
            )
        if readable.step and limit % readable.step:
            return NotAssessed(
                "The limit of the rule is {limit}; only multiples of {step} are read.",
                "Set the limit to a multiple of {step}.",
                limit=limit,
                step=readable.step,
                unit=spec.unit.value,
            )
    return None


def _get_number(rule: Rule, param: str) -> float:
    """Return a param that the check's header names as a number."""
    value = rule.params_values[param]
    assert isinstance(value, int | float)
    return value


def is_cut(row: type, snapshot: Snapshot) -> bool:
    """Whether rows that may matter were not read.

    The list of the dearest statements is cut by design: there the share of the load that it shows is asked for.
    """
    source = find_source_spec(row)
    if source is None or (source.observes and " DESC" in source.order_by):
        return False
    return any(record.source == source.name and record.truncated for record in snapshot.records)


def _list_needed(spec: CheckSpec) -> list[type]:
    return [row for name, row in spec.facts.items() if name not in spec.optional and find_source_spec(row)]


def _find_cut_source(spec: CheckSpec, snapshot: Snapshot) -> NotAssessed | None:
    cut = next((row for row in _list_needed(spec) if is_cut(row, snapshot)), None)
    if cut is None:
        return None
    if require_source_spec(cut).shown_for:
        return NotAssessed("Not all tables could be shown by {source}; the rest is unknown.", source=SHOW)
    return NotAssessed("{source} has more rows than the reading limit; the rest is unknown.", source=_name_view(cut))


def _name_view(row: type) -> str:
    source = find_source_spec(row)
    return source.view.partition(".")[2] if source else row.__name__


def _find_silent_server(spec: CheckSpec, snapshot: Snapshot) -> NotAssessed | None:
    """A view over all servers (GV$) leaves out a server that does not answer, without an error."""
    if not any(_spans_servers(row) for row in _list_needed(spec)):
        return None
    silent = sorted(_list_expected_servers(snapshot) - snapshot.work_out(_list_answering_servers))
    if not silent:
        return None
    return NotAssessed(
        "{servers} did not answer; the state there is unknown.",
        "Assess again when every server answers.",
        servers=list_names(silent),
    )


def _spans_servers(row: type) -> bool:
    source = find_source_spec(row)
    return source is not None and any(view.partition(".")[2].startswith("GV$") for view in source.views)


def _list_expected_servers(snapshot: Snapshot) -> set[str]:
    """Servers that hold a replica of the tenant. The embedded kernel is one server without an address of its own."""
    found = snapshot.facts.get(Location, ())
    return set() if snapshot.embedded or isinstance(found, Unavailable) else {row.svr_ip for row in found}


def _list_answering_servers(snapshot: Snapshot) -> set[str]:
    """Servers of which some row came from a view over all servers."""
    return {
        row.svr_ip
        for source, rows in snapshot.facts.items()
        if not isinstance(rows, Unavailable) and _spans_servers(source)
        for row in rows
        if getattr(row, "svr_ip", None)
    }


def _find_missing_rows(spec: CheckSpec, least: LeastEvidence, snapshot: Snapshot) -> NotAssessed | None:
    for row in _list_needed(spec)[:1]:
        found = snapshot.facts.get(row, ())
        if not isinstance(found, Unavailable) and len(found) < least.rows_count:
            return NotAssessed(
                "{source} has {rows_count} rows; at least {least_count} are needed to judge.",
                source=_name_view(row),
                rows_count=len(found),
                least_count=least.rows_count,
            )
    return None


def _is_about_load(least: LeastEvidence) -> bool:
    return least.span_hours is not None or least.load_pct is not None


def _judge_records(spec: CheckSpec, least: LeastEvidence, snapshot: Snapshot) -> Sight:
    """What the best record of the load lacks, if none shows enough; and the time of statements that it hides.

    Where that is time which the server has not been up for, a larger record would show no more.
    """
    if not _is_about_load(least):
        return Sight()
    rows = spec.facts.values()
    texts_wanted = CachedPlan in _list_needed(spec)
    observed = {row: source.observes for row in rows if (source := find_source_spec(row)) and source.observes}
    # Where plans are optional, they only give a finding its text: that they go back for days shows nothing.
    measured = {kind for row, kind in observed.items() if row is not CachedPlan or texts_wanted}
    kinds = measured or set(observed.values())
    if texts_wanted:
        kinds.add(Observes.REPOSITORY)  # a text tells of its statement in every record
    records = [describe_record(kind, snapshot, rows, texts_wanted) for kind in Observes if kind in kinds]
    enough = [record for record in records if _describe_gap(record, least) is None]
    if enough:
        return Sight(hidden_us_per_s=min(record.hidden_us_per_s for record in enough))
    best, least_hours = max(records, key=lambda record: (record.span_hours, record.load_pct or 0.0)), least.span_hours
    young = None
    if least_hours is not None and best.span_hours < least_hours:
        young = describe_short_uptime(snapshot, least_hours * 3600)
    if young:
        return Sight(young, explains_all=True, hidden_us_per_s=best.hidden_us_per_s)
    return Sight(_describe_gap(best, least), hidden_us_per_s=best.hidden_us_per_s)


def _find_unread_record(rows: Iterable[type], snapshot: Snapshot) -> NotAssessed | None:
    """A record that could not be read may show more; its own reason is told.

    One that this version does not have shows nothing: what the others show must do.
    """
    for row in rows:
        source, found = find_source_spec(row), snapshot.facts.get(row)
        if source and source.observes and isinstance(found, Unavailable) and found.kind is not UnavailableKind.NO_VIEW:
            lack = NotAssessed(found.reason.msgid)
            lack.reason, lack.unlock = found.reason, found.remedy
            return lack
    return None


def describe_unseen_plans(least: LeastEvidence, snapshot: Snapshot) -> Text | None:
    """Return what the cached plans do not show of the load, of the least that is needed; None if they show enough."""
    gap = _describe_gap(describe_record(Observes.PLAN_CACHE, snapshot, (), texts_wanted=False), least)
    return gap.reason if gap else None


def _describe_gap(record: LoadRecord, least: LeastEvidence) -> NotAssessed | None:
    unlock = record.remedy.msgid if record.remedy else ""
    if least.span_hours is not None and record.span_hours < least.span_hours:
        return NotAssessed(
            "{record}: {span_s} of load are shown, {least_s} are needed. {cause}",
            unlock,
            record=Text(RECORDS[record.kind]),
            span_s=record.span_hours * 3600,
            least_s=least.span_hours * 3600,
            cause=record.reason,
        )
    if least.load_pct is not None and (record.load_pct is None or record.load_pct < least.load_pct):
        return NotAssessed(
            "{record}: {load_pct} of the statement time is shown, {least_pct} are needed. {cause}",
            unlock,
            record=Text(RECORDS[record.kind]),
            load_pct=record.load_pct,
            least_pct=least.load_pct,
            cause=record.reason,
        )
    return None


def _find_unjudged(least: LeastEvidence, judged: Collection[str], unjudged: Collection[str]) -> NotAssessed | None:
    everything = len(judged) + len(unjudged)
    if not unjudged or 100 * len(judged) / everything >= least.judged_pct:
        return None
    if not judged:
        return NotAssessed("There is not enough data to judge.")
    return NotAssessed(
        "{unjudged_count} of {all_count} objects could not be judged for lack of data: {names}",
        all_count=everything,
        unjudged_count=len(unjudged),
        names=list_names(sorted(unjudged)),
    )

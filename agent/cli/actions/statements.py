"""What ``ob-health sql`` does: tells the statements of a snapshot, as the checks see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.tree import Tree

from agent.cli.actions.statement_reading import KnownTable, ToldStatement, read_told
from agent.facts.plan_tree import Plan, read_access
from agent.facts.plans import PlanStep
from agent.facts.shape_load import ShapeLoad
from agent.facts.time_split import split_time
from agent.judgement.plan_history import PastPlan
from agent.judgement.statement_trend import Trend
from agent.model.labels import RECORDS, STAGES
from agent.model.terms import Text, Unit
from agent.support import console
from agent.support.errors import ConfigError
from agent.support.i18n import format_value, translate
from agent.support.suggestions import suggest_words

_TEXT_CHARS, _ID_CHARS, _MOST_NAMED = 60, 12, 10
_MEASURES = {"time": "elapsed_us", "cpu": "cpu_us", "io": "io_wait_us", "lock": "wait_us"}


def print_statements(path: Path, by: str, limit: int, *, before: Path | None = None, as_json: bool) -> None:
    """Print the dearest statements as a table, or as JSON. Raises SnapshotError and ConfigError."""
    if by not in _MEASURES:
        args = {"option": "--by", "given": by, "known": ", ".join(_MEASURES)}
        text = Text("{option}: there is no {given}; known are {known}.", args)
        raise ConfigError(text, suggest_words([by], list(_MEASURES)))
    told = sorted(read_told(path, before), key=lambda one: _measure(one, by), reverse=True)
    if as_json:
        console.print_json([_describe(one) for one in told[:limit]])
        return
    if not told:
        console.say("No record in this snapshot holds a statement.")
        return
    whole = sum(_measure(one, by) for one in told)
    if not whole:
        console.say("No record shows {what} of single statements.", what=by)
    console.print_table(
        ("SQL_ID", "database", "executions", by, "share", "average", "trend", "rows read", "causes", "statement"),
        [_list_cells(one, by, whole) for one in told[:limit]],
    )
    if len(told) > limit:
        console.say("{count} more; --limit shows them.", count=len(told) - limit)
    _print_unread(told)


def _print_unread(told: Sequence[ToldStatement]) -> None:
    """Count and name the statements that could not be understood: most checks do not judge them."""
    statements = [one.statement for one in told]
    unknown = [statement.sql_id for statement in statements if statement.text is None]
    unread = [statement.sql_id for statement in statements if statement.text and statement.questions is None]
    for text, ids in (
        ("Statements whose text is not known: {count} ({ids})", unknown),
        ("Statements whose text could not be parsed: {count} ({ids})", unread),
    ):
        if ids:
            named = ", ".join(sql_id[:_ID_CHARS] for sql_id in ids[:_MOST_NAMED])
            console.say(text, count=len(ids), ids=f"{named}, \u2026" if len(ids) > _MOST_NAMED else named)


def print_statement(path: Path, sql_id: str, *, before: Path | None = None, as_json: bool) -> None:
    """Print all that is known of one statement. Raises SnapshotError, and ConfigError for an id that is not there."""
    one = _find_statement(read_told(path, before), sql_id, path)
    if as_json:
        console.print_json(_describe(one))
        return
    _print_head(one)
    _print_loads(one)
    _print_trend(one.trend)
    for plan in one.statement.plans if console.is_told(console.Loudness.NORMAL) else ():
        console.out.print(_draw_plan(plan))
    _print_past_plans(one.past_plans)
    _print_waits(one)
    _print_causes(one)
    for row in one.definitions:
        console.print_verbatim("\n" + "\n".join(map(console.strip_controls, row.definition.splitlines())))
    for table in one.known_tables:
        _print_known(table)


def _print_known(table: KnownTable) -> None:
    """Print what the dictionary tells of a table whose definition was not read."""
    name = f"{table.table_schema}.{table.table_name}"
    text = "The definition of {table} was not read. The dictionary tells these columns and indexes; more may be there."
    console.say(text, table=console.strip_controls(name))
    lines = [
        " ".join(filter(None, (row.column_name, row.column_type, row.character_set_name, row.collation_name)))
        for row in table.columns
    ]
    lines += [f"{index} ({', '.join(columns)})" for index, columns in table.indexes.items()]
    console.print_verbatim("\n".join(f"  {console.strip_controls(line)}" for line in lines))


def _find_statement(told: Sequence[ToldStatement], sql_id: str, path: Path) -> ToldStatement:
    found = [one for one in told if any(known.startswith(sql_id.upper()) for known in one.sql_ids)]
    exact = [one for one in found if sql_id.upper() in one.sql_ids] or found
    if len(exact) == 1:
        return exact[0]
    args = {"path": str(path), "given": sql_id, "ids": ", ".join(one.statement.sql_id for one in found[:5])}
    if not found:
        text = "{path}: there is no statement {given} in this snapshot; ob-health sql list shows those that are."
        raise ConfigError(Text(text, args))
    raise ConfigError(Text("{path}: several statements begin with {given}: {ids}. Give more of the id.", args))


def _say(value: Any, unit: Unit | None) -> str:
    return format_value(value, unit, console.choose_language())


def _say_executions(load: ShapeLoad) -> str:
    """Say how often a statement was executed: one number, or two between which it lies."""
    fewest, most = load.fewest_executions, load.most_executions
    return _say(load.executions, Unit.COUNT) if fewest == most else _say_range(fewest, most, Unit.COUNT)


def _say_average(load: ShapeLoad) -> str:
    """Say how long an execution takes on average, or between which two times that lies."""
    if load.fewest_executions == load.most_executions:
        return _say(load.average_us, Unit.MICROSECONDS)
    return _say_range(load.least_average_us, load.most_average_us, Unit.MICROSECONDS)


def _say_range(least: float, most: float, unit: Unit) -> str:
    told = [_say(least, unit), _say(most, unit)]
    return "\u2013".join(dict.fromkeys(told))


def _measure(one: ToldStatement, by: str) -> int:
    """Microseconds by which statements are ranked; 0 where no record tells."""
    known = (getattr(load, _MEASURES[by]) for load in (one.statement.load, *one.statement.loads))
    return next((int(value) for value in known if value is not None), 0)


def _list_cells(one: ToldStatement, by: str, whole_us: int) -> tuple[str, ...]:
    load, measured = one.statement.load, _measure(one, by)
    text = " ".join((one.statement.text or translate("unknown", console.choose_language())).split())
    return (
        one.statement.sql_id[:_ID_CHARS] + (f" +{len(one.sql_ids) - 1}" if len(one.sql_ids) > 1 else ""),
        _say(load.database, None),
        _say_executions(load),
        _say(measured, Unit.MICROSECONDS),
        _say(100 * measured / whole_us if whole_us else None, Unit.PCT),
        _say_average(load),
        _tell_trend(one.trend),
        _say(round(one.statement.reads), Unit.COUNT),
        ", ".join(code for code, _ in one.causes) or "–",
        text if len(text) <= _TEXT_CHARS else text[: _TEXT_CHARS - 1] + "…",
    )


def _tell_trend(trend: Trend | None) -> str:
    """Say how the average time compares with the earlier snapshot: new, or one for so many of before."""
    if trend is None or (trend.ratio is None and trend.is_new is not True):
        return "–"
    if trend.ratio is None:
        return translate("new", console.choose_language())
    return f"×{trend.ratio:.1f}" if trend.ratio < 10 else f"×{trend.ratio:.0f}"


def _print_trend(trend: Trend | None) -> None:
    """Print what a statement did before and does now, in the record that has it both times."""
    if trend is None:
        return
    if trend.record is None or trend.now is None or trend.before is None:
        if trend.is_new:
            console.say("The earlier snapshot did not see it: it is new.")
        elif trend.is_new is None:
            console.say("Whether it is new is not known: the earlier snapshot did not see all statements.")
        return
    language = console.choose_language()
    rows = [
        (title, unit, getattr(trend.before, name), getattr(trend.now, name))
        for title, name, unit in (
            ("average", "average_us", Unit.MICROSECONDS),
            ("executions an hour", "hourly", Unit.COUNT),
            ("rows read each time", "rows_read", Unit.COUNT),
        )
    ]
    console.print_table(
        ("trend", "before", "now", "now / before"),
        [
            (
                translate(title, language),
                _say(was, unit),
                _say(is_now, unit),
                f"×{is_now / was:.1f}" if was and is_now is not None else "–",
            )
            for title, unit, was, is_now in rows
        ],
    )
    console.say("Both figures are of one record: {record}", record=translate(RECORDS[trend.record.value], language))
    if trend.overlaps:
        console.say("As far as is known their spans overlap: what is told as now may hold executions of before.")


def _print_head(one: ToldStatement) -> None:
    console.say(
        "SQL {sql_id} in {database}",
        "bold",
        sql_id=one.statement.sql_id,
        database=_say(one.statement.load.database, None),
    )
    if len(one.sql_ids) > 1:
        console.say("One statement under several ids, added up: {ids}", ids=", ".join(one.sql_ids))
    text = one.statement.text
    if text is None:
        console.say(
            "Its text is not known: neither the plan cache nor the WR shows it, or reading SQL texts is not authorized."
        )
        return
    console.print_verbatim(console.strip_controls(text) + "\n")
    if not one.statement.executions:
        console.say("Its plan has left the plan cache; the text is from the WR.")


def _print_loads(one: ToldStatement) -> None:
    language = console.choose_language()
    console.print_table(
        (
            "record",
            "executions",
            "total",
            "average",
            "queued",
            "planned",
            "CPU",
            "disks",
            "locks",
            "retries",
            "RPCs",
            "rows read",
            "rows used",
        ),
        [
            (
                translate(RECORDS[load.record.value], language),
                _say_executions(load),
                _say(load.elapsed_us, Unit.MICROSECONDS),
                _say_average(load),
                *(
                    _say(value, Unit.MICROSECONDS)
                    for value in (load.queue_us, load.plan_us, load.cpu_us, load.io_wait_us, load.wait_us)
                ),
                _say(load.retries, Unit.COUNT),
                _say(load.rpc_count, Unit.COUNT),
                _say(load.rows_read, Unit.COUNT),
                _say(load.rows_used, Unit.COUNT),
            )
            for load in one.statement.loads
        ],
    )
    _print_times(one)
    for load in one.statement.loads:
        if load.user:
            _print_senders(load)


def _print_times(one: ToldStatement) -> None:
    """Say where the time goes, by the record that tells most of it."""
    times, language = split_time(one.statement.loads), console.choose_language()
    if times is None:
        console.say("Where its time goes is not known: no record of this version tells it.")
        return
    nothing = _say(0.0, Unit.PCT)
    shown = [
        (translate(STAGES[part.stage], language), _say(part.pct, Unit.PCT))
        for part in sorted(times.parts, key=lambda part: -part.pct)
    ]
    parts = [f"{stage} {share}" for stage, share in shown if share != nothing]
    record = translate(RECORDS[times.record], language)
    console.say("Where its time goes ({record}): {parts}", record=record, parts=" · ".join(parts))


def _print_senders(load: ShapeLoad) -> None:
    """Say what only the audit knows: who, when, and where to look up one execution."""
    console.say("Sent by {user}; accounts in all: {count}", user=load.user, count=load.users or 1)
    if load.first_us and load.last_us:
        first, last = (
            f"{datetime.fromtimestamp(us / 1_000_000, UTC):%Y-%m-%d %H:%M:%S}" for us in (load.first_us, load.last_us)
        )
        console.say("First and last seen in the audit (UTC): {first}, {last}", first=first, last=last)
    if load.trace_id:
        console.say("TRACE_ID of its longest execution, while the audit holds it: {trace_id}", trace_id=load.trace_id)


def _draw_plan(plan: Plan) -> Tree:
    """Draw the operators as a tree: estimated against measured rows, and what a scan goes through."""
    title = translate("Plan {plan_hash}", console.choose_language()).replace("{plan_hash}", str(plan.plan_hash))
    root = Tree(escape(title), highlight=False)
    parents: list[tuple[int, Tree]] = []
    for step in plan.steps:
        while parents and parents[-1][0] >= step.depth:
            parents.pop()
        branch = (parents[-1][1] if parents else root).add(escape(_describe_step(step)))
        parents.append((step.depth, branch))
    return root


def _describe_step(step: PlanStep) -> str:
    language = console.choose_language()
    parts = [" ".join(filter(None, (step.operator.strip(), step.object_alias.strip())))]
    args = {"estimated": _say(step.rows_estimated, Unit.COUNT), "real": _say(step.rows_real, Unit.COUNT)}
    parts.append(translate("rows: {estimated} estimated, {real} measured", language).format_map(args))
    access = read_access(step)
    if access and access.range_rows is not None:
        through = {"rows": _say(access.range_rows, Unit.COUNT), "back": _say(access.back_rows or 0, Unit.COUNT)}
        parts.append(translate("goes through {rows}, looks up {back}", language).format_map(through))
    if step.partitions:
        parts.append(step.partitions)
    return console.strip_controls(" · ".join(parts))


def _print_past_plans(plans: Sequence[PastPlan]) -> None:
    """Print which plans it has had, as far as the repository and the plan cache show them."""
    language = console.choose_language()
    if plans:
        console.print_table(
            ("plan", "record", "first seen (UTC)", "last seen (UTC)", "executions", "average"),
            [
                (
                    plan.plan_hash,
                    translate(RECORDS[plan.record.value], language),
                    *(_say_moment(moment) for moment in (plan.first, plan.last)),
                    _say_range(*plan.executions, Unit.COUNT),
                    _say_range(*plan.average_us, Unit.MICROSECONDS),
                )
                for plan in plans
            ],
        )


def _describe_past(plan: PastPlan) -> dict[str, Any]:
    moments = {"first": plan.first, "last": plan.last}
    return {**asdict(plan), **{name: moment and moment.isoformat() for name, moment in moments.items()}}


def _say_moment(moment: datetime | None) -> str:
    return _say(None, None) if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def _print_waits(one: ToldStatement) -> None:
    language = console.choose_language()
    if one.waits:
        console.print_table(
            ("state", "class", "event", "samples"),
            [
                (wait.session_state, wait.wait_class, wait.event or "–", _say(wait.samples, Unit.COUNT))
                for wait in one.waits
            ],
        )
    if one.hours:
        hours = ", ".join(f"{row.hour:02d}h {_say(row.samples, Unit.COUNT)}" for row in one.hours)
        console.say("Seen at work by the hour (UTC): {hours}", hours=hours)
    if not (one.waits or one.hours):
        console.print_verbatim(
            translate("What it waits for is not known: no sample of its sessions was read.", language)
        )


def _print_causes(one: ToldStatement) -> None:
    language = console.choose_language()
    for code, finding in one.causes:
        console.say("{code}  {finding}", "bold", code=code, finding=finding.text)
    if not one.causes:
        console.print_verbatim(translate("No check found a cause.", language))
    if one.unjudged:
        console.say("Too little is known to judge it by: {codes}", codes=", ".join(one.unjudged))


def _describe(one: ToldStatement) -> dict[str, Any]:
    """Return what a program reads. Times in microseconds."""
    return {
        "sql_id": one.statement.sql_id,
        "sql_ids": list(one.sql_ids),
        "tenant_id": one.statement.tenant_id,
        "database": one.statement.load.database,
        "statement": one.statement.text,
        "parsed": one.statement.questions is not None,
        "loads": [asdict(load) for load in one.statement.loads],
        "times": None if (times := split_time(one.statement.loads)) is None else asdict(times),
        "plans": [
            {
                "sql_id": plan.sql_id,
                "plan_hash": str(plan.plan_hash),
                "outline": one.statement.outlines.get(plan.plan_hash),
                "steps": [asdict(step) for step in plan.steps],
            }
            for plan in one.statement.plans
        ],
        "past_plans": [_describe_past(plan) for plan in one.past_plans],
        "waits": [asdict(wait) for wait in one.waits],
        "hours": [asdict(hour) for hour in one.hours],
        "definitions": [asdict(row) for row in one.definitions],
        "known_tables": [asdict(table) for table in one.known_tables],
        "trend": None if one.trend is None else {**asdict(one.trend), "ratio": one.trend.ratio},
        "causes": [
            {
                "code": code,
                "severity": finding.severity.value,
                "value": finding.value,
                "evidence": dict(finding.evidence),
            }
            for code, finding in one.causes
        ],
        "unjudged": list(one.unjudged),
    }

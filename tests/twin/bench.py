"""``make bench-twin``: what the twin's verdicts are worth, on kernels with data: a table and build/bench-twin.json.

Each schema is read as an assessment reads a tenant, with masked texts, and the twin advises. Its indexes are then
made on the tenant, and each statement is timed without them, with the advised ones, with those that cost alone would
choose, and with those that syntax rules would. Runs are interleaved; a figure is the median of seven. Exit 1 below the
aims. ``--only NAME,NAME`` measures some schemas; ``large`` is the time that 200 tables and 100 statements take.
"""

from __future__ import annotations

import contextlib
import json
import math
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pymysql
from rich.console import Console
from rich.table import Table
from sqlglot import expressions as exp

from agent.facts.conditions import Asks, read_questions
from agent.facts.definition_text import read_definition
from agent.facts.definitions import TableDefinition
from agent.facts.parsed_sql import parse_statement
from agent.kernel.start import Kernel, run_kernel
from agent.model.snapshot import Snapshot
from agent.twin.candidates import Candidate, Scope
from agent.twin.hints import hide_indexes
from agent.twin.plan_shape import read_explained
from agent.twin.prove import prove_advice
from agent.twin.result import IndexAdvice, TwinReport, Verdict
from tests.twin import large
from tests.twin.planting import PATIENCE, plant, read_tenant
from tests.twin.schemas import BenchSchema, points, scheduler, shop, trade

OUT = Path(__file__).parent.parent.parent / "build" / "bench-twin.json"
SCHEMAS = (shop.SCHEMA, scheduler.SCHEMA, points.SCHEMA, trade.SCHEMA)
_ROUNDS = 7
_FASTER, _SLOWER, _LEAST_MS = 0.9, 1.1, 0.2
_NONE, _ADVISED, _COST, _SYNTAX = "none", "advised", "cost alone", "syntax rules"
_Z = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One statement: milliseconds of each variant, what the twin said of it, and whether its plan changed."""

    statement: str
    sql_id: str
    match: str
    verdict: str
    why: str
    is_changed: bool
    is_predicted: bool | None
    ms: Mapping[str, float]

    def compare(self, variant: str) -> str:
        """Say whether a variant is faster, slower or the same as without indexes."""
        before, after = self.ms[_NONE], self.ms[variant]
        if abs(before - after) <= _LEAST_MS:
            return "same"
        return "faster" if after < _FASTER * before else "slower" if after > _SLOWER * before else "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One schema: its statements, its advice, and how long the twin took."""

    schema: str
    is_held_out: bool
    is_analytic: bool
    matches: Mapping[str, int]
    statements: list[Timed]
    indexes: list[dict[str, Any]]
    recovered: int
    removed: int
    retired: list[str]
    useless_retired: int
    seconds: float
    plans: int
    peak_bytes: int
    counts: Mapping[str, int] = field(default_factory=dict)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Return the interval of a share with 95 % confidence."""
    if not count:
        return 0.0, 1.0
    share, square = hits / count, _Z * _Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _Z / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def measure_schema(schema: BenchSchema, console: Console) -> Measured:
    """Plant, read, advise, make the indexes, and time the statements."""
    with run_kernel() as kernel:
        console.log(f"{schema.name}: planting")
        plant(kernel, schema)
        snapshot, ids = read_tenant(kernel, schema)
        console.log(f"{schema.name}: {len(ids)} of {len(schema.reads)} statements in the cache; advising")
        report = prove_advice(snapshot)
        console.log(f"{schema.name}: {report.matches}, {report.plans} plans in {report.seconds:.0f} s")
        sets = choose_sets(schema, snapshot, report)
        make_indexes(kernel, {candidate for found in sets.values() for candidate in found})
        console.log(f"{schema.name}: timing " + ", ".join(f"{name} {len(found)}" for name, found in sets.items()))
        timed = time_statements(kernel, schema, ids, report, sets)
    return describe(schema, report, timed)


def choose_sets(schema: BenchSchema, snapshot: Snapshot, report: TwinReport) -> dict[str, list[Candidate]]:
    """Return the indexes of each variant."""
    return {
        _NONE: [],
        _ADVISED: [read_candidate(one) for one in report.indexes if is_advised(one)],
        _COST: [read_candidate(one) for one in report.indexes],
        _SYNTAX: list(dict.fromkeys(list_by_syntax(schema, snapshot))),
    }


def is_advised(one: IndexAdvice) -> bool:
    """Whether an index is shown as advice."""
    return one.verdict in (Verdict.VERIFIED, Verdict.WITH_PINS)


def read_candidate(one: IndexAdvice) -> Candidate:
    """Return the candidate that an advice is about."""
    return Candidate(one.schema, one.table, one.columns, Scope(one.scope))


def list_by_syntax(schema: BenchSchema, snapshot: Snapshot) -> Iterable[Candidate]:
    """Yield what plain rules advise: per table of a statement the columns of equality, then the first range."""
    shapes = {row.table_name: read_definition(row.definition) for row in snapshot.list_rows(TableDefinition)}
    for statement in schema.reads:
        for question in read_questions(statement, shapes) or ():
            for table in question.tables:
                asked = [one for one in question.conditions if one.table == table and table in shapes]
                equal = [one.column for one in asked if one.asks in (Asks.EQUAL, Asks.AMONG, Asks.JOINED)]
                ranges = [one.column for one in asked if one.asks is Asks.RANGE][:1]
                columns = tuple(dict.fromkeys([*equal, *ranges]))
                known = shapes[table].indexes.values() if table in shapes else ()
                if columns and not any(tuple(index[: len(columns)]) == columns for index in known):
                    scope = Scope.LOCAL if shapes[table].partitioned_by else Scope.NONE
                    yield Candidate(schema.name, table, columns, scope)


def make_indexes(kernel: Kernel, candidates: Iterable[Candidate]) -> None:
    """Make indexes on the tenant, and let their entries leave the memstore."""
    kernel.run([PATIENCE, *(one.write_create().rstrip(";") for one in sorted(candidates)), "ALTER SYSTEM MINOR FREEZE"])
    time.sleep(10)


def list_aliases(statement: str) -> dict[str, str]:
    """Return the tables of a statement by the names that it calls them."""
    tree = parse_statement(statement)
    assert tree is not None, statement
    return {table.alias_or_name: table.name for table in tree.find_all(exp.Table)}


def time_statements(
    kernel: Kernel,
    schema: BenchSchema,
    ids: Mapping[str, str],
    report: TwinReport,
    sets: Mapping[str, Sequence[Candidate]],
) -> list[Timed]:
    """Time each statement in each variant, interleaved."""
    everything = {candidate for found in sets.values() for candidate in found}
    told = {one.sql_id: one for one in report.statements}
    effects = {one.sql_id: one for one in report.effects}
    timed = []
    with contextlib.closing(kernel.connect(database=schema.name)) as connection:
        run(connection, PATIENCE)
        for statement in schema.reads:
            sql_id = ids.get(statement, "")
            aliases = list_aliases(statement)
            texts = {name: write_variant(statement, aliases, everything - set(found)) for name, found in sets.items()}
            plans = {name: explain(connection, text) for name, text in texts.items()}
            effect = effects.get(sql_id)
            timed.append(
                Timed(
                    statement=statement,
                    sql_id=sql_id,
                    match=told[sql_id].match if sql_id in told else "not in cache",
                    verdict=effect.verdict.value if effect else "",
                    why=effect.why.value if effect else "",
                    is_changed=plans[_NONE] != plans[_ADVISED],
                    is_predicted=plans[_ADVISED] == effect.plan_after if effect and effect.plan_after else None,
                    ms=time_variants(connection, texts),
                )
            )
    return timed


def write_variant(statement: str, aliases: Mapping[str, str], away: Iterable[Candidate]) -> str:
    """Return the statement with hints that hide the indexes that are not of the variant."""
    hidden = [(alias, one.name) for alias, table in aliases.items() for one in away if one.table == table]
    return hide_indexes(statement, hidden)


def explain(connection: pymysql.Connection[Any], text: str) -> str:
    """Return the plan as the twin writes plans."""
    plan = read_explained(str(row[0]) for row in run(connection, f"EXPLAIN {text}"))
    return plan.write() if plan else ""


def run(connection: pymysql.Connection[Any], text: str) -> tuple[Any, ...]:
    """Run one statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(text)
        return tuple(cursor.fetchall())


def time_variants(connection: pymysql.Connection[Any], texts: Mapping[str, str]) -> dict[str, float]:
    """Return the median milliseconds of each text, run in turns; one run before them warms plan and blocks."""
    found: dict[str, list[float]] = {name: [] for name in texts}
    for text in texts.values():
        run(connection, text)
    for _ in range(_ROUNDS):
        for name, text in texts.items():
            started = time.perf_counter()
            run(connection, text)
            found[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(values) for name, values in found.items()}


def describe(schema: BenchSchema, report: TwinReport, timed: list[Timed]) -> Measured:
    """Return the figures of one schema."""
    advised = [one for one in report.indexes if is_advised(one)]
    recovered = sum(
        any(one.table == table and one.columns[: len(columns)] == columns for one in advised)
        for table, columns in schema.removed
    )
    retired = [one.name for one in report.retired]
    return Measured(
        schema=schema.name,
        is_held_out=schema.is_held_out,
        is_analytic=schema.is_analytic,
        matches=report.matches,
        statements=timed,
        indexes=[{"sql": one.sql, "verdict": one.verdict.value, "why": one.why.value} for one in report.indexes],
        recovered=recovered,
        removed=len(schema.removed),
        retired=retired,
        useless_retired=sum(name in retired for name in schema.useless),
        seconds=report.seconds,
        plans=report.plans,
        peak_bytes=report.peak_bytes,
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its aim; ``is_met`` is None where there is no aim."""

    what: str
    value: str
    aim: str = ""
    is_met: bool | None = None


def sum_up(measured: Sequence[Measured]) -> list[Figure]:
    """Return the figures of some schemas together."""
    timed = [one for each in measured for one in each.statements]
    verified = [one for one in timed if one.verdict == Verdict.VERIFIED.value]
    outcomes = Counter(one.compare(_ADVISED) for one in verified)
    slowed = [one for one in timed if one.is_changed and one.compare(_ADVISED) == "slower"]
    unflagged = [one for one in slowed if one.verdict in ("", Verdict.VERIFIED.value)]
    gains = [one for one in timed if one.compare(_COST) == "faster"]
    kept = [one for one in gains if one.verdict == Verdict.VERIFIED.value and one.compare(_ADVISED) == "faster"]
    unchanged = [one.ms[_ADVISED] / one.ms[_NONE] for one in timed if not one.is_changed]
    compared = Counter(one.match for one in timed)
    judged = sum(compared[name] for name in ("same", "forced", "other"))
    predicted = [one.is_predicted for one in timed if one.is_predicted is not None]
    changed = sum(one.verdict not in ("", "not verifiable here") for one in timed)
    pinned = sum(one.ms[_ADVISED if one.verdict in ("", Verdict.VERIFIED.value) else _NONE] for one in timed)
    total = {name: sum(one.ms[name] for one in timed) for name in (_NONE, _ADVISED, _COST, _SYNTAX)}
    low, high = wilson(outcomes["faster"], len(verified))
    faster = outcomes["faster"] / len(verified) if verified else 0.0
    recovered, removed = sum(each.recovered for each in measured), sum(each.removed for each in measured)
    fidelity = compared["same"] / judged if judged else 0.0
    return [
        Figure("statements", f"{len(timed)}", ">= 150"),
        Figure("plans of the twin that are the tenant's", f"{fidelity:.0%} of {judged}", ">= 85 %", fidelity >= 0.85),
        Figure("plans predicted with the advice", f"{sum(predicted)} of {len(predicted)}"),
        Figure("statements with a changed plan, judged", f"{changed}", ">= 60"),
        Figure(
            "verified: faster / same / slower",
            f"{outcomes['faster']} / {outcomes['same']} / {outcomes['slower']}"
            f" ({faster:.0%}, 95 %: {low:.0%} to {high:.0%})",
            "faster >= 90 %, slower 0",
            faster >= 0.9 and not outcomes["slower"],
        ),
        Figure("slowed, and not flagged", f"{len(unflagged)} of {len(slowed)}", "0", not unflagged),
        Figure(
            "real gains of cost alone that are verified",
            f"{len(kept)} of {len(gains)}",
            ">= 80 %",
            len(kept) >= 0.8 * len(gains),
        ),
        Figure("removed indexes recovered", f"{recovered} of {removed}", ">= 80 %", recovered >= 0.8 * removed),
        Figure("time with advice and pins", _share(pinned, total[_NONE]), "<= 65 %", pinned <= 0.65 * total[_NONE]),
        Figure("time with advice, without pins", _share(total[_ADVISED], total[_NONE])),
        Figure("time with indexes by cost alone", _share(total[_COST], total[_NONE])),
        Figure("time with indexes by syntax rules", _share(total[_SYNTAX], total[_NONE])),
        Figure("slowed by cost alone / by syntax rules", _count_slower(timed)),
        Figure("noise: unchanged plans", _spread(unchanged)),
    ]


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.0%} of {whole:.0f} ms" if whole else "-"


def _count_slower(timed: Sequence[Timed]) -> str:
    return " / ".join(str(sum(one.compare(name) == "slower" for one in timed)) for name in (_COST, _SYNTAX))


def _spread(ratios: Sequence[float]) -> str:
    return f"x{min(ratios):.2f} to x{max(ratios):.2f}" if ratios else "-"


def print_figures(title: str, figures: Sequence[Figure], console: Console) -> None:
    """Print figures as a table."""
    table = Table("figure", "value", "aim", "", title=title, title_justify="left")
    for one in figures:
        table.add_row(one.what, one.value, one.aim, {True: "met", False: "MISSED", None: ""}[one.is_met])
    console.print(table)


def main(arguments: Sequence[str]) -> int:
    """Measure all schemas, or the one that is named. Return 1 if an aim is missed."""
    console = Console(width=140)
    names = arguments[arguments.index("--only") + 1].split(",") if "--only" in arguments else []
    measured: list[Measured] = []
    for schema in SCHEMAS:
        if schema.name in names or not names:
            measured.append(measure_schema(schema, console))
            print_measured(measured[-1], console)
            write_figures(measured)
    figures = sum_up(measured)
    if not names or "large" in names:
        console.log("large: 200 tables, 100 statements")
        figures.append(describe_size(large.measure()))
    print_figures("all", figures, console)
    return int(any(one.is_met is False for one in figures))


def describe_size(report: TwinReport) -> Figure:
    """Return what a large tenant takes. The aim is that of an idle machine, so that only twice its time misses it."""
    is_met = report.seconds <= 2 * large.MOST_SECONDS and report.peak_bytes <= large.MOST_BYTES
    return Figure("time and memory of a large tenant", large.describe(report), "<= 30 s idle, <= 1.5 GiB", is_met)


def print_measured(each: Measured, console: Console) -> None:
    """Print the figures of one schema."""
    kind = "held out" if each.is_held_out else "thresholds chosen by it"
    cost = f"{each.plans} plans, {each.seconds:.0f} s, {each.peak_bytes >> 20} MB"
    print_figures(
        f"{each.schema} ({kind}): {cost}, useless indexes found {each.useless_retired}", sum_up([each]), console
    )


def write_figures(measured: Sequence[Measured]) -> None:
    """Keep what was measured so far, in all and by schema."""
    OUT.parent.mkdir(exist_ok=True)
    held_out = [each for each in measured if each.is_held_out]
    written = {
        "figures": [asdict(one) for one in sum_up(measured)],
        "held_out": [asdict(one) for one in sum_up(held_out)],
        "schemas": [{**asdict(each), "figures": [asdict(one) for one in sum_up([each])]} for each in measured],
    }
    OUT.write_text(json.dumps(written, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

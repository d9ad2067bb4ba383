"""Fill in the sheet on slow SQL: the statements by their time, the indexes with their verdicts, and what was tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from openpyxl.worksheet.worksheet import Worksheet

from agent.model.labels import N_
from agent.report.style import Style
from agent.report.view.proof import IndexProof
from agent.report.view.report import ReportView
from agent.report.view.slow_sql import SlowSql
from agent.report.words import NOTHING, Words
from agent.report.xlsx.cells import Value, write_plain_table
from agent.report.xlsx.columns import OTHER_MARK

_HEADS = (
    (N_("What"), 22),
    (N_("No."), 6),
    (N_("SQL_ID or resource"), 36),
    (N_("Database"), 16),
    (N_("Statement"), 60),
    (N_("Executions"), 12),
    (N_("Average"), 12),
    (N_("Total"), 12),
    (N_("Share"), 9),
    (N_("Sum"), 9),
    (N_("Plan on the twin"), 20),
    (N_("Verdict"), 20),
    (N_("Reason"), 44),
    (N_("Expected gain (estimate)"), 16),
    (N_("Plan before"), 44),
    (N_("Plan after"), 44),
    (N_("SQL: first keep plans"), 50),
    (N_("SQL"), 60),
    (N_("Rollback"), 60),
    (N_("Details"), 44),
)
_COLUMNS = len(_HEADS)


def fill_slow_sql(sheet: Worksheet, report: ReportView, words: Words, style: Style) -> None:
    """Fill in the sheet; without a proof it says that indexes are unverified."""
    told = report.slow_sql
    rows = list(_list_rows(told, words)) if told else []
    nothing = words("No statement is known that takes time.")
    write_plain_table(sheet, OTHER_MARK, _HEADS, rows, words=words, accent=style.accent, nothing=nothing)


def _place(**cells: Value) -> list[Value]:
    """Return a row with these cells, by the name of their column."""
    names = (
        "what", "number", "name", "database", "text", "executions", "average", "total", "share", "sum", "match",
        "verdict", "why", "gain", "before", "after", "pins", "sql", "rollback", "details",
    )  # fmt: skip
    return [cells.get(name, "") for name in names]


def _list_rows(told: SlowSql, words: Words) -> Iterator[Sequence[Value]]:
    if not told.is_proven:
        yield _place(what=words("Limits of the proof"), why=words("Indexes are unverified."))
    if told.problem:
        yield _place(what=words("Limits of the proof"), why=told.problem)
    for line in told.statements:
        change = line.proof.change if line.proof else None
        yield _place(
            what=words("Statement"),
            number=line.number,
            name=line.sql_id,
            database=line.database,
            text=line.text,
            executions=line.executions,
            average=line.average,
            total=line.total,
            share=line.share,
            sum=line.sum,
            match=line.match or NOTHING,
            verdict=line.proof.judged.label if line.proof else words("Unverified"),
            why=line.proof.judged.why if line.proof else "",
            gain=change.gain if change else "",
            before=change.before if change else "",
            after=change.after if change else "",
        )
    for number, index in enumerate(told.indexes, start=1):
        yield _describe_index(number, index, words)
    for unproven in told.unproven:
        yield _place(what=words("Index"), name=unproven.place, verdict=words("Unverified"), why=unproven.why)
    if told.no_spare:
        yield _place(what=words("Indexes that can go, as one set"), why=told.no_spare)
    for spare in told.spare:
        yield _place(what=words("Index that can go"), name=spare.place, why=spare.reason)
    if told.spare:
        yield _place(what=words("Indexes that can go, as one set"), sql=told.hide.text, rollback=told.show.text)
    for tried in told.remedies:
        yield _place(
            what=words("SQL of a finding"),
            name=f"{tried.code} {tried.resource}",
            verdict=tried.judged.label,
            why=tried.judged.why,
        )


def _describe_index(number: int, index: IndexProof, words: Words) -> Sequence[Value]:
    return _place(
        what=words("Index"),
        number=number,
        name=index.place,
        verdict=index.judged.label,
        why="\n".join(index.pinned),
        gain="\n".join(f"{change.sql_id}: {change.gain}" for change in index.changes),
        pins="\n".join(block.text for block in (index.pins, index.pin_check) if block.count),
        sql=index.create.text,
        rollback=index.rollback.text,
        details="\n".join(f"{name}: {value}" for name, value in index.facts),
    )

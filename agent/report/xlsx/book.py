"""Build the workbook of the list of findings with openpyxl (extra ``report``). Imported only when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from agent.model.document import Document
from agent.model.labels import N_
from agent.model.sql_stages import Stage
from agent.model.terms import ChangeKind, Unit
from agent.report.style import Style
from agent.report.view.cards import Card, CardRow
from agent.report.view.page_one import NextStep
from agent.report.view.report import ReportView, build_report
from agent.report.view.scripts import STAGE_COLUMNS
from agent.report.view.sources import describe_sources
from agent.report.view.work_lines import build_work_lines, describe_row
from agent.report.words import NOTHING, Words, read_zone
from agent.report.xlsx.cells import (
    FIRST_ROW,
    SIGNED,
    Value,
    fit_height,
    let_overflow,
    make_bold,
    make_sheet_title,
    mark_sheet,
    read_day,
    set_up_print,
    write_plain_table,
    write_value,
)
from agent.report.xlsx.columns import CLOSED_MARK, MARK, OTHER_MARK
from agent.report.xlsx.list_sheets import WorkLists
from agent.report.xlsx.packing import pack_workbook
from agent.report.xlsx.slow_sql_sheet import fill_slow_sql
from agent.report.xlsx.written import find_mark, find_sheet, open_workbook, read_written

_NAME_WIDTH, _VALUE_WIDTH = 34, 90


def build_workbook(document: Document, language: str, style: Style, update: Path | None) -> bytes:
    """Return the workbook as a file. The sheets that people added to the list ``update`` stand after ours.

    Raises ConfigError for an ``update`` that is no list of ours, is damaged, or is open elsewhere.
    """
    words = Words(language, style.wording, read_zone(document))
    report = build_report(document, language, style)
    earlier = read_written(update) if update else None
    workbook = open_workbook(earlier.content) if earlier else Workbook()
    lists = WorkLists(
        document=document,
        words=words,
        accent=style.accent,
        lines=build_work_lines(document, report, words),
        resolved=[change for change in report.changes if change.kind == ChangeKind.RESOLVED],
        listed=find_sheet(workbook, MARK),
        closed=find_sheet(workbook, CLOSED_MARK),
    )
    for sheet in workbook.worksheets:
        if earlier is None or find_mark(sheet)[0]:
            workbook.remove(sheet)
    makers: tuple[tuple[str, Callable[[Worksheet], None]], ...] = (
        (N_("Summary"), lambda sheet: _fill_summary(sheet, report, lists, words, style)),
        (N_("List of findings"), lists.fill_list),
        (N_("Findings"), lambda sheet: _fill_findings(sheet, report, words, style)),
        (N_("Slow SQL and index advice"), lambda sheet: fill_slow_sql(sheet, report, words, style)),
        (N_("Not assessed"), lambda sheet: _fill_not_assessed(sheet, report, words, style)),
        (N_("Mutes and overrides"), lambda sheet: _fill_mutes(sheet, report, words, style)),
        (N_("Changes"), lambda sheet: _fill_changes(sheet, report, words, style)),
        (N_("Closed"), lists.fill_closed),
    )
    for place, (title, fill) in enumerate(makers):
        fill(workbook.create_sheet(make_sheet_title(words(title)), place))
    workbook.active = 1
    _set_properties(workbook, report, document)
    return pack_workbook(workbook)


def _set_properties(workbook: Workbook, report: ReportView, document: Document) -> None:
    known, cover = workbook.properties, report.cover
    known.title, known.subject, known.identifier = f"{cover.title} {cover.customer}", cover.target, cover.number
    known.creator = known.lastModifiedBy = cover.prepared_by
    known.category, known.language = cover.classification, report.language
    known.created = known.modified = datetime.fromisoformat(document["as_of"]).astimezone(UTC).replace(tzinfo=None)


def _fill_summary(sheet: Worksheet, report: ReportView, lists: WorkLists, words: Words, style: Style) -> None:
    """Fill in page one of the report and how to use this file."""
    mark_sheet(sheet, OTHER_MARK)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = _NAME_WIDTH, _VALUE_WIDTH
    write_value(sheet.cell(2, 1), report.cover.title, words)
    let_overflow(sheet.cell(2, 1))
    sheet.cell(2, 1).font = make_bold(style.accent[1:].upper(), 16)
    row = 4
    for title, pairs in (*_list_blocks(report, words), *_list_closing(lists, words)):
        write_value(sheet.cell(row, 1), title, words)
        let_overflow(sheet.cell(row, 1))
        sheet.cell(row, 1).font = make_bold(style.accent[1:].upper(), 12)
        for place, (name, value) in enumerate(pairs, start=row + 1):
            write_value(sheet.cell(place, 1), name, words)
            write_value(sheet.cell(place, 2), value, words)
            sheet.cell(place, 2).alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)
            fit_height(sheet, place, ((name, _NAME_WIDTH), (str(value), _VALUE_WIDTH)))
        row += len(pairs) + 2
    set_up_print(sheet)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "portrait", 1


def _list_closing(lists: WorkLists, words: Words) -> Iterator[tuple[str, Sequence[tuple[str, Value]]]]:
    closed, total = lists.count_closed()
    share = words.value(100 * closed / total, Unit.PCT) if total else NOTHING
    told = words("{closed} of {total} ({share})", closed=closed, total=total, share=share)
    yield words("Follow-up"), [(words("Closure rate"), told)]
    yield (
        words("How to use this file"),
        [
            (
                words("Columns with a yellow head"),
                words("To be filled in; the next list keeps these entries and what you add."),
            ),
            (words("All other columns"), words("Rewritten by each assessment.")),
            (
                words("To keep what is written"),
                words("Give this file to the technical account manager before the next assessment."),
            ),
        ],
    )


def _list_blocks(report: ReportView, words: Words) -> Iterator[tuple[str, Sequence[tuple[str, Value]]]]:
    front = report.front
    yield words("Cover"), report.cover.facts
    yield words("Conclusion"), _describe_headline(report, words)
    yield words("Health score"), _describe_verdict(report, words)
    yield words("Points lost by category"), [(bar.label, bar.points_lost or bar.note) for bar in front.bars]
    yield words("Checks with findings"), [(label, count) for _, label, count in front.severities]
    yield (
        words("Findings"),
        [(words("For the customer"), front.finding_count), (words("For the cloud platform"), front.platform_count)],
    )
    yield (
        words("What to do first"),
        [(f"{step.code} {step.title}", _describe_step(step, words)) for step in front.steps]
        + ([(words("Score then"), front.score_after_steps)] if front.score_after_steps else []),
    )
    yield (
        words("Decisions asked of the customer"),
        [(decision.chapter_title, decision.text) for decision in report.decisions],
    )
    yield (
        words("Backup and availability: what is known, and what is not"),
        [
            (f"{line.label} · {line.state_label}", " ".join((line.known, line.unknown)).rstrip())
            for line in front.assurance
        ],
    )
    if front.since:
        yield words("Since last time"), _describe_changes(report, words)
    yield words("What this assessment cost the database"), front.cost
    yield words("Authorization"), front.authorization


def _describe_headline(report: ReportView, words: Words) -> list[tuple[str, Value]]:
    told = report.front.headline
    named = (
        (words("Verdict"), told.verdict),
        (words("Gravest finding"), told.consequence),
        (words("Outlook"), told.outlook),
        (words("Not covered"), told.limits),
    )
    return [(name, text) for name, text in named if text]


def _describe_step(step: NextStep, words: Words) -> str:
    due = f"{words('by {day}', day=step.due)} ({step.deadline})" if step.due else step.deadline
    return " · ".join(filter(None, (f"+{step.gain}", due, step.effort, step.owner, step.action)))


def _describe_verdict(report: ReportView, words: Words) -> list[tuple[str, Value]]:
    verdict = report.front.verdict
    grade = verdict.band or words("Grade withheld")
    return [
        (words("Health score"), f"{verdict.shown} / 100" if verdict.assessed else verdict.shown),
        (words("Grade"), f"{grade} ({words('Provisional')})" if verdict.band and verdict.provisional else grade),
        *((words("Missing for a grade"), need) for need in verdict.grade_needs),
        (words("Range"), verdict.range_shown if verdict.assessed else NOTHING),
        (words("Coverage"), verdict.coverage),
    ]


def _describe_changes(report: ReportView, words: Words) -> list[tuple[str, Value]]:
    since = report.front.since
    if since is None:
        return []
    moved = since.scores + (f" ({since.delta})" if since.delta else "")
    told: list[tuple[str, Value]] = [(words("Health score"), moved)]
    told += [(label, count) for kind, label, count in since.counts if kind != "unchanged"]
    basis = f"{since.baseline_number} · {since.baseline}"
    return [*told, (words("Compared with"), " · ".join(filter(None, (basis, since.not_compared))))]


def _fill_findings(sheet: Worksheet, report: ReportView, words: Words, style: Style) -> None:
    """Fill in one row for each finding. The list of findings only counts them."""
    heads = (
        (N_("Checks"), 12),
        (N_("Title"), 30),
        (N_("Severity"), 10),
        (N_("Resource"), 40),
        (N_("What was seen"), 60),
        (N_("Value"), 16),
        (N_("Limit"), 16),
        (N_("Change"), 11),
        (N_("Evidence"), 50),
        (N_("Statement"), 60),
        (N_("SQL on the twin"), 30),
        (N_("Figures from"), 30),
        *((STAGE_COLUMNS[stage], width) for stage, width in zip(Stage, (60, 40, 50), strict=True)),
        (N_("Rollback"), 60),
    )
    rows: list[Sequence[Value]] = []
    for card in _walk_cards((*report.cards, *report.platform)):
        rows += [
            (
                ", ".join((card.code, *(sign.code for sign in row.signs))),
                card.title,
                row.severity_label,
                row.resource,
                describe_row(row),
                row.value,
                row.limit,
                row.change_label,
                "\n".join(f"{name}: {value}" for name, value in (*row.evidence, *row.outlook)),
                _describe_statement(row),
                f"{row.tried.label} {row.tried.why}".rstrip() if row.tried else "",
                describe_sources(card.sources),
                *_list_stages(row),
                row.rollback.text or card.no_rollback,
            )
            for row in (*card.rows, *card.more_rows)
        ]
        if card.unseen:
            more = words("{count} further resources are listed in assessment.json only.", count=card.unseen)
            rows.append((card.code, card.title, "", more))
        if card.unjudged:
            rows.append((card.code, card.title, "", "", card.unjudged))
    nothing = words("No check that was assessed found anything.")
    write_plain_table(sheet, OTHER_MARK, heads, rows, words=words, accent=style.accent, nothing=nothing)


def _describe_statement(row: CardRow) -> str:
    told = row.statement
    if told is None:
        return row.no_statement
    return "\n".join((told.text or told.no_text, *(f"{name}: {value}" for name, value in told.facts), *told.plans))


def _list_stages(row: CardRow) -> Iterator[str]:
    """Yield the statements of a finding, a cell for each stage, numbered where there are several."""
    texts = {
        step.stage: "\n".join(filter(None, (step.label and f"-- {step.label}", step.script.text, step.more.text)))
        for step in row.steps
    }
    yield from (texts.get(stage, "") for stage in Stage)


def _walk_cards(cards: Sequence[Card]) -> Iterator[Card]:
    for card in cards:
        yield card
        yield from _walk_cards(card.symptoms)


def _fill_not_assessed(sheet: Worksheet, report: ReportView, words: Words, style: Style) -> None:
    heads = (
        (N_("Checks"), 12),
        (N_("Title"), 40),
        (N_("Category"), 20),
        (N_("Status"), 20),
        (N_("Reason"), 60),
        (N_("What is needed"), 60),
        (N_("Risk points at stake"), 14),
        (N_("Carried from an earlier assessment"), 26),
    )
    rows: list[Sequence[Value]] = [
        (
            line.code,
            line.title,
            line.category,
            line.outcome,
            line.reason,
            line.unlock or NOTHING,
            NOTHING if line.carried_from else float(line.points),
            line.carried_from,
        )
        for line in report.not_assessed
    ]
    nothing = words("Every check that applies was assessed.")
    write_plain_table(sheet, OTHER_MARK, heads, rows, words=words, accent=style.accent, nothing=nothing)


def _fill_mutes(sheet: Worksheet, report: ReportView, words: Words, style: Style) -> None:
    heads = (
        (N_("What"), 18),
        (N_("Checks"), 12),
        (N_("Title"), 36),
        (N_("Resource"), 36),
        (N_("Severity"), 10),
        (N_("Reason"), 60),
        (N_("Answered for by"), 20),
        (N_("Until"), 13),
    )
    muted: list[Sequence[Value]] = [
        (
            words("Muted finding"),
            line.code,
            line.title,
            line.resource,
            line.severity_label,
            line.reason,
            line.owner,
            read_day(line.until),
        )
        for line in report.muted
    ]
    unjudged = {line.code: line for line in report.muted if line.unjudged}
    muted += [(words("Muted finding"), line.code, line.title, "", "", line.unjudged) for line in unjudged.values()]
    overridden: list[Sequence[Value]] = [
        (words("Overridden rule"), line.code, line.change, "", "", line.reason, line.owner, read_day(line.until))
        for line in report.overrides
    ]
    if report.muted_unseen:
        muted.append(("", "", words("{count} more are in assessment.json.", count=report.muted_unseen)))
    nothing = words("No finding is muted.")
    rows = [*muted, *overridden]
    write_plain_table(sheet, OTHER_MARK, heads, rows, words=words, accent=style.accent, nothing=nothing)


def _fill_changes(sheet: Worksheet, report: ReportView, words: Words, style: Style) -> None:
    heads = (
        (N_("Change"), 26),
        (N_("Checks"), 12),
        (N_("Title"), 40),
        (N_("Resource"), 40),
        (N_("Was"), 12),
        (N_("Value before"), 16),
        (N_("Is"), 12),
        (N_("Value now"), 16),
        (N_("Points"), 10),
    )
    rows: list[Sequence[Value]] = []
    if report.bridge:
        rows += [(step.label, "", "", "", "", "", "", "", step.value) for step in report.bridge.steps]
    rows += [
        (
            line.kind_label,
            line.code,
            line.title,
            line.resource,
            line.was_severity,
            line.was_value,
            line.severity,
            line.value,
        )
        for line in report.changes
    ]
    if report.changes_unseen:
        rows.append(("", "", words("{count} more are in assessment.json.", count=report.changes_unseen)))
    nothing = (
        words("No finding appeared, went or changed.")
        if report.front.since
        else words("First assessment: there is nothing earlier to compare with.")
    )
    write_plain_table(sheet, OTHER_MARK, heads, rows, words=words, accent=style.accent, nothing=nothing)
    for number in range(FIRST_ROW, FIRST_ROW + len(report.bridge.steps if report.bridge else ())):
        sheet.cell(number, len(heads)).number_format = SIGNED

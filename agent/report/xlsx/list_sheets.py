"""Fill in the two sheets that people work with: the list, one line for each unit of work, and the closed lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import quote

from openpyxl.styles import Alignment, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from agent.model.document import Document
from agent.model.labels import CATEGORIES
from agent.report.view.file_names import PAGE, name_file
from agent.report.view.report import ChangeLine
from agent.report.view.work_lines import STATES, WorkLine, find_fate
from agent.report.words import NAME_LENGTH, Words, make_printable
from agent.report.xlsx.cells import (
    DAY_FORMAT,
    FIRST_ROW,
    HEAD_ROW,
    LINK_FONT,
    OLDER_FORMAT,
    SEVERITY_COLORS,
    SIGNED,
    Value,
    align_lines,
    count_pages_wide,
    cut_to_fit,
    draw_lines,
    fit_height,
    make_bold,
    mark_sheet,
    restore_cell,
    set_up_table,
    write_head,
    write_value,
)
from agent.report.xlsx.columns import (
    CLOSED_MARK,
    CLOSED_ON,
    COLUMNS,
    HUMAN,
    MARK,
    NOTE,
    REVIEWS,
    WorkColumn,
    make_line_key,
    make_owner_mark,
)
from agent.report.xlsx.written import AddedColumn, KeptCell, WrittenLine, WrittenSheet
from agent.support.i18n import LANGUAGES, translate

_HUMAN_FILL = PatternFill("solid", fgColor="FFFBEF")
_KEY_COLUMN = 1
_BESIDE = ("resource", "seen", "value")  # of one finding, in one line
_DAYS = frozenset({column.key for column in (*COLUMNS, CLOSED_ON) if column.kind == "day"})
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MARK, _MARK_LENGTH = "#", 12  # a line of a single finding has its fingerprint behind the code
_CODE = re.compile(r"[A-Z][A-Z0-9_-]*")


@dataclass(frozen=True, kw_only=True)
class WorkLists:
    """Both sheets of one document. ``listed`` and ``closed`` are the sheets of the earlier list.

    ``resolved`` are the findings that are not there any more, by this assessment.
    """

    document: Document
    words: Words
    accent: str
    lines: Sequence[WorkLine]
    resolved: Sequence[ChangeLine] = ()
    listed: WrittenSheet = field(default_factory=WrittenSheet)
    closed: WrittenSheet = field(default_factory=WrittenSheet)

    def fill_list(self, sheet: Worksheet) -> None:
        """Write a line for each unit, with what people wrote in its earlier line; then the lines that people added."""
        self._write_heads(sheet, MARK, COLUMNS, self.listed.added)
        taken, row = self.taken(), FIRST_ROW
        target = make_printable(self.document["target"]["name"], NAME_LENGTH)
        for line, before in zip(self.lines, taken, strict=True):
            values = self._build_values(line, before)
            self._write_row(
                sheet, row, make_line_key(target, line.codes), columns=COLUMNS, values=values, before=before
            )
            severity = sheet.cell(row, _find_column(COLUMNS, "severity_label"))
            severity.font = make_bold(SEVERITY_COLORS.get(line.severity, "161B22"))
            if _is_older(line, before):
                sheet.cell(row, _find_column(COLUMNS, "first_seen")).number_format = OLDER_FORMAT
            self._link_report(sheet, row, line)
            row += 1
        if not self.lines:
            nothing = self.words("The checks that were assessed found nothing to fix.")
            self._write_row(sheet, row, NOTE, columns=COLUMNS, values={"title": nothing}, before=None)
            row += 1
        for own in self.listed.own:
            _restore_own_line(sheet, row, COLUMNS, own)
            row += 1
        self._add_validations(sheet, row)
        self._set_up(sheet, COLUMNS, self.listed.added, row - 1)

    def fill_closed(self, sheet: Worksheet) -> None:
        """Write the earlier lines that no unit of work continues, so that nothing that people wrote is lost.

        Then the findings that this assessment calls resolved, as far as no such line stands for them.
        """
        columns, (added, places) = (*COLUMNS, CLOSED_ON), self._join_added_columns()
        self._write_heads(sheet, CLOSED_MARK, columns, added)
        today, row = self.words.day(self.document["as_of"]), FIRST_ROW
        used = {id(line) for line in self.taken() if line is not None}
        for part, place_of in ((self.listed, range(len(self.listed.added))), (self.closed, places)):
            for line in part.lines:
                if id(line) not in used:
                    told = {key: _read_value(key, kept) for key, kept in line.cells.items() if key not in HUMAN}
                    told["state"] = self.words.label(STATES, self._find_fate(line))
                    told.setdefault(CLOSED_ON.key, today)
                    self._write_row(sheet, row, line.key, columns=columns, values=told, before=line, places=place_of)
                    row += 1
        for change in self._list_resolved():
            values = self._build_resolved(change, today)
            self._write_row(sheet, row, self._make_resolved_key(change), columns=columns, values=values, before=None)
            row += 1
        for own in self.closed.own:
            _restore_own_line(sheet, row, columns, own, places)
            row += 1
        if row == FIRST_ROW:
            self._write_row(
                sheet, row, NOTE, columns=columns, values={"title": self.words("No line is closed.")}, before=None
            )
        self._set_up(sheet, columns, added, row - 1)

    def count_closed(self) -> tuple[int, int]:
        """Return how many lines are closed, and how many there are with them.

        Closed is what was mended since a list named it, and what people have reviewed as done.
        """
        taken = self.taken()
        mended = sum(self._find_fate(line) == "resolved" for line in self._list_gone()) + len(self._list_resolved())
        passed = {translate(REVIEWS["passed"], language) for language in LANGUAGES}
        reviewed = sum(
            line is not None and "review" in line.cells and line.cells["review"].value in passed for line in taken
        )
        return mended + reviewed, mended + len(self.lines)

    def _list_gone(self) -> list[WrittenLine]:
        used = {id(line) for line in self.taken() if line is not None}
        return [line for part in (self.listed, self.closed) for line in part.lines if id(line) not in used]

    def _find_fate(self, line: WrittenLine) -> str:
        """Return the state of a line that no unit continues. That of a single finding is resolved until it is back."""
        marks = [code.partition(_MARK)[2] for code in line.codes]
        if not any(marks):
            return find_fate(self.document, line.codes)
        found = (finding["fingerprint"] for result in self.document["results"] for finding in result["findings"])
        return "reopened" if {*marks} & {mark[:_MARK_LENGTH] for mark in found} else "resolved"

    def _list_resolved(self) -> list[ChangeLine]:
        """Return the findings that went, without those for which a line stands that is closed, or was."""
        gone = self._list_gone()
        codes, keys = {code for line in gone for code in line.codes}, {line.key for line in gone}
        return [
            change
            for change in self.resolved
            if change.code not in codes and self._make_resolved_key(change) not in keys
        ]

    def _make_resolved_key(self, change: ChangeLine) -> str:
        target = make_printable(self.document["target"]["name"], NAME_LENGTH)
        return make_line_key(target, (f"{change.code}{_MARK}{change.fingerprint[:_MARK_LENGTH]}",))

    def _build_resolved(self, change: ChangeLine, today: date) -> dict[str, Value]:
        comparison = self.document["comparison"]
        category = next((r["category"] for r in self.document["results"] if r["code"] == change.code), "")
        return {
            "codes": change.code,
            "title": self.words("Nothing more to do: the check ran again and did not find it."),
            "problem": change.title,
            "first_seen": self.words.day(comparison["baseline_as_of"]) if comparison else None,
            "state": self.words(STATES["resolved"]),
            "severity_label": change.was_severity,
            "category": self.words.label(CATEGORIES, category),
            "resource": change.resource,
            "value": change.was_value,
            CLOSED_ON.key: today,
        }

    def taken(self) -> tuple[WrittenLine | None, ...]:
        """Return for each unit the earlier line that it continues, or None.

        Among the lines that share a check with the unit, an open line comes before a closed one, then the line that
        shares the most checks, then one with the unit's first check, then the one with the fewest others. Two units can
        continue the same line. If two lines become one unit, one is closed.
        """
        earlier = [(line, True) for line in self.listed.lines] + [(line, False) for line in self.closed.lines]

        def find_best(codes: Sequence[str]) -> WrittenLine | None:
            found = [(line, is_open) for line, is_open in earlier if {*codes} & {*line.codes}]
            return max(found, key=lambda item: _rank_line(codes, *item))[0] if found else None

        return tuple(find_best(line.codes) for line in self.lines)

    def _join_added_columns(self) -> tuple[tuple[AddedColumn, ...], tuple[int, ...]]:
        """Return the columns that people added to either sheet, and the new number of each one of the closed sheet.

        A column with the same head in both sheets comes once.
        """
        added, places = list(self.listed.added), list[int]()
        for column in self.closed.added:
            alike = [
                number
                for number, other in enumerate(added)
                if other.head.value == column.head.value and number not in places
            ]
            places.append(alike[0] if alike else len(added))
            added += [] if alike else [column]
        return tuple(added), tuple(places)

    def _build_values(self, line: WorkLine, before: WrittenLine | None) -> dict[str, Value]:
        values: dict[str, Value] = {
            column.key: getattr(line, column.key)
            for column in COLUMNS
            if not column.human and column.key not in ("codes", "state")
        }
        state = line.state
        if before is not None:
            was_open = any(before is line for line in self.listed.lines)
            state = ("unchanged" if state == "new" else state) if was_open else "reopened"
            if "first_seen" in before.cells:
                values["first_seen"] = _read_value("first_seen", before.cells["first_seen"]) or line.first_seen
        beside = [(column.key, column.width) for column in COLUMNS if column.key in _BESIDE]
        aligned = align_lines([(str(values[key]), width) for key, width in beside])
        values |= dict(zip((key for key, _ in beside), aligned, strict=True))
        values["codes"] = ", ".join(line.codes)
        told = line.state_told if state == line.state else ""
        values["state"] = told or self.words.label(STATES, state)
        return {column.key: self._shorten_prose(column, values.get(column.key)) for column in COLUMNS}

    def _shorten_prose(self, column: WorkColumn, value: Value) -> Value:
        """Cut prose to what a row can show. SQL stays whole, so that people can copy it."""
        if column.kind != "text" or not isinstance(value, str):
            return value
        return cut_to_fit(value, column.width, self.words("… All of it is in the report."))

    def _write_heads(
        self, sheet: Worksheet, mark: str, columns: Sequence[WorkColumn], added: Sequence[AddedColumn]
    ) -> None:
        mark_sheet(sheet, mark)
        whose = (self.document["customer"], self.document["target"]["name"])
        owner = make_owner_mark(*(make_printable(name, NAME_LENGTH) for name in whose))
        write_head(sheet, _KEY_COLUMN, owner, 12, self.accent)
        sheet.cell(HEAD_ROW, _KEY_COLUMN).alignment = Alignment(wrap_text=False)  # it must not make the head higher
        sheet.column_dimensions["A"].hidden = True
        for number, column in enumerate(columns, start=_KEY_COLUMN + 1):
            sheet.cell(1, number, column.key)
            write_head(sheet, number, self.words(column.title), column.width, self.accent, human=column.human)
        for number, extra in enumerate(added, start=_KEY_COLUMN + 1 + len(columns)):
            restore_cell(sheet.cell(HEAD_ROW, number), extra.head)
            sheet.column_dimensions[sheet.cell(1, number).column_letter].width = extra.width

    def _write_row(
        self,
        sheet: Worksheet,
        row: int,
        key: str,
        *,
        columns: Sequence[WorkColumn],
        values: Mapping[str, Value],
        before: WrittenLine | None,
        places: Sequence[int] | None = None,
    ) -> None:
        write_value(sheet.cell(row, _KEY_COLUMN), key, self.words)
        draw_lines(sheet, row, _KEY_COLUMN + len(columns))
        for number, column in enumerate(columns, start=_KEY_COLUMN + 1):
            cell = sheet.cell(row, number)
            if column.human:
                cell.fill = _HUMAN_FILL
                if column.kind == "date":
                    cell.number_format = DAY_FORMAT
                restore_cell(cell, before.cells.get(column.key) if before else None)
            else:
                write_value(cell, values.get(column.key), self.words)
                if column.kind == "gain":
                    cell.number_format = SIGNED
        if before is not None:
            _restore_added_cells(sheet, row, columns, before, places)
        fit_height(sheet, row, [(str(values.get(column.key) or ""), column.width) for column in columns])

    def _set_up(self, sheet: Worksheet, columns: Sequence[WorkColumn], added: Sequence[AddedColumn], last: int) -> None:
        widths = [*(column.width for column in columns), *(column.width for column in added)]
        wide = count_pages_wide(widths)
        set_up_table(sheet, 1 + len(widths), last, frozen=f"E{FIRST_ROW}", pages_wide=wide)

    def _link_report(self, sheet: Worksheet, row: int, line: WorkLine) -> None:
        """Lead from the checks of a line to its card in the page that lies beside the list."""
        if _CODE.fullmatch(line.codes[0]):
            cell = sheet.cell(row, _find_column(COLUMNS, "codes"))
            cell.hyperlink = f"{quote(name_file(PAGE, self.document, self.words.language))}#{line.codes[0]}"
            cell.font = LINK_FONT

    def _add_validations(self, sheet: Worksheet, last: int) -> None:
        """Offer lists of words and check dates. The program warns about any other entry and still accepts it."""
        for key, table in (("state", STATES), ("review", REVIEWS)):
            chosen = ",".join(self.words(word).replace(",", "，").replace('"', "”") for word in table.values())
            _add_validation(
                sheet, key, last, DataValidation(type="list", formula1=f'"{chosen[:250]}"', allow_blank=True)
            )
        for key in ("planned", "done"):
            rule = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
            _add_validation(sheet, key, last, rule)


def _rank_line(codes: Sequence[str], line: WrittenLine, is_open: bool) -> tuple[bool, int, bool, int]:
    shared = {*codes} & {*line.codes}
    return is_open, len(shared), codes[0] in line.codes, len(shared) - len(line.codes)


def _add_validation(sheet: Worksheet, key: str, last: int, rule: DataValidation) -> None:
    rule.errorStyle, rule.showErrorMessage = "warning", True
    sheet.add_data_validation(rule)
    letter = sheet.cell(1, _find_column(COLUMNS, key)).column_letter
    rule.add(f"{letter}{FIRST_ROW}:{letter}{max(last, FIRST_ROW) + 200}")


def _find_column(columns: Sequence[WorkColumn], key: str) -> int:
    return next(number for number, column in enumerate(columns, start=_KEY_COLUMN + 1) if column.key == key)


def _restore_own_line(
    sheet: Worksheet, row: int, columns: Sequence[WorkColumn], line: WrittenLine, places: Sequence[int] | None = None
) -> None:
    """Write a line that people added."""
    for number, column in enumerate(columns, start=_KEY_COLUMN + 1):
        restore_cell(sheet.cell(row, number), line.cells.get(column.key))
    _restore_added_cells(sheet, row, columns, line, places)


def _restore_added_cells(
    sheet: Worksheet, row: int, columns: Sequence[WorkColumn], line: WrittenLine, places: Sequence[int] | None
) -> None:
    """Write the cells of added columns. ``places`` has the new number of each column; without it none has moved."""
    for number, kept in line.extra.items():
        restore_cell(sheet.cell(row, _KEY_COLUMN + 1 + len(columns) + (places[number] if places else number)), kept)


def _is_older(line: WorkLine, before: WrittenLine | None) -> bool:
    """Whether it may have been there before the day that is told. Earlier agents wrote so in words after the day."""
    kept = before.cells.get("first_seen") if before else None
    if kept is None or kept.value is None:
        return line.is_older
    if isinstance(kept.value, str):
        return len(kept.value) > len("2026-10-03")
    return bool(kept.number_format == OLDER_FORMAT)


def _read_value(key: str, kept: KeptCell) -> Value:
    """Return what the agent wrote earlier. A formula that people put there is returned as text."""
    if isinstance(kept.value, datetime):
        return kept.value.date()
    if kept.value is None or isinstance(kept.value, int | float):
        return kept.value
    day = _DAY.match(str(kept.value)) if key in _DAYS else None
    return date.fromisoformat(day[0]) if day else str(kept.value)

"""The sheets that people work with: the list, one line for each unit of work, and the lines that are closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from agent.archive.document import Document
from agent.report.view.worklist import STATES, WorkLine, find_fate
from agent.report.words import NAME_LENGTH, Words, make_printable
from agent.report.xlsx.cells import (
    FIRST_ROW,
    HEAD_ROW,
    SEVERITY_COLORS,
    SIGNED,
    Value,
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
    KEY,
    MARK,
    NOTE,
    REVIEWS,
    WorkColumn,
    make_line_key,
)
from agent.report.xlsx.written import AddedColumn, KeptCell, WrittenLine, WrittenSheet

_HUMAN_FILL = PatternFill("solid", fgColor="FFFBEF")
_DAY = "yyyy-mm-dd"
_KEY_COLUMN = 1


@dataclass(frozen=True)
class WorkLists:
    """Both sheets of one document; ``listed`` and ``closed`` are the earlier ones."""

    document: Document
    words: Words
    accent: str
    lines: Sequence[WorkLine]
    listed: WrittenSheet = field(default_factory=WrittenSheet)
    closed: WrittenSheet = field(default_factory=WrittenSheet)

    def fill_list(self, sheet: Worksheet) -> None:
        """Each unit with what was written in its line before, then the lines that people added."""
        self._heads(sheet, MARK, COLUMNS, self.listed.added)
        taken, row = self.taken(), FIRST_ROW
        target = make_printable(self.document["target"]["name"], NAME_LENGTH)
        for line, before in zip(self.lines, taken, strict=True):
            values = self._values(line, before)
            self._row(sheet, row, make_line_key(target, line.codes), COLUMNS, values, before)
            severity = sheet.cell(row, _column(COLUMNS, "severity_label"))
            severity.font = make_bold(SEVERITY_COLORS.get(line.severity, "161B22"))
            row += 1
        if not self.lines:
            nothing = self.words("Nothing to mend was found among the checks that were assessed.")
            self._row(sheet, row, NOTE, COLUMNS, {"title": nothing}, None)
            row += 1
        for own in self.listed.own:
            _as_it_was(sheet, row, COLUMNS, own)
            row += 1
        self._validations(sheet, row)
        width = 1 + len(COLUMNS) + len(self.listed.added)
        set_up_table(sheet, width, row - 1, frozen=f"E{FIRST_ROW}", pages_wide=2)

    def fill_closed(self, sheet: Worksheet) -> None:
        """Lines that no unit of work continues, with what was written there; nothing that people wrote is lost."""
        columns, (added, places) = (*COLUMNS, CLOSED_ON), self._joined()
        self._heads(sheet, CLOSED_MARK, columns, added)
        today, row = self.words.day(self.document["as_of"]).isoformat(), FIRST_ROW
        used = {id(line) for line in self.taken() if line is not None}
        for part, place_of in ((self.listed, range(len(self.listed.added))), (self.closed, places)):
            for line in part.lines:
                if id(line) not in used:
                    told = {key: _told(kept) for key, kept in line.cells.items() if key not in HUMAN}
                    told["state"] = self.words.label(STATES, find_fate(self.document, line.codes))
                    told.setdefault(CLOSED_ON.key, today)
                    self._row(sheet, row, line.key, columns, told, line, place_of)
                    row += 1
        for own in self.closed.own:
            _as_it_was(sheet, row, columns, own, places)
            row += 1
        if row == FIRST_ROW:
            self._row(sheet, row, NOTE, columns, {"title": self.words("No line is closed.")}, None)
        set_up_table(sheet, 1 + len(columns) + len(added), row - 1, frozen=f"E{FIRST_ROW}", pages_wide=2)

    def taken(self) -> tuple[WrittenLine | None, ...]:
        """For each unit the earlier line that it continues: an open one before a closed one, then the most checks.

        One line can go on in two units. Two lines that become one unit: one goes on, the other is closed.
        """
        earlier = [(line, True) for line in self.listed.lines] + [(line, False) for line in self.closed.lines]

        def best(codes: Sequence[str]) -> WrittenLine | None:
            shared = [(is_open, len({*codes} & {*line.codes}), line) for line, is_open in earlier]
            found = [(is_open, count, line) for is_open, count, line in shared if count]
            return max(found, key=lambda item: item[:2])[2] if found else None

        return tuple(best(line.codes) for line in self.lines)

    def _joined(self) -> tuple[tuple[AddedColumn, ...], tuple[int, ...]]:
        """The columns that people added to either sheet, each head once, and where those of the closed lines go."""
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

    def _values(self, line: WorkLine, before: WrittenLine | None) -> dict[str, Value]:
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
                values["first_seen"] = _told(before.cells["first_seen"]) or line.first_seen
        values["codes"] = ", ".join(line.codes)
        values["state"] = self.words.label(STATES, state)
        return {column.key: self._shown(column, values.get(column.key)) for column in COLUMNS}

    def _shown(self, column: WorkColumn, value: Value) -> Value:
        """Prose as far as a row can show it; SQL is whole, so that it can be taken from here."""
        if column.kind != "text" or not isinstance(value, str):
            return value
        return cut_to_fit(value, column.width, self.words("… All of it is in the report."))

    def _heads(self, sheet: Worksheet, mark: str, columns: Sequence[WorkColumn], added: Sequence[AddedColumn]) -> None:
        mark_sheet(sheet, mark)
        write_head(sheet, _KEY_COLUMN, KEY, 12, self.accent)
        sheet.column_dimensions["A"].hidden = True
        for number, column in enumerate(columns, start=_KEY_COLUMN + 1):
            sheet.cell(1, number, column.key)
            write_head(sheet, number, self.words(column.title), column.width, self.accent, human=column.human)
        for number, extra in enumerate(added, start=_KEY_COLUMN + 1 + len(columns)):
            restore_cell(sheet.cell(HEAD_ROW, number), extra.head)
            sheet.column_dimensions[sheet.cell(1, number).column_letter].width = extra.width

    def _row(
        self,
        sheet: Worksheet,
        row: int,
        key: str,
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
                    cell.number_format = _DAY
                restore_cell(cell, before.cells.get(column.key) if before else None)
            else:
                write_value(cell, values.get(column.key), self.words)
                if column.kind == "gain":
                    cell.number_format = SIGNED
        if before is not None:
            _extra(sheet, row, columns, before, places)
        fit_height(sheet, row, [(str(values.get(column.key) or ""), column.width) for column in columns])

    def _validations(self, sheet: Worksheet, last: int) -> None:
        """What can be chosen; another word gives a warning and is taken all the same."""
        for key, table in (("state", STATES), ("review", REVIEWS)):
            chosen = ",".join(self.words(word).replace(",", "，").replace('"', "”") for word in table.values())
            _validated(sheet, key, last, DataValidation(type="list", formula1=f'"{chosen[:250]}"', allow_blank=True))
        for key in ("planned", "done"):
            rule = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
            _validated(sheet, key, last, rule)


def _validated(sheet: Worksheet, key: str, last: int, rule: DataValidation) -> None:
    rule.errorStyle, rule.showErrorMessage = "warning", True
    sheet.add_data_validation(rule)
    letter = sheet.cell(1, _column(COLUMNS, key)).column_letter
    rule.add(f"{letter}{FIRST_ROW}:{letter}{max(last, FIRST_ROW) + 200}")


def _column(columns: Sequence[WorkColumn], key: str) -> int:
    return next(number for number, column in enumerate(columns, start=_KEY_COLUMN + 1) if column.key == key)


def _as_it_was(
    sheet: Worksheet, row: int, columns: Sequence[WorkColumn], line: WrittenLine, places: Sequence[int] | None = None
) -> None:
    """A line that people added themselves."""
    for number, column in enumerate(columns, start=_KEY_COLUMN + 1):
        restore_cell(sheet.cell(row, number), line.cells.get(column.key))
    _extra(sheet, row, columns, line, places)


def _extra(
    sheet: Worksheet, row: int, columns: Sequence[WorkColumn], line: WrittenLine, places: Sequence[int] | None
) -> None:
    """Cells of added columns; ``places`` tells where each of these columns is now, if not in its own place."""
    for number, kept in line.extra.items():
        restore_cell(sheet.cell(row, _KEY_COLUMN + 1 + len(columns) + (places[number] if places else number)), kept)


def _told(kept: KeptCell) -> Value:
    """What the agent wrote before; a formula in its place is only text."""
    return kept.value if kept.value is None or isinstance(kept.value, int | float) else str(kept.value)

"""Cells that hold text as text, whatever it looks like, and the looks of the list of findings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy

from openpyxl.cell import Cell
from openpyxl.formula.translate import Translator
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from agent.report.words import Words
from agent.report.xlsx_written import Kept

Value = str | float | None
CELL_LENGTH = 32_767
HEAD_ROW, FIRST_ROW = 2, 3  # the row of keys is hidden above
_A3 = 8
_LINES_SHOWN, _LINE_POINTS, _WIDE_LINE_POINTS = 12, 15, 18.5
_FONT = "Calibri"
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "'", "|", "%")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_BAD_IN_TITLE = re.compile(r"[\\/*?:\[\]']")
_THIN = Side(style="thin", color="D8DDE3")
_TOP = Alignment(vertical="top", wrap_text=True)
_NUMBER = Alignment(vertical="top", horizontal="right")
SEVERITY_COLORS = {"critical": "9D1226", "high": "B4500B", "medium": "806400", "low": "4A5F73"}


def write(cell: Cell, value: Value, words: Words) -> None:
    """A number as a number; a text as text that no program computes, cut where a cell cannot hold it."""
    if value is None or value == "":
        return
    if not isinstance(value, str):
        cell.value = value
        cell.alignment = _NUMBER
        return
    text = _ESCAPE.sub("_x005F_", value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > CELL_LENGTH:
        note = "\n… " + words("Cut where a cell is full; all of it is in assessment.json.")
        text = text[: CELL_LENGTH - len(note)] + note
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_STARTS_FORMULA)
    cell.alignment = _TOP


def put(cell: Cell, kept: Kept | None) -> None:
    """A cell of an earlier list as it was; a formula moves with its cell."""
    if kept is None:
        return
    value = kept.value
    if kept.data_type == "f" and isinstance(value, str):
        value = Translator(value, kept.place).translate_formula(cell.coordinate)
    cell.value = value
    cell.data_type = kept.data_type
    if kept.style is not None:
        cell._style = copy(kept.style)
    cell.comment = copy(kept.comment)
    if kept.link is not None:
        cell.hyperlink = copy(kept.link)


def bold(color: str, size: float = 11) -> Font:
    return Font(name=_FONT, bold=True, size=size, color=color)


def head(sheet: Worksheet, column: int, title: str, width: float, accent: str, *, human: bool = False) -> None:
    """A column's head; those that people fill in are light, with a word in the legend."""
    cell = sheet.cell(HEAD_ROW, column, title)
    cell.data_type = "s"
    cell.font = bold("161B22" if human else "FFFFFF")
    cell.fill = PatternFill("solid", fgColor="FFF2CC" if human else accent[1:].upper())
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    cell.border = Border(bottom=Side(style="medium", color=accent[1:].upper()))
    sheet.column_dimensions[get_column_letter(column)].width = width


def line_below(sheet: Worksheet, row: int, columns: int) -> None:
    for column in range(1, columns + 1):
        sheet.cell(row, column).border = Border(bottom=_THIN)


def fit(sheet: Worksheet, row: int, texts: Sequence[tuple[str, float]]) -> None:
    """A height for the longest of (text, width), within reason: the rest is read in the formula bar."""
    height = max((_height(text, width) for text, width in texts), default=0)
    sheet.row_dimensions[row].height = max(height, _LINE_POINTS) + 3


def _height(text: str, width: float) -> float:
    """In points; Chinese takes more room in both directions."""
    wide = any(map(_is_wide, text))
    lines = (sum(2 if _is_wide(char) else 1 for char in line[:2000]) for line in text.split("\n")[:_LINES_SHOWN])
    count = sum(1 + int(length // max(width - 1, 1)) for length in lines)
    return min(count, _LINES_SHOWN) * (_WIDE_LINE_POINTS if wide else _LINE_POINTS)


def _is_wide(char: str) -> bool:
    return ord(char) > 0x2E7F


def tabular(sheet: Worksheet, columns: int, rows: int, *, frozen: str, pages_wide: int = 1) -> None:
    """Filters, a head that stays, and a page setup that prints all columns on so many pages of wide paper."""
    last = get_column_letter(columns)
    sheet.freeze_panes = frozen
    sheet.auto_filter.ref = f"A{HEAD_ROW}:{last}{max(rows, FIRST_ROW)}"
    printable(sheet, pages_wide)
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    if pages_wide > 1:
        sheet.print_title_cols = "B:D"
    sheet.row_dimensions[HEAD_ROW].height = 32


def printable(sheet: Worksheet, pages_wide: int = 1) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages_wide, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.right.text = "&P / &N"
    sheet.page_margins.left = sheet.page_margins.right = 0.4


def title_of(text: str) -> str:
    """A name that a sheet may have."""
    return _BAD_IN_TITLE.sub(" ", text).strip()[:31] or "-"


def listing(
    sheet: Worksheet, mark: str, heads: Sequence[tuple[str, float]], rows: Sequence[Sequence[Value]], words: Words,
    accent: str, nothing: str,
) -> None:  # fmt: skip
    """A plain table. ``nothing`` is said where it has no row."""
    marked(sheet, mark)
    for column, (title, width) in enumerate(heads, start=1):
        head(sheet, column, title, width, accent)
    for number, values in enumerate(rows or [[nothing]], start=FIRST_ROW):
        for column, value in enumerate(values, start=1):
            write(sheet.cell(number, column), value, words)
        line_below(sheet, number, len(heads))
        fit(sheet, number, [(str(value or ""), width) for value, (_, width) in zip(values, heads, strict=False)])
    tabular(sheet, len(heads), FIRST_ROW - 1 + len(rows), frozen=f"A{FIRST_ROW}")


def marked(sheet: Worksheet, mark: str) -> None:
    """The hidden row by which a sheet is known as ours."""
    sheet.cell(1, 1, mark)
    sheet.row_dimensions[1].hidden = True

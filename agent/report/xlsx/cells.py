"""Write and format cells of the list of findings. No text becomes a formula, even if it looks like one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from datetime import date
from math import ceil

from openpyxl.cell import Cell
from openpyxl.formula.translate import Translator
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from agent.report.words import Words
from agent.report.xlsx.written import KeptCell

Value = str | float | date | None
CELL_LENGTH = 32_767
HEAD_ROW, FIRST_ROW = 2, 3  # row 1 is hidden and holds the keys
_A3 = 8
_A3_CHARACTERS = 212  # that stand on its width at full size, in the units of a column's width
_LEAST_SCALE = 0.7  # of 11 points: smaller is hard to read on paper
_ROW_POINTS, _PADDING = 406, 3  # the sum is the highest row that the format allows
_LINE_POINTS, _WIDE_LINE_POINTS = 15, 17.5
_LINES_COUNTED = 100
_FONT = "Calibri"
SIGNED, _POINTS_FORMAT = "+0.0;-0.0", "0.0"
DAY_FORMAT, OLDER_FORMAT = "yyyy-mm-dd", '"≤ "yyyy-mm-dd'  # days, and days before which it may have been, sort alike
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "'", "|", "%")
_ESCAPE_PATTERN = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_BAD_IN_TITLE = re.compile(r"[\\/*?:\[\]']")
_THIN_SIDE = Side(style="thin", color="D8DDE3")
_TEXT_ALIGNMENT = Alignment(vertical="top", wrap_text=True)
_NUMBER_ALIGNMENT = Alignment(vertical="top", horizontal="right", indent=1)
_DAY_ALIGNMENT = Alignment(vertical="top", horizontal="left")
_WORD_PATTERN = re.compile(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+")
LINK_FONT = Font(name=_FONT, color="0563C1", underline="single")
SEVERITY_COLORS = {"critical": "9D1226", "high": "B4500B", "medium": "806400", "low": "4A5F73"}


def write_value(cell: Cell, value: Value, words: Words) -> None:
    """Write a number as a number, and a text so that no program computes it. Cuts a text that a cell cannot hold."""
    if value is None or value == "":
        return
    if isinstance(value, date):
        cell.value, cell.number_format, cell.alignment = value, DAY_FORMAT, _DAY_ALIGNMENT
        return
    if not isinstance(value, str):
        cell.value = value
        cell.alignment = _NUMBER_ALIGNMENT
        if isinstance(value, float):
            cell.number_format = _POINTS_FORMAT
        return
    text = _ESCAPE_PATTERN.sub("_x005F_", value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > CELL_LENGTH:
        note = "\n… " + words("Cut where a cell is full; all of it is in assessment.json.")
        text = text[: CELL_LENGTH - len(note)] + note
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_STARTS_FORMULA)
    cell.alignment = _TEXT_ALIGNMENT


def restore_cell(cell: Cell, kept: KeptCell | None) -> None:
    """Write a cell of an earlier list as it was. A formula is adapted to its new place."""
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


def read_day(text: str) -> Value:
    """Return the day of a text such as ``2026-10-03``, so that the column sorts; any other text as it is."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def make_bold(color: str, size: float = 11) -> Font:
    """Return the bold font of the workbook; ``color`` is RRGGBB."""
    return Font(name=_FONT, bold=True, size=size, color=color)


def let_overflow(cell: Cell) -> None:
    """Let the text run over the empty cells beside it, as a title does."""
    cell.alignment = Alignment(vertical="top", wrap_text=False)


def write_head(sheet: Worksheet, column: int, title: str, width: float, accent: str, *, human: bool = False) -> None:
    """Write the head of a column. A column that people fill in (``human``) has a light head; the summary says so."""
    cell = sheet.cell(HEAD_ROW, column, title)
    cell.data_type = "s"
    cell.font = make_bold("161B22" if human else "FFFFFF")
    cell.fill = PatternFill("solid", fgColor="FFF2CC" if human else accent[1:].upper())
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    cell.border = Border(bottom=Side(style="thin", color=accent[1:].upper()))
    sheet.column_dimensions[get_column_letter(column)].width = width


def draw_lines(sheet: Worksheet, row: int, columns: int) -> None:
    """Draw thin lines around the cells of a row."""
    for column in range(1, columns + 1):
        sheet.cell(row, column).border = Border(bottom=_THIN_SIDE, right=_THIN_SIDE)


def fit_height(sheet: Worksheet, row: int, texts: Sequence[tuple[str, float]]) -> None:
    """Make the row as high as the longest of (text, width) needs, up to the limit. The formula bar shows the rest."""
    height = max((_measure_height(text, width) for text, width in texts), default=0)
    sheet.row_dimensions[row].height = min(max(height, _LINE_POINTS), _ROW_POINTS) + _PADDING


def _measure_height(text: str, width: float) -> float:
    """Return the height of the text in points."""
    points = _WIDE_LINE_POINTS if any(map(_is_wide, text)) else _LINE_POINTS
    return _count_lines(text, width) * points


def align_lines(texts: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """Return texts of (text, width) that hold one item a line, so that each item begins on the same line in all."""
    items = [text.split("\n") for text, _ in texts]
    if len({*map(len, items)}) > 1:
        return tuple(text for text, _ in texts)
    counts = [[_count_lines(item, width) for item in column] for column, (_, width) in zip(items, texts, strict=True)]
    needed = [max(row) for row in zip(*counts, strict=True)]
    return tuple(
        "\n".join(item + "\n" * (need - count) for item, count, need in zip(column, own, needed, strict=True)).rstrip()
        for column, own in zip(items, counts, strict=True)
    )


def cut_to_fit(text: str, width: float, note: str) -> str:
    """Return as much text as a row can show, in whole lines if possible. ``note`` is added to a text that is cut."""
    if _measure_height(text, width) <= _ROW_POINTS:
        return text
    kept = text.split("\n")
    while _measure_height("\n".join([*kept, note]), width) > _ROW_POINTS:
        kept = kept[:-1] if len(kept) > 1 else [kept[0][: len(kept[0]) * 9 // 10]]
    return "\n".join([*kept, note])


def _count_lines(text: str, width: float) -> int:
    """Return the count of lines at this width. Chinese characters count twice; a line can break at any of them."""
    room, count = max(int(width), 1), 0
    for line in text.split("\n"):
        used, count = 0, count + 1
        for word in _WORD_PATTERN.findall(line):
            length = 2 if _is_wide(word[0]) else len(word)
            if used and used + length > room:
                used, count = 0, count + 1
            count += (used + length - 1) // room
            used = (used + length - 1) % room + 1
        if count > _LINES_COUNTED:
            break
    return count


def _is_wide(char: str) -> bool:
    return ord(char) > 0x2E7F


def set_up_table(sheet: Worksheet, columns: int, rows: int, *, frozen: str, pages_wide: int = 1) -> None:
    """Add filters, freeze the head, and fit all columns on ``pages_wide`` A3 pages in print."""
    last = get_column_letter(columns)
    sheet.freeze_panes = frozen
    sheet.auto_filter.ref = f"A{HEAD_ROW}:{last}{max(rows, FIRST_ROW)}"
    set_up_print(sheet, pages_wide)
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    if pages_wide > 1:
        sheet.print_title_cols = "B:C"
    sheet.row_dimensions[HEAD_ROW].height = 2 * _WIDE_LINE_POINTS + _PADDING


def count_pages_wide(widths: Sequence[float]) -> int:
    """Return on how many pages columns of these widths must stand, so that paper shows letters of a readable size."""
    return max(1, ceil(sum(widths) * _LEAST_SCALE / _A3_CHARACTERS))


def set_up_print(sheet: Worksheet, pages_wide: int = 1) -> None:
    """Print on wide paper, all columns on so many pages."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages_wide, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.right.text = "&P / &N"
    sheet.page_margins.left = sheet.page_margins.right = 0.4


def make_sheet_title(text: str) -> str:
    """Return the text without what the title of a sheet must not contain."""
    return _BAD_IN_TITLE.sub(" ", text).strip()[:31] or "-"


def write_plain_table(
    sheet: Worksheet,
    mark: str,
    heads: Sequence[tuple[str, float]],
    rows: Sequence[Sequence[Value]],
    *,
    words: Words,
    accent: str,
    nothing: str,
) -> None:
    """Write a table. ``heads`` are messages and widths of its columns. Without rows it says ``nothing``."""
    mark_sheet(sheet, mark)
    for column, (title, width) in enumerate(heads, start=1):
        write_head(sheet, column, words(title), width, accent)
    for number, values in enumerate(rows or [[nothing]], start=FIRST_ROW):
        for column, value in enumerate(values, start=1):
            write_value(sheet.cell(number, column), value, words)
        draw_lines(sheet, number, len(heads))
        fit_height(sheet, number, [(str(value or ""), width) for value, (_, width) in zip(values, heads, strict=False)])
    if not rows:
        let_overflow(sheet.cell(FIRST_ROW, 1))
        fit_height(sheet, FIRST_ROW, ())
    wide = count_pages_wide([width for _, width in heads])
    set_up_table(sheet, len(heads), FIRST_ROW - 1 + len(rows), frozen=f"A{FIRST_ROW}", pages_wide=wide)


def mark_sheet(sheet: Worksheet, mark: str) -> None:
    """Write the mark into a hidden first row. A later run finds our sheets by it."""
    sheet.cell(1, 1, mark)
    sheet.row_dimensions[1].hidden = True

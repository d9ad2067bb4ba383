"""Read what people wrote in an earlier list of findings. The checks of a line identify it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from agent.model.terms import Text
from agent.report.xlsx.bounds import check_bounds
from agent.report.xlsx.columns import (
    CLOSED_MARK,
    CLOSED_ON,
    COLUMNS,
    HUMAN,
    KEY,
    MARK,
    MARKS,
    NOTE,
    read_owner_mark,
    split_line_key,
)
from agent.support.archives import TooLarge
from agent.support.errors import ConfigError

FILE_BYTES_MAX = 64 * 1024 * 1024
_HEAD_ROWS = 20  # people may have inserted rows above
_KNOWN_KEYS = frozenset({KEY, CLOSED_ON.key, *(column.key for column in COLUMNS)})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCell:
    """A cell as it was. ``place`` is its coordinate: a formula needs it when its cell moves."""

    value: Any
    data_type: str
    place: str
    style: Any
    number_format: str
    comment: Any
    link: Any


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A line: ``cells`` by column key, ``extra`` by number of the added column. Lines of people have no ``codes``."""

    key: str
    codes: tuple[str, ...]
    cells: Mapping[str, KeptCell]
    extra: Mapping[int, KeptCell]

    @property
    def all(self) -> tuple[KeptCell, ...]:
        """Every cell of the line, those of people's own columns too."""
        return (*self.cells.values(), *self.extra.values())


@dataclass(frozen=True, slots=True)
class AddedColumn:
    """A column that people added: its head and width."""

    head: KeptCell
    width: float


@dataclass(frozen=True, slots=True)
class WrittenSheet:
    """A sheet. ``lines`` are ours with what people wrote there; ``own`` are the lines that people added.

    ``owner`` is customer and target, None in a list of an earlier agent.
    """

    known: bool = False
    lines: tuple[WrittenLine, ...] = ()
    own: tuple[WrittenLine, ...] = ()
    added: tuple[AddedColumn, ...] = ()
    owner: tuple[str, str] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the lines, in their order."""
        return tuple(line.key for line in self.lines)


@dataclass(frozen=True, slots=True)
class WrittenList:
    """An earlier list as a file. ``customer`` and ``target`` are whose it is, empty where it does not tell."""

    path: Path
    content: bytes
    customer: str
    target: str


def read_written(path: Path) -> WrittenList:
    """Return an earlier list. Raises ConfigError if it is no list of ours, is damaged, or is open elsewhere."""
    args = {"path": str(path)}
    content = _read_content(path)
    try:
        check_bounds(content)
        workbook = open_workbook(content)
        found = find_sheet(workbook, MARK)
        keys = [*found.keys, *find_sheet(workbook, CLOSED_MARK).keys]
    except TooLarge as error:
        text = "{path} is larger than any list of findings: {reason}. Give the right file, or take out what was added."
        raise ConfigError(Text(text, {**args, "reason": error.text})) from None
    except Exception as error:  # noqa: BLE001 - a damaged or hostile file can make the library raise anything
        text = "{path} is no spreadsheet or is damaged ({reason}). Give a findings_*.xlsx that this agent wrote."
        raise ConfigError(Text(text, {**args, "reason": str(error)[:200] or type(error).__name__})) from None
    if not found.known:
        text = "{path} is no list of findings of this agent. Give a findings_*.xlsx that it wrote."
        raise ConfigError(Text(text, args))
    targets = {target for target, _ in map(split_line_key, keys)}
    if len(targets) > 1:
        text = "{path} holds lines of several targets ({targets}). Keep one list for each target."
        raise ConfigError(Text(text, {**args, "targets": ", ".join(sorted(targets))}))
    customer, target = found.owner or ("", "")
    return WrittenList(path, content, customer, next(iter(targets), target))


def _read_content(path: Path) -> bytes:
    args = {"path": str(path)}
    owner = next((lock for lock in (f"~${path.name}", f".~lock.{path.name}#") if path.with_name(lock).exists()), None)
    if owner:
        text = "{path} is open in another program ({owner}). Close it there and run this again."
        raise ConfigError(Text(text, {**args, "owner": owner}))
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise ConfigError(Text("{path} is larger than any list of findings. Give the right file.", args))
        return path.read_bytes()
    except OSError as error:
        text = "{path} cannot be read ({reason}). Close it elsewhere or give the right file."
        raise ConfigError(Text(text, {**args, "reason": error.strerror or str(error)})) from None


def open_workbook(content: bytes) -> Workbook:
    """Return the workbook with formulas as they were typed, not their results."""
    return load_workbook(BytesIO(content))


def find_mark(sheet: Worksheet) -> tuple[str, int, int]:
    """Return the mark of a sheet of ours, its row and its column; ("", 0, 0) for a sheet that people added."""
    for row, cells in _list_rows(sheet):
        for cell in cells if row <= _HEAD_ROWS else ():
            if isinstance(cell.value, str) and cell.value in MARKS:
                return cell.value, cell.row, cell.column
    return "", 0, 0


def _list_rows(sheet: Worksheet) -> list[tuple[int, list[Cell]]]:
    """Return the rows that exist with the cells that exist. To ask the library for a range would make all its cells."""
    rows: dict[int, list[Cell]] = {}
    for (row, _), cell in sorted(sheet._cells.items()):
        rows.setdefault(row, []).append(cell)
    return list(rows.items())


def find_sheet(workbook: Workbook, mark: str) -> WrittenSheet:
    """Return the content of the sheet with this mark; an empty WrittenSheet if there is none."""
    for sheet in workbook.worksheets:
        found, row, column = find_mark(sheet)
        if found == mark:
            return _parse_sheet(sheet, row, column)
    return WrittenSheet()


def _parse_sheet(sheet: Worksheet, row: int, key_column: int) -> WrittenSheet:
    rows = dict(_list_rows(sheet))
    named = {cell.column: str(cell.value) for cell in rows[row] if cell.value in _KNOWN_KEYS}
    named[key_column] = KEY
    below = [(number, cells) for number, cells in rows.items() if number > row]
    used = {cell.column for _, cells in below for cell in cells if _has_content(cell)}
    added = sorted(used - named.keys())
    lines: list[WrittenLine] = []
    own: list[WrittenLine] = []
    for number, cells in below:
        if number > row + 1 and any(_has_content(cell) for cell in cells):
            kept = {cell.column: _keep_cell(cell) for cell in cells}
            by_key = {name: kept[column] for column, name in named.items() if column in kept}
            extra = {place: kept[column] for place, column in enumerate(added) if column in kept}
            key = str(by_key.pop(KEY).value or "") if KEY in by_key else ""
            line = WrittenLine(key, split_line_key(key)[1], by_key, extra)
            if key != NOTE:
                (lines if line.codes else own).append(line)
    heads = tuple(
        AddedColumn(_keep_cell(sheet.cell(row + 1, column)), sheet.column_dimensions[get_column_letter(column)].width)
        for column in added
    )
    owner = read_owner_mark(sheet.cell(row + 1, key_column).value)
    return WrittenSheet(True, tuple(lines), tuple(own), heads, owner)


def _has_content(cell: Cell) -> bool:
    return cell.value is not None or cell.comment is not None


def _keep_cell(cell: Cell) -> KeptCell:
    style = copy(cell._style) if cell.has_style else None
    return KeptCell(
        value=cell.value,
        data_type=cell.data_type,
        place=cell.coordinate,
        style=style,
        number_format=cell.number_format,
        comment=copy(cell.comment),
        link=copy(cell.hyperlink),
    )


def list_entries(content: bytes) -> set[tuple[Any, ...]]:
    """Return everything that people wrote, as a set, so that two files can be compared."""
    workbook, found = open_workbook(content), set[tuple[Any, ...]]()
    for mark in (MARK, CLOSED_MARK):
        sheet = find_sheet(workbook, mark)
        found |= {("column", column.head.value) for column in sheet.added}
        for line in sheet.own:
            found.add(("line", *sorted(str(kept.value) for kept in line.all if kept.value is not None)))
        for line in sheet.lines:
            for kept in (*(line.cells[key] for key in HUMAN if key in line.cells), *line.extra.values()):
                if kept.value is not None or kept.comment:
                    found.add(("cell", str(kept.value), kept.comment and kept.comment.text))
    return found | {("sheet", sheet.title) for sheet in workbook.worksheets if not find_mark(sheet)[0]}

"""Lists of findings as tests make, read and fill them in."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font

from agent.model.document import Document
from agent.report.style import Style
from agent.report.view.file_names import LIST as LIST_FILE
from agent.report.view.file_names import name_file
from agent.report.xlsx.render_xlsx import render_xlsx
from tests.agent.report import sample

DOCUMENTS = {"rich": sample.rich(), "healthy": sample.healthy(), "blind": sample.blind(), "empty": sample.empty()}
SHEETS = [
    "Summary", "List of findings", "Findings", "Slow SQL and index advice", "Not assessed", "Mutes and overrides",
    "Changes", "Closed",
]  # fmt: skip
LIST = 1


def in_excel(document: Document, language: str = "en", update: Path | None = None) -> Any:
    return openpyxl.load_workbook(BytesIO(render_xlsx(document, language, Style(), update)))


def column(sheet: Any, key: str) -> int:
    return next(int(cell.column) for cell in sheet[1] if cell.value == key)


def row_of(sheet: Any, code: str) -> int:
    number = column(sheet, "codes")
    return next(row for row in range(3, sheet.max_row + 1) if code in str(sheet.cell(row, number).value).split(", "))


def cell(sheet: Any, code: str, key: str) -> Any:
    return sheet.cell(row_of(sheet, code), column(sheet, key))


def without(document: Any, *codes: str) -> Any:
    """The document after these checks passed."""
    left = deepcopy(document)
    left["roadmap"] = [unit for unit in left["roadmap"] if not {*unit["codes"]} & {*codes}]
    for result in left["results"]:
        if result["code"] in codes:
            result.update(outcome="pass", findings=[], points_lost=0.0, risk_points=0.0)
    return left


def written(folder: Path, document: Document, language: str = "en") -> tuple[Any, Path]:
    """A list with its path; saved again after people wrote in it."""
    path = folder / "given" / name_file(LIST_FILE, document, language)
    path.parent.mkdir(exist_ok=True)
    return in_excel(document, language), path


def filled(folder: Path, document: Document = DOCUMENTS["rich"], language: str = "en") -> Path:
    """People named owners, dates and remarks, and added a column, a line and a sheet."""
    book, path = written(folder, document, language)
    sheet = book.worksheets[LIST]
    cell(sheet, "CAP001", "owner_customer").value = "Sun Li"
    cell(sheet, "CAP001", "planned").value = datetime(2026, 11, 20)
    cell(sheet, "SQL003", "remarks").value = "=waiting for the vendor"
    cell(sheet, "SQL003", "remarks").data_type = "s"
    cell(sheet, "SQL003", "remarks").font = Font(bold=True, color="FF0000")
    cell(sheet, "SQL003", "remarks").comment = Comment("asked on Monday", "Chen")
    cell(sheet, "STA001", "review").value = "Review passed"
    extra = sheet.max_column + 1
    sheet.cell(2, extra, "Ticket")
    sheet.cell(row_of(sheet, "SQL003"), extra, "T-17")
    row = row_of(sheet, "PAR004")
    sheet.cell(row, extra, f"=LEN(C{row})")
    sheet.append([None] * (column(sheet, "title") - 1) + ["Our own line"])
    book.create_sheet("Ours").append(["kept", 1])
    book.save(path)
    return path

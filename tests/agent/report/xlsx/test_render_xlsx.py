"""The list of findings: what it says, that it computes nothing, and that it never loses what people wrote."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from agent.archive.upgrade import upgrade_document
from agent.report.style import Style
from agent.report.view.file_names import PAGE, name_file
from agent.report.view.report import build_report
from agent.report.view.work_lines import build_work_lines
from agent.report.words import Words
from agent.report.xlsx.cells import CELL_LENGTH, OLDER_FORMAT, align_lines
from agent.report.xlsx.columns import COLUMNS
from agent.report.xlsx.render_xlsx import render_xlsx
from agent.support.i18n import LANGUAGES
from tests.agent.report.lists import DOCUMENTS, LIST, SHEETS, cell, column, in_excel
from tests.agent.report.office import converted, outside, parts
from tests.agent.report.test_hostile import ATTACKS, hostile

FORMULAS = (
    "=cmd|' /C calc'!A0", "=1+1", "+1+1", "-1+1", "@SUM(1,1)", "\t=1+1", "\r=1+1", "\n=1+1", "%0A=1", "'=1", "|x",
    "#N/A", '=HYPERLINK("http://evil","x")', "_x0041_", "=", "😀",
)  # fmt: skip


def test_a_line_for_each_unit_of_work_with_all_columns() -> None:
    document = DOCUMENTS["rich"]
    book = in_excel(document)
    assert book.sheetnames == SHEETS
    sheet = book.worksheets[LIST]
    assert [cell.value for cell in sheet[1]][1:] == [column.key for column in COLUMNS]
    expected = build_work_lines(document, build_report(document, "en"), Words("en"))
    assert len(expected) == len(document["roadmap"]) + 1  # the platform's
    assert sheet.max_row == 2 + len(expected)
    assert [sheet.cell(row, column(sheet, "gain")).value for row in range(3, 3 + len(document["roadmap"]))] == [
        unit["gain"] for unit in document["roadmap"]
    ]
    told = {key: cell(sheet, "SQL003", key).value for key in ("state", "severity_label", "value", "sql", "rollback")}
    assert told == {
        "state": "Unchanged",
        "severity_label": "High",
        "value": "4,820,000",
        "sql": "CREATE INDEX idx_orders_customer ON shop.orders (customer_id, created_at);",
        "rollback": "DROP INDEX idx_orders_customer ON shop.orders;",
    }
    assert cell(sheet, "CAP002", "codes").value == "CAP001, CAP002"
    assert "Check after: EXPLAIN shows the new index." in cell(sheet, "SQL003", "verification").value
    assert "… and 17 more" in cell(sheet, "SCH002", "resource").value
    first_seen = cell(sheet, "CAP001", "first_seen")
    assert (first_seen.value, first_seen.number_format) == (datetime(2026, 7, 3), OLDER_FORMAT)
    found = [result for result in document["results"] if result["outcome"] == "finding"]
    unjudged = sum(bool(result["reason"]["en"]) for result in found)
    assert book["Findings"].max_row == 2 + sum(len(result["findings"]) for result in found) + unjudged


def test_it_can_be_filtered_chosen_from_and_printed() -> None:
    sheet = in_excel(DOCUMENTS["rich"]).worksheets[LIST]
    assert sheet.freeze_panes == "E3"
    assert sheet.auto_filter.ref == f"A2:{get_column_letter(1 + len(COLUMNS))}8"
    assert sheet.row_dimensions[1].hidden and sheet.column_dimensions["A"].hidden
    assert sheet.print_title_rows == "$2:$2"
    assert sheet.page_setup.orientation == "landscape" and sheet.sheet_properties.pageSetUpPr.fitToPage
    kinds = {str(rule.sqref): (rule.type, rule.formula1) for rule in sheet.data_validations.dataValidation}
    letters = {key: sheet.cell(1, column(sheet, key)).column_letter for key in ("state", "review", "planned", "done")}
    assert {place[0:2].rstrip("3") for place in kinds} == set(letters.values())
    assert any("Reopened" in rule for _, rule in kinds.values())
    assert any("Risk accepted" in rule for _, rule in kinds.values())
    for rule in sheet.data_validations.dataValidation:
        assert len(rule.formula1) <= 255


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_makes_a_list(name: str, language: str) -> None:
    book = in_excel(DOCUMENTS[name], language)
    assert len(book.worksheets) == len(SHEETS)
    codes = {r["code"] for r in DOCUMENTS[name]["results"] if r["outcome"] in ("not_assessed", "error")}
    shown = {row[0] for row in book.worksheets[4].iter_rows(min_row=3, values_only=True)}
    assert codes <= shown


def test_a_document_of_an_older_agent_has_a_line_for_each_check() -> None:
    document = deepcopy(DOCUMENTS["rich"])
    for member in ("roadmap", "figures", "business", "statements", "colophon"):
        del document[member]
    sheet = in_excel(upgrade_document(document)).worksheets[LIST]
    found = {r["code"] for r in document["results"] if r["outcome"] == "finding"}
    shown = {code for row in range(3, sheet.max_row + 1) for code in sheet.cell(row, 3).value.split(", ")}
    assert shown == found
    assert cell(sheet, "CAP001", "gain").value is None


@pytest.mark.parametrize("attack", [*FORMULAS, *ATTACKS])
def test_nothing_is_computed(attack: str) -> None:
    content = render_xlsx(hostile(attack), "en", Style())
    book = openpyxl.load_workbook(BytesIO(content))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [
        cell
        for cell in cells
        if cell.data_type == "s" and cell.value[:1] in ("=", "+", "-", "@", "\t") and not cell.quotePrefix
    ]
    assert [link for link in outside(content) if not re.fullmatch(r"report_[\w.%-]+\.en\.html#[A-Z0-9]+", link)] == []
    assert not [name for name in parts(content) if "external" in name.lower() or "vba" in name.lower()]
    assert b"<f>" not in b"".join(part for name, part in parts(content).items() if "worksheets/" in name)
    if (
        attack.isprintable()
        and attack not in ("_x0041_",)
        and not re.search("[\u200b-\u206f\ufeff\ud800-\udfff]", attack)
    ):
        assert any(attack in str(cell.value) for cell in cells)


def test_a_full_cell_says_so() -> None:
    document = deepcopy(DOCUMENTS["rich"])
    result = next(r for r in document["results"] if r["code"] == "SCH002")
    for finding in result["findings"]:
        finding["sql"] = ["SELECT '" + finding["resource"] + "x" * 7_000 + "'"]
    text = cell(in_excel(document).worksheets[LIST], "SCH002", "sql").value
    assert len(text) == CELL_LENGTH
    assert text.endswith("Cut where a cell is full; all of it is in assessment.json.")


def test_what_is_of_one_check_of_several_says_of_which() -> None:
    document = deepcopy(DOCUMENTS["rich"])
    for result in document["results"]:
        if result["code"] in ("CAP001", "CAP002"):
            result["texts"]["en"]["post_check"] = f"The view shows {result['code']}."
    sheet = in_excel(document).worksheets[LIST]
    assert cell(sheet, "CAP001", "verification").value.split("\n") == [
        "Check before: Ask who reads the history tables.",
        "CAP001 · Check after: The view shows CAP001.",
        "CAP002 · Check after: The view shows CAP002.",
    ]
    assert cell(sheet, "SQL003", "verification").value.startswith("Check after: EXPLAIN")


@pytest.mark.parametrize("prose", ["Look at it once more. " * 80, "再看一遍确认没有问题。" * 60])
def test_prose_that_no_row_can_show_points_to_the_report(prose: str) -> None:
    document = deepcopy(DOCUMENTS["rich"])
    for result in document["results"]:
        result["texts"]["en"].update(advice=prose, pre_check=prose, post_check=prose)
    sheet = in_excel(document).worksheets[LIST]
    for key in ("action", "verification"):
        text = cell(sheet, "CAP001", key).value
        assert text.endswith("\n… All of it is in the report.")
        assert len(text) > 300
    heights = [sheet.row_dimensions[row].height for row in range(3, sheet.max_row + 1)]
    assert 350 < max(heights) <= 409


def test_points_read_as_in_the_report() -> None:
    book = in_excel(DOCUMENTS["rich"])
    gain = cell(book.worksheets[LIST], "CAP001", "gain")
    assert isinstance(gain.value, float)
    assert gain.number_format == "+0.0;-0.0"
    assert book["Not assessed"].cell(3, 7).number_format == "0.0"
    assert book["Changes"].cell(3, 9).number_format == "+0.0;-0.0"


def test_due_days_follow_from_the_deadlines_and_sort() -> None:
    sheet = in_excel(DOCUMENTS["rich"]).worksheets[LIST]
    assessed, days = datetime(2026, 10, 3), {"now": 7, "month": 30, "quarter": 90}
    for unit in DOCUMENTS["rich"]["roadmap"]:
        due = cell(sheet, unit["codes"][0], "due")
        assert due.value == assessed + timedelta(days=days[unit["deadline"]]) and due.number_format == "yyyy-mm-dd"
    assert cell(sheet, "CAP007", "due").value is None, "the platform's has no deadline"


def test_every_date_is_a_date() -> None:
    """A text that looks like a day sorts before every number, and no filter knows its month."""
    for sheet in in_excel(DOCUMENTS["rich"]).worksheets[1:]:
        shown = [str(value.value) for row in sheet.iter_rows(min_row=3) for value in row if value.data_type == "s"]
        assert not [text for text in shown if re.fullmatch(r"\d{4}-\d\d-\d\d", text)]
    assert any(value.is_date for value in in_excel(DOCUMENTS["rich"])["Mutes and overrides"][3])


def test_the_action_says_what_to_do() -> None:
    sheet = in_excel(DOCUMENTS["rich"]).worksheets[LIST]
    assert (
        cell(sheet, "SQL003", "title").value
        == "Give the statement an index on the columns that it filters by (shop.orders SELECT #7f3a)"
    )
    assert cell(sheet, "SQL003", "problem").value == "Many rows read per row returned"


def test_a_line_leads_to_its_card_in_the_page_beside_it() -> None:
    page = name_file(PAGE, DOCUMENTS["rich"], "zh-CN")
    assert cell(in_excel(DOCUMENTS["rich"], "zh-CN").worksheets[LIST], "SQL003", "codes").hyperlink.target == (
        f"{page}#SQL003"
    )


def test_what_is_of_one_finding_begins_on_one_line() -> None:
    aligned = align_lines([("a\nb\nc", 10), ("short\n" + "long words " * 4 + "\nlast", 12), ("1\n2\n3", 5)])
    assert [text.split("\n").index(last) for text, last in zip(aligned, ("c", "last", "3"), strict=True)] == [5, 2, 5]
    assert align_lines([("a\nb", 10), ("one", 10)]) == ("a\nb", "one")


def test_columns_print_in_letters_that_can_be_read() -> None:
    """A3 across is 212 of a column's units at full size; letters of 11 points at seven tenths are 7.7 points."""
    for sheet in in_excel(DOCUMENTS["rich"]).worksheets:
        letters = [get_column_letter(number) for number in range(1, sheet.max_column + 1)]
        shown = [sheet.column_dimensions[letter] for letter in letters if not sheet.column_dimensions[letter].hidden]
        width = sum(column.width for column in shown)
        assert width <= 212 / 0.7 * sheet.page_setup.fitToWidth, sheet.title


def test_a_megabyte_is_cut() -> None:
    assert len(render_xlsx(hostile("x" * 1_000_000), "en", Style())) < 1_000_000


@pytest.mark.slow
def test_it_opens_in_another_program(tmp_path: Path) -> None:
    text = converted(render_xlsx(hostile("=1+1 <b> _x0041_ {{ 7*7 }}"), "zh-CN", Style()), "xlsx", tmp_path)
    assert "=1+1" in text and "_x0041_" in text and "<b>" in text and "{{ 7*7 }}" in text.replace("\n", " ")


def test_steps_that_depend_on_each_other_are_numbered_and_say_where_they_stand() -> None:
    document = deepcopy(DOCUMENTS["rich"])
    result = next(result for result in document["results"] if result["code"] == "PAR004")
    result["findings"][0]["sql"] = ["GRANT SELECT ON d.* TO u", "SHOW GRANTS FOR u", "REVOKE SELECT ON *.* FROM u"]
    book = in_excel(document, "en")
    told = cell(book.worksheets[LIST], "PAR004", "sql").value.split("\n")
    assert told[:2] == ["-- Step 1 of 3: prepare", "GRANT SELECT ON d.* TO u;"]
    assert told[2].startswith("-- Step 2 of 3: verify") and "sheet “Findings”, column “SQL: verify”" in told[2]
    assert told[3].startswith("-- Step 3 of 3: only then") and "column “SQL: take away”" in told[3] and len(told) == 4
    row = next(row for row in book["Findings"].iter_rows(values_only=True) if row[0] == "PAR004")
    assert "-- Step 3 of 3: only then take away\nREVOKE SELECT ON *.* FROM u;" in row

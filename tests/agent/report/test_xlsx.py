"""The list of findings: what it says, that it computes nothing, and that it never loses what people wrote."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font
from typer.testing import CliRunner

from agent.assessing import assess_all
from agent.cli import app
from agent.config import load_engagement
from agent.document import Document
from agent.errors import ConfigError, RenderError
from agent.i18n import LANGUAGES
from agent.i18n import render as say
from agent.report.render import render
from agent.report.style import Style
from agent.report.view import build
from agent.report.words import Words
from agent.report.worklist import lines
from agent.report.xlsx_cells import CELL_LENGTH
from agent.report.xlsx_columns import COLUMNS, HUMAN
from agent.report.xlsx_format import render_xlsx
from tests.agent.engagements import MINIMAL
from tests.agent.report import sample
from tests.agent.report.office import converted, outside, parts
from tests.agent.report.test_hostile import ATTACKS, hostile

DOCUMENTS = {"rich": sample.rich(), "healthy": sample.healthy(), "blind": sample.blind(), "empty": sample.empty()}
FORMULAS = (
    "=cmd|' /C calc'!A0", "=1+1", "+1+1", "-1+1", "@SUM(1,1)", "\t=1+1", "\r=1+1", "\n=1+1", "%0A=1", "'=1", "|x",
    "#N/A", '=HYPERLINK("http://evil","x")', "_x0041_", "=", "😀",
)  # fmt: skip
SHEETS = ["Summary", "List of findings", "Findings", "Not assessed", "Mutes and overrides", "Changes", "Closed"]
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


def without(document: Document, *codes: str) -> Document:
    """The document after these checks passed."""
    left = deepcopy(document)
    left["roadmap"] = [unit for unit in left["roadmap"] if not {*unit["codes"]} & {*codes}]
    for result in left["results"]:
        if result["code"] in codes:
            result.update(outcome="pass", findings=[], points_lost=0.0, risk_points=0.0)
    return left


def written(folder: Path, document: Document, language: str = "en") -> tuple[Any, Path]:
    """A list with its path; saved again after people wrote in it."""
    path = folder / "given" / f"findings.{language}.xlsx"
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


def test_a_line_for_each_unit_of_work_with_all_columns() -> None:
    document = DOCUMENTS["rich"]
    book = in_excel(document)
    assert book.sheetnames == SHEETS
    sheet = book.worksheets[LIST]
    assert [cell.value for cell in sheet[1]][1:] == [column.key for column in COLUMNS]
    expected = lines(document, build(document, "en"), Words("en"))
    assert len(expected) == len(document["roadmap"]) + 1  # the platform's
    assert sheet.max_row == 2 + len(expected)
    assert [sheet.cell(row, column(sheet, "gain")).value for row in range(3, 3 + len(document["roadmap"]))] == [
        unit["gain"] for unit in document["roadmap"]
    ]
    told = {key: cell(sheet, "SQL003", key).value for key in ("state", "severity_label", "value", "sql", "rollback")}
    assert told == {
        "state": "Unchanged", "severity_label": "High", "value": "4,820,000",
        "sql": "CREATE INDEX idx_orders_customer ON shop.orders (customer_id, created_at);",
        "rollback": "DROP INDEX idx_orders_customer ON shop.orders;",
    }  # fmt: skip
    assert cell(sheet, "CAP002", "codes").value == "CAP001, CAP002"
    assert "Check after: EXPLAIN shows the new index." in cell(sheet, "SQL003", "verification").value
    assert "… and 17 more" in cell(sheet, "SCH002", "resource").value
    assert cell(sheet, "CAP001", "first_seen").value == "2026-07-03 or earlier"
    assert book["Findings"].max_row == 2 + sum(
        len(r["findings"]) for r in document["results"] if r["outcome"] == "finding"
    )


def test_it_can_be_filtered_chosen_from_and_printed() -> None:
    sheet = in_excel(DOCUMENTS["rich"]).worksheets[LIST]
    assert sheet.freeze_panes == "E3"
    assert sheet.auto_filter.ref == "A2:AA8"
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
    shown = {row[0] for row in book.worksheets[3].iter_rows(min_row=3, values_only=True)}
    assert codes <= shown


def test_a_document_of_an_older_agent_has_a_line_for_each_check() -> None:
    document = deepcopy(DOCUMENTS["rich"])
    for member in ("roadmap", "figures", "business", "statements", "colophon"):
        del document[member]
    sheet = in_excel(document).worksheets[LIST]
    found = {r["code"] for r in document["results"] if r["outcome"] == "finding"}
    shown = {code for row in range(3, sheet.max_row + 1) for code in sheet.cell(row, 3).value.split(", ")}
    assert shown == found
    assert cell(sheet, "CAP001", "gain").value is None


@pytest.mark.parametrize("attack", [*FORMULAS, *ATTACKS])
def test_nothing_is_computed(attack: str) -> None:
    content = render_xlsx(hostile(attack), "en", Style())
    book = openpyxl.load_workbook(BytesIO(content))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not [
        cell
        for cell in cells
        if cell.data_type == "s" and cell.value[:1] in ("=", "+", "-", "@", "\t") and not cell.quotePrefix
    ]
    assert not outside(content)
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


def test_a_megabyte_is_cut() -> None:
    assert len(render_xlsx(hostile("x" * 1_000_000), "en", Style())) < 1_000_000


def test_it_opens_in_another_program(tmp_path: Path) -> None:
    text = converted(render_xlsx(hostile("=1+1 <b> _x0041_ {{ 7*7 }}"), "zh-CN", Style()), "xlsx", tmp_path)
    assert "=1+1" in text and "_x0041_" in text and "<b>" in text and "{{ 7*7 }}" in text.replace("\n", " ")


# What people wrote


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_wrote_is_kept(language: str, tmp_path: Path) -> None:
    book = in_excel(DOCUMENTS["rich"], language, filled(tmp_path, language=language))
    sheet = book.worksheets[LIST]
    assert cell(sheet, "CAP001", "owner_customer").value == "Sun Li"
    assert cell(sheet, "CAP001", "planned").value == datetime(2026, 11, 20)
    remark = cell(sheet, "SQL003", "remarks")
    assert (remark.value, remark.data_type) == ("=waiting for the vendor", "s")
    assert remark.font.b and remark.font.color.rgb.endswith("FF0000")
    assert remark.comment.text == "asked on Monday"
    assert cell(sheet, "STA001", "review").value == "Review passed"
    extra = sheet.max_column
    assert sheet.cell(2, extra).value == "Ticket"
    assert sheet.cell(row_of(sheet, "SQL003"), extra).value == "T-17"
    assert "Our own line" in [sheet.cell(row, column(sheet, "title")).value for row in range(3, sheet.max_row + 1)]
    assert [value.value for value in book["Ours"][1]] == ["kept", 1]
    assert len(book.worksheets) == len(SHEETS) + 1


def test_the_next_list_may_be_in_another_language(tmp_path: Path) -> None:
    book = in_excel(DOCUMENTS["rich"], "zh-CN", filled(tmp_path))
    assert book.sheetnames[LIST] == "问题清单"
    assert cell(book.worksheets[LIST], "CAP001", "owner_customer").value == "Sun Li"
    assert len(book.worksheets) == len(SHEETS) + 1


def test_a_second_update_keeps_it_too(tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    again.write_bytes(render_xlsx(DOCUMENTS["rich"], "en", Style(), filled(tmp_path)))
    first, second = (openpyxl.load_workbook(again), in_excel(DOCUMENTS["rich"], "en", again))
    for one, other in zip(first.worksheets, second.worksheets, strict=True):
        assert [[c.value for c in row] for row in one.iter_rows()] == [
            [c.value for c in row] for row in other.iter_rows()
        ]


def test_sorting_moving_and_renaming_does_no_harm(tmp_path: Path) -> None:
    """Lines in another order, another name of the sheet, other heads, a line above, and a column between."""
    path = filled(tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[LIST]
    sheet.title = "Tasks"
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=3)]
    sheet.delete_rows(3, len(rows))
    for values in reversed(rows):
        sheet.append(values)
    sheet.cell(2, column(sheet, "owner_customer")).value = "Responsible"
    sheet.insert_rows(1)
    sheet.insert_cols(4)
    sheet.cell(3, 4, "Inserted")
    sheet.cell(4, 4, "here")
    book.save(path)
    after = in_excel(DOCUMENTS["rich"], "en", path).worksheets[LIST]
    assert after.title == "List of findings"
    assert cell(after, "CAP001", "owner_customer").value == "Sun Li"
    heads = [c.value for c in after[2]]
    assert "Inserted" in heads and "Ticket" in heads and "Owner (customer)" in heads
    assert "here" in [after.cell(row, heads.index("Inserted") + 1).value for row in range(3, after.max_row + 1)]


def test_a_formula_of_people_moves_with_its_line(tmp_path: Path) -> None:
    path = filled(tmp_path)
    after = in_excel(without(DOCUMENTS["rich"], "SQL003", "STA001"), "en", path).worksheets[LIST]
    row = row_of(after, "PAR004")
    assert after.cell(row, after.max_column).value == f"=LEN(C{row})"


def test_a_line_keeps_its_words_while_one_of_its_checks_lives(tmp_path: Path) -> None:
    path = filled(tmp_path)
    left = without(DOCUMENTS["rich"], "CAP001")
    left["roadmap"].insert(0, {**DOCUMENTS["rich"]["roadmap"][0], "codes": ["CAP002"]})
    joined = deepcopy(DOCUMENTS["rich"])
    joined["roadmap"][0]["codes"].append("SQL003")
    joined["roadmap"].pop(1)
    sheet = in_excel(left, "en", path).worksheets[LIST]
    assert cell(sheet, "CAP002", "owner_customer").value == "Sun Li"
    book = in_excel(joined, "en", path)
    assert cell(book.worksheets[LIST], "SQL003", "owner_customer").value == "Sun Li"
    merged = cell(book["Closed"], "SQL003", "state")
    assert merged.value == "Merged with another line"
    assert cell(book["Closed"], "SQL003", "remarks").value == "=waiting for the vendor"


def test_a_line_that_went_is_closed_and_one_that_returns_is_reopened(tmp_path: Path) -> None:
    path = filled(tmp_path)
    gone = tmp_path / "gone.xlsx"
    gone.write_bytes(render_xlsx(without(DOCUMENTS["rich"], "SQL003"), "en", Style(), path))
    book = openpyxl.load_workbook(gone)
    closed = book["Closed"]
    assert cell(closed, "SQL003", "state").value == "Resolved"
    assert cell(closed, "SQL003", "remarks").value == "=waiting for the vendor"
    assert cell(closed, "SQL003", "closed_on").value == "2026-10-03"
    with pytest.raises(StopIteration):
        row_of(book.worksheets[LIST], "SQL003")
    back = in_excel(DOCUMENTS["rich"], "en", gone)
    assert cell(back.worksheets[LIST], "SQL003", "state").value == "Reopened"
    assert cell(back.worksheets[LIST], "SQL003", "remarks").value == "=waiting for the vendor"
    with pytest.raises(StopIteration):
        row_of(back["Closed"], "SQL003")


def test_what_cannot_be_assessed_any_more_is_not_called_resolved(tmp_path: Path) -> None:
    path = filled(tmp_path)
    blind = without(DOCUMENTS["rich"], "SQL003", "PAR004")
    for result in blind["results"]:
        result["outcome"] = {"SQL003": "not_assessed", "PAR004": "muted"}.get(result["code"], result["outcome"])
    blind["results"] = [result for result in blind["results"] if result["code"] != "STA001"]
    blind["roadmap"] = [unit for unit in blind["roadmap"] if unit["codes"] != ["STA001"]]
    closed = in_excel(blind, "en", path)["Closed"]
    states = {code: cell(closed, code, "state").value for code in ("SQL003", "PAR004", "STA001")}
    assert states == {"SQL003": "Not assessed", "PAR004": "Muted", "STA001": "No longer checked"}


def test_words_of_a_stranger_in_an_old_list_are_only_text(tmp_path: Path) -> None:
    """In the agent's own columns a formula does not survive, even in a line that is closed."""
    path = filled(tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[LIST]
    cell(sheet, "SQL003", "action").value = '=HYPERLINK("http://evil","x")'
    cell(sheet, "STA001", "first_seen").value = "=1+1"
    book.save(path)
    after = in_excel(without(DOCUMENTS["rich"], "SQL003"), "en", path)
    assert cell(after["Closed"], "SQL003", "action").data_type == "s"
    assert cell(after.worksheets[LIST], "STA001", "first_seen").data_type == "s"


# Files


def test_the_command_line_takes_an_earlier_list(tmp_path: Path) -> None:
    document = tmp_path / "assessment.json"
    document.write_text(json.dumps(DOCUMENTS["rich"]), "utf-8")
    arguments = ["render", "-a", document, "-o", tmp_path / "out", "-f", "xlsx", "--update", filled(tmp_path)]
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    for language, title in (("en", "List of findings"), ("zh-CN", "问题清单")):
        sheet = openpyxl.load_workbook(tmp_path / "out" / f"findings.{language}.xlsx")[title]
        assert cell(sheet, "CAP001", "owner_customer").value == "Sun Li"


def test_an_assessment_refuses_a_wrong_list_before_it_connects(tmp_path: Path) -> None:
    engagement = tmp_path / "engagement.yaml"
    engagement.write_text(MINIMAL, "utf-8")
    with pytest.raises(ConfigError) as caught:
        assess_all(
            load_engagement(engagement), None, tmp_path / "out", None, ["xlsx"], ["en"], None, False, sample.NOW,
            update=filled(tmp_path),
        )  # fmt: skip
    assert "is the list of shop-prod, not of" in say(caught.value.text, "en")
    assert not (tmp_path / "out").exists()


def test_the_list_that_is_read_is_never_overwritten(tmp_path: Path) -> None:
    path = filled(tmp_path)
    before = path.read_bytes()
    with pytest.raises(RenderError) as caught:
        render(DOCUMENTS["rich"], ["xlsx"], ["en"], path.parent, update=path)
    assert "never overwritten" in say(caught.value.problems[0], "en")
    with pytest.raises(RenderError) as caught:
        render(DOCUMENTS["rich"], ["xlsx"], ["en"], path.parent)
    assert "people have written in this file" in say(caught.value.problems[0], "en")
    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_what_loses_nothing_may_be_written_again(tmp_path: Path) -> None:
    path, out = filled(tmp_path), tmp_path / "out"
    for _ in range(2):
        assert render(DOCUMENTS["rich"], ["xlsx"], ["en"], out, update=path) == [out / "findings.en.xlsx"]
    render(DOCUMENTS["rich"], ["xlsx"], ["en"], tmp_path / "plain")
    render(DOCUMENTS["healthy"], ["xlsx"], ["en"], tmp_path / "plain")


def test_a_strange_file_in_the_way_stays(tmp_path: Path) -> None:
    (tmp_path / "findings.en.xlsx").write_text("my notes")
    with pytest.raises(RenderError):
        render(DOCUMENTS["rich"], ["xlsx"], ["en"], tmp_path)
    assert (tmp_path / "findings.en.xlsx").read_text() == "my notes"


def refusal(path: Path, document: Document = DOCUMENTS["rich"], formats: tuple[str, ...] = ("xlsx", "json")) -> str:
    out = path.parent / "out"
    with pytest.raises(ConfigError) as caught:
        render(document, formats, ["en"], out, update=path)
    assert not out.exists()
    assert caught.value.exit_code == 2
    return say(caught.value.text, "en")


def test_what_is_no_list_of_ours_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    assert "cannot be read" in refusal(path)
    path.write_text("hello")
    assert "is damaged" in refusal(path)
    openpyxl.Workbook().save(path)
    assert "no list of findings of this agent" in refusal(path)
    whole = filled(tmp_path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "is damaged" in refusal(path)
    path.write_bytes(whole)
    assert "needs --format xlsx" in refusal(path, formats=("json",))
    other = deepcopy(DOCUMENTS["rich"])
    other["target"]["name"] = "elsewhere"
    assert "is the list of shop-prod, not of elsewhere" in refusal(path, other)
    path.with_name("~$x.xlsx").write_text("Sun Li")
    assert "is open in another program (~$x.xlsx)" in refusal(path)


def test_the_human_columns_are_those_that_people_fill_in() -> None:
    assert HUMAN == ("owner_customer", "owner_tam", "planned", "done", "review", "remarks")
    sheet = in_excel(DOCUMENTS["rich"]).worksheets[LIST]
    heads = {sheet.cell(1, number).value: sheet.cell(2, number).fill.fgColor.rgb[-6:] for number in range(2, 28)}
    assert {key for key, color in heads.items() if color == "FFF2CC"} == set(HUMAN)

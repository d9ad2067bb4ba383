"""The next list of findings keeps what people wrote in the one before, and no file of theirs is lost."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from typer.testing import CliRunner

from agent.archive.document import build_document
from agent.cli.actions.assess import AssessOptions, assess_all
from agent.cli.app import build_app
from agent.engagement.loading import load_engagement
from agent.model.document import Document
from agent.model.terms import Outcome
from agent.report.render import render_files
from agent.report.style import Style
from agent.report.view.file_names import LIST as LIST_FILE
from agent.report.view.file_names import name_file
from agent.report.xlsx.cells import OLDER_FORMAT
from agent.report.xlsx.columns import HUMAN
from agent.report.xlsx.render_xlsx import render_xlsx
from agent.support.errors import ConfigError, RenderError
from agent.support.i18n import LANGUAGES
from agent.support.i18n import render_text as say
from tests.agent.engagements import MINIMAL
from tests.agent.report import sample
from tests.agent.report.lists import (
    DOCUMENTS,
    LIST,
    SHEETS,
    cell,
    column,
    filled,
    in_excel,
    row_of,
    without,
    written,
)
from tests.report_files import find_report


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
    assert book.sheetnames[LIST] == "评测发现与整改跟踪表"
    assert cell(book.worksheets[LIST], "CAP001", "owner_customer").value == "Sun Li"
    assert len(book.worksheets) == len(SHEETS) + 1


def test_a_second_update_keeps_it_too(tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    again.write_bytes(render_xlsx(DOCUMENTS["rich"], "en", Style(), filled(tmp_path)))
    first, second = (openpyxl.load_workbook(again), in_excel(DOCUMENTS["rich"], "en", again))
    assert len(first.worksheets) == len(SHEETS) + 1
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
    assert cell(closed, "SQL003", "closed_on").value == datetime(2026, 10, 3)
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
    result = CliRunner().invoke(build_app(), [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    for language, title in (("en", "List of findings"), ("zh-CN", "评测发现与整改跟踪表")):
        sheet = openpyxl.load_workbook(find_report(tmp_path / "out", f"findings.{language}.xlsx"))[title]
        assert cell(sheet, "CAP001", "owner_customer").value == "Sun Li"


def test_an_assessment_refuses_a_wrong_list_before_it_connects(tmp_path: Path) -> None:
    engagement = tmp_path / "engagement.yaml"
    options = AssessOptions(out=tmp_path / "out", formats=["xlsx"], languages=["en"], update=filled(tmp_path))
    theirs = DOCUMENTS["rich"]["customer"]
    for customer, refused in (
        ("Acme", f"is the list of {theirs}, not of Acme"),
        (theirs, "is the list of shop-prod, not"),
    ):
        engagement.write_text(MINIMAL.replace("name: Acme", f"name: {customer}"), "utf-8")
        with pytest.raises(ConfigError) as caught:
            assess_all(load_engagement(engagement), None, options, sample.NOW)
        assert refused in say(caught.value.text, "en") and caught.value.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_the_list_that_is_read_is_never_overwritten(tmp_path: Path) -> None:
    path = filled(tmp_path)
    before = path.read_bytes()
    with pytest.raises(RenderError) as caught:
        render_files(DOCUMENTS["rich"], ["xlsx"], ["en"], path.parent, update=path)
    assert "never overwritten" in say(caught.value.problems[0], "en")
    with pytest.raises(RenderError) as caught:
        render_files(DOCUMENTS["rich"], ["xlsx"], ["en"], path.parent)
    assert "holds entries written by hand" in say(caught.value.problems[0], "en")
    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_what_loses_nothing_may_be_written_again(tmp_path: Path) -> None:
    path, out = filled(tmp_path), tmp_path / "out"
    for _ in range(2):
        (made,) = render_files(DOCUMENTS["rich"], ["xlsx"], ["en"], out, update=path)
        assert made == find_report(out, "findings.en.xlsx")
    render_files(DOCUMENTS["rich"], ["xlsx"], ["en"], tmp_path / "plain")
    render_files(DOCUMENTS["healthy"], ["xlsx"], ["en"], tmp_path / "plain")


def test_a_strange_file_in_the_way_stays(tmp_path: Path) -> None:
    path = tmp_path / name_file(LIST_FILE, DOCUMENTS["rich"], "en")
    path.write_text("my notes")
    with pytest.raises(RenderError):
        render_files(DOCUMENTS["rich"], ["xlsx"], ["en"], tmp_path)
    assert path.read_text() == "my notes"


def refusal(path: Path, document: Document = DOCUMENTS["rich"], formats: tuple[str, ...] = ("xlsx", "json")) -> str:
    out = path.parent / "out"
    with pytest.raises(ConfigError) as caught:
        render_files(document, formats, ["en"], out, update=path)
    assert not out.exists()
    assert caught.value.exit_code == 2
    return say(caught.value.text, "en")


@pytest.mark.parametrize("whose", ["rich", "healthy"])
def test_the_list_of_another_customer_is_refused_even_without_a_line(whose: str, tmp_path: Path) -> None:
    theirs, ours = deepcopy(DOCUMENTS[whose]), deepcopy(DOCUMENTS["rich"])
    theirs["customer"], ours["target"] = '=Bolt "AG"', deepcopy(theirs["target"])
    path = tmp_path / "theirs.xlsx"
    path.write_bytes(render_xlsx(theirs, "en"))
    assert f'is the list of =Bolt "AG", not of {ours["customer"]}' in refusal(path, ours)
    theirs["target"]["name"], theirs["customer"] = "another", ours["customer"]
    path.write_bytes(render_xlsx(theirs, "en"))
    assert "is the list of another, not of" in refusal(path, ours)


def test_a_list_that_does_not_name_its_customer_is_known_by_its_target(tmp_path: Path) -> None:
    """Those of earlier agents do not."""
    book = openpyxl.load_workbook(filled(tmp_path))
    book.worksheets[LIST].cell(2, 1).value = "key"
    book.save(tmp_path / "old.xlsx")
    out = tmp_path / "out"
    assert render_files(DOCUMENTS["rich"], ["xlsx"], ["en"], out, update=tmp_path / "old.xlsx")
    assert cell(
        openpyxl.load_workbook(find_report(out, "findings.en.xlsx")).worksheets[LIST], "CAP001", "owner_customer"
    ).value


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
    heads = {
        sheet.cell(1, number).value: sheet.cell(2, number).fill.fgColor.rgb[-6:]
        for number in range(2, sheet.max_column + 1)
    }
    assert {key for key, color in heads.items() if color == "FFF2CC"} == set(HUMAN)


def unzipped(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(path: Path, parts: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def grown(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """The list with the XML of its sheet of findings changed."""
    parts, name = unzipped(path), f"xl/worksheets/sheet{LIST + 1}.xml"
    return zipped(path, {**parts, name: change(parts[name])})


def in_limits(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run in a process with 1 GiB of memory, most of it libraries' reserve, and a minute of CPU."""
    limits = "import resource, sys\nresource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
    limits += "resource.setrlimit(resource.RLIMIT_CPU, (60, 60))\n"
    command = [sys.executable, "-c", limits + script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


READING = """
from pathlib import Path
from agent.report.xlsx.written import list_entries, read_written
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.memory import read_peak_mb
for name in sys.argv[1:]:
    try:
        print(len(list_entries(read_written(Path(name)).content)))
    except ConfigError as error:
        print(render_text(error.text, "en"))
print(read_peak_mb() < 500)
"""
FAR = b'<row r="400000"><c r="E400000" t="inlineStr"><is><t>a</t></is></c></row>'
WIDE = b'<row r="400001"><c r="XFD400001" t="inlineStr"><is><t>b</t></is></c></row>'


def test_a_letter_far_below_costs_no_memory_and_is_kept(tmp_path: Path) -> None:
    path = grown(filled(tmp_path), lambda xml: xml.replace(b"</sheetData>", FAR + WIDE + b"</sheetData>"))
    done = in_limits(READING, path)
    assert done.stdout.splitlines()[1:] == ["True"] and int(done.stdout.split()[0]) > 0, done.stderr
    book = in_excel(DOCUMENTS["rich"], "en", path)
    values = [value.value for row in book.worksheets[LIST].iter_rows() for value in row]
    assert {"a", "b"} <= set(values)


BOMBS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "rows": (lambda xml: xml.replace(b"</sheetData>", b"<row/>" * 60_000 + b"</sheetData>"), "50,000 rows"),
    "cells": (
        lambda xml: xml.replace(b"</sheetData>", b"<row>" + b"<c><v>1</v></c>" * 600_000 + b"</row></sheetData>"),
        "500,000 cells",
    ),
    "columns": (
        lambda xml: xml.replace(
            b"</sheetData>",
            b'<row r="9000">'
            + b"".join(b'<c r="%s9000"/>' % get_column_letter(number).encode() for number in range(1, 2000))
            + b"</row></sheetData>",
        ),
        "1,000 columns",
    ),
    "merged": (
        lambda xml: xml.replace(
            b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A9:XFD999999"/></mergeCells>'
        ),
        "500,000 cells",
    ),
    "linked": (
        lambda xml: xml.replace(
            b"</sheetData>", b'</sheetData><hyperlinks><hyperlink ref="A9:XFD99999" location="A1"/></hyperlinks>'
        ),
        "500,000 cells",
    ),
    "spaces": (lambda xml: xml + b" " * (100 << 20), "64 MiB"),
    "entities": (
        lambda xml: re.sub(rb"^(<\?xml.*?\?>)?", b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>', xml, count=1),
        "a document type",
    ),
}


@pytest.mark.slow
def test_a_list_beyond_any_bound_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    paths = []
    for kind, (change, _) in BOMBS.items():
        (tmp_path / kind).mkdir()
        paths.append(grown(filled(tmp_path / kind), change))
        assert paths[-1].stat().st_size < 4 << 20
    done = in_limits(READING, *paths)
    *told, modest = done.stdout.splitlines()
    assert modest == "True" and len(told) == len(BOMBS), done.stderr
    for line, (_, said) in zip(told, BOMBS.values(), strict=True):
        assert "is larger than any list of findings" in line and said in line
    assert "50,000 rows" in refusal(paths[0])


def test_a_size_that_the_archive_states_wrongly_hides_nothing(tmp_path: Path) -> None:
    path = grown(filled(tmp_path), lambda xml: xml + b" " * (80 << 20))
    paths = []
    for size in (0, 1, 1 << 20, (1 << 32) - 2):
        content = bytearray(path.read_bytes())
        at = content.find(b"PK\x01\x02")
        while at >= 0:
            content[at + 24 : at + 28] = size.to_bytes(4, "little")
            at = content.find(b"PK\x01\x02", at + 4)
        paths.append(tmp_path / f"{size}.xlsx")
        paths[-1].write_bytes(content)
    done = in_limits(READING, *paths)
    *told, modest = done.stdout.splitlines()
    assert modest == "True" and len(told) == len(paths), done.stderr
    assert all("is larger than" in line or "is damaged" in line for line in told), told


def test_what_people_wrote_follows_a_joined_finding_to_another_check(tmp_path: Path) -> None:
    told, path = written(tmp_path, sample.joined())
    sheet = told.worksheets[LIST]
    assert str(cell(sheet, "SQL003", "codes").value) == "SQL003, SQL004, SQL017"
    cell(sheet, "SQL003", "remarks").value = "with the vendor"
    told.save(path)
    entries = [
        sample.without_findings(entry, Outcome.PASS) if entry[0].code == "SQL003" else entry for entry in sample.scans()
    ]
    later = build_document(sample.assessment(entries, sample.joined()))
    again = in_excel(later, "en", path).worksheets[LIST]
    assert str(cell(again, "SQL004", "codes").value) == "SQL004, SQL017"
    assert cell(again, "SQL004", "remarks").value == "with the vendor"
    assert cell(again, "SQL004", "state").value == "Unchanged"


def test_a_line_continues_the_one_with_its_own_first_check(tmp_path: Path) -> None:
    """Where a check tells some of its findings itself and others with another check, two lines name it."""
    lists = sample.joined()
    both = deepcopy(lists)
    unit = both["roadmap"][0]
    both["roadmap"] = [{**unit, "codes": ["SQL003"]}, {**unit, "codes": ["SQL004"]}]
    told, path = written(tmp_path, both)
    sheet = told.worksheets[LIST]
    for row in range(3, 5):
        codes = str(sheet.cell(row, column(sheet, "codes")).value)
        sheet.cell(row, column(sheet, "remarks")).value = f"of {codes}"
    told.save(path)
    again = in_excel(both, "en", path).worksheets[LIST]
    told_again = [again.cell(row, column(again, "remarks")).value for row in range(3, 5)]
    assert told_again == ["of SQL003, SQL004, SQL017", "of SQL004"]


@pytest.mark.parametrize(
    ("kept", "format", "shown"),
    [
        ("2026-01-05", "General", "yyyy-mm-dd"),
        ("2026-01-05 or earlier", "General", OLDER_FORMAT),
        ("2026-01-05 或更早", "General", OLDER_FORMAT),
        (datetime(2026, 1, 5), "yyyy-mm-dd", "yyyy-mm-dd"),
        (datetime(2026, 1, 5), OLDER_FORMAT, OLDER_FORMAT),
    ],
)
def test_the_day_of_the_first_time_is_kept_and_sorts(kept: object, format: str, shown: str, tmp_path: Path) -> None:
    """Lists of earlier agents hold it as a text."""
    book, path = written(tmp_path, DOCUMENTS["rich"])
    first = cell(book.worksheets[LIST], "SQL003", "first_seen")
    first.value, first.number_format = kept, format
    book.save(path)
    again = cell(in_excel(DOCUMENTS["rich"], "en", path).worksheets[LIST], "SQL003", "first_seen")
    assert (again.value, again.number_format) == (datetime(2026, 1, 5), shown)


def test_the_closure_rate_counts_what_was_mended_and_what_was_reviewed(tmp_path: Path) -> None:
    def rate(book: openpyxl.Workbook) -> object:
        return next(row[1] for row in book["Summary"].iter_rows(values_only=True) if row[0] == "Closure rate")

    total = len(DOCUMENTS["rich"]["roadmap"]) + 1  # the platform's
    assert str(rate(in_excel(DOCUMENTS["rich"]))).startswith(f"1 of {total + 1} (")  # a finding that is resolved
    path = filled(tmp_path)  # STA001 passed its review
    gone = tmp_path / "gone.xlsx"
    gone.write_bytes(render_xlsx(without(DOCUMENTS["rich"], "SQL003"), "en", Style(), path))
    assert str(rate(openpyxl.load_workbook(gone))).startswith(f"3 of {total + 1} (")
    assert str(rate(in_excel(without(DOCUMENTS["rich"], "SQL003"), "en", gone))).startswith(f"3 of {total + 1} (")


def test_a_resolved_finding_keeps_its_line_among_the_closed_ones(tmp_path: Path) -> None:
    """Without an earlier list, too: page one counts it. What people write there is kept, and it never counts twice."""
    path = tmp_path / "first.xlsx"
    path.write_bytes(render_xlsx(DOCUMENTS["rich"], "en"))
    book = openpyxl.load_workbook(path)
    closed = book["Closed"]
    assert cell(closed, "SCH001", "state").value == "Resolved"
    assert cell(closed, "SCH001", "resource").value == "shop.log"
    cell(closed, "SCH001", "remarks").value = "done by Li"
    book.save(path)
    again = in_excel(DOCUMENTS["rich"], "en", path)["Closed"]
    assert cell(again, "SCH001", "remarks").value == "done by Li"
    states = [again.cell(row, column(again, "state")).value for row in range(3, again.max_row + 1)]
    assert states == ["Resolved"]
    back = deepcopy(DOCUMENTS["rich"])
    mark = next(change["fingerprint"] for change in back["comparison"]["changes"] if change["kind"] == "resolved")
    result = next(result for result in back["results"] if result["code"] == "SCH002")
    result["findings"][0]["fingerprint"] = mark
    back["comparison"]["changes"] = []
    assert cell(in_excel(back, "en", path)["Closed"], "SCH001", "state").value == "Reopened"

"""Which files are written, and what happens when one cannot be."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from agent.model.terms import Category, DataClass
from agent.report.pdf import render_pdf as pdf_format
from agent.report.pdf.render_pdf import CHROMIUM_VARIABLE, find_chromium, render_pdf
from agent.report.render import FORMATS, prepare_rendering, render_files
from agent.report.view.file_names import PAGE, name_file
from agent.support.errors import ConfigError, RenderError
from agent.support.i18n import render_text as say
from agent.support.i18n import translate
from tests.agent.report import sample
from tests.agent.report.pages import as_wide_as, chromium
from tests.report_files import find_report, plain
from tests.waiting import eventually

KNOWN = ", ".join(FORMATS)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def program(folder: Path, script: str) -> str:
    """An executable that stands in for a broken browser."""
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_files_of_every_format_and_language(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "shop"
    written = render_files(sample.rich(), ["json", "html", "html"], ["zh-CN", "en"], folder)
    assert [plain(path.name) for path in written] == ["assessment.json", "report.zh-CN.html", "report.en.html"]
    assert names(folder) == sorted(path.name for path in written)
    assert json.loads((folder / "assessment.json").read_text("utf-8")) == json.loads(json.dumps(sample.rich()))
    assert '<html lang="zh-CN">' in find_report(folder, "report.zh-CN.html").read_text("utf-8")


def test_a_saved_document_gives_the_same_page(tmp_path: Path) -> None:
    render_files(sample.rich(), ["json", "html"], ["en"], tmp_path / "a")
    saved = json.loads((tmp_path / "a" / "assessment.json").read_text("utf-8"))
    render_files(saved, ["json", "html"], ["en"], tmp_path / "b")
    assert names(tmp_path / "a") == names(tmp_path / "b")
    assert [plain(name) for name in names(tmp_path / "a")] == ["assessment.json", "report.en.html"]
    for name in names(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize(
    ("formats", "languages", "message"),
    [
        (["html", "word"], ["en"], f"unknown report format: word; known are {KNOWN}"),
        (["html"], ["fr", "en"], "unknown report language: fr; known are zh-CN, en"),
        ([], ["en"], f"unknown report format: –; known are {KNOWN}"),
    ],
)
def test_unknown_names_are_refused_before_anything_is_written(
    formats: list[str], languages: list[str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        render_files(sample.rich(), formats, languages, tmp_path)
    assert say(caught.value.text, "en") == message
    assert caught.value.exit_code == 2
    assert not names(tmp_path)


def test_without_chromium_the_others_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CHROMIUM_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RenderError) as caught:
        render_files(sample.rich(), ["pdf", "html", "json"], ["zh-CN", "en"], tmp_path / "out")
    assert [plain(path.name) for path in caught.value.written] == [
        "assessment.json",
        "report.zh-CN.html",
        "report.en.html",
    ]
    assert plain(say(caught.value.text, "en")) == "not written: report.zh-CN.pdf, report.en.pdf"
    assert [say(problem, "en") for problem in caught.value.problems] == [
        "a PDF needs Chromium, and none was found; install it or set OB_HEALTH_CHROMIUM to its path"
    ]
    assert list(map(plain, names(tmp_path / "out"))) == ["assessment.json", "report.en.html", "report.zh-CN.html"]


def test_without_a_library_the_others_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason holds another text: how to install it."""
    monkeypatch.setitem(sys.modules, "agent.report.docx.parts", None)
    with pytest.raises(RenderError) as caught:
        render_files(sample.rich(), ["docx", "json"], ["zh-CN", "en"], tmp_path)
    assert [path.name for path in caught.value.written] == ["assessment.json"]
    (said,) = (say(problem, "en") for problem in caught.value.problems)
    assert said.startswith("a Word report needs docxtpl; install")


def test_no_format_is_made_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill would leave a report there. The PDF has its own test, because a browser makes it."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    (made,) = render_files(sample.empty(), ["xlsx"], ["en"], tmp_path / "out")
    assert render_files(sample.empty(), ["xlsx"], ["en"], tmp_path / "again", update=made)


def test_what_cannot_be_loaded_beforehand_is_left_to_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ValueError("a matplotlibrc that is no text")

    loaded: list[str] = []
    monkeypatch.setattr("agent.report.render.load_translations", lambda language: broken())
    ways = {
        "html": replace(FORMATS["html"], load=broken),
        "pdf": replace(FORMATS["pdf"], load=lambda: loaded.append("pdf")),
    }
    monkeypatch.setattr("agent.report.render.FORMATS", {**FORMATS, **ways})
    prepare_rendering(["json", "html", "pdf"], ["zh-CN", "en"])
    assert loaded == ["pdf"]


def test_a_damaged_document_loses_only_what_needs_the_missing_part(tmp_path: Path) -> None:
    document = sample.rich()
    del document["score"]["band"]
    with pytest.raises(RenderError) as caught:
        render_files(document, ["json", "html"], ["en"], tmp_path)
    assert names(tmp_path) == ["assessment.json"]
    assert "damaged" in say(caught.value.problems[0], "en")
    assert "'band'" in say(caught.value.problems[0], "en")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RenderError) as caught:
        render_files(sample.rich(), ["json"], ["en"], tmp_path / "file")
    assert str(tmp_path / "file") in say(caught.value.problems[0], "en")
    assert not caught.value.written


def test_a_failure_keeps_the_old_report_and_leaves_no_litter(tmp_path: Path) -> None:
    render_files(sample.rich(), ["json"], ["en"], tmp_path)
    before = (tmp_path / "assessment.json").read_bytes()
    document = sample.rich()
    document["score"]["value"] = float("nan")
    with pytest.raises(RenderError):
        render_files(document, ["json"], ["en"], tmp_path)
    assert (tmp_path / "assessment.json").read_bytes() == before
    (tmp_path / name_file(PAGE, document, "en")).mkdir()
    with pytest.raises(RenderError):
        render_files(sample.rich(), ["html"], ["en"], tmp_path)
    assert list(map(plain, names(tmp_path))) == ["assessment.json", "report.en.html"]


def test_a_lone_surrogate_survives_json(tmp_path: Path) -> None:
    document = sample.rich()
    document["customer"] = "A\ud800B"
    render_files(document, ["json"], ["en"], tmp_path)
    assert json.loads((tmp_path / "assessment.json").read_text("utf-8"))["customer"] == "A\ud800B"


def test_chromium_is_the_named_one_or_none(tmp_path: Path) -> None:
    path = program(tmp_path, "exit 0")
    assert find_chromium({CHROMIUM_VARIABLE: path}) == path
    assert find_chromium({CHROMIUM_VARIABLE: str(tmp_path / "missing")}) is None


@pytest.mark.parametrize(
    ("script", "patience_s", "message"),
    [
        ("echo first >&2; echo no display >&2; exit 7", 60, "Chromium failed (exit 7): no display"),
        ("exit 0", 60, "Chromium wrote no PDF"),
        ("sleep 300", 1, "Chromium did not finish in 1 s"),
    ],
)
def test_a_broken_browser_is_told_apart(
    script: str, patience_s: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CHROMIUM_VARIABLE, program(tmp_path, script))
    monkeypatch.setattr(pdf_format, "TIMEOUT_S", patience_s)
    with pytest.raises(RenderError) as caught:
        render_pdf(sample.healthy(), "en")
    assert say(caught.value.text, "en").startswith(message)


def crowded() -> Any:
    """As much as page one can have to hold."""
    document = sample.rich()
    document["customer"] = "某某省农村信用社联合社股份有限公司科技信息部数据库运维中心"
    document["comparison"]["ruleset_changed"] = True
    document["authorization"]["data_classes"] = [name.value for name in DataClass]
    for category in Category:
        score = {"points_lost": 1.0, "risk_points": 1.0, "coverage_pct": 50.0}
        document["score"]["categories"].setdefault(category.value, score)
    for result in document["results"]:
        result["texts"]["en"]["title"] = result["texts"]["zh-CN"]["title"] = "A long title that tells all of it, " * 2
        result["texts"]["en"]["advice"] = "Archive or drop history tables before the disk is full. " * 9
        result["texts"]["zh-CN"]["advice"] = "请在磁盘写满之前归档或清理历史表，或在控制台扩容。" * 9
        for finding in result["findings"]:
            finding["resource"] = "a_long_schema_name.a_long_table_name." + finding["resource"]
    return document


def list_items(items: Iterable[pikepdf.OutlineItem]) -> Iterator[pikepdf.OutlineItem]:
    """Each item of an outline, with those below it."""
    for item in items:
        yield item
        yield from list_items(item.children)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("document", [sample.rich(), crowded()], ids=["rich", "crowded"])
@pytest.mark.parametrize("language", ["zh-CN", pytest.param("en", marks=pytest.mark.long)])
def test_the_pdf_has_a_cover_and_page_one_alone(document: Any, language: str, tmp_path: Path) -> None:
    chromium()
    as_wide_as("Arial", "Liberation Sans")
    render_files(document, ["pdf"], [language], tmp_path)
    pdf = find_report(tmp_path, f"report.{language}.pdf")
    assert pdf.read_bytes().startswith(b"%PDF-")
    if not shutil.which("pdftotext"):
        pytest.skip("the PDF was written, but there is no pdftotext (poppler-utils) to read it with")

    def said(*command: str) -> str:
        return subprocess.run([*command, str(pdf), "-"], check=True, capture_output=True, text=True).stdout

    pages = said("pdftotext", "-layout").split("\f")
    score = f"{document['score']['value']:.1f}"
    assert document["customer"][:20] in pages[0] and "2027-01-01" in pages[0] and score not in pages[0]
    assert score in pages[1] and translate("Since last time", language) in pages[1]
    assert "AUTH-2026-017" not in pages[1] and "6,123" not in pages[1]
    assert "AUTH-2026-017" in pages[2] + pages[3] and "6,123" in pages[2] + pages[3], "leave and load are of the scope"
    assert document["authorization"]["sha256"][:20] in pages[2] + pages[3], "the scope says which authorization it was"
    assert f"2 / {len(pages) - 1}" in pages[1] and "Confidential" in pages[1].splitlines()[0]
    assert translate("Contents", language) in pages[2] and score not in pages[2][: pages[2].index("1 ")]
    with pikepdf.open(pdf) as opened, opened.open_outline() as outline:
        titles = [item.title for item in list_items(outline.root)]
    assert any(translate("Roadmap", language) in title for title in titles), titles
    fonts = subprocess.run(["pdffonts", str(pdf)], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    assert fonts and all(line.split()[-5] == "yes" for line in fonts), "a font is not embedded"


def rendering(tmp_path: Path, script: str) -> subprocess.Popen[bytes]:
    """A run of ``render`` in a process of its own, whose browser is this script and has begun."""
    (tmp_path / "out").mkdir(exist_ok=True)
    render_files(sample.rich(), ["json"], ["en"], tmp_path)
    browser = program(tmp_path, f"touch {tmp_path}/begun; {script}")
    command = [sys.executable, "-m", "agent", "render", "-a", tmp_path / "assessment.json", "-f", "pdf", "-l", "en"]
    process = subprocess.Popen(
        # Where the tests run in the background, the shell lets them ignore an interrupt.
        ["env", "--default-signal=INT", *map(str, command), "-o", str(tmp_path / "out")],
        env={**os.environ, CHROMIUM_VARIABLE: browser, "TMPDIR": str(tmp_path / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    eventually((tmp_path / "begun").exists, 60)
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_browser_ends_with_us_and_at_once(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "tmp").mkdir()
    process = rendering(tmp_path, f"(trap '' TERM INT; sleep 600) & echo $! > {tmp_path}/child; sleep 600")
    eventually(lambda: (tmp_path / "child").exists() and (tmp_path / "child").stat().st_size > 0)
    process.send_signal(number)
    process.communicate(timeout=60)  # it does not wait until its browser ends by itself
    assert process.returncode == 128 + number
    child = int((tmp_path / "child").read_text())
    eventually(lambda: not is_running(child))
    assert not names(tmp_path / "out") and not names(tmp_path / "tmp")


def is_running(process: int) -> bool:
    """Whether it runs; a child that nobody has waited for yet does not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


def test_what_a_killed_run_leaves_lies_in_its_folder_and_goes_with_the_next(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    process = rendering(tmp_path, "sleep 60")
    process.kill()
    process.wait()
    (left,) = (tmp_path / "out").iterdir()
    assert left.name.startswith(".") and stat.S_IMODE(left.stat().st_mode) == 0o700
    assert not names(tmp_path / "tmp"), "nothing of the report lies in a folder that others share"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHROMIUM_VARIABLE, program(tmp_path, "exit 7"))
        with pytest.raises(RenderError):
            render_files(sample.rich(), ["pdf"], ["en"], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        render_files(sample.rich(), ["json", "html", "docx", "xlsx"], ["en"], tmp_path / "out")
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()}
    assert len(modes) == 4 and set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700

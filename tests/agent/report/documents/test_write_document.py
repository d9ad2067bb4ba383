"""The files of a document: names, what is refused, and that one that fails does not stop the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.engagement.report_block import ReportBlock
from agent.report.documents.write_document import DocumentWish, write_document
from agent.report.pdf.render_pdf import find_chromium
from agent.support.errors import ConfigError, RenderError
from tests.agent.engagement.service_log.logs import NOW
from tests.agent.report.documents.telling import ZONE, builders


def wish(directory: Path, **more: object) -> DocumentWish:
    given = {
        "kind": "questions", "customer": "Acme/../x", "subject": "Q 1", "made": NOW, "zone": ZONE,
        "build": builders(directory)["questions"], "house": ReportBlock(), "directory": directory / "out",
        "formats": ("html", "docx"), "languages": ("zh-CN", "en"),
    }  # fmt: skip
    return DocumentWish(**(given | more))  # type: ignore[arg-type]


def test_each_format_and_language_is_a_file_of_its_own(tmp_path: Path) -> None:
    files = write_document(wish(tmp_path))
    assert [file.name for file in files] == [
        f"questions_Acme-x_Q-1_2026-11-30.{language}.{name}"
        for language in ("zh-CN", "en")
        for name in ("html", "docx")
    ]
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)


@pytest.mark.parametrize("more", [{"formats": ("xlsx",)}, {"formats": ()}, {"languages": ("fr",)}])
def test_what_is_unknown_is_refused_before_anything_is_written(tmp_path: Path, more: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        write_document(wish(tmp_path, **more))
    assert not (tmp_path / "out").exists()


def test_without_chromium_the_others_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OB_HEALTH_CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(RenderError) as caught:
        write_document(wish(tmp_path, formats=("pdf", "html"), languages=("en",)))
    assert [path.suffix for path in caught.value.written] == [".html"]
    assert "a PDF needs Chromium" in caught.value.problems[0].msgid


def test_a_template_of_the_house_replaces_ours(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "document.html.j2").write_text("<p>{{ frame.cover.title }} of the house</p>")
    house = ReportBlock().model_copy(update={"templates": templates})
    (page,) = write_document(wish(tmp_path, house=house, formats=("html",), languages=("en",)))
    assert "List of Questions of the house" in page.read_text("utf-8")
    (templates / "document.html.j2").write_text("{{ frame.none }}")
    with pytest.raises(RenderError) as caught:
        write_document(wish(tmp_path, house=house, formats=("html",), languages=("en",)))
    assert caught.value.problems[0].args["template"] == "document.html.j2"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(find_chromium() is None, reason="Chromium is not installed")
def test_the_pdf_has_pages_and_properties(tmp_path: Path) -> None:
    from pikepdf import Pdf

    (file,) = write_document(wish(tmp_path, formats=("pdf",), languages=("zh-CN",)))
    with Pdf.open(file) as pdf:
        assert len(pdf.pages) >= 2
        assert "问题清单" in str(pdf.docinfo["/Title"])

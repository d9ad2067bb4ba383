"""The Word report in the dress of the house that sends it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest

from agent.report.docx.render_docx import render_docx
from agent.report.style import Section, Style
from agent.support.errors import RenderError
from agent.support.i18n import render_text as say
from tests.agent.report import sample
from tests.agent.report.office import parts, root, text_of

pytestmark = pytest.mark.slow

RICH = sample.rich()
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


def own_template(folder: Path, *paragraphs: str) -> Style:
    template = docx.Document()
    for text in paragraphs:
        template.add_paragraph(text)
    template.save(str(folder / "report.docx"))
    return Style(templates=folder)


def test_the_house_dresses_it() -> None:
    style = Style(
        logo=PNG,
        logo_type="image/png",
        accent="#123456",
        contacts=(("Chen Jing", "+86 10 1234"),),
        wording={"Top risks": "What worries us"},
        sections=(
            Section("Our view", ("First & foremost.", "{{ 7*7 }}"), "front"),
            Section("Closing", ("Bye.",), "end"),
        ),
    )
    content = render_docx(RICH, "en", style)
    text = text_of(root(content))
    assert "Chen Jing +86 10 1234" in text.replace("\n", " ")
    assert "1 Our view\nFirst & foremost.\n{{ 7*7 }}\n" in text
    assert "What worries us" in text and "Top risks" not in text
    assert text.index("Closing\nBye.") < text.rindex("Glossary")
    assert b"123456" in parts(content)["word/styles.xml"] and b"0F4C81" not in parts(content)["word/styles.xml"]
    assert PNG in parts(content).values()


def test_a_template_of_the_house_takes_its_place(tmp_path: Path) -> None:
    style = own_template(
        tmp_path, "For {{ report.cover.customer }}: {{ report.front.verdict.shown }}", "{{ _('Gain') }}"
    )
    assert text_of(root(render_docx(RICH, "zh-CN", style))) == "For Acme Retail Co., Ltd.: 42.2\n提升"


@pytest.mark.parametrize(
    ("text", "number", "problem"),
    [
        ("Dear {{ nobody }}", 2, "'nobody' is undefined"),
        ("{{ report.front.nothing }}", 2, "has no attribute 'nothing'"),
        ("{{ 1 + }}", 2, "unexpected"),
        ("{{ report.__class__.__mro__ }}", 2, "unsafe"),
        ("{{ logo.insert() }}", 2, "has no attribute"),
        ("{{ house.templates.parent }}", 2, "has no attribute 'parent'"),
    ],
)
def test_a_wrong_template_is_named_with_its_place(text: str, number: int, problem: str, tmp_path: Path) -> None:
    style = own_template(tmp_path, "Fine {{ report.language }}", text)
    with pytest.raises(RenderError) as caught:
        render_docx(RICH, "en", style)
    message = say(caught.value.text, "en")
    assert message.startswith(f"report.docx, paragraph {number} “{text[:10]}")
    assert problem in message


def test_what_is_no_word_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_text("not a zip")
    with pytest.raises(RenderError) as caught:
        render_docx(RICH, "en", Style(templates=tmp_path))
    assert "is no Word document" in say(caught.value.text, "en")


def refusal(folder: Path) -> str:
    with pytest.raises(RenderError) as caught:
        render_docx(RICH, "en", Style(templates=folder))
    return say(caught.value.text, "en")


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    own_template(tmp_path / "elsewhere", "x")
    (tmp_path / "report.docx").symlink_to(tmp_path / "elsewhere" / "report.docx")
    assert "is a link" in refusal(tmp_path)
    (tmp_path / "report.docx").unlink()
    (tmp_path / "report.docx").symlink_to("nowhere")
    assert "is a link" in refusal(tmp_path)


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    own_template(tmp_path, "x")
    with zipfile.ZipFile(tmp_path / "report.docx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/big.png", bytes(100 << 20))
    assert (tmp_path / "report.docx").stat().st_size < 1 << 20
    assert "larger than a template may be: it unpacks to more than 64 MiB" in refusal(tmp_path)
    (tmp_path / "report.docx").write_bytes(bytes(17 << 20))
    assert "is larger than 16 MiB" in refusal(tmp_path)


def test_a_loop_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.support.bounded.LIMIT_S", 3.0)
    loop = "".join(f"{{% for {name} in range(99999) %}}" for name in "abc") + "{% endfor %}" * 3
    own_template(tmp_path, loop)
    assert "report.docx was not done within 3 s" in refusal(tmp_path)


def test_a_template_that_fills_the_memory_is_one_message(tmp_path: Path) -> None:
    own_template(tmp_path, "{{ 'x' | center(1999999999) }}")
    assert "MemoryError" in (said := refusal(tmp_path)) or "ended without a result" in said

"""The house style: what an engagement may change of the report, and how each mistake is told."""

from __future__ import annotations

import os
import re
import resource
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from agent.engagement.report_block import LOGO_BYTES, ReportBlock, detect_picture_type, measure_contrast
from agent.report.house_style import build_style
from agent.report.html.render_html import render_html
from agent.report.render import render_files
from agent.report.style import ACCENT, OURS
from agent.support.errors import RenderError
from agent.support.i18n import render_text as say
from agent.support.sandbox import VARIABLES, find_text_problem, render_template
from tests.agent.engagements import MINIMAL, load, problems_of
from tests.agent.report import sample
from tests.agent.report.pages import text_of

pytestmark = pytest.mark.slow

DOT = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)
HOUSE = """
report:
  logo: logo.png
  accent: "#0B6E4F"
  contacts:
    - {name: 王芳, detail: "TAM, tam@example.com"}
  wording:
    en: {Health score: Condition}
    zh-CN: {健康分: 健康度}
  sections:
    - place: front
      title: {en: "What {{ customer }} asked", zh-CN: 本期说明}
      text:
        en: |
          The score is {{ score }}, {{ range }}.

          {% if coverage != "100%" %}Not everything was seen.{% endif %}
        zh-CN: 本期得分 {{ score }}。
    - title: {en: Terms}
      text: {en: "Valid until {{ valid_until }}."}
"""


def house(folder: Path, block: str = HOUSE) -> ReportBlock:
    (folder / "logo.png").write_bytes(DOT)
    return load(folder, MINIMAL + block).report


def told(folder: Path, block: str) -> list[str]:
    """The problems of a ``report:`` block, without line numbers."""
    (folder / "logo.png").write_bytes(DOT)
    return [problem.partition(" ")[2] for problem in problems_of(folder, MINIMAL + "report:\n" + block)]


def page(folder: Path, language: str = "en", block: str = HOUSE) -> str:
    document = sample.rich()
    return render_html(document, language, build_style(house(folder, block), document, language)).decode()


def test_nothing_given_is_our_own_style() -> None:
    assert build_style(ReportBlock(), sample.rich(), "en") == OURS


def test_everything_given_is_on_the_page(tmp_path: Path) -> None:
    html = page(tmp_path)
    text = text_of(html)
    assert "--house: #0b6e4f" in html and 'class="logo" src="data:image/png;base64,iVBOR' in html
    assert "Contacts 王芳 TAM, tam@example.com" in text
    assert "Condition 42.2 / 100" in text
    # A phrase is reworded where it stands alone; the title of the line is a phrase of its own.
    assert "Health score" not in text.replace("Health score over the assessments", "")
    assert "1 What Acme Retail Co., Ltd. asked The score is 42.2, 20.7–46.0. Not everything was seen." in text
    assert "Terms Valid until 2027-01-01." in text
    assert text.index("The score is 42.2") < text.index("2 Scope Checks") < text.index("Valid until 2027-01-01. ")


def test_a_language_without_a_text_leaves_the_section_out(tmp_path: Path) -> None:
    text = text_of(page(tmp_path, "zh-CN"))
    assert "本期得分 42.2。" in text and "健康度" in text
    assert "Terms" not in text


def test_every_variable_can_be_used(tmp_path: Path) -> None:
    names = " ".join(f"{name}={{{{ {name} }}}};" for name in VARIABLES)
    text = text_of(page(tmp_path, block=f"report:\n  sections: [{{title: {{en: All}}, text: {{en: '{names}'}}}}]\n"))
    assert all(f"{name}=" in text for name in VARIABLES)
    assert "customer=Acme Retail Co., Ltd.; target=shop-prod;" in text and "number=20261003-0130-shop-prod;" in text


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ("  logo: none.png\n", "report.logo: there is no file"),
        ("  logo: engagement.yaml\n", "report.logo: {folder}/engagement.yaml is no whole PNG or JPEG picture"),
        ("  accent: blue\n", "report.accent: write a colour in quotes"),
        ('  accent: "#ffcc00"\n', "report.accent: this colour is too light for text on white"),
        ("  wording: {en: {Helth score: x}}\n", "report.wording: the report has no phrase “Helth score”"),
        ("  wording: {en: {健康分: x}}\n", "report.wording: the report has no phrase “健康分”"),
        ("  wording: {en: {'Passed: {count}': 'ok {count.__class__}'}}\n", "must have the same placeholders"),
        ("  wording: {en: {'Passed: {count}': 'ok'}}\n", "must have the same placeholders"),
        ("  wording: {fr: {Scope: x}}\n", "report.wording.fr: write one of: zh-CN, en"),
        ("  sections: [{title: {en: a}, text: {zh-CN: b}}]\n", "sections[0]: title and text must be given in the same"),
        ("  sections: [{title: {en: a}, text: {en: 'x {{ custmer }}'}}]\n", "of this text: 'custmer' is undefined"),
        ("  sections: [{title: {en: a}, text: {en: '{% if %}'}}]\n", "report.sections[0].text.en: line 1 of this text"),
        ("  sections: [{title: {en: a}, text: {en: b}, place: top}]\n", "report.sections[0].place: write one of"),
        ("  templates: nowhere\n", "report.templates: there is no folder"),
    ],
)
def test_a_mistake_is_told_with_its_place(block: str, problem: str, tmp_path: Path) -> None:
    assert problem.format(folder=tmp_path) in " ".join(told(tmp_path, block))


def test_a_logo_is_known_by_its_content(tmp_path: Path) -> None:
    assert detect_picture_type(DOT) == "image/png"
    assert detect_picture_type(b"\xff\xd8\xff\xe0 JFIF \xff\xd9") == "image/jpeg"
    assert {detect_picture_type(content) for content in (b"", b"<svg/>", DOT[:40], b"GIF89a", DOT + b"x" * 2000)} == {
        ""
    }
    (tmp_path / "big.png").write_bytes(DOT[:-12] + b"x" * LOGO_BYTES + DOT[-12:])
    assert "is larger than 512 KiB" in told(tmp_path, "  logo: big.png\n")[0]


def test_our_own_colour_passes_our_own_check() -> None:
    assert measure_contrast(ACCENT) > 4.5
    assert (round(measure_contrast("#000000")), measure_contrast("#ffffff")) == (21, 1.0)


def test_a_logo_that_went_is_told_and_the_others_are_written(tmp_path: Path) -> None:
    block = house(tmp_path)
    (tmp_path / "logo.png").unlink()
    with pytest.raises(RenderError) as caught:
        render_files(sample.rich(), ["json", "html"], ["en"], tmp_path / "out", house=block)
    assert [path.name for path in caught.value.written] == ["assessment.json"]
    assert "logo.png cannot be read" in say(caught.value.problems[0], "en")


def with_templates(folder: Path, **files: str) -> ReportBlock:
    (folder / "own").mkdir()
    for name, content in files.items():
        (folder / "own" / f"{name}.j2").write_text(content, "utf-8")
    return house(folder, "report: {templates: own}\n")


def rendered(folder: Path, **files: str) -> str:
    document, block = sample.rich(), with_templates(folder, **files)
    return render_html(document, "en", build_style(block, document, "en")).decode()


def test_a_template_replaces_ours_of_the_same_name(tmp_path: Path) -> None:
    html = rendered(tmp_path, **{"_cover.html": "<section class='cover'>{{ report.cover.customer }}, {{ _('Scope') }}"})
    assert "<section class='cover'>Acme Retail Co., Ltd., Scope" in html
    assert "Top risks" in html


def test_a_template_can_replace_one_block(tmp_path: Path) -> None:
    block = "{% block colophon %}<footer>{{ m.pairs(report.scope) }}</footer>{% endblock %}"
    html = rendered(tmp_path, **{"report.html": '{% extends "ours/report.html.j2" %}' + block})
    assert '<footer><dl class="pairs' in html and 'class="colophon"' not in html
    assert "Top risks" in html


def test_what_a_template_prints_is_escaped_and_cannot_run(tmp_path: Path) -> None:
    html = rendered(tmp_path, **{"_cover.html": "{{ '<script>alert(1)</script>' }}<script>alert(2)</script>"})
    assert "&lt;script&gt;alert(1)" in html
    assert "script-src &#39;sha256-" in html and "unsafe-" not in html


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a\nb {{ nothing }}", "_cover.html.j2, line 2: 'nothing' is undefined"),
        ("{{ report.cover.nothing }}", "_cover.html.j2, line 1:"),
        ("\n\n{{ ''.__class__.__mro__ }}", "_cover.html.j2, line 3: access to attribute '__class__'"),
        ("{{ report.cover.__init__.__globals__ }}", "_cover.html.j2, line 1: access to attribute '__init__'"),
        ("{{ _.__init__.__globals__ }}", "_cover.html.j2, line 1: access to attribute '__init__'"),
        ("{{ house.templates.joinpath('own').iterdir() }}", "_cover.html.j2, line 1: 'None' has no attribute"),
        ("{{ 'x' * 100000000 }}", "_cover.html.j2, line 1: a product this large is not allowed"),
        ("{{ 9 ** 9 ** 9 }}", "_cover.html.j2, line 1: a product this large is not allowed"),
        ("{{ 1 / 0 }}", "_cover.html.j2, line 1: ZeroDivisionError"),
        ("{{ report.top.append(1) }}", "_cover.html.j2, line 1:"),
        ("{% include 'none.j2' %}", "_cover.html.j2, line 1: none.j2"),
        ("{% include '../engagement.yaml' %}", "_cover.html.j2, line 1: ../engagement.yaml"),
        ("{% include '_cover.html.j2' %}", "RecursionError"),
        ("{{ '{0.__class__.__mro__}'.format(report) }}", "_cover.html.j2, line 1: access to attribute '__class__'"),
    ],
)
def test_an_error_names_template_and_line(content: str, problem: str, tmp_path: Path) -> None:
    block = with_templates(tmp_path, **{"_cover.html": content})
    with pytest.raises(RenderError) as caught:
        render_files(sample.rich(), ["html", "json"], ["en", "zh-CN"], tmp_path / "out", house=block)
    assert [path.name for path in caught.value.written] == ["assessment.json"]
    assert len(caught.value.problems) == 1, "the same reason is told once"
    assert problem in say(caught.value.problems[0], "en")


@pytest.mark.parametrize(
    "page",
    [
        "<p>whole",
        "<!DOCTYPE html><html lang='en'><head><title>x</title></head><body>whole</body></html>",
        "  <!doctype HTML PUBLIC 'x'>\n<html><head></head><body>whole",
        "<script>alert(1)</script><!-- <html> --><body onload='alert(2)'>whole",
        "</head></html><style>body { background: url(http://x) }</style>whole",
        '<meta http-equiv="Content-Security-Policy" content="default-src *">whole',
        "<svg><style></style></svg>whole",
        "\ufeffwhole",
    ],
)
def test_the_policy_comes_before_anything_that_a_template_writes(page: str, tmp_path: Path) -> None:
    html = rendered(tmp_path, **{"report.html": page})
    first, second, third, rest = html.split("\n", 3)
    assert (first, second) == ("<!DOCTYPE html>", '<meta charset="utf-8">')
    assert third.startswith('<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; ')
    assert "unsafe" not in third and "whole" in rest and not rest.lower().lstrip().startswith("<!doctype")


@pytest.mark.parametrize(
    "page",
    [
        '<meta http-equiv="refresh" content="0;url=http://x">',
        "<META HTTP-EQUIV=' Refresh ' CONTENT=0>",
        "<p><link rel=dns-prefetch href=//x>",
        "<meta http-equiv=refresh http-equiv=x content=0>",
    ],
)
def test_what_leads_away_from_the_report_is_refused(page: str, tmp_path: Path) -> None:
    with pytest.raises(RenderError) as caught:
        rendered(tmp_path, **{"report.html": "{{ policy }}" + page})
    assert "would load something or lead away" in say(caught.value.text, "en")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<!-->", "-->"),
        ("<!-- --!>", "-->"),
        ("<svg><style>", "</style></svg>"),
        ("<svg><![CDATA[>", "]]></svg>"),
        ("<script><!--", "</script>"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("tag", ["<meta http-equiv=refresh content='0;url=//x'>", "<LINK rel=preconnect href=//x>"])
def test_what_a_browser_sees_and_a_parser_does_not_is_harmless(
    before: str, after: str, tag: str, tmp_path: Path
) -> None:
    try:
        html = rendered(tmp_path, **{"report.html": f"{before}{tag}{after}<p>whole"})
    except RenderError as error:
        assert "would load something or lead away" in say(error.text, "en")
    else:
        theirs = html.split("\n", 3)[3]
        assert "whole" in theirs and not re.search("<link|http-equiv", theirs, re.IGNORECASE)


def test_a_text_about_tags_reads_as_it_was(tmp_path: Path) -> None:
    html = rendered(tmp_path, **{"report.html": "<p>{{ '<link> http-equiv=refresh' }}</p>"})
    assert unescape(html).count("<link> http-equiv=refresh") == 1


LOOP = "".join(f"{{% for {name} in range(99999) %}}" for name in "abc") + "{% endfor %}" * 3
FAT = (
    "{{ 'x' | center(1999999999) }}",
    "{{ '%1999999999s' | format('x') }}",
    "{{ 'x'.ljust(1999999999) }}",
    "{% set ns = namespace(a='x' * 9999) %}{% for i in range(99999) %}{% set ns.a = ns.a + ns.a %}{% endfor %}",
    "{% for i in range(99999) %}{{ 'x' * 9999 }}{{ 'x' * 9999 }}{{ 'x' * 9999 }}{% endfor %}",
)


@pytest.mark.parametrize("kind", ["html", "text"])
def test_a_loop_without_end_is_ended(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.support.bounded.LIMIT_S", 2.0)
    began = time.monotonic()
    with pytest.raises(RenderError) as caught:
        if kind == "html":
            rendered(tmp_path, **{"_cover.html": LOOP})
        else:
            render_template(LOOP, "report.sections[0].text.en", {})
    message = say(caught.value.text, "en")
    assert "was not done within 2 s" in message and ("report.html.j2" in message or "sections[0]" in message)
    assert time.monotonic() - began < 30


@pytest.mark.slow
@pytest.mark.parametrize("content", FAT)
def test_a_template_that_fills_the_memory_is_one_message(content: str, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(RenderError) as caught:
        rendered(tmp_path, **{"_cover.html": content})
    assert re.search("MemoryError|ended without a result|was not done", say(caught.value.text, "en"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


def test_nothing_is_run_when_a_template_is_only_looked_at(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with_templates(tmp_path, **{f"_{number}.html": content for number, content in enumerate(FAT)})
    assert find_text_problem(FAT[0]) is None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_a_link_in_the_folder_is_refused_wherever_it_leads(tmp_path: Path) -> None:
    (tmp_path / "own" / "deep").mkdir(parents=True)
    (tmp_path / "elsewhere.j2").write_text("secret")
    for name, target in (
        ("_cover.html.j2", "../elsewhere.j2"),
        ("readme.txt", "/etc/passwd"),
        ("report.docx", "../elsewhere.j2"),
        ("deep/_front.html.j2", "nowhere"),
        ("folder", "deep"),
    ):
        link = tmp_path / "own" / name
        link.symlink_to(target)
        (problem,) = told(tmp_path, "  templates: own\n")
        assert problem.startswith(f"report.templates: {name}, line 1: a link")
        link.unlink()


def test_a_link_that_is_put_there_afterwards_is_refused_too(tmp_path: Path) -> None:
    block = with_templates(tmp_path, **{"_cover.html": "<p>ours"})
    (tmp_path / "own" / "_cover.html.j2").unlink()
    (tmp_path / "elsewhere.j2").write_text("secret")
    (tmp_path / "own" / "_cover.html.j2").symlink_to(tmp_path / "elsewhere.j2")
    with pytest.raises(RenderError) as caught:
        render_files(sample.rich(), ["html", "json"], ["en"], tmp_path / "out", house=block)
    assert "_cover.html.j2, line 1: a link" in say(caught.value.problems[0], "en")
    assert not list((tmp_path / "out").glob("*.html"))


@pytest.mark.parametrize("kind", ["fifo", "large", "folder"])
def test_what_is_no_plain_small_file_is_refused(kind: str, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    path = tmp_path / "own" / "_cover.html.j2"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "large":
        path.write_bytes(b"x" * 300_000)
    else:
        path.mkdir()
        assert with_folder_is_ignored(tmp_path)
        return
    (problem,) = told(tmp_path, "  templates: own\n")
    assert "_cover.html.j2, line 1: " in problem


def with_folder_is_ignored(tmp_path: Path) -> bool:
    return house(tmp_path, "report: {templates: own}\n").templates is not None


def test_a_message_of_a_template_cannot_reach_into_objects(tmp_path: Path) -> None:
    """``_`` fills in words only; it is no way around the sandbox."""
    html = rendered(tmp_path, **{"_cover.html": "<p>{{ _('{x.__class__} {x}', x=report.cover.target) }}</p>"})
    assert "<p>{x.__class__} shop-prod</p>" in html


def test_a_template_that_is_none_is_refused_with_the_engagement(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "_front.html.j2").write_text("a\n{% if %}")
    (tmp_path / "own" / "x.j2").write_bytes(b"\xff")
    problems = told(tmp_path, "  templates: own\n")
    assert len(problems) == 1
    assert problems[0].startswith("report.templates: _front.html.j2, line 2: Expected an expression")


def test_a_section_that_fails_while_it_prints_names_its_line(tmp_path: Path) -> None:
    block = 'report: {sections: [{title: {en: a}, text: {en: "x\\n\\n{{ customer.nothing }}"}}]}\n'
    with pytest.raises(RenderError) as caught:
        build_style(house(tmp_path, block), sample.rich(), "en")
    assert say(caught.value.text, "en").startswith("report.sections[0].text.en, line 3: 'str object' has no attribute")


def test_the_printed_header_holds_text_only() -> None:
    document: Any = sample.rich()
    document["customer"] = 'A"; } @import url(http://x); </style><script>'
    document["colophon"]["classification"] = "\\22 } body { display: none }"
    html = render_html(document, "en").decode()
    css = html[html.index("<style>") : html.index("</style>")]
    assert not re.search(r"@import|http:|body \{ display|</style|<script", css)
    assert 'content: "A\\000022\\00003b\\000020\\00007d\\000020\\000040import' in css

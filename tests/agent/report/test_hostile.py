"""Text from a database can hold anything; the page stays ours."""

from __future__ import annotations

import copy
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.document import Document
from agent.model.sources import find_first_link
from agent.report.pdf.render_pdf import render_pdf
from agent.report.view.report import build_report
from agent.report.words import ELLIPSIS, make_printable
from tests.agent.report import sample
from tests.agent.report.pages import chromium, opened, page
from tests.harness import shipped

pytestmark = pytest.mark.slow

ATTACKS = (
    "<script>document.body.id='owned'</script>",
    "<img src=x onerror=\"document.body.id='owned'\">",
    "\"><svg onload=\"document.body.id='owned'\">",
    "'><a href=\"javascript:document.body.id='owned'\">x</a>",
    "</style></code></pre></title><script>document.body.id='owned'</script>",
    "<!--", "]]>", "&lt;script&gt;", "<bdi>", "</bdi></td></table>",
    "{{ 7*7 }}", "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}", "{0.__class__}", "%(a)s", "{x",
    "a\x00b\x1b[31mred\x07", "\u202egnp.exe", "\u2066\u2067\u200f", "\ud800", "\ufeff\u2028\u2029",
)  # fmt: skip


def poisoned(node: Any, text: str) -> Any:
    """The node with every free text of it replaced; the document's own vocabulary stays."""
    kept = {
        "kind",
        "category",
        "actor",
        "outcome",
        "severity",
        "was_severity",
        "unit",
        "run_as",
        "status",
        "band",
        "as_of",
        "baseline_as_of",
        "from",
        "to",
        "first",
        "last",
        "until",
        "data_classes",
        "symptom_of",
        "fingerprint",
        "rungs",
        "code",
    }
    if isinstance(node, dict):
        return {key: value if key in kept else poisoned(value, text) for key, value in node.items()}
    if isinstance(node, list):
        return [poisoned(item, text) for item in node]
    return text if isinstance(node, str) else node


def hostile(text: str) -> Document:
    document: Document = poisoned(copy.deepcopy(sample.rich()), text)
    document["results"][0]["findings"][0]["evidence"] = {text: text, "nested": 1}
    return document


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_is_only_text(attack: str) -> None:
    # Where display changes a text, a note says so; our own page is then the one with that note.
    html, ours = (
        page(hostile(attack)),
        page(hostile("harmless" if make_printable(attack) == attack else "harm\x07less")),
    )
    assert re.findall(r"</?[a-z0-9]+", html) == re.findall(r"</?[a-z0-9]+", ours)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", html)
    if not re.search(r"[<>&'\"\x00-\x1f\u0080-\uffff]", attack):
        assert attack in html


class _Tags(HTMLParser):
    """The tags of a page as a parser sees them: what stands in a text or in a value is none."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def list_tags(html: str) -> list[tuple[str, dict[str, str]]]:
    """Each tag with its attributes."""
    parser = _Tags()
    parser.feed(html)
    return parser.found


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_nothing_runs_in_a_browser(language: str, tmp_path: Path) -> None:
    html = page(hostile(" ".join(ATTACKS)), language)
    seen = opened(html, tmp_path)
    assert re.search(r'<pre class="sql[ "]', seen), "the page holds statements, to copy or cut"
    body = re.search(r"<body[^>]*>", seen)
    assert body
    assert "owned" not in body[0]
    tags = list_tags(seen)
    assert len(tags) > 500
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    assert not [tag for tag, attributes in tags if "javascript" in (attributes.get("href") or "").lower()]
    pictures = [attributes.get("src", "") for tag, attributes in tags if tag == "img"]
    assert all(source.startswith("data:image/svg") for source in pictures)
    assert not re.search(r"<script>\s*document", seen)


@pytest.mark.browser
def test_our_own_script_runs_and_a_strangers_does_not(tmp_path: Path) -> None:
    """The policy itself stops a script that an escape had missed."""
    chromium()
    html = page(sample.rich()).replace("</main>", "<script>document.body.id='owned'</script></main>")
    seen = opened(html, tmp_path)
    assert '<button type="button">Copy</button>' in seen
    assert '<button type="button">Unfold all</button>' in seen
    assert 'id="owned"' not in seen


@pytest.mark.slow
@pytest.mark.browser
def test_hostile_text_is_text_in_the_pdf(tmp_path: Path) -> None:
    chromium()
    content = render_pdf(hostile(" ".join(ATTACKS) + "\N{PILE OF POO}" + "x" * 1_000_000), "en")
    assert not re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile|SubmitForm)\b", content)
    file = tmp_path / "hostile.pdf"
    file.write_bytes(content)
    if not shutil.which("pdftotext"):
        pytest.skip("the PDF was written, but there is no pdftotext (poppler-utils) to read it with")
    said = subprocess.run(["pdftotext", str(file), "-"], check=True, capture_output=True, text=True).stdout
    shown = "".join(said.split())
    assert "<script>document.body.id='owned'</script>" in shown and "{{7*7}}" in shown and "<U+202E>gnp.exe" in shown


def test_a_megabyte_is_cut() -> None:
    document = hostile("x" * 1_000_000)
    assert len(page(document)) < 3_000_000
    assert ELLIPSIS in page(document)


def test_a_statement_that_display_changed_is_not_offered_for_copying() -> None:
    document = sample.rich()
    result = next(result for result in document["results"] if result["code"] == "PAR004")
    for text in ("SELECT '" + "x" * 10_000 + "'", "SELECT '\u202e'", "SELECT '\x00'"):
        result["findings"][0]["sql"] = [text]
        card = next(card for card in build_report(document, "en").cards if card.code == "PAR004")
        assert not card.steps[0].script.whole
        assert '<pre class="sql cut ' in page(document)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//evil", "https://a\x00b", "file:///etc"])
def test_only_web_addresses_become_links(link: str) -> None:
    document = sample.rich()
    for result in document["results"]:
        result["remediation"]["links"] = dict.fromkeys(result["remediation"]["links"], link)
    assert not any(card.link for card in build_report(document, "en").cards)
    assert 'rel="noopener' not in page(document)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_of_the_documentation_becomes_a_link(language: str) -> None:
    document = sample.rich()
    first = document["results"][0]["code"]
    document["results"][0]["remediation"]["links"] = links = dict.fromkeys(("en", "zh-CN"), "")
    for spec in shipped()[0].checks.values():
        links[language] = find_first_link(spec.sources, language)
        (card,) = (card for card in build_report(document, language).cards if card.code == first)
        assert card.link == links[language], spec.code


def test_a_link_is_told_by_version_and_page() -> None:
    document = sample.rich()
    place = "https://github.com/oceanbase/oceanbase-doc/blob/V4.3.3/en-US/700.reference/300.4000-4499-of-mysql-mode.md"
    for result in document["results"]:
        result["remediation"]["links"]["en"] = place
    assert build_report(document, "en").cards[0].link_text == "OceanBase documentation V4.3.3: 4000-4499-of-mysql-mode"


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=300), st.integers(1, 200))
def test_clean_text_prints(text: str, length: int) -> None:
    shown = make_printable(text, length)
    assert not re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]", shown)
    assert len(shown) <= length * 8 + 1
    shown.encode()
    assert bool(shown) == bool(text)
    if len(text) > length:
        assert shown.endswith(ELLIPSIS)
    elif text.isascii() and text.isprintable():
        assert shown == text


def test_reordering_is_shown() -> None:
    assert make_printable("abc\u202edef") == "abc<U+202E>def"

"""The page in a real browser: readable by everybody, at every width, with and without script, and without network."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from agent.report.charts.sheet import NARROW_MM, WIDTH_MM
from agent.report.pdf.render_pdf import render_pdf
from tests.agent.report.browser import DESKTOP, PHONE, SAMPLES, document, html, opened, started

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Comes true once something was painted; asked for in one call, since the page's policy forbids polling by eval.
PAINTED = """new Promise((done) => new PerformanceObserver((list) => {
  if (list.getEntriesByName("first-contentful-paint").length) done(true);
}).observe({ type: "paint", buffered: true }))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as driver:
        yield driver


def violations(page: Page) -> list[str]:
    """What axe-core calls serious or critical, with the first place of each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{item['id']}: {item['nodes'][0]['html'][:120]} {item['nodes'][0]['failureSummary']}"
        for item in found
        if item["impact"] in ("serious", "critical")
    ]


def sideways(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


# Everything on the fullest document; of the others two that differ in all.
SEEN = [
    ("rich", "light", DESKTOP),
    ("rich", "dark", PHONE),
    *((name, "dark", PHONE) for name in SAMPLES if name != "rich"),
    *(
        pytest.param(*more, marks=pytest.mark.long)
        for more in (
            *((name, "light", DESKTOP) for name in SAMPLES if name != "rich"),
            ("rich", "light", PHONE),
            ("rich", "dark", DESKTOP),
        )
    ),
]


@pytest.mark.parametrize(("name", "scheme", "viewport"), SEEN)
def test_everybody_can_read_it(
    name: str, scheme: Literal["light", "dark"], viewport: ViewportSize, browser: Browser, tmp_path: Path
) -> None:
    """No serious violation by axe-core, no request, no error, no sideways scrolling."""
    language = "zh-CN" if scheme == "dark" else "en"
    with opened(browser, html(name, language), tmp_path, viewport, scheme) as (page, heard):
        page.evaluate(PAINTED)
        assert violations(page) == []
        assert sideways(page) == 0
        page.get_by_role("button", name="全部展开" if language == "zh-CN" else "Unfold all").click()
        assert sideways(page) == 0
        assert (heard.requests, heard.errors) == ([], [])


def test_the_check_for_everybody_can_fail(browser: Browser, tmp_path: Path) -> None:
    pale = b"<!DOCTYPE html><html lang=en><title>x</title><main><h1>x</h1><p style='color:#ccc'>pale</p><img src=a>"
    with opened(browser, pale, tmp_path) as (page, heard):
        assert [line.split(":")[0] for line in violations(page)] == ["color-contrast", "image-alt"]
        assert len(heard.requests) == 1


def visible(page: Page, selector: str) -> int:
    return page.locator(f"{selector}:visible").count()


def test_the_filter_keeps_what_fits(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path) as (page, heard):
        cards = page.locator("article.card:not(.symptom)")
        assert visible(page, "article.card:not(.symptom)") == cards.count() == 6
        page.get_by_label("Severity").select_option("High")
        assert page.locator("article.card:not(.symptom):visible").evaluate_all("all => all.map(one => one.id)") == [
            "SQL003",
            "CAP007",
        ]
        page.get_by_label("Who acts").select_option("For the customer")
        assert visible(page, "article.card:not(.symptom)") == 1
        expect(page.get_by_role("status")).to_have_text("1 of 6 checks with findings match")
        page.get_by_role("button", name="Show all").click()
        expect(page.get_by_role("status")).to_have_text("")
        assert visible(page, "article.card:not(.symptom)") == 6
        page.get_by_role("searchbox").fill("IDX_ORDERS_customer")
        assert visible(page, "article.card:not(.symptom)") == 1
        assert visible(page, "#sources ~ details table") == 0
        assert not heard.errors


@pytest.mark.slow
def test_a_link_leads_to_what_the_filter_hides(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path) as (page, _):
        page.get_by_label("Severity").select_option("Low")
        expect(page.locator("#CAP001")).to_be_hidden()
        page.locator(".steps a[href='#CAP001']").click()
        expect(page.locator("#CAP001")).to_be_in_viewport()
        page.evaluate("location.hash = 'CAP002'")
        expect(page.locator("#CAP002 .impact")).to_be_in_viewport()


def test_statements_are_copied_whole(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path) as (page, heard):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        block = page.locator("#SQL003 .remedy pre.sql").first
        block.get_by_role("button").click()
        expect(block.get_by_role("button")).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == "CREATE INDEX idx_orders_customer ON shop.orders (customer_id, created_at);"
        assert not heard.errors


@pytest.mark.slow
def test_the_keyboard_reaches_everything(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path) as (page, _):
        page.keyboard.press("Tab")
        expect(page.locator("a.skip").first).to_be_focused()
        reached = set()
        for _ in range(400):
            reached.add(page.evaluate("document.activeElement.tagName"))
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
        assert {"A", "INPUT", "SELECT", "BUTTON", "SUMMARY"} <= reached
        page.locator("summary").first.focus()
        page.keyboard.press("Enter")
        assert page.locator("details").first.evaluate("fold => fold.open")


def test_the_contents_follow_the_reader(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path) as (page, _):
        current = page.locator("nav.contents [aria-current]")
        expect(current).to_have_text("Page one")
        page.locator("#roadmap").scroll_into_view_if_needed()
        page.evaluate("document.getElementById('roadmap').scrollIntoView()")
        expect(current).to_contain_text("Roadmap")
        expect(page.locator("nav.contents")).to_be_in_viewport()


def test_on_a_phone_page_one_comes_first(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "zh-CN"), tmp_path, PHONE) as (page, _):
        expect(page.locator("#score")).to_be_in_viewport()
        assert page.locator(".front").bounding_box()["y"] < page.locator("form.filter").bounding_box()["y"]  # type: ignore[index]
        page.evaluate("scrollTo(0, 5000)")
        expect(page.locator("nav.contents")).to_be_in_viewport()


def test_charts_are_as_wide_as_the_phone(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path, PHONE) as (page, _):
        images = page.locator(".chart svg:visible").all()
        assert len(images) >= 4 and page.locator(".chart svg.wide:visible").count() == 0
        for image in images:
            box = image.bounding_box()
            assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
            assert box["width"] > 0.85 * NARROW_MM / 25.4 * 96  # or its texts could not be read


def test_without_script_everything_is_there(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path, script=False) as (page, heard):
        expect(page.locator("form.filter")).to_be_hidden()
        assert visible(page, "article.card:not(.symptom)") == 6
        page.locator("#CAP001 summary").first.click()
        expect(page.get_by_text("Space that was bought").first).to_be_visible()
        assert not heard.requests


@pytest.mark.slow
def test_print_shows_what_is_folded_and_filtered(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path) as (page, _):
        page.get_by_label("Severity").select_option("Low")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert visible(page, "article.card:not(.symptom)") == 6
        expect(page.get_by_text("Space that was bought").first).to_be_visible()
        expect(page.locator(".cover")).to_be_visible()
        expect(page.locator("form.filter")).to_be_hidden()
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert visible(page, "article.card:not(.symptom)") == 1


def test_on_a_wide_page_charts_are_the_wide_ones(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path) as (page, _):
        boxes = [image.bounding_box() for image in page.locator(".chart svg:visible").all()]
        assert page.locator(".chart svg.narrow:visible").count() == 0 and len(boxes) >= 4
        assert all(box is not None and box["width"] > WIDTH_MM / 25.4 * 96 for box in boxes), "as large as on paper"


def test_the_name_of_a_statement_can_be_selected_in_its_chart(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path) as (page, _):
        name = page.locator("svg.wide.top_sql text").filter(has_text=re.compile("^[0-9A-F]{32}$")).first
        name.scroll_into_view_if_needed()
        name.click(click_count=3)
        assert page.evaluate("getSelection().toString().trim()") == name.text_content()


# The page has come to rest: it is where it was a moment ago.
STILL = """() => new Promise((done) => {
  let last = -1;
  const look = () => { if (scrollY === last) done(true); else { last = scrollY; setTimeout(look, 200); } };
  look();
})"""


def test_the_search_goes_to_the_first_place_and_counts_a_check_once(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path) as (page, heard):
        box = page.get_by_role("searchbox")
        box.fill("idx_orders_customer")
        expect(page.get_by_role("status")).to_have_text("1 of 6 checks with findings match")
        expect(page.locator("#SQL003 pre.sql", has_text="idx_orders_customer").first).to_be_in_viewport()
        box.fill("shop.orders")
        expect(page.get_by_role("status")).to_have_text("2 of 6 checks with findings match")
        page.wait_for_function(STILL)
        first = page.evaluate("scrollY")
        box.press("Enter")
        box.press("Enter")
        page.wait_for_function("first => scrollY > first", arg=first)
        box.fill("BAK001")
        expect(page.get_by_role("status")).to_have_text(re.compile(r"^0 of 6 .* · [1-9]\d* entries elsewhere$"))
        assert not heard.errors


SMALL = """() => [...document.querySelectorAll("a[href], button, input, select, summary")].filter((one) => {
  const box = one.getBoundingClientRect();
  if (!box.width || one.classList.contains("skip") || (box.width >= 24 && box.height >= 24)) return false;
  // A link within a line of text is as high as the line; WCAG 2.5.8 asks no more of it.
  const line = one.closest("p, li, td, dd, th");
  return !(one.matches("a") && line && line.textContent.trim() !== one.textContent.trim());
}).map((one) => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_is_pressed_is_large_enough_for_a_finger(viewport: ViewportSize, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path, viewport) as (page, _):
        page.get_by_role("button", name="Unfold all").click()
        assert page.evaluate(SMALL) == []


def test_the_keyboard_comes_to_the_first_finding_soon(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path) as (page, _):
        for _stop in range(10):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('.steps a')"):
                break
        assert page.evaluate("document.activeElement.hash") == "#CAP001"


def test_what_the_reader_prints_is_what_the_pdf_shows(browser: Browser, tmp_path: Path) -> None:
    """But for the numbers in the contents, which nobody can know before."""
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext (poppler-utils) to read the pages with")

    def words(content: bytes) -> list[list[str]]:
        file = tmp_path / "read.pdf"
        file.write_bytes(content)
        command = ["pdftotext", "-raw", str(file), "-"]
        pages = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\f")
        pages[2] = re.sub(r"\d+", "", pages[2])  # the contents
        return [page.split() for page in pages]

    with opened(browser, html("rich", "en"), tmp_path, scheme="dark") as (page, _):
        page.get_by_label("Severity").select_option("Low")
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert words(printed) == words(render_pdf(document("rich"), "en"))


def test_dark_is_dark_and_charts_are_too(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path, scheme="dark") as (page, _):
        background = "getComputedStyle(%s).backgroundColor"
        assert page.evaluate(background % "document.body") == "rgb(18, 23, 28)"
        dark = page.locator("svg.wide.losses > g > rect").first
        assert dark.evaluate("paper => getComputedStyle(paper).fill") == "rgb(18, 23, 28)"
        text = page.locator("svg.wide.losses text").last
        assert text.evaluate("text => getComputedStyle(text).fill") in ("rgb(228, 232, 237)", "rgb(158, 171, 185)")

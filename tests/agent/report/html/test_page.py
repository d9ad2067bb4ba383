"""The page in a real browser: readable by everybody, at every width, with and without script, and without network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from agent.report.charts.sheet import NARROW_MM
from tests.agent.report.browser import DESKTOP, PHONE, SAMPLES, html, opened, started

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
    *(
        pytest.param(*more, marks=pytest.mark.slow)
        for more in (
            *((name, "light", DESKTOP) for name in SAMPLES if name != "rich"),
            *((name, "dark", PHONE) for name in SAMPLES if name != "rich"),
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
        expect(page.get_by_role("status")).to_have_text(re.compile(r"^\d+ of \d+ entries match$"))
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
        expect(page.locator("a.skip")).to_be_focused()
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
        images = page.locator(".chart img").all()
        assert len(images) >= 4
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


def test_dark_is_dark_and_charts_stay_on_light(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, html("rich", "en"), tmp_path, scheme="dark") as (page, _):
        background = "getComputedStyle(%s).backgroundColor"
        assert page.evaluate(background % "document.body") == "rgb(18, 23, 28)"
        assert page.evaluate(background % "document.querySelector('.panel')") == "rgb(255, 255, 255)"

"""The fleet site in a real browser: readable by everybody, searched and filtered, and without network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from agent.archive.history.store import History
from agent.report.site.write_site import write_site
from agent.service.fleet_overview import read_fleet_targets
from tests.agent.report.browser import started
from tests.agent.report.site.fleets import NOW, fill_fleet

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 800}
TENANTS = 30


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as driver:
        yield driver


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    fill_fleet(folder / "h.db", TENANTS, 5)
    with History.open(str(folder / "h.db")) as history:
        fleet = read_fleet_targets([history], [], NOW, 60.0)
        write_site(fleet, folder / "site", ["en", "zh-CN"], NOW, has_agreed=False)
    return folder / "site"


@contextmanager
def opened(
    browser: Browser, file: Path, viewport: ViewportSize = DESKTOP, scheme: Literal["light", "dark"] = "light"
) -> Iterator[tuple[Page, list[str]]]:
    """The page, and what it asked the network for or complained about."""
    context, heard = browser.new_context(viewport=viewport, color_scheme=scheme, offline=True), list[str]()
    page = context.new_page()
    page.on("request", lambda asked: None if asked.url.startswith("file:") else heard.append(asked.url))
    page.on("console", lambda told: heard.append(told.text) if told.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.goto(file.as_uri(), timeout=120_000)
    try:
        yield page, heard
    finally:
        context.close()


def shown(page: Page) -> int:
    return page.locator(".fleet tbody tr:not(.of):visible").count()


@pytest.mark.parametrize(
    ("name", "viewport", "scheme"),
    [
        ("index.html", DESKTOP, "light"),
        ("index.zh-CN.html", PHONE, "dark"),
        ("target", DESKTOP, "dark"),
        ("target.zh-CN", PHONE, "light"),
    ],
)
def test_everybody_can_read_it(
    name: str, viewport: ViewportSize, scheme: Literal["light", "dark"], browser: Browser, site: Path
) -> None:
    """No violation by axe-core, no request, no error, no sideways scrolling."""
    pages = sorted(path for path in (site / "targets").glob("*.html") if ("zh-CN" in path.name) == ("zh-CN" in name))
    file = pages[0] if name.startswith("target") else site / name
    with opened(browser, file, viewport, scheme) as (page, heard):
        found = Axe().run(page).response["violations"]
        assert [f"{item['id']}: {item['nodes'][0]['html'][:150]}" for item in found] == []
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert int(page.evaluate(width)) == 0
        assert heard == []


def test_searched_and_filtered_the_list_holds_what_fits(browser: Browser, site: Path) -> None:
    with opened(browser, site / "index.html") as (page, heard):
        assert shown(page) == TENANTS
        search = page.get_by_label("Search")
        search.fill("customer 0003")
        assert shown(page) == 2
        search.fill("0003 STOCK")
        assert shown(page) == 1
        expect(page.locator("output.found")).to_have_text(f"1 of {TENANTS} tenants")
        search.fill("<script>")
        assert shown(page) == 0
        page.get_by_role("button", name="Show all").click()
        expect(page.locator("output.found")).to_have_text("")
        assert shown(page) == TENANTS
        page.get_by_label("Severity").select_option("critical")
        graves = page.locator(".fleet tr[data-severity~=critical]").count()
        assert 0 < shown(page) == graves < TENANTS
        assert heard == []


def test_a_number_leads_to_the_tenants_that_it_counts(browser: Browser, site: Path) -> None:
    with opened(browser, site / "index.html") as (page, _):
        for link in page.locator(".tally a").all():
            if link.get_attribute("data-field") != "severity":
                count = int(link.locator("b").inner_text())
                link.click()
                assert shown(page) == count, link.inner_text()
        frequent = page.locator(".frequent tbody tr").first
        frequent.locator("a").click()
        assert shown(page) == int(frequent.locator("td.number").inner_text())


def test_a_tenant_leads_to_its_page_and_back_in_each_language(browser: Browser, site: Path) -> None:
    with opened(browser, site / "index.zh-CN.html") as (page, _):
        page.locator(".fleet td a").first.click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        page.locator(".tongues a").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.get_by_role("link", name="All tenants").click()
        expect(page.get_by_role("heading", name="Fleet overview")).to_be_visible()

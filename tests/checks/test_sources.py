"""Where the facts of the checks were looked up: every cited page exists, in both languages, and is on the subject."""

from __future__ import annotations

from agent.model.check import CheckSpec
from agent.model.sources import DocPage, KernelRun, WebPage, cite_source, find_first_link, find_link
from agent.support.i18n import LANGUAGES
from tests.data.doc_pages import load_pages
from tests.each import each
from tests.harness import shipped

CHECKS = shipped()[0].checks
every_check = each(CHECKS.values(), lambda spec: spec.code)


@every_check
def test_every_cited_page_exists_in_both_languages(spec: CheckSpec) -> None:
    for page in spec.sources:
        if isinstance(page, DocPage):
            for language in LANGUAGES:
                path = find_link(page, language).partition(f"/blob/{page.branch}/")[2]
                assert path in load_pages()[page.branch], path


@every_check
def test_a_reader_is_sent_to_a_page_on_the_subject(spec: CheckSpec) -> None:
    for language in LANGUAGES:
        link = find_first_link(spec.sources, language)
        assert link.startswith("https://"), "no source has a public page"
        assert not link.rstrip("/").endswith(("/docs", "/oceanbase-database", "/oceanbase-cloud")), "a landing page"


def test_sources_are_cited_and_linked_in_the_language_of_the_reader() -> None:
    page = DocPage("a/1.b.md", "V4.2.5", zh="a/2.c.md")
    assert cite_source(page, "en") == "V4.2.5 b"
    assert cite_source(page, "zh-CN") == "V4.2.5 c"
    assert find_link(page, "zh-CN").endswith("/V4.2.5/zh-CN/a/2.c.md")
    assert find_link(WebPage("https://x/en"), "zh-CN") == "https://x/en"
    assert find_link(WebPage("https://x/en", "https://x/zh"), "zh-CN") == "https://x/zh"
    seen = KernelRun("4.3.5.3", "SELECT 1")
    assert find_link(seen, "en") == "" and cite_source(seen, "en") == "OceanBase 4.3.5.3: SELECT 1"
    assert find_first_link((seen, page), "en") == find_link(page, "en")
    assert find_first_link((seen,), "en") == ""

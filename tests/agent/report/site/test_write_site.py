"""The site as files: what it holds, what it never holds, and what it replaces."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.archive.history.store import History
from agent.model.fleet import FleetTarget
from agent.report.site.target_line import name_page
from agent.report.site.write_site import WrittenSite, write_site
from agent.service.fleet_overview import read_fleet_targets
from agent.support.errors import WriteError
from tests.agent.report.site.fleets import NOW, QUARTER, SQL_TEXT, add_assessment, make_document, make_finding

HOSTILE = (
    "<script>alert(1)</script>",
    "../../etc/passwd",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "\u202egnp.exe",
    "a\x00b",
    "x" * 128,
)


def write(history: Path, out: Path, languages: Sequence[str] = ("en", "zh-CN")) -> WrittenSite:
    with History.open(str(history)) as opened:
        fleet = read_fleet_targets([opened], [], NOW, 60.0)
        return write_site(fleet, out, languages, NOW, has_agreed=False)


def add(history: Path, customer: str, target: str, number: int = 0, **columns: Any) -> None:
    finding = make_finding(f"f{number}", columns.pop("resource", "zone1"), columns.pop("severity", "high"))
    document = make_document(target, [("CHK001", finding)], NOW + timedelta(days=10))
    as_of = NOW - QUARTER * columns.pop("quarters", 0)
    add_assessment(history, f"a{number}", customer, target, as_of, document, **columns)


def read_all(out: Path) -> Iterator[str]:
    for path in sorted(out.rglob("*.html")):
        yield path.read_text("utf-8")


def test_each_language_has_its_first_page_and_a_page_per_target(tmp_path: Path) -> None:
    add(tmp_path / "h.db", "Acme", "orders", 0)
    add(tmp_path / "h.db", "Acme", "orders", 1, quarters=1)
    add(tmp_path / "h.db", "Bravo", "stock", 2)
    written = write(tmp_path / "h.db", tmp_path / "out")
    assert (written.path, written.customers, written.targets) == (tmp_path / "out" / "index.html", 2, 2)
    names = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file())
    pages = [name_page("Acme", "orders"), name_page("Bravo", "stock")]
    assert names == sorted(
        ["index.html", "index.zh-CN.html"]
        + [f"targets/{page}{ending}" for page in pages for ending in (".html", ".zh-CN.html")]
    )
    assert "All tenants, worst first" in (tmp_path / "out" / "index.html").read_text("utf-8")
    assert '<html lang="zh-CN">' in (tmp_path / "out" / "index.zh-CN.html").read_text("utf-8")


def test_every_link_within_the_site_leads_somewhere(tmp_path: Path) -> None:
    for number, name in enumerate(HOSTILE):
        add(tmp_path / "h.db", name, "orders", number)
    write(tmp_path / "h.db", tmp_path / "out")
    seen = 0
    for path in (tmp_path / "out").rglob("*.html"):
        for link in re.findall(r'href="([^"#][^"]*)"', path.read_text("utf-8")):
            seen += 1
            assert (path.parent / link).resolve().is_file(), (path, link)
    assert seen > 50


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text_and_names_no_file(name: str, tmp_path: Path) -> None:
    add(tmp_path / "h.db", name, name, resource=name)
    write(tmp_path / "h.db", tmp_path / "deep" / "er" / "out")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(
        re.fullmatch(r"index(\.zh-CN)?\.html|[0-9a-f]{20}(\.zh-CN)?\.html|h\.db|\.out\.lock", f.name) for f in files
    )
    for page in read_all(tmp_path / "deep" / "er" / "out"):
        assert "<script>alert" not in page and "<img" not in page and ">49<" not in page
        assert "\u202e" not in page and "\x00" not in page
        assert 'href="javascript' not in page


def test_no_sql_text_is_on_any_page(tmp_path: Path) -> None:
    add(tmp_path / "h.db", "Acme", "orders")
    assert SQL_TEXT in str(make_document("orders", [("CHK001", make_finding("f", "z"))], None)), "it is in the document"
    write(tmp_path / "h.db", tmp_path / "out")
    pages = list(read_all(tmp_path / "out"))
    assert len(pages) == 4 and "Check number 1 finds something wrong" in "".join(pages)
    assert not any("secret_column" in page or "payroll" in page for page in pages)


def test_two_names_never_share_a_page() -> None:
    pairs = [("ab", "c"), ("a", "bc"), ("1:a", "b"), ("", "abc"), ("abc", "")]
    assert len({name_page(*pair) for pair in pairs}) == len(pairs)


def test_what_history_has_forgotten_is_gone(tmp_path: Path) -> None:
    add(tmp_path / "old.db", "Acme", "orders")
    add(tmp_path / "new.db", "Bravo", "stock")
    write(tmp_path / "old.db", tmp_path / "out")
    write(tmp_path / "new.db", tmp_path / "out", ["en"])
    assert "Acme" not in "".join(read_all(tmp_path / "out"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["index.html", "targets"]
    assert [path.stem for path in (tmp_path / "out" / "targets").iterdir()] == [name_page("Bravo", "stock")]


@pytest.mark.parametrize("foreign", ["index.html", "targets/mine.txt"])
def test_a_folder_of_somebody_else_is_refused_and_left(foreign: str, tmp_path: Path) -> None:
    add(tmp_path / "h.db", "Acme", "orders")
    file = tmp_path / "out" / foreign
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    with pytest.raises(WriteError):
        write(tmp_path / "h.db", tmp_path / "out")
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == [file]


def test_a_run_that_fails_leaves_the_old_site(tmp_path: Path) -> None:
    add(tmp_path / "h.db", "Acme", "orders")
    write(tmp_path / "h.db", tmp_path / "out")
    before = list(read_all(tmp_path / "out"))

    def fail() -> Iterator[FleetTarget]:
        yield FleetTarget(customer="Bravo", target="stock", kept=None, agreed=None, files={})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_site(fail(), tmp_path / "out", ["en"], NOW, has_agreed=True)
    assert list(read_all(tmp_path / "out")) == before
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    add(tmp_path / "h.db", "Acme", "orders")
    write(tmp_path / "h.db", tmp_path / "out")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").rglob("*.html")}
    assert modes == {0o600}


def test_files_of_a_report_are_linked_from_where_the_site_lies(tmp_path: Path) -> None:
    place = tmp_path / "reports" / "acme #1"
    place.mkdir(parents=True)
    (place / "assessment.json").write_text('{"assessment_id": "a0"}')
    (place / "report_A&B.en.html").write_text("report")
    add(tmp_path / "h.db", "A&B", "orders", place=str(place))
    write(tmp_path / "h.db", tmp_path / "out")
    page = (tmp_path / "out" / "targets" / f"{name_page('A&B', 'orders')}.html").read_text("utf-8")
    assert 'href="../../reports/acme%20%231/report_A%26B.en.html"' in page
    assert len(re.findall("SHA-256 [0-9a-f]{64}", page)) == 2

"""The names of files tell whose report it is, on every file system and whatever the names hold."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest

from agent.archive.folder import set_earlier_aside
from agent.report.render import FORMATS
from agent.report.view.file_names import LIST, PAGE, name_file
from tests.agent.report import sample
from tests.report_files import plain


def named(customer: str, target: str = "shop", as_of: str = "2026-10-03T01:30:00+00:00") -> str:
    document: Any = deepcopy(sample.empty())
    document["customer"], document["target"]["name"], document["as_of"] = customer, target, as_of
    return name_file(PAGE, document, "en")


def test_a_name_has_customer_target_and_day() -> None:
    assert name_file(LIST, sample.rich(), "zh-CN") == "findings_Acme-Retail-Co-Ltd_shop-prod_2026-10-03.zh-CN.xlsx"
    assert named("示例商城（华东）") == "report_示例商城-华东_shop_2026-10-03.en.html"


def test_the_day_is_the_customers() -> None:
    document = sample.rich()
    document["as_of"], document["timezone"] = "2026-10-03T20:30:00+00:00", "Asia/Shanghai"
    assert "_2026-10-04." in name_file(PAGE, document, "en")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c", "CON:", "x\x00y", "\u202egnp.exe", "\ud800", "...", ""])
def test_no_name_leads_elsewhere(name: str) -> None:
    file = named(name, name)
    assert re.fullmatch(r"report_([\w-]+_)?2026-10-03\.en\.html", file)
    assert not {*file} & {*'/\\:*?"<>|\x00\u202e'} and ".." not in file and file.isprintable()


@pytest.mark.parametrize("letter", ["x", "某", "𝕏"])
def test_the_longest_name_fits_a_file_system(letter: str) -> None:
    assert len(f".{named(letter * 500, letter * 500)}.1234567.unfinished".encode()) <= 255


def test_files_of_every_format_are_set_aside(tmp_path: Any) -> None:
    names = [name_file(chosen.file, sample.rich(), "en") for chosen in FORMATS.values()]
    for name in [*names, "report.en.pdf", "findings.zh-CN.xlsx", "report_of_mine.txt"]:
        (tmp_path / name).write_text("x")
    aside = set_earlier_aside(tmp_path)
    assert aside and {path.name for path in aside.iterdir()} == {*names, "report.en.pdf", "findings.zh-CN.xlsx"}
    assert (tmp_path / "report_of_mine.txt").exists(), "what is not ours stays"
    assert plain(names[1]) == "report.en.html"

"""Everything a person reads exists in Chinese, with the same placeholders."""

from __future__ import annotations

import re
import string

from agent.support.i18n import load_translations
from tests.checks import cases
from tests.harness import gathered, run_check, snapshot_of
from tests.messages import everything, untranslated


def placeholders(template: str) -> list[str]:
    try:
        return sorted({name for _, name, _, _ in string.Formatter().parse(template) if name})
    except ValueError:
        return []


def test_every_message_has_a_translation() -> None:
    assert untranslated() == []


def test_the_search_finds_messages() -> None:
    found = everything()
    assert len(found) > 800
    assert "The account may not read {view}." in found
    assert {"Print the version and exit.", "Options", "engagement.yaml of this folder"} <= set(found), "of --help"


def test_placeholders_are_the_same() -> None:
    chinese = load_translations("zh-CN")
    assert len(chinese) > 2000
    assert {msgid: text for msgid, text in chinese.items() if placeholders(text) != placeholders(msgid)} == {}


def test_names_that_we_give_to_resources_are_told_in_every_language() -> None:
    ours = re.compile(
        r"(?:tenant|return code|server \d|zone|job|cluster|recycle bin|workload repository|hidden parameters)\b"
    )
    seen = 0
    for case in gathered(cases, "CASES"):
        for finding in run_check(
            case.code, snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)
        ).findings:
            if ours.match(finding.resource):
                seen += 1
                assert finding.names.get("zh-CN", finding.resource) != finding.resource, (case.code, finding.resource)
    assert seen > 100

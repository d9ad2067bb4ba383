"""What to do, and with what."""

from __future__ import annotations

import copy
import re

import pytest

from agent.catalogue import registry
from agent.model.naming import tenant_name
from agent.report.view.action import describe_action, name_place
from agent.report.view.report import build_report
from agent.report.words import Words
from agent.support.i18n import load_translations
from tests.agent.report import sample

EN, ZH = Words("en"), Words("zh-CN")
# What a sentence that orders something does not begin with: a noun, a condition or a remark.
_NO_VERB = re.compile(r"(?:The|A|An|Such|Only|If|When|Where|While|It|This|These|There|No|For|Because|Its|Their)\b")
_NO_VERB_ZH = re.compile(r"(?:请)?(?:此类|这些|这类|该(?!取)|它|其|如果|若|当|因为|对[^，。]*提出|由于|只有)")


def test_the_advice_of_each_check_begins_with_what_to_do() -> None:
    chinese = load_translations("zh-CN")
    advice = {code: spec.remediation.advice for code, spec in registry.load_registry().checks.items()}
    assert len(advice) > 250
    assert {code for code, text in advice.items() if _NO_VERB.match(text)} == set()
    assert {code for code, text in advice.items() if _NO_VERB_ZH.match(chinese[text])} == set()


@pytest.mark.parametrize("words", [EN, ZH])
def test_each_action_names_its_object(words: Words) -> None:
    document = sample.rich()
    results = {result["code"]: result for result in document["results"]}
    told = 0
    for stage in build_report(document, words.language).roadmap:
        for unit in stage.units:
            open_ones = [one for code in unit.codes for one in results[code]["findings"] if not one["muted"]]
            place = words.resource(open_ones[0])
            if open_ones[0]["resource"] != tenant_name(None) and not unit.action.startswith(
                words("Order a larger specification: {sizes}", sizes="")
            ):
                told += 1
                assert place in unit.action
    assert told > 1


def test_a_setting_is_told_with_what_it_is_set_to() -> None:
    result = copy.deepcopy(sample.rich()["results"][0])
    finding = result["findings"][0]
    finding["limit"], finding["evidence"], finding["purchase"] = "10s", {"setting": "ob_query_timeout"}, None
    result["category"], result["ladder"], result["findings"] = "parameters", {"expected": "10s"}, [finding]
    assert describe_action([result], EN) == "Set ob_query_timeout to 10 s"
    assert describe_action([result], ZH) == "将 ob_query_timeout 设为 10 秒"
    # Of two settings with values of their own, neither can stand for both.
    other = copy.deepcopy(finding)
    other["evidence"] = {"setting": "another"}
    result["findings"].append(other)
    assert not describe_action([result], EN).startswith("Set ob_query_timeout")


def test_places_are_counted_once_and_the_tenant_is_no_place() -> None:
    first = sample.rich()["results"][0]["findings"][0]
    other = copy.deepcopy(first)
    other["resource"] = "b"
    assert name_place([first, first], EN) == EN.resource(first)
    assert name_place([first, other], EN) == f"{EN.resource(first)} and 1 more"
    other["resource"] = tenant_name(None)
    assert name_place([other], EN) == ""

"""Each check says what happens to the business if nothing is done, so that a manager understands it."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from agent.catalogue.pages import render_check
from agent.model.check import CheckSpec
from agent.support.console import use_language
from agent.support.i18n import translate
from tests.each import each
from tests.harness import shipped

CHECKS = shipped()[0].checks
every_check = each(CHECKS.values(), lambda spec: spec.code)

LONGEST = {"en": 100, "zh-CN": 50}
# Names of views, settings and statements, error codes, and terms of the kernel: they say nothing to a manager.
TECHNICAL = re.compile(
    r"_|\$|`|=|\d{3}|\b(?!CPU\b)[A-Z]{2,}\b|\b(SSTables?|memtable|tablet|minor|clog|palf|threads?|quorum|majority)\b"
)
# What a business loses or meets. A sentence that only tells how the database works names none of these.
HARM = re.compile(
    r"\b(fail\w*|slow\w*|stops?|stopped|interrupt\w*|refused|lost|loses?|lack\w*|waits?|queues?|block(s|ed)?|wast\w+"
    r"|wrong\w*|damaged|destroys?|expos\w+|stolen|guess\w*|[Aa]ttack\w*|leaked|can still log in|overloaded|missing|miss"
    r"|incomplete|duplicates|fills? (up|the)|used up|times? out|cannot|stalls?|hangs?|garbled|errors?|faults?|old data"
    r"|(takes?) (\w+ ){0,3}long(er)?|several times|unnoticed|left undone|rolled back|locked|get access|runs short"
    r"|not rebuilt|not prevented|can hardly be|nearly stop|vary|can only be|useless|by hand|hard to find)\b"
)
# Sentences of this kind explain a setting or a mechanism first.
EXPLAINS = re.compile(r"^(This|These|It|At -?\d|By default|Without|With|OceanBase|Servers? (fetch|keep))\b")


@every_check
def test_a_consequence_is_one_plain_sentence_about_the_business(spec: CheckSpec) -> None:
    told = spec.consequence
    assert told.endswith(".") and not re.search(r"[.!?] ", told), told
    assert len(told) <= LONGEST["en"], told
    assert not TECHNICAL.search(told), told
    assert HARM.search(told), told
    assert not EXPLAINS.search(told), told


@every_check
def test_a_consequence_is_no_definition_and_not_the_title_again(spec: CheckSpec) -> None:
    words = set(re.findall(r"\w+", spec.title.lower()))
    told = set(re.findall(r"\w+", spec.consequence.lower()))
    assert len(told - words) > 2, spec.consequence


@every_check
def test_a_consequence_is_as_plain_in_chinese(spec: CheckSpec) -> None:
    told = translate(spec.consequence, "zh-CN")
    assert told != spec.consequence
    assert told.endswith("。") and told.count("。") == 1
    assert len(told) <= LONGEST["zh-CN"], told
    assert not re.search(r"[A-Za-z]+_|\$|`|\d{3}", told), told


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_no_two_checks_have_the_same_consequence(language: str) -> None:
    told = Counter(translate(spec.consequence, language) for spec in CHECKS.values())
    assert [text for text, count in told.items() if count > 1] == []


def test_what_only_explains_would_be_seen() -> None:
    for text in (
        "A full scan reads every row of the table.",
        "The daily major compaction merges changes into the baseline data.",
        "Hash or list partitions spread rows and load over the servers.",
    ):
        assert not HARM.search(text), text
    assert EXPLAINS.search("At -1 a statement waits for a row lock.")
    assert TECHNICAL.search("Writes fail with error 4030.") and TECHNICAL.search("undo_retention is too short.")


# What page one tells a manager to do is the beginning of the advice: a verb, and no condition or explanation before it.
NO_VERB = re.compile(
    r"(If|When|Where|Once|As|In|On|For|The|An?|This|These|It|There)\b|[a-z]|\w+ (is|are|comes?|must)\b"
)
NO_VERB_IN_CHINESE = re.compile(r"若|如|当[^前]|即使|由于|因|该|这|[^，。]{0,8}时，")


@every_check
def test_advice_begins_with_what_to_do(spec: CheckSpec) -> None:
    advice = spec.remediation.advice
    assert not NO_VERB.match(advice), advice
    assert not NO_VERB_IN_CHINESE.match(translate(advice, "zh-CN")), advice


# What is left out and how it is judged: that is the catalogue's ``scope``. A report tells the customer why it matters.
ABOUT_THE_RULE = {
    "en": re.compile(
        r"\b(excluded|not judged|is judged|are judged|not counted|judged by|is assumed|left to [A-Z]{3}\d{3}"
        r"|reported by [A-Z]{3}\d{3}|lower bound|reported by other checks|another check)\b"
    ),
    "zh-CN": re.compile("不在此列|不作判断|不作评判|检查之列|不计入|由另一项?检查|判断。$|本项统计|不作为?评判|下限"),
}


@every_check
def test_why_a_finding_matters_says_nothing_of_what_the_rule_leaves_out(spec: CheckSpec) -> None:
    for language, remark in ABOUT_THE_RULE.items():
        told = translate(spec.rationale, language)
        assert not remark.search(told), f"{spec.code}: move to the second paragraph of the docstring: {told}"


def test_what_a_rule_leaves_out_is_told_in_the_catalogue() -> None:
    registry, ruleset = shipped()
    told = [spec for spec in registry.checks.values() if spec.scope]
    assert told
    for spec in told:
        for language in ABOUT_THE_RULE:
            with use_language(language):
                assert translate(spec.scope, language) in render_check(spec, ruleset.rules[spec.code], width=None)

"""A check does not pass by a limit beyond what its sources read, and no other number narrows what is read."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from agent.facts import list_sources, require_source_spec
from agent.facts.schema import (
    FAR_BEHIND_FROM,
    FAR_BEHIND_STEP,
    FEW_VALUES_UP_TO,
    LONG_CHAR_FROM,
    NAMED_MOMENT_UP_TO,
    SHORT_VALUE_BYTES,
    VALUE_HEAD_BYTES,
    WIDE_FROM,
    ColumnStatistics,
    NotableColumn,
)
from agent.judgement.evaluate import evaluate_checks
from agent.judgement.evidence import find_unreadable_limit
from agent.model.check import CheckSpec
from agent.model.result import CheckResult
from agent.model.rule import Ladder, Rule
from agent.model.terms import Outcome
from agent.support.i18n import render_text
from tests.checks.cases import schema_layout
from tests.harness import shipped, snapshot_of

LIMITED = {code: spec for code, spec in shipped()[0].checks.items() if spec.readable}
# Numbers of SQL that are the server's own: where ids of the customer's objects begin, the range of a moment, a first
# place; and what is no number, but a part of a name or the id of a counter.
_OF_SERVER = {"500000", "9223372036854775807", "1000000000000000000", "4000000000000000000", "1", "0"}
_NO_NUMBER = re.compile(r"'(?:[^']|'')*'|STAT_ID IN \([^()]*\)|SUBSTR\([^()]*\)")


def _lower(rule: Rule, limit: float) -> Rule:
    """The rule with this limit as its only one."""
    assert isinstance(rule.judge, Ladder)
    return replace(rule, judge=replace(rule.judge, rungs=((rule.judge.rungs[0][0], limit),), worst=None))


def _refuses(spec: CheckSpec, rule: Rule) -> str:
    told = find_unreadable_limit(spec, rule)
    return f"{render_text(told.reason, 'en')} {render_text(told.unlock, 'en') if told.unlock else ''}" if told else ""


@pytest.mark.parametrize("code", sorted(LIMITED))
def test_the_shipped_limits_are_read_and_those_beyond_are_refused(code: str) -> None:
    spec, rule = LIMITED[code], shipped()[1].rules[code]
    readable = spec.readable
    assert readable and _refuses(spec, rule) == ""
    for param, most in readable.most_params.items():
        assert not _refuses(spec, replace(rule, params_values={**rule.params_values, param: most}))
        assert param in _refuses(spec, replace(rule, params_values={**rule.params_values, param: most + 1}))
    if isinstance(rule.judge, Ladder):
        found = rule.params_values[readable.least_param] if readable.least_param else readable.least
        assert isinstance(found, int | float)
        assert not _refuses(spec, _lower(rule, found))
        assert "below" in _refuses(spec, _lower(rule, found - 1))
        assert bool(_refuses(spec, _lower(rule, found + 1))) == bool(readable.step)


def _judge(limit: float, last_column: int) -> CheckResult:
    """SCH030 of a table with so many columns, by this limit: every tenth is read from the hundredth on."""
    read = [1, *range(FAR_BEHIND_FROM, last_column + 1, FAR_BEHIND_STEP)]
    facts = [schema_layout._table(), *(schema_layout._column(ordinal_position=place) for place in read)]
    rules = replace(shipped()[1], rules={"SCH030": _lower(shipped()[1].rules["SCH030"], limit)})
    return evaluate_checks([LIMITED["SCH030"]], rules, snapshot_of(facts))[0]


def test_columns_that_were_not_read_are_no_pass() -> None:
    assert _judge(100, 60).outcome is Outcome.PASS
    assert _judge(50, 60).outcome is Outcome.NOT_ASSESSED
    assert _judge(105, 109).outcome is Outcome.NOT_ASSESSED, "the hundredth is read, and the last is not"
    partly = _judge(50, 130)
    assert partly.outcome is Outcome.FINDING and partly.reason, "what was read stands, and the rest is unknown"
    assert partly.well == frozenset(), "no earlier finding is called resolved"


def test_only_numbers_that_checks_know_narrow_what_is_read() -> None:
    known = {
        NotableColumn: {FAR_BEHIND_FROM, FAR_BEHIND_STEP, LONG_CHAR_FROM - 1, WIDE_FROM, NAMED_MOMENT_UP_TO},
        ColumnStatistics: {FEW_VALUES_UP_TO, SHORT_VALUE_BYTES + 1 + VALUE_HEAD_BYTES},
    }
    for row in list_sources():
        spec = require_source_spec(row)
        text = " ".join((spec.where, spec.elsewhere, spec.sys_where))
        numbers = set(re.findall(r"(?:[<>=%]|BETWEEN|AND)\s*(\d+)\b", _NO_NUMBER.sub("", text)))
        assert numbers - _OF_SERVER == set(map(str, known.get(row, ()))), row.__name__

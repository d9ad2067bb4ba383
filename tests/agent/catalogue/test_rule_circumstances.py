"""A variant of a rule says when it holds and what is otherwise then; everything else is refused with its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.catalogue.pages import describe_limits
from agent.catalogue.rule_circumstances import includes
from agent.catalogue.rules import apply_engagement, load_rules
from agent.judgement.variants import fit_rules
from agent.model.rule import Circumstances, Expected, Override
from agent.model.terms import Severity, TenantKind, Version
from agent.support import console
from agent.support.errors import RulesError
from agent.support.i18n import render_text
from tests.agent.tiny import NOW, RULES, SPECS, snapshot, written

OF_USERS = {code: replace(spec, tenants=(TenantKind.USER,)) for code, spec in SPECS.items()}


def with_variants(variants: str, code: str) -> str:
    return RULES.replace(f"  {code}:\n", f"  {code}:\n    by: {variants}\n")


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        ("[]", "by: a list of variants"),
        ("{since: 4.3.0.0}", "by: a list of variants"),
        ("[4.3.0.0]", "by[0]: a mapping"),
        ("[{worst: 99}]", "by[0]: when does the variant hold?"),
        ("[{since: 4.3.0.0}]", "by[0]: the variant changes nothing"),
        ("[{since: 4.10, worst: 99}]", "by[0].since: write a version in quotes"),
        ("[{until: four, worst: 99}]", "by[0].until: write a version in quotes"),
        ("[{since: 4.3.0.0, until: 4.2.9, worst: 99}]", "by[0].until: until is below since"),
        ("[{since: 4.3.0.0, wrost: 99}]", "by[0].wrost: unknown key"),
        ("[{since: 4.3.0.0, worst: 99, group: memory}]", "by[0].group: unknown key"),
        ("[{since: 4.3.0.0, worst: 99, by: []}]", "by[0].by: unknown key"),
        ("[{since: 4.3.0.0, worst: 9}]", "by[0].ladder: the numbers must rise"),
        ("[{since: 4.3.0.0, worst: 99}, {since: 4.3.5.0, worst: 98}]", "by[1]: the variant can never hold"),
        ("[{until: '4.3', worst: 99}, {until: 4.3.5, worst: 98}]", "by[1]: the variant can never hold"),
        ("[{role: BOSS, worst: 99}]", "by[0].role: one of PRIMARY"),
        ("[{min_memory: much, worst: 99}]", "by[0].min_memory: not a size"),
        ("[{max_cores: -1, worst: 99}]", "by[0].max_cores: a number"),
        ("[{min_memory: 8G, max_memory: 4G, worst: 99}]", "by[0].max_memory: min is above max"),
        ("[{min_cores: 8, max_cores: 4, worst: 99}]", "by[0].max_cores: min is above max"),
    ],
)
def test_a_wrong_variant_is_refused(variants: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RulesError) as error:
        load_rules(OF_USERS, written(tmp_path, with_variants(variants, "CAP901")))
    (problem,) = [render_text(problem, "en") for problem in error.value.problems]
    assert f"checks.CAP901.{said}" in problem


def test_the_sys_tenant_has_no_role_or_size(tmp_path: Path) -> None:
    with pytest.raises(RulesError) as error:
        load_rules(SPECS, written(tmp_path, with_variants("[{max_memory: 8G, severity: high}]", "CAP902")))
    assert "the check also runs in the sys tenant" in render_text(error.value.problems[0], "en")


def test_what_a_variant_does_not_say_is_as_the_entry_says(tmp_path: Path) -> None:
    text = with_variants('[{since: 4.3.0.0, expected: {equals: "OFF"}}, {until: "4.1", severity: low}]', "VAR901")
    rule = load_rules(SPECS, written(tmp_path, text)).rules["VAR901"]
    since, until = rule.variants
    assert isinstance(rule.judge, Expected) and (rule.judge.severity, rule.judge.shown) == (Severity.MEDIUM, "ON")
    assert isinstance(since.rule.judge, Expected) and isinstance(until.rule.judge, Expected)
    assert (since.rule.judge.severity, since.rule.judge.recommended) == (Severity.MEDIUM, "OFF")
    assert (until.rule.judge.severity, until.rule.judge.recommended) == (Severity.LOW, "ON")
    assert since.rule.evidence == rule.evidence
    with console.use_language("en"):
        shown = describe_limits(SPECS["VAR901"], rule)
    assert shown == (
        "medium unless ON, recommended ON; from 4.3.0.0: medium unless OFF, recommended OFF; "
        "up to 4.1: low unless ON, recommended ON"
    )


def test_every_circumstance_is_described(tmp_path: Path) -> None:
    when = "min_memory: 4G, max_memory: 8G, min_cores: 2, max_cores: 16, role: PRIMARY, enabled: false"
    rules = load_rules(OF_USERS, written(tmp_path, with_variants(f"[{{{when}}}]", "CAP902"))).rules
    with console.use_language("en"):
        shown = describe_limits(OF_USERS["CAP902"], rules["CAP902"])
    sizes = "unit of 4 GiB or more, unit of 8 GiB or less, 2 cores or more, 16 cores or less"
    assert shown == f"low; PRIMARY tenants, {sizes}: not judged"


@pytest.mark.parametrize("version", [Version(4, 2, 5), Version(4, 3, 5)])
def test_what_a_customer_overrides_holds_in_every_variant(version: Version, tmp_path: Path) -> None:
    text = with_variants('[{since: 4.3.0.0, expected: {equals: "OFF"}}]', "VAR901")
    path = written(tmp_path, text)
    change = Override(code="VAR901", owner="o", reason="r", until=NOW.date(), change={"expected": {"equals": "ON"}})
    found = apply_engagement(load_rules(SPECS, path), SPECS, path=path, overrides=[change], mutes=[], today=NOW.date())
    rule = fit_rules(found, snapshot(version=version)).rules["VAR901"]
    assert isinstance(rule.judge, Expected) and rule.judge.shown == "ON"
    assert rule.overridden


versions = st.tuples(*[st.integers(3, 5)] * 4)
spans = st.builds(
    Circumstances,
    since=st.just(()) | versions,
    until=st.just(()) | st.lists(st.integers(3, 5), min_size=2, max_size=4).map(tuple),
)


@given(spans, spans, versions)
def test_a_wider_span_of_versions_holds_wherever_the_narrower_does(
    wider: Circumstances, narrower: Circumstances, version: tuple[int, ...]
) -> None:
    def holds(when: Circumstances) -> bool:
        return version >= when.since and version[: len(when.until)] <= when.until

    if includes(wider, narrower) and holds(narrower):
        assert holds(wider)

"""A wrong rules file is refused with every problem at once, each with file, line and path."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.catalogue import rules
from agent.catalogue.rules import apply_engagement, load_proof_policy, load_rules
from agent.model.rule import Expected, Fixed, Ladder, Mute, Override, Ruleset, ScoringPolicy
from agent.model.terms import Severity
from agent.pipeline import apply_rules
from agent.support.errors import ConfigError, RulesError
from agent.support.i18n import render_text
from tests.agent.engagements import MINIMAL
from tests.agent.engagements import load as written
from tests.agent.tiny import NOW, RULES, SCORING, SPECS, FullParams, ruleset

TODAY = NOW.date()


def problems(directory: Path, text: str) -> list[str]:
    with pytest.raises(RulesError) as error:
        ruleset(directory, text)
    return [render_text(problem, "en") for problem in error.value.problems]


@pytest.mark.parametrize("content", ["../../rules.yaml", "../../rules.yaml\n"])
def test_a_checkout_without_links_is_told_as_such(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(content)
    monkeypatch.setattr(rules, "locate_shipped", lambda package, name: path)
    for use in (rules.locate_shipped_rules, lambda: load_rules(SPECS)):
        with pytest.raises(RulesError) as error:
            use()
        said = render_text(error.value.text, "en")
        assert f"{path} should be a symbolic link to ../../rules.yaml" in said and "core.symlinks true" in said
    path.write_text(RULES)
    assert rules.locate_shipped_rules() == path
    path.write_text("")
    assert rules.locate_shipped_rules() == path, "an empty file is told by who reads it"


def test_a_right_file(tmp_path: Path) -> None:
    found = ruleset(tmp_path)
    memory, two, switch = (found.rules[code] for code in ("CAP901", "CAP902", "VAR901"))
    rungs = ((Severity.MEDIUM, 70.0), (Severity.HIGH, 80.0), (Severity.CRITICAL, 90.0))
    assert memory.judge == Ladder(rungs, 100.0, False)
    assert (memory.group, memory.params) == ("memory", FullParams(min_used_bytes=10))
    assert two.judge == Fixed(Severity.LOW)
    assert switch.judge == Expected(
        severity=Severity.MEDIUM, one_of=("on",), minimum=None, maximum=None, recommended="ON", shown="ON"
    )
    assert found.scoring == ScoringPolicy(
        usual_findings_pct={Severity.CRITICAL: {Severity.CRITICAL: 5.0}},
        usual_place_pct=30.0,
        usual_weight=5.0,
        confidence_pct=98.0,
        counts_from_coverage_pct=60.0,
        spread_pct=2.0,
        sampled_spread_pct=20.0,
        counted_deviations=2.0,
    )


def test_the_hash_is_of_the_meaning_and_not_of_the_spelling(tmp_path: Path) -> None:
    plain = ruleset(tmp_path).sha256
    assert ruleset(tmp_path, "# a comment\n" + RULES.replace('"ON"', "'ON'")).sha256 == plain
    assert ruleset(tmp_path, RULES.replace("90}", "91}")).sha256 != plain


def test_all_problems_at_once_with_line_and_path(tmp_path: Path) -> None:
    text = """\
version: 2
colour: red
{scoring}
checks:
  CAP901:
    ladder: {medium: 90, high: 80, critical: 99}
    params: {min_used_bytes: many}
    grup: memory
  CAP902:
    severity: urgent
  XXX001:
    severity: low
"""
    found = problems(tmp_path, text.replace("{scoring}", SCORING.replace("confidence_pct: 98", "confidence_pct: 500")))
    file = tmp_path / "rules.yaml"
    starts = [
        f"{file}:2: colour: unknown key",
        f"{file}:1: version: version must be 1",
        f"{file}:3: scoring.confidence_pct: a number",
        f"{file}:4: checks: the check VAR901",
        f"{file}:8: checks.CAP901.grup: unknown key",
        f"{file}:6: checks.CAP901.ladder: the numbers must rise",
        f"{file}:7: checks.CAP901.params.min_used_bytes: a value of type int",
        f"{file}:10: checks.CAP902.severity: one of low",
        f"{file}:11: checks.XXX001: there is no check",
    ]
    assert [next((said for said in found if said.startswith(start)), f"missing: {start}")[:9] for start in starts]
    assert all(any(said.startswith(start) for said in found) for start in starts), found
    assert len(found) == len(starts)


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("{medium: 70, high: 80, critical: 90}", "{medium: 70, high: 70}", "CAP901.ladder", "must rise"),
        ("{medium: 70, high: 80, critical: 90}", "{medium: .nan}", "CAP901.ladder.medium", "a number"),
        ("{medium: 70, high: 80, critical: 90}", f"{{medium: 1{'0' * 400}}}", "CAP901.ladder.medium", "a number"),
        ("{medium: 70, high: 80, critical: 90}", "{medium: true}", "CAP901.ladder.medium", "a number"),
        ("{medium: 70, high: 80, critical: 90}", "{}", "CAP901.ladder", "a mapping of severities"),
        ("{medium: 70, high: 80, critical: 90}", "[70]", "CAP901.ladder", "a mapping of severities"),
        ("{medium: 70, high: 80, critical: 90}", "{awful: 70}", "CAP901.ladder.awful", "one of low"),
        ("worst: 100", "worst: 80", "CAP901.ladder", "must rise"),
        ("worst: 100", "worst: high", "CAP901.worst", "a number"),
        ("worst: 100", "descending: maybe", "CAP901.descending", "true or false"),
        ("worst: 100", "descending: true", "CAP901.ladder", "must rise, or fall"),
        ("worst: 100", "severity: low", "CAP901", "either ladder or severity"),
        ("worst: 100", "recommended: 7", "CAP901.recommended", "unknown key"),
        ("{min_used_bytes: 10}", "{min_used_bytes: 1.5}", "CAP901.params.min_used_bytes", "type int"),
        ("{min_used_bytes: 10}", "{min_used_bytes: true}", "CAP901.params.min_used_bytes", "type int"),
        ("{min_used_bytes: 10}", "{}", "CAP901.params.min_used_bytes", "missing"),
        ("{min_used_bytes: 10}", "{min_used_bytes: 1, x: 2}", "CAP901.params.x", "unknown"),
        ("{min_used_bytes: 10}", "7", "CAP901.params", "a mapping"),
        ("group: memory", "group: 7", "CAP901.group", "a word"),
        ("group: memory", "join: 7", "CAP901.join", "a word"),
        ("group: memory", "enabled: maybe", "CAP901.enabled", "true or false"),
        ("severity: low", "worst: 7", "CAP902", "either ladder or severity"),
        ("severity: low", "{severity: low, worst: 7}", "CAP902.worst", "unknown key"),
        ("severity: low", "severity: [low]", "CAP902.severity", "one of low"),
        ("    severity: low", "    - low", "CAP902", "a mapping"),
        ('{equals: "ON"}', "{equals: maybe}", "VAR901.expected", "not a switch"),
        ('{equals: "ON"}', "{equals: null}", "VAR901.expected", "a single value"),
        ('{equals: "ON"}', "{one_of: ON}", "VAR901.expected.one_of", "a list"),
        ('{equals: "ON"}', "{one_of: 7}", "VAR901.expected.one_of", "a list"),
        ('{equals: "ON"}', "{one_of: [ON], equals: ON}", "VAR901.expected.one_of", "no equals"),
        ('{equals: "ON"}', "{one_of: [ON]}", "VAR901.recommended", "is missing"),
        (
            '{equals: "ON"}',
            '{one_of: [ON]}\n    recommended: "OFF"',
            "VAR901.recommended",
            "not one that the rule accepts",
        ),
        ('{equals: "ON"}', "{min: ON}\n    recommended: ON", "VAR901.expected.min", "a number"),
        ('{equals: "ON"}', "{about: ON}", "VAR901.expected", "a mapping with"),
        ('{equals: "ON"}', "ON", "VAR901.expected", "a mapping with"),
        ('{equals: "ON"}', "{unit: s}", "VAR901.expected", "a mapping with"),
        ("version: 1", "version: true", "", "version must be 1"),
        (SCORING, "scoring: 5", "", "scoring: a mapping"),
        (SCORING, "scoring: {}", "", "scoring: usual_weight is missing"),
        (SCORING, SCORING.replace("{critical: 5}", "5"), "", "scoring.usual_findings_pct.critical: a mapping"),
        (SCORING, SCORING.replace("critical: 5", "critical: true"), "", "critical.critical: a number from 0 to 100"),
        (SCORING, SCORING.replace("critical: 5", "critical: 60, high: 60"), "", "add up to more than 100"),
        (SCORING, SCORING.replace("{critical: {", "{high: {"), "", "no severity above high is possible"),
        (SCORING, SCORING.replace("critical: 5", "awful: 5"), "", "usual_findings_pct.critical.awful: unknown key"),
        (SCORING, SCORING.replace("usual_weight: 5", "usual_weight: 0"), "", "usual_weight: a number from 0.1"),
        (SCORING, SCORING.replace("confidence_pct: 98", "confidence_pct: 100"), "", "confidence_pct: a number from 50"),
        (SCORING, SCORING.replace("coverage_pct: 60", "coverage_pct: 101"), "", "counts_from_coverage_pct: a number"),
        (SCORING, SCORING.replace("deviations: 2", "deviations: -1"), "", "counted_deviations: a number"),
        (SCORING, SCORING.replace("scoring: {", "scoring: {prior_failure_rate_pct: 5, "), "", "rate_pct: unknown key"),
        ("  CAP902:\n    severity: low\n", "", "", "CAP902 (capacity.tiny_two) has no rule"),
    ],
)
def test_each_kind_of_mistake(tmp_path: Path, old: str, new: str, place: str, says: str) -> None:
    assert old in RULES
    text = RULES.replace(old, new, 1).replace("    {severity: low, worst: 7}", "    severity: low\n    worst: 7")
    found = problems(tmp_path, text)
    assert any(says in said for said in found), found
    assert all(said.startswith(f"{tmp_path / 'rules.yaml'}:") for said in found)
    assert not place or any(f": checks.{place}: " in said for said in found), found


@pytest.mark.parametrize("text", ["[]", "7", "version: 1"])
def test_no_rules_at_all(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)


@pytest.mark.parametrize("text", ["", "a: [", "a: 1\na: 2", "a: &x 1\nb: *x"])
def test_broken_yaml_is_one_clear_message(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as error:
        ruleset(tmp_path, text)
    assert "rules.yaml" in " ".join(render_text(problem, "en") for problem in error.value.problems)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load_rules(SPECS, tmp_path / "nowhere.yaml")
    assert "nowhere.yaml" in render_text(error.value.text, "en") + str(error.value.problems)


def override(change: Any, code: str = "CAP901", until: date = TODAY) -> Override:
    return Override(code=code, owner="Li", reason="small tenant", until=until, change=change)


def applied(directory: Path, overrides: Sequence[Override] = (), mutes: Sequence[Mute] = ()) -> Ruleset:
    return apply_engagement(
        ruleset(directory), SPECS, path=directory / "rules.yaml", overrides=overrides, mutes=mutes, today=TODAY
    )


def test_an_override_is_merged_into_its_rule_alone(tmp_path: Path) -> None:
    plain = ruleset(tmp_path)
    changed = applied(tmp_path, [override({"ladder": {"critical": 95}, "group": "other"})])
    judge = changed.rules["CAP901"].judge
    assert (
        isinstance(judge, Ladder) and [limit for _, limit in judge.rungs] == [70.0, 80.0, 95.0] and judge.worst == 100.0
    )
    assert (changed.rules["CAP901"].group, changed.rules["CAP901"].overridden) == ("other", True)
    assert changed.rules["CAP901"].params == plain.rules["CAP901"].params
    assert {code: rule for code, rule in changed.rules.items() if code != "CAP901"} == {
        code: rule for code, rule in plain.rules.items() if code != "CAP901"
    }
    assert changed.sha256 != plain.sha256 and len(changed.overrides) == 1


def test_an_expired_override_changes_nothing_and_is_named(tmp_path: Path) -> None:
    old = override({"enabled": False}, until=TODAY - timedelta(days=1))
    changed = applied(tmp_path, [old])
    assert dataclasses.replace(changed, problems=()) == dataclasses.replace(ruleset(tmp_path), today=TODAY)
    assert [render_text(note, "en") for note in changed.problems] == [
        "The override of CAP901 ended on 2026-11-22 and no longer applies."
    ]


def test_wrong_overrides_and_mutes_are_all_told(tmp_path: Path) -> None:
    overrides = [override({"ladder": {"high": 60}}), override({}, "NIX001"), override({"params": {"x": 1}}, "CAP902")]
    long = Mute(owner="Li", reason="known", until=TODAY + timedelta(days=181), code="CAP901", resource="*")
    with pytest.raises(RulesError) as error:
        applied(tmp_path, overrides, [long, dataclasses.replace(long, code="NIX002")])
    said = [render_text(problem, "en") for problem in error.value.problems]
    assert [text.partition(": ")[0] for text in said] == [
        "change.ladder",
        "code",
        "change.params.x",
        "until",
        "code",
    ]
    assert "180" in said[3] and "NIX002" in said[4]


def test_what_is_wrong_with_an_engagement_is_told_with_file_line_and_path(tmp_path: Path) -> None:
    (tmp_path / "shared.yaml").write_text(
        "overrides:\n  - {code: NIX001, owner: Li, reason: small, until: 2026-12-01, change: {enabled: false}}\n"
    )
    engagement = written(
        tmp_path,
        MINIMAL
        + """\
mutes:
  - {fingerprint: 0a1b, owner: Li, reason: known, until: 2026-12-01}
  - {code: NIX002, resource: "*", owner: Li, reason: known, until: 2026-12-01}
rules:
  file: shared.yaml
  overrides:
    - code: CAP901
      owner: Li
      reason: small
      until: 2026-12-01
      change:
        enabld: false
        params: {min_used_byte: 1}
""",
    )
    with pytest.raises(RulesError) as error:
        apply_rules(engagement, SPECS, ruleset(tmp_path), NOW, tmp_path / "rules.yaml")
    file = tmp_path / "engagement.yaml"
    assert render_text(error.value.text, "en") == f"{file} cannot be used; problems found: 4"
    assert [render_text(problem, "en") for problem in error.value.problems] == [
        f"{tmp_path / 'shared.yaml'}:2: overrides[0].code: there is no check with the code NIX001",
        f"{file}:24: rules.overrides[0].change.enabld: unknown key; did you mean enabled?",
        f"{file}:25: rules.overrides[0].change.params.min_used_byte: unknown key; did you mean min_used_bytes?",
        f"{file}:15: mutes[1].code: there is no check with the code NIX002",
    ]


def test_a_mute_ends_with_the_day_of_the_customer(tmp_path: Path) -> None:
    mutes = "mutes:\n  - {fingerprint: 0a1b, owner: Li, reason: known, until: 2026-12-01}\n"
    engagement = written(tmp_path, MINIMAL.replace("months: 24", "months: 24\n  timezone: Asia/Shanghai") + mutes)
    midnight = datetime(2026, 12, 1, 16, tzinfo=UTC)

    def muted(moment: datetime) -> int:
        return len(apply_rules(engagement, SPECS, ruleset(tmp_path), moment, tmp_path / "rules.yaml").mutes)

    assert [muted(midnight - timedelta(seconds=1)), muted(midnight)] == [1, 0]


def test_an_expired_mute_is_dropped_and_named(tmp_path: Path) -> None:
    mute = Mute(owner="Li", reason="known", until=TODAY - timedelta(days=1), fingerprint="0a1b")
    kept = dataclasses.replace(mute, until=TODAY + timedelta(days=180))
    changed = applied(tmp_path, mutes=[mute, kept])
    assert changed.mutes == (kept,)
    assert ["0a1b" in render_text(note, "en") for note in changed.problems] == [True]
    assert changed.sha256 == ruleset(tmp_path).sha256, "mutes are no part of the rules"


def test_an_index_is_advised_to_go_only_on_a_day_of_load() -> None:
    least = load_proof_policy().retire
    assert least.span_hours is not None and least.span_hours >= 24 and least.load_pct is not None


def test_what_is_wrong_with_the_proof_s_entry_is_told(tmp_path: Path) -> None:
    text = "".join(line for line in RULES.splitlines(keepends=True) if not line.startswith("proof:"))
    for entry, told in (
        ("5", "a mapping with retire"),
        ("{retire: {span_hours: -1}}", "span_hours"),
        ("{x: 1}", "retire"),
    ):
        assert any(told in line for line in problems(tmp_path, f"{text}\nproof: {entry}\n")), entry

"""Every check gets one result; nothing but a check that ran and found nothing is a PASS."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.api import NotAssessed, tenant_name
from agent.facts.resources import Counter, Memstore
from agent.facts.settings import Tenant, Variable
from agent.facts.sql import CachedPlan, SqlTotal
from agent.judgement.assessed import was_judged
from agent.judgement.evaluate import evaluate_checks, fill_sql, list_measured, measure_resources
from agent.judgement.fingerprint import fingerprint_finding
from agent.judgement.mutes import MuteMatcher
from agent.model.check import CheckSpec, Measurement, MissingFacts, Unjudged
from agent.model.naming import Named, name_object
from agent.model.result import CheckResult, Nearest, Spread
from agent.model.rule import Circumstances, Expected, Ladder, LeastEvidence, Mute, Rule, Ruleset, Variant
from agent.model.snapshot import Snapshot, SourceRecord, Unavailable
from agent.model.terms import Outcome, Severity, TenantKind, Text, UnavailableKind, Version
from agent.support.errors import Stopped
from agent.support.i18n import render_text
from tests.agent.judgement.test_load_records import plan, total
from tests.agent.tiny import NOW, SPECS, memstore, ruleset, snapshot
from tests.harness import NOW as LATER

GONE = Unavailable(UnavailableKind.PRIVILEGE, Text("may not"), Text("GRANT it"))


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    return ruleset(tmp_path_factory.mktemp("rules"))


def run(rules: Ruleset, facts: Snapshot, code: str = "CAP901", **changed: Any) -> CheckResult:
    return evaluate_checks([dataclasses.replace(SPECS[code], **changed)], rules, facts)[0]


def measuring(*measurements: Measurement | Unjudged, error: BaseException | None = None) -> Any:
    def measure(**facts: Any) -> Iterable[Measurement | Unjudged]:
        yield from measurements
        if error:
            raise error

    return measure


def test_one_result_per_check_in_order_of_code(rules: Ruleset) -> None:
    specs: list[CheckSpec] = [SPECS["VAR901"], SPECS["CAP902"], SPECS["CAP901"]]
    assert [result.code for result in evaluate_checks(specs, rules, snapshot())] == ["CAP901", "CAP902", "VAR901"]


def test_pass_and_finding(rules: Ruleset) -> None:
    assert run(rules, snapshot([memstore("a", 699)])).outcome is Outcome.PASS
    found = run(rules, snapshot([memstore("b", 700), memstore("a", 950), memstore("c", 5, 5)]))
    assert found.outcome is Outcome.FINDING
    assert [(f.resource, f.severity, f.value, f.limit) for f in found.findings] == [
        ("a", Severity.CRITICAL, 95.0, 90.0),
        ("b", Severity.MEDIUM, 70.0, 70.0),
    ]
    assert render_text(found.findings[1].text, "en") == "b is 70% full, the limit is ≥ 70%; it uses 700 B."
    assert (found.group, found.risk_stake) == ("memory", 52.0)


def test_what_passed_tells_the_value_nearest_to_its_limit(rules: Ruleset) -> None:
    assert run(rules, snapshot([memstore("a", 600), memstore("b", 650)])).nearest == Nearest("b", 65.0, 2)
    assert run(rules, snapshot([memstore("a", 950), memstore("b", 650)])).nearest is None
    assert run(rules, snapshot(), measure=measuring()).nearest is None
    named = run(rules, snapshot(), measure=measuring(Measurement(tenant_name(1002), 5.0))).nearest
    assert named is not None and named.names["zh-CN"] == "租户 1002"
    unknown = run(rules, snapshot(), measure=measuring(Measurement("a", 5.0), error=NotAssessed("cut short")))
    assert unknown.nearest is None


def test_checks_on_a_sample_of_the_load_have_a_wider_spread(rules: Ruleset) -> None:
    policy = dataclasses.replace(rules.scoring, spread_pct=2.0, sampled_spread_pct=20.0, counted_deviations=3.0)
    wide = dataclasses.replace(rules, scoring=policy)
    assert run(wide, snapshot([memstore("a", 600)])).spread == Spread(2.0, "", 3.0)
    header = dataclasses.replace(SPECS["CAP901"], facts={"totals": SqlTotal}, counted="errors_count")
    sampled = dataclasses.replace(header, measure=measuring())
    assert evaluate_checks([sampled], wide, snapshot())[0].spread == Spread(20.0, "errors_count", 3.0)


def test_a_crash_is_an_error_and_says_why(rules: Ruleset) -> None:
    crashed = run(rules, snapshot(), measure=measuring(Measurement("a", 95.0), error=ZeroDivisionError("by nothing")))
    assert crashed.outcome is Outcome.ERROR and not crashed.findings
    assert "ZeroDivisionError: by nothing" in render_text(crashed.reason, "en")


@pytest.mark.parametrize(
    "error", [RuntimeError("no"), SystemExit(0), GeneratorExit(), StopIteration(), MemoryError(), RecursionError()],
    ids=repr,
)  # fmt: skip
def test_a_crash_costs_no_other_check(rules: Ruleset, error: BaseException) -> None:
    broken = dataclasses.replace(SPECS["CAP901"], measure=measuring(error=error))
    outcomes = [
        r.outcome
        for r in evaluate_checks([broken, SPECS["VAR901"]], rules, snapshot(variables=[Variable(name="v", value="0")]))
    ]
    assert outcomes == [Outcome.ERROR, Outcome.FINDING]


def test_a_signal_is_no_crash_of_a_check(rules: Ruleset) -> None:
    with pytest.raises(Stopped):
        run(rules, snapshot(), measure=measuring(error=Stopped(15)))


@pytest.mark.parametrize("value", [None, float("nan"), "full"])
def test_a_value_that_no_ladder_can_judge_is_an_error_and_not_a_pass(rules: Ruleset, value: Any) -> None:
    assert run(rules, snapshot(), measure=measuring(Measurement("a", value))).outcome is Outcome.ERROR


def test_a_placeholder_that_nothing_fills_is_an_error_and_breaks_no_report(rules: Ruleset) -> None:
    filled = measuring(Measurement("a", 95.0, {"used_bytes": 1}))
    assert run(rules, snapshot(), measure=filled).outcome is Outcome.FINDING
    assert run(rules, snapshot(), measure=filled, finding="{forgotten_bytes}").outcome is Outcome.ERROR
    assert run(rules, snapshot(), measure=measuring(Measurement("a", 95.0))).outcome is Outcome.ERROR


def test_not_assessed_with_reason_and_unlock(rules: Ruleset) -> None:
    result = run(rules, snapshot(memstores=GONE))
    assert (result.outcome, result.reason, result.unlock) == (Outcome.NOT_ASSESSED, GONE.reason, GONE.remedy)
    said = run(rules, snapshot(memstores=GONE, kind=TenantKind.SYS), "CAP902")
    assert said.outcome is Outcome.NOT_ASSESSED
    assert [render_text(text, "en") for text in (said.reason, said.unlock)] == [
        "nothing to say of memstores",
        "grant memstores",
    ]


REST = NotAssessed("nothing to say of {name}", "grant {name}", name=tenant_name(1002))


@pytest.mark.parametrize(
    ("used_pct", "muted", "outcome"),
    [(95.0, False, Outcome.FINDING), (75.0, True, Outcome.MUTED), (5.0, False, Outcome.NOT_ASSESSED)],
)
def test_what_was_measured_before_not_assessed_stands_and_is_never_a_pass(
    rules: Ruleset, used_pct: float, muted: bool, outcome: Outcome
) -> None:
    if muted:
        mute = Mute(owner="Li Wei", reason="known", until=NOW.date() + timedelta(days=9), code="CAP901", resource="a")
        rules = dataclasses.replace(rules, mutes=(mute,), today=NOW.date())
    measure = measuring(Measurement("a", used_pct, {"used_bytes": 1}), error=REST)
    result = run(rules, snapshot(), measure=measure)
    assert (result.outcome, len(result.findings)) == (outcome, outcome is not Outcome.NOT_ASSESSED)
    assert [render_text(text, "zh-CN") for text in (result.reason, result.unlock)] == [
        "nothing to say of 租户 1002",
        "grant 租户 1002",
    ]
    assert result.well == (frozenset() if result.findings else {"a"})


def test_all_that_is_needed_is_named_and_nothing_where_a_fact_cannot_be_had(rules: Ruleset) -> None:
    both = dataclasses.replace(SPECS["CAP901"], facts={"memstores": Memstore, "variables": Variable})

    def judged(variables: Unavailable) -> CheckResult:
        return evaluate_checks([both], rules, snapshot(memstores=GONE, variables=variables))[0]

    other = Unavailable(UnavailableKind.PRIVILEGE, Text("no"), Text("grant variables"))
    absent = Unavailable(UnavailableKind.NO_VIEW, Text("this version has no such view"))
    assert (judged(other).unlock, judged(other).also_needs) == (GONE.remedy, (other.remedy,))
    assert (judged(GONE).unlock, judged(GONE).also_needs) == (GONE.remedy, ())
    assert (judged(absent).reason, judged(absent).unlock, judged(absent).also_needs) == (absent.reason, None, ())


def test_a_source_that_the_snapshot_does_not_hold_is_unknown_and_not_empty(rules: Ruleset) -> None:
    """An old snapshot, read by an agent with a new source."""
    facts = snapshot()
    older = dataclasses.replace(facts, facts={row: rows for row, rows in facts.facts.items() if row is not Memstore})
    result = run(rules, older)
    assert result.outcome is Outcome.NOT_ASSESSED and "Memstore" in render_text(result.reason, "en")
    assert run(rules, older, "VAR901").outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("kind", "version", "outcome"),
    [
        (TenantKind.USER, Version(4, 3, 5), Outcome.NOT_APPLICABLE),
        (TenantKind.SYS, Version(4, 2, 9, 9), Outcome.NOT_APPLICABLE),
        (TenantKind.SYS, Version(4, 3, 0), Outcome.FINDING),
        (TenantKind.SYS, Version(4, 10, 0), Outcome.FINDING),
    ],
)
def test_not_applicable_by_tenant_kind_and_version(
    rules: Ruleset, kind: TenantKind, version: Version, outcome: Outcome
) -> None:
    result = run(rules, snapshot(kind=kind, version=version), "CAP902")
    assert result.outcome is outcome
    said = {
        TenantKind.USER: "Only the sys tenant shows this.",
        TenantKind.SYS: "OceanBase 4.3.0.0 and later only.",
    }
    assert render_text(result.reason, "en") == (said[kind] if outcome is Outcome.NOT_APPLICABLE else "")


def test_disabled(rules: Ruleset) -> None:
    off = dataclasses.replace(
        rules, rules={**rules.rules, "CAP901": dataclasses.replace(rules.rules["CAP901"], enabled=False)}
    )
    result = run(off, snapshot([memstore("a", 999)]))
    assert (result.outcome, render_text(result.reason, "en")) == (Outcome.DISABLED, "Switched off in the rules.")


def test_why_a_check_says_nothing_of_this_tenant(rules: Ruleset) -> None:
    def reason(spec: CheckSpec, rule: Rule, kind: TenantKind = TenantKind.USER) -> str:
        one = dataclasses.replace(rules, rules={**rules.rules, spec.code: rule})
        return render_text(evaluate_checks([spec], one, snapshot(kind=kind))[0].reason, "en")

    rule = rules.rules["CAP901"]
    only_user = dataclasses.replace(SPECS["CAP901"], tenants=(TenantKind.USER,))
    assert reason(only_user, rule, TenantKind.SYS) == "Only a user tenant shows this."
    other = dataclasses.replace(rule, applies=False)
    assert reason(only_user, other) == "The rules do not apply to a tenant of this version, role or size."
    open_question = dataclasses.replace(rule, variants=(Variant(Circumstances(min_cores=2), rule),))
    said = "The limit depends on the role or size of the tenant, which could not be read."
    assert reason(only_user, open_question) == said


def test_a_cut_source_is_no_pass_unless_the_largest_came_first(rules: Ruleset) -> None:
    cut = (SourceRecord(source="Memstore", view="oceanbase.GV$OB_MEMSTORE", status="ok", rows=1, truncated=True),)
    assert run(rules, snapshot([memstore("a", 1)], records=cut)).outcome is Outcome.NOT_ASSESSED
    found = run(rules, snapshot([memstore("a", 999)], records=cut))
    assert found.outcome is Outcome.FINDING and "more rows than the reading limit" in render_text(found.reason, "en")
    assert run(rules, snapshot([memstore("a", 1), memstore("b", 999)], records=cut)).well == frozenset()
    other = (
        SourceRecord(
            source="Variable", view="information_schema.GLOBAL_VARIABLES", status="ok", rows=1, truncated=True
        ),
    )
    assert run(rules, snapshot([memstore("a", 1)], records=other)).outcome is Outcome.PASS


def test_a_helping_source_that_was_cut_is_unknown_to_the_check_and_no_hindrance(rules: Ruleset) -> None:
    seen: list[Any] = []

    def measure(variables: Any, **facts: Any) -> Iterable[Measurement]:
        seen.append(variables)
        yield Measurement("a", 1.0, {"used_bytes": 1})

    helping: dict[str, Any] = {"facts": {"memstores": Memstore, "variables": Variable}, "optional": {"variables"}}
    spec = dataclasses.replace(SPECS["CAP901"], measure=measure, **helping)
    for cut in (False, True):
        records = (
            SourceRecord(
                source="Variable", view="information_schema.GLOBAL_VARIABLES", status="ok", rows=1, truncated=cut
            ),
        )
        assert evaluate_checks([spec], rules, snapshot(records=records))[0].outcome is Outcome.PASS
    assert seen == [(), None]


@given(st.lists(st.floats(0, 100), min_size=2, max_size=5))
def test_of_several_parts_of_one_resource_the_worst_is_the_finding(rules: Ruleset, values: list[float]) -> None:
    parts = [Measurement("a", value, {"used_bytes": 1}, str(number)) for number, value in enumerate(values)]
    findings = run(rules, snapshot(), measure=measuring(*parts)).findings
    assert [(f.resource, f.value) for f in findings] == [("a", max(values))] * (max(values) >= 70)


def test_of_parts_that_are_equally_bad_the_first_is_told(rules: Ruleset) -> None:
    parts = [Measurement("a", 95.0, {"used_bytes": number}, str(number)) for number in (3, 1, 2)]
    (found,) = run(rules, snapshot(), measure=measuring(*parts)).findings
    assert found.evidence["used_bytes"] == 3


@pytest.mark.parametrize("values", [(71.0, 85.0), (85.0, 71.0), (85.0, 85.0), (1.0, 2.0), (1.0, 85.0)])
@pytest.mark.parametrize("names", [("a", "a"), ("a\x1b", "a "), ("x" * 3000, "x" * 4000)])
def test_two_measurements_with_one_fingerprint_are_an_error_and_none_is_dropped(
    rules: Ruleset, values: tuple[float, float], names: tuple[str, str]
) -> None:
    twice = [Measurement(name, value, {"used_bytes": 1}) for name, value in zip(names, values, strict=True)]
    result = run(rules, snapshot(), measure=measuring(*twice))
    assert (result.outcome, result.findings) == (Outcome.ERROR, ())
    assert "twice" in render_text(result.reason, "en") and names[0][:1] in render_text(result.reason, "en")
    assert render_text(result.reason, "zh-CN") != render_text(result.reason, "en")


def former_of(*measured: Measurement, rules: Ruleset, mutes: Sequence[Mute] = ()) -> CheckResult:
    muted = dataclasses.replace(rules, mutes=tuple(mutes), today=NOW.date())
    return run(muted, snapshot(), measure=measuring(*measured))


def test_mutes_of_earlier_names_hold_as_long_as_one_resource_alone_had_the_name(rules: Ruleset) -> None:
    plain = Mute(owner="Li", reason="known", until=NOW.date() + timedelta(days=9))
    one, two, usual = (
        Measurement(name_object(*parts), 75.0, {"used_bytes": 1})
        for parts in (("p.q", "r"), ("p", "q.r"), ("p", "q", "s"))
    )
    before = fingerprint_finding(snapshot().target, "CAP901", "p.q.r")
    for by in (
        dataclasses.replace(plain, fingerprint=before),
        dataclasses.replace(plain, code="CAP901", resource="p.q.r"),
    ):
        assert former_of(one, usual, rules=rules, mutes=[by]).findings[0].muted is by
        assert [f.muted for f in former_of(one, two, usual, rules=rules, mutes=[by]).findings] == [None] * 3
        taken = Measurement("p.q.r", 75.0, {"used_bytes": 1})
        found = former_of(one, taken, rules=rules, mutes=[by]).findings
        assert [f.resource for f in found if f.muted] == ["p.q.r"]


def test_a_result_tells_the_earlier_names_of_what_it_looked_at(rules: Ruleset) -> None:
    well, bad, worse = (
        Measurement(name_object(*parts), value, {"used_bytes": 1})
        for parts, value in ((("a.b", "c"), 1.0), (("p.q", "r"), 75.0), (("p", "q.r"), 95.0))
    )
    unknown, usual = Unjudged(name_object("x.y", "z")), Measurement("shop.t", 75.0, {"used_bytes": 1})
    result = run(rules, snapshot(), measure=measuring(well, bad, worse, unknown, usual))
    assert result.former == {"a.b.c": "`a.b`.c", "p.q.r": "p.`q.r`", "x.y.z": "`x.y`.z"}


def test_sql_quotes_the_name_itself(rules: Ruleset) -> None:
    measured = Measurement(name_object("a.b`c"), 95.0, {"used_bytes": 1})
    assert run(rules, snapshot(), measure=measuring(measured)).findings[0].sql[0] == "DROP TABLE `a.b``c`;"


def test_hostile_names_are_one_printable_line_of_bounded_length(rules: Ruleset) -> None:
    name = "a\x1b[31m\n\u202e{used_bytes}{0}`;'" + "x" * 5000
    (finding,) = run(rules, snapshot([memstore(name, 999)])).findings
    assert finding.resource.isprintable() and len(finding.resource) == 2000
    assert "{used_bytes}{0}`;'" in render_text(finding.text, "en"), "a name is never a template"
    assert finding.sql[0].startswith("DROP TABLE `a ") and "``;'" in finding.sql[0]
    assert "``;''xxx" not in finding.sql[1] and "`;''xxx" in finding.sql[1]


def test_a_resource_named_by_us_is_one_thing_and_told_in_every_language(rules: Ruleset) -> None:
    stream = Named("{tenant}, log stream {stream}", tenant=tenant_name(1002), stream="1\x1b")
    (found,) = run(rules, snapshot(), measure=measuring(Measurement(stream, 95.0, {"used_bytes": 1}))).findings
    assert found.resource == "tenant 1002, log stream `1\\x1b`"
    assert found.names == {"zh-CN": "租户 1002，日志流 `1\\x1b`", "en": found.resource}
    assert render_text(found.text, "zh-CN").startswith("租户 1002，日志流 `1\\x1b` ")
    theirs = measuring(Measurement(str(stream), 95.0, {"used_bytes": 1}))
    (same,) = run(rules, snapshot(), measure=theirs).findings
    assert same.fingerprint == found.fingerprint and same.names == {}
    muted = Mute(owner="Li", reason="known", until=NOW.date() + timedelta(days=9), code="CAP901", resource="租户 1002*")
    assert all(
        MuteMatcher((muted,), NOW.date()).apply("CAP901", finding).muted is (muted if finding is found else None)
        for finding in (found, same)
    )


def test_an_expected_value_is_judged_as_parsed_and_shown_as_the_server_spells_it(rules: Ruleset) -> None:
    facts = snapshot(variables=[Variable(name="a", value="1"), Variable(name="b", value="False")])
    (finding,) = run(rules, facts, "VAR901").findings
    assert (finding.resource, finding.value, finding.limit) == ("b", "False", "ON")
    assert finding.sql == ("SET GLOBAL b = 'ON';",) and finding.rollback == ("SET GLOBAL x = 'False';",)
    assert run(rules, snapshot(variables=[Variable(name="a", value="maybe")]), "VAR901").outcome is Outcome.ERROR


def test_the_words_of_a_failure_are_bounded(rules: Ruleset) -> None:
    crashed = run(rules, snapshot(), measure=measuring(error=ValueError("x" * 9000)))
    assert crashed.reason is not None and crashed.reason.args["reason"] == "ValueError: " + "x" * 288
    twice = run(rules, snapshot(), measure=measuring(*[Measurement("y" * 9000, 95.0, {"used_bytes": 1})] * 2))
    assert twice.reason is not None and twice.reason.args["resource"] == "y" * 300


def test_sql_takes_no_width() -> None:
    """It could take gigabytes."""
    with pytest.raises(ValueError, match=r"no width: >9{19}$"):
        fill_sql(["SET a = {a:>99999999999999999999999}"], {"a": "x"})


def test_what_a_record_hides_is_told_and_who_is_well_beside_it(rules: Ruleset) -> None:
    """A check on the load that saw enough, though not all."""
    facts = snapshot([memstore("a", 1)])
    load = {CachedPlan: (plan(48),), SqlTotal: (total(900),)}
    load |= {Counter: (Counter(con_id=1002, name="sql select time", value=1000),)}
    facts = dataclasses.replace(facts, as_of=LATER, facts={**facts.facts, **load})
    rule = dataclasses.replace(rules.rules["CAP901"], evidence=LeastEvidence(span_hours=24.0, load_pct=80.0))
    asked = dataclasses.replace(rules, rules={**rules.rules, "CAP901": rule})
    measure = measuring(Measurement("a", 5.0, {"used_bytes": 1}))
    spec = dataclasses.replace(
        SPECS["CAP901"], measure=measure, facts={"memstores": Memstore, "totals": SqlTotal, "plans": CachedPlan}
    )
    (found,) = evaluate_checks([spec], asked, facts)
    assert (found.outcome, found.reason, found.well) == (Outcome.PASS, None, frozenset({"a"}))
    assert found.hidden_us_per_s == pytest.approx(100 / (48 * 3600))
    assert was_judged(found, "a")
    whole = dataclasses.replace(facts, facts={**facts.facts, SqlTotal: (total(1000),)})
    (seen,) = evaluate_checks([spec], asked, whole)
    assert (seen.outcome, seen.hidden_us_per_s, seen.well) == (Outcome.PASS, 0.0, frozenset())


def test_long_values_are_bounded(rules: Ruleset) -> None:
    long = measuring(Measurement("a", "x" * 9000, {"text": "y" * 9000, "used_bytes": 1}))
    rule = {**rules.rules, "CAP901": rules.rules["CAP902"]}
    (finding,) = run(dataclasses.replace(rules, rules=rule), snapshot(), measure=long, finding="{value}").findings
    assert len(str(finding.value)) == len(str(finding.evidence["text"])) == 2000


@given(st.text())
def test_an_identifier_and_a_literal_cannot_be_left(name: str) -> None:
    identifier, literal = fill_sql(["{name!i}", "{name!l}"], {"name": name})
    assert identifier[1:-1].replace("``", "") == name.replace("`", "") and identifier[0] == identifier[-1] == "`"
    body = literal[1:-1].replace("\\\\", "").replace("''", "")
    assert literal[0] == literal[-1] == "'" and "'" not in body and "\\" not in body


def test_evaluating_twice_is_equal(rules: Ruleset, tmp_path: Path) -> None:
    facts = snapshot([memstore("a", 850), memstore("b", 900)], [Variable(name="v", value="0")])
    assert evaluate_checks(SPECS.values(), rules, facts) == evaluate_checks(SPECS.values(), ruleset(tmp_path), facts)


@pytest.mark.parametrize(
    ("resource", "kind", "sql"),
    [
        ("tenant", TenantKind.USER, ("A;",)),
        ("tenant 1002", TenantKind.USER, ("A;",)),
        ("tenant", TenantKind.SYS, ("A;",)),
        ("tenant 1", TenantKind.SYS, ("A;",)),
        ("tenant 1002", TenantKind.SYS, ("A TENANT = `a``b`;",)),
        ("tenant 1001", TenantKind.SYS, ()),
        ("tenant 1004", TenantKind.SYS, ()),
    ],
)
def test_from_sys_a_statement_names_the_tenant_or_is_left_out(
    rules: Ruleset, resource: str, kind: TenantKind, sql: tuple[str, ...]
) -> None:
    tenants = tuple(
        Tenant(tenant_id=number, tenant_name=name, tenant_type=is_a)
        for number, name, is_a in ((1, "sys", "SYS"), (1001, "META$1002", "META"), (1002, "a`b", "USER"))
    )
    facts = snapshot()
    facts = dataclasses.replace(facts, tenant_kind=kind, facts={**facts.facts, Tenant: tenants})
    remedy = dataclasses.replace(SPECS["CAP901"].remediation, sql=("A{of_tenant};",))
    measure = measuring(Measurement(resource, 99.0, {"used_bytes": 1}))
    (finding,) = run(rules, facts, measure=measure, remediation=remedy).findings
    assert finding.sql == sql


def test_a_statement_that_would_change_nothing_is_left_out() -> None:
    assert fill_sql(["SET a = {a};", "SET b = {b!l};"], {"a": None, "b": "x"}) == ("SET b = 'x';",)
    assert fill_sql(["SET a = {a!l};", "SET b = {a:g};"], {"a": None}) == ()


def test_a_resource_of_which_too_little_is_known_is_neither_found_nor_well(rules: Ruleset) -> None:
    seen = Measurement("a", 5.0, {"used_bytes": 1})
    one = run(rules, snapshot(), measure=measuring(seen, Unjudged(tenant_name(1004))))
    assert (one.outcome, list(one.unjudged)) == (Outcome.NOT_ASSESSED, ["tenant 1004"])
    assert one.reason
    assert one.reason.args["unjudged_count"] == 1
    assert one.unjudged["tenant 1004"]["zh-CN"] == "租户 1004"
    assert [was_judged(one, name) for name in ("a", "tenant 1004", "gone")] == [True, False, False]
    in_part = run(rules, snapshot(), measure=measuring(seen, Unjudged("a"), error=REST))
    assert (in_part.outcome, in_part.well) == (Outcome.NOT_ASSESSED, frozenset())
    found = run(rules, snapshot(), measure=measuring(Measurement("a", 95.0, {"used_bytes": 1}), Unjudged("a")))
    assert (found.outcome, found.unjudged) == (Outcome.FINDING, {})
    assert run(rules, snapshot(), measure=measuring(Unjudged("a"))).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("value", "may_be", "outcome"),
    [
        (5.0, 95.0, Outcome.NOT_ASSESSED),  # the limit lies between them
        (5.0, 6.0, Outcome.PASS),
        (5.0, None, Outcome.PASS),
        (95.0, 99.0, Outcome.FINDING),
    ],
)
def test_a_value_between_two_is_judged_by_both(
    rules: Ruleset, value: float, may_be: float | None, outcome: Outcome
) -> None:
    seen = Measurement("a", value, {"used_bytes": 1}, may_be=may_be)
    result = run(rules, snapshot(), measure=measuring(seen))
    assert (result.outcome, list(result.unjudged)) == (outcome, ["a"] if outcome is Outcome.NOT_ASSESSED else [])


def test_helping_facts_that_are_needed_after_all_are_told_as_the_server_said_it(rules: Ruleset) -> None:
    absent = Unavailable(UnavailableKind.NO_VIEW, Text("this version has no such view"))
    spec = dataclasses.replace(
        SPECS["CAP901"],
        facts={"memstores": Memstore, "variables": Variable},
        optional=frozenset({"memstores", "variables"}),
    )

    def judged(error: MissingFacts, memstores: Any = GONE, variables: Any = ()) -> tuple[Text | None, Text | None]:
        facts = snapshot(memstores=memstores, variables=variables)
        (result,) = evaluate_checks([dataclasses.replace(spec, measure=measuring(error=error))], rules, facts)
        assert result.outcome is Outcome.NOT_ASSESSED
        return result.reason, result.unlock

    both = ("variables", "memstores")
    assert judged(MissingFacts(*both)) == (GONE.reason, GONE.remedy)
    assert judged(MissingFacts(*both), variables=absent) == (absent.reason, None), "what cannot be had comes first"
    assert judged(MissingFacts(*both, otherwise="Say it."), variables=absent) == (absent.reason, Text("Say it."))
    assert judged(MissingFacts(*both, otherwise="Say it.")) == (GONE.reason, GONE.remedy)
    assert judged(MissingFacts("variables"), variables=()) == (Text("Not all rows could be read."), None)


def test_the_nearest_of_what_is_fine_the_more_the_less_and_without_an_order(rules: Ruleset) -> None:
    def nearest(rule: Rule, *measured: Measurement | Unjudged) -> Nearest | None:
        one = dataclasses.replace(rules, rules={**rules.rules, "CAP901": rule})
        return run(one, snapshot(), measure=measuring(*measured)).nearest

    rule = dataclasses.replace(rules.rules["CAP901"], evidence=LeastEvidence(judged_pct=10.0))
    falling = dataclasses.replace(rule, judge=Ladder(((Severity.LOW, 3.0),), descending=True))
    two = (Measurement("b", 9.0), Measurement("a", 5.0), Measurement("c", 5.0))
    assert nearest(rule, *two) == Nearest("b", 9.0, 3)
    assert nearest(falling, *two) == Nearest("a", 5.0, 3), "of two alike the first by name"
    assert nearest(falling, *two, Unjudged("a")) == Nearest("c", 5.0, 2)
    word = Expected(severity=Severity.LOW, one_of=("x", "y"))
    words = dataclasses.replace(rule, judge=word)
    assert nearest(words, Measurement("b", "x"), Measurement("a", "y")) == Nearest("a", "y", 2)
    assert nearest(dataclasses.replace(rule, judge=Expected(severity=Severity.LOW, minimum=1.0)), *two) == Nearest(
        "a", 5.0, 3
    )


@pytest.mark.parametrize(
    ("shown", "recommended", "said"),
    [
        ("ON", "ON", "b is 7 instead of ON."),
        ("≥ 10", "10", "b is 7 instead of at least 10."),
        ("10 / 20", "10", "b is 7 instead of 10 (accepted: 10 or 20)."),
        ("10 – 20 s", "10", "b is 7 s instead of 10 s (accepted: 10 s to 20 s)."),
        ("10 – 20", "", "b is 7 instead of 10 to 20."),
        ("≤ 10 s", "10", "b is 7 s instead of at most 10 s."),
    ],
)
def test_what_is_advised_is_told_beside_what_is_accepted_where_that_is_more(
    rules: Ruleset, shown: str, recommended: str, said: str
) -> None:
    judge = Expected(severity=Severity.LOW, one_of=("x",), recommended=recommended, shown=shown)
    rule = dataclasses.replace(rules.rules["VAR901"], judge=judge)
    one = dataclasses.replace(rules, rules={**rules.rules, "VAR901": rule})
    facts = snapshot(variables=[Variable(name="b", value="7")])
    (found,) = run(one, facts, "VAR901", parse=None).findings
    assert render_text(found.text, "en") == said


def test_what_a_check_measures_of_wanted_resources_is_the_worst_of_each(rules: Ruleset) -> None:
    rule = rules.rules["CAP901"]
    falling = dataclasses.replace(rule, judge=Ladder(((Severity.LOW, 3.0),), descending=True))
    found = (Measurement("a", 5), Measurement("b", 9.0), Measurement("a", 7.0, part="x"), Unjudged("c"),
             Measurement("d", 1.0), Measurement("a", 6.0, part="y"))  # fmt: skip

    def measured(by: Rule, *given: Measurement | Unjudged, error: BaseException | None = None, **more: Any) -> Any:
        spec = dataclasses.replace(SPECS["CAP901"], measure=measuring(*given, error=error), **more)
        return measure_resources(spec, by, snapshot(), {"a", "c", "d"})

    assert measured(rule, *found) == {"a": 7.0, "d": 1.0}
    assert measured(falling, *found) == {"a": 5.0, "d": 1.0}
    for error in (ZeroDivisionError(), NotAssessed("cut short"), MissingFacts("memstores")):
        assert measured(rule, *found, error=error) == {"a": 7.0, "d": 1.0}
    words = (Measurement("a", "x"), Measurement("a", "y", part="x"), Measurement("d", "z"), Measurement("d", 3.0))
    assert measured(rule, *words) == {"a": "y", "d": 3.0}
    assert measured(rule, Measurement("a", "12"), parse=lambda text: float(text) * 2) == {"a": 24.0}
    expected = dataclasses.replace(rule, judge=Expected(severity=Severity.LOW, one_of=(1.0,)))
    assert measured(expected, *found) == {"a": 7.0, "d": 1.0}, "without an order of its own the largest"


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        ({"enabled": False}, {}),
        ({"applies": False}, {}),
        ({"variants": (Variant(Circumstances(role="STANDBY"), Rule(judge=Ladder(((Severity.LOW, 1.0),)))),)}, {}),
        ({}, {Memstore: GONE}),
    ],
)
def test_a_check_that_is_not_assessed_measures_nothing(rules: Ruleset, changed: Any, facts: Any) -> None:
    rule, whole = rules.rules["CAP901"], snapshot([memstore("a", 600)])
    spec = SPECS["CAP901"]
    assert [item.value for item in list_measured(spec, rule, whole)] == [60.0]
    some = dataclasses.replace(whole, facts={**whole.facts, **facts})
    assert list_measured(spec, dataclasses.replace(rule, **changed), some) == ()
    crashing = dataclasses.replace(spec, measure=measuring(Measurement("a", 1.0), error=ZeroDivisionError()))
    assert list_measured(crashing, rule, whole) == ()


def test_a_ladder_orders_what_is_parsed_from_words(rules: Ruleset) -> None:
    two = measuring(Measurement("a", "x"), Measurement("b", "xxx"))
    nearest = run(rules, snapshot(), measure=two, parse=len).nearest
    assert nearest is not None and (nearest.resource, nearest.value) == ("b", "xxx")


@pytest.mark.parametrize("kind", [TenantKind.USER, TenantKind.SYS])
@pytest.mark.parametrize("number", [1, 1002, 1001, 1004])
def test_only_sys_names_another_user_tenant_in_sql(rules: Ruleset, kind: TenantKind, number: int) -> None:
    tenants = [(1, "SYS", "sys"), (1001, "META", "META$1002"), (1002, "USER", "shop"), (1003, "USER", "other")]
    rows = tuple(Tenant(tenant_id=one, tenant_type=of, tenant_name=name) for one, of, name in tenants)
    remediation = dataclasses.replace(SPECS["CAP901"].remediation, sql=("SET a = 1{of_tenant};",))
    facts = snapshot()
    facts = dataclasses.replace(facts, tenant_kind=kind, facts={**facts.facts, Tenant: rows})
    one = measuring(Measurement(tenant_name(number), 95.0, {"used_bytes": 1}))
    kinds = (TenantKind.USER, TenantKind.SYS)
    (found,) = run(rules, facts, measure=one, remediation=remediation, tenants=kinds).findings
    named = {1: ("SET a = 1;",), 1002: ("SET a = 1 TENANT = `shop`;",)}
    assert found.sql == (named.get(number, ()) if kind is TenantKind.SYS else ("SET a = 1;",))

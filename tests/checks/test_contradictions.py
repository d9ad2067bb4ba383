"""No two pieces of advice contradict each other: one setting, one value; one cause, one group; one index stays."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.catalogue import rules
from agent.facts.schema import IndexColumn
from agent.facts.settings import Variable
from agent.model.result import Finding
from agent.model.rule import Expected
from agent.model.terms import Version
from checks.parameters.family import Level
from checks.parameters.kinds import Kind
from tests.checks import cases
from tests.checks.settings_family import PRIMARY, ROWS, WRONG, fact, parameter, version_of
from tests.each import each
from tests.harness import Case, gathered, run_check, shipped, snapshot_of

REGISTRY, RULESET = shipped()
CASES: list[Case] = gathered(cases, "CASES")
SETTING = re.compile(r"^(?:ALTER SYSTEM SET|SET GLOBAL) (\S+) = (.+?);$")
# Advice that reckons its value from the present one, and what keeps it from contradicting the setting's own rule.
RECKONED = {
    ("CAP008", "ob_plan_cache_percentage"): "raises a share that VAR013 accepts, at most to VAR013's upper bound",
    ("SQL007", "ob_sql_audit_percentage"): "raises a share that VAR014 accepts, at most to VAR014's upper bound",
    ("PAR082", "ob_query_timeout"): "speaks only where VAR001 and VAR002 accept both timeouts",
    ("PAR080", "{resource!i}"): "leaves the value of a setting that has a rule to that rule",
}


def settings(statements: tuple[str, ...]) -> dict[str, str]:
    """What these statements set: name -> value, both without quotes."""
    found = (SETTING.match(statement) for statement in statements)
    return {match[1].strip("`").lower(): match[2].strip("'") for match in found if match}


def advised() -> dict[str, dict[str, set[str]]]:
    """What the advice of each check sets in all cases in which it fires: setting -> code -> values.

    What differs by version is taken at the version of most cases.
    """
    values: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for case in CASES:
        if RULESET.rules[case.code].variants and case.code in ROWS and case.version != version_of(case.code):
            continue
        result = run_check(case.code, snapshot_of(case.facts, kind=case.tenant_kind, version=case.version))
        for finding in result.findings:
            for name, value in settings(finding.sql).items():
                values[name][case.code].add(value)
    return {name: dict(codes) for name, codes in values.items()}


def test_advice_on_one_setting_agrees() -> None:
    found = advised()
    for spec in REGISTRY.checks.values():
        missed = {name for name in settings(spec.remediation.sql) if spec.code not in found.get(name, {})}
        assert {name for name in missed if (spec.code, name) not in RECKONED} == set(), (
            f"no case of {spec.code} sets it"
        )
    fixed = {
        name: {code: values for code, values in codes.items() if (code, name) not in RECKONED}
        for name, codes in found.items()
    }
    assert len(fixed) >= 60
    assert {name: codes for name, codes in fixed.items() if len(set().union(*codes.values())) > 1} == {}


def fires(code: str, facts: list[object], version: Version = Version(4, 2, 5, 1)) -> Finding | None:
    findings = run_check(code, snapshot_of(facts, version=version)).findings
    return findings[0] if findings else None


@pytest.mark.parametrize(
    ("code", "of_rule", "name"),
    [("CAP008", "VAR013", "ob_plan_cache_percentage"), ("SQL007", "VAR014", "ob_sql_audit_percentage")],
)
def test_a_share_is_raised_only_within_what_its_rule_accepts(code: str, of_rule: str, name: str) -> None:
    case = next(case for case in CASES if case.code == code and case.found)
    for percent in range(101):
        present = Variable(name=name, value=str(percent))
        finding = fires(code, [*(row for row in case.facts if not isinstance(row, Variable)), present])
        assert finding, percent
        if finding.sql:
            assert percent < int(settings(finding.sql)[name])
            assert settings(finding.rollback) == {name: str(percent)}
            assert fires(of_rule, [present]) is None
            assert fires(of_rule, [Variable(name=name, value=settings(finding.sql)[name])]) is None


# Of any size, and those at which a rule of one of them changes its mind.
TIMEOUTS = st.integers(5, 12).flatmap(lambda digits: st.integers(10**digits, 10 ** (digits + 1))) | st.sampled_from(
    [bound + by for bound in (10**6, 10**7, 604_800_000_000) for by in (-1, 0, 1)]
)


@given(TIMEOUTS, TIMEOUTS)
def test_timeouts_are_put_in_order_only_where_each_is_right_by_itself(query: int, transaction: int) -> None:
    facts: list[object] = [
        Variable(name="ob_query_timeout", value=str(query)),
        Variable(name="ob_trx_timeout", value=str(transaction)),
    ]
    right = fires("VAR001", facts) is fires("VAR002", facts) is None
    finding = fires("PAR082", facts)
    assert bool(finding) == (right and transaction < query)
    if finding:
        ordered = Variable(name="ob_query_timeout", value=settings(finding.sql)["ob_query_timeout"])
        assert fires("VAR001", [ordered]) is fires("PAR082", [ordered, facts[1]]) is None


@each([row.setting for level, row in ROWS.values() if level is not Level.VARIABLE], str)
def test_where_servers_differ_a_rule_of_the_setting_decides(name: str) -> None:
    finding = fires("PAR080", [parameter(name, "1"), parameter(name, "2", svr_ip="10.0.0.2")])
    assert finding is None or finding.sql == ()


def test_where_servers_differ_otherwise_the_most_frequent_value_is_set() -> None:
    finding = fires("PAR080", [parameter("x", "1"), *(parameter("x", "2", svr_ip=f"10.0.0.{n}") for n in (2, 3))])
    assert finding and finding.sql == ("ALTER SYSTEM SET `x` = '2';",)


@each([case for case in CASES if case.found], lambda case: case.name)
def test_no_advice_sets_what_is_set(case: Case) -> None:
    present = {row.name: row.value for row in case.facts if isinstance(row, Variable)}
    result = run_check(case.code, snapshot_of(case.facts, kind=case.tenant_kind, version=case.version))
    assert result.findings
    for finding in result.findings:
        after, before = settings(finding.sql), settings(finding.rollback)
        assert not {name for name in after if after[name] == before.get(name, present.get(name))}
        assert not finding.sql or finding.sql != finding.rollback


def _value(kind: Kind, value: str) -> object:
    try:
        return kind.parse(kind.spell(value))
    except ValueError:
        return None


@given(st.data())
def test_a_setting_with_its_recommended_value_is_never_found(data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(ROWS)))
    _, row = ROWS[code]
    rule = RULESET.rules[code].judge
    assert isinstance(rule, Expected)
    spelled = [rule.recommended, rule.recommended.upper(), rule.recommended.lower(), WRONG[code]]
    text = data.draw(st.sampled_from(spelled) | st.integers(-1, 10**12).map(str) | st.text(max_size=8))
    if fires(code, [fact(code, text), PRIMARY], version_of(code)):
        assert _value(row.kind, text) != row.kind.parse(rule.recommended)


columns = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True)
indexes = st.dictionaries(st.sampled_from(["k1", "k2", "k3", "k4", "k5", "PRIMARY"]), st.tuples(columns, st.booleans()))


@given(indexes)
def test_after_all_advised_drops_every_lookup_and_every_uniqueness_is_still_served(
    made: dict[str, tuple[list[str], bool]],
) -> None:
    unique = {name: is_unique or name == "PRIMARY" for name, (_, is_unique) in made.items()}
    rows = [
        IndexColumn(
            table_schema="s",
            table_name="t",
            index_name=name,
            non_unique=not unique[name],
            seq_in_index=seq,
            column_name=column,
            sub_part=None,
            index_type="BTREE",
            is_visible="YES",
            comment="VALID",
        )
        for name, (listed, _) in made.items()
        for seq, column in enumerate(listed, 1)
    ]
    dropped = {str(finding.evidence["index"]) for finding in run_check("SCH002", snapshot_of(rows)).findings}
    kept = {name: listed for name, (listed, _) in made.items() if name not in dropped}
    for name in dropped:
        mine = made[name][0]
        assert any(other[: len(mine)] == mine for other in kept.values())
        assert not unique[name] or any(other == mine and unique[keeper] for keeper, other in kept.items())
    for name, listed in kept.items():  # and nothing redundant is overlooked
        assert unique[name] or not any(
            other[: len(listed)] == listed for keeper, other in kept.items() if keeper != name
        )


def test_every_group_is_a_cause_with_a_name_and_more_than_one_sign() -> None:
    members: defaultdict[str, list[str]] = defaultdict(list)
    for code, rule in RULESET.rules.items():
        members[rule.group].append(code)
    del members[""]
    head = rules.locate_shipped_rules().read_text(encoding="utf-8").partition("#   group ")[2].partition("#   join ")[0]
    explained = re.findall(r"^#     (\w+) +\S.+$", head, re.MULTILINE)
    assert sorted(members) == explained
    assert {group: codes for group, codes in members.items() if len(codes) == 1} == {}


def test_every_cause_of_a_joined_finding_has_a_name_and_more_than_one_sign() -> None:
    members = Counter(rule.join for rule in RULESET.rules.values() if rule.join)
    head = rules.locate_shipped_rules().read_text(encoding="utf-8").partition("#   join ")[2].partition("version:")[0]
    assert sorted(members) == re.findall(r"^#     (\w+) +\S.+$", head, re.MULTILINE)
    assert min(members.values()) > 1


@pytest.mark.parametrize(
    "codes",
    [
        ["OPS004", "STA006", "STA001", "PAR015"],  # the scheduler stands still
        ["OPS001", "SQL007", "VAR014"],  # statements are not recorded, or not for long
        ["CAP001", "CAP003", "PAR004", "PAR005"],  # writes are not relieved
        ["CAP008", "SQL005", "SQL015", "VAR013", "VAR015"],  # plans do not stay
        ["CMP001", "CMP002", "CMP003", "CMP004", "PAR013", "PAR031"],  # no major compaction
        ["CAP005", "TXN007", "VAR005", "VAR023"],  # sessions are not given back
        ["TXN001", "TXN002", "VAR003"],  # transactions are not ended
        ["SQL009", "SQL011", "TXN003"],  # row locks
        ["SEC001", "SEC006"],  # the allowlist
    ],
    ids=lambda codes: codes[0],
)
def test_signs_of_one_cause_share_a_group(codes: list[str]) -> None:
    assert len({RULESET.rules[code].group for code in codes} - {""}) == 1
    assert all(RULESET.rules[code].group for code in codes)

"""What the same statements mend costs once and is one unit of work."""

from __future__ import annotations

from dataclasses import replace

from agent.judgement.remedies import group_by_remedy
from agent.judgement.score import score_results
from agent.model.result import CheckResult
from agent.model.terms import Severity, TenantKind
from tests.agent.scoring import POLICY, failed, finding

M = Severity.MEDIUM
DROP, OTHER = "ALTER TABLE `s`.`t` DROP INDEX `i`;", "ALTER TABLE `s`.`t` DROP INDEX `j`;"


def found(code: str, *statements: tuple[str, ...], group: str = "", muted: bool = False) -> CheckResult:
    findings = [
        replace(finding(M, resource=f"r{number}", code=code, muted=muted), sql=sql)
        for number, sql in enumerate(statements)
    ]
    return replace(failed(code, *findings), group=group)


def groups(*results: CheckResult) -> list[str]:
    return [result.group for result in group_by_remedy(results)]


def test_what_the_same_statement_mends_is_one_deduction() -> None:
    results = group_by_remedy((found("SCH008", (DROP,)), found("SCH026", (DROP,))))
    assert [result.group for result in results] == ["remedy of SCH008"] * 2
    scored = score_results(results, POLICY, TenantKind.USER, None)
    assert scored.results["SCH026"].symptom_of == "SCH008"
    assert [scored.results[code].points_lost > 0 for code in ("SCH008", "SCH026")] == [True, False]


def test_a_part_of_what_another_check_mends_joins_it() -> None:
    assert groups(found("A", (DROP,)), found("B", (DROP,), (OTHER,))) == ["remedy of B"] * 2
    assert groups(found("A", (DROP,), (OTHER,)), found("B", (OTHER,)), found("C", (DROP,))) == ["remedy of A"] * 3


def test_findings_beyond_stay_by_themselves() -> None:
    assert groups(found("A", (DROP,)), found("B", (OTHER,))) == ["", ""]
    assert groups(found("A", (DROP,)), found("B", (DROP,), ())) == ["", ""]
    assert groups(found("A", ("SHOW GRANTS FOR x;",)), found("B", ("SHOW GRANTS FOR x;",))) == ["", ""]
    assert groups(found("A", ()), found("B", ())) == ["", ""]


def test_groups_of_the_rules_are_kept() -> None:
    assert groups(found("A", (DROP,), group="own"), found("B", (DROP,))) == ["own", "own"]
    assert groups(found("A", (DROP,)), found("B", (DROP,), group="own")) == ["", "own"]
    assert groups(found("A", (DROP,), group="one"), found("B", (DROP,), group="two")) == ["one", "two"]

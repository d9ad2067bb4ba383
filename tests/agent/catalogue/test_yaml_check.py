"""A check without code measures what it says, says what it cannot judge, and is refused with line and YAML path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.catalogue import rules
from agent.catalogue.contract import find_problems, find_result_problems
from agent.catalogue.yaml_check import load_yaml_check
from agent.facts.schema import Table
from agent.judgement.evaluate import evaluate_checks
from agent.model.result import CheckResult
from agent.model.snapshot import Snapshot
from agent.model.terms import Outcome, Severity, TenantKind, Text, Version
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.agent.tiny import NOW, SCORING

FILE = """\
version: 1
code: SCH901
name: schema.rows_are_large
unit: bytes
actor: customer
since: "4.2.1.0"
facts: Table
where: table_rows >= min_rows_count
value: data_length / table_rows
resource: "{table_schema}.{table_name}"
evidence:
  schema: table_schema
  rows_count: table_rows
rule:
  ladder: {low: 100, high: 1000}
  params: {min_rows_count: 0}
remediation:
  sql: ["SELECT {rows_count} FROM {schema!i}.t WHERE x = {resource!l};"]
  link: https://en.oceanbase.com/docs/oceanbase-database
texts:
  title: {en: Large rows, zh-CN: 行过大}
  finding: {en: "{resource}: {value} of {limit}", zh-CN: "{resource}：{value}，限值 {limit}"}
  rationale:
    en: Large rows fill the memstore sooner and leave
      few of them in each block that a scan reads.
    zh-CN: 行过大会更快写满 MemStore，每个数据块能容纳的行也更少。
  advice: {en: "Move large columns elsewhere.", zh-CN: 将大列拆分出去。}
  post_check: {en: The rows are smaller., zh-CN: 行变小。}
  no_rollback: {en: It only reads., zh-CN: 该语句只读。}
  risk: {en: None., zh-CN: 无。}
"""


def written(directory: Path, *changes: tuple[str, str]) -> Path:
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = directory / "large.check.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def table(name: str, rows: int | None, length: int | None) -> Table:
    return Table(
        table_schema="shop",
        table_name=name,
        table_rows=rows,
        data_length=length,
        table_collation=None,
        create_time=None,
    )


def judged(path: Path, *tables: Table) -> CheckResult:
    spec = load_yaml_check(path).spec
    (result,) = evaluate_checks([spec], rules.load_rules({spec.code: spec}, no_shipped(path.parent)), snapshot(tables))
    return result


def snapshot(tables: Sequence[Table]) -> Snapshot:
    return Snapshot(
        target="shop", tenant_kind=TenantKind.USER, version=Version(4, 2, 5, 1), as_of=NOW, facts={Table: tuple(tables)}
    )


def no_shipped(directory: Path) -> Path:
    path = directory / "rules.yaml"
    path.write_text(f"version: 1\n{SCORING}\nchecks: {{}}\n")
    return path


def test_it_measures_and_its_rule_judges(tmp_path: Path) -> None:
    result = judged(written(tmp_path), table("t", 10, 10_000), table("u", 10, 1_000), table("v", 10, 999))
    assert [(f.resource, f.severity, f.value) for f in result.findings] == [
        ("shop.t", Severity.HIGH, 1000.0),
        ("shop.u", Severity.LOW, 100.0),
    ]
    assert result.findings[0].sql == ("SELECT 10 FROM `shop`.t WHERE x = 'shop.t';",)
    assert result.findings[0].evidence == {"schema": "shop", "rows_count": 10}
    assert find_result_problems(result) == []
    assert judged(written(tmp_path), table("v", 10, 999)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "unknown", [("t", None, 5), ("t", 5, None), ("t", 0, 5)], ids=["the filter", "the value", "division by zero"]
)
def test_an_unknown_row_is_no_pass_and_hides_no_other(
    tmp_path: Path, unknown: tuple[str, int | None, int | None]
) -> None:
    result = judged(written(tmp_path), table(*unknown))
    assert result.outcome is Outcome.NOT_ASSESSED and result.reason
    assert render_text(result.reason, "en") == "1 relevant rows of Table have no values, so they cannot be judged."
    judged_too = judged(written(tmp_path), table(*unknown), table("u", 10, 1_000))
    assert [finding.resource for finding in judged_too.findings] == ["shop.u"]
    assert judged_too.reason == result.reason
    beside_well = judged(written(tmp_path), table(*unknown), table("u", 10, 1))
    assert (beside_well.outcome, beside_well.well) == (Outcome.NOT_ASSESSED, frozenset({"shop.u"}))


def test_rows_that_the_filter_leaves_out_do_not_vouch_for_unknown_ones(tmp_path: Path) -> None:
    path = written(tmp_path, ("min_rows_count: 0", "min_rows_count: 5"))
    assert judged(path, table("small", 1, 1), table("t", 5, None)).outcome is Outcome.NOT_ASSESSED
    assert judged(path, table("small", 1, 1)).outcome is Outcome.PASS


def test_no_rows_are_a_pass_only_where_the_file_says_so(tmp_path: Path) -> None:
    assert judged(written(tmp_path)).outcome is Outcome.NOT_ASSESSED
    assert judged(written(tmp_path, ("facts: Table", "when_empty: pass\nfacts: Table"))).outcome is Outcome.PASS


def test_it_keeps_the_contract_and_has_its_texts(tmp_path: Path) -> None:
    check = load_yaml_check(written(tmp_path))
    ruleset = rules.load_rules({"SCH901": check.spec}, no_shipped(tmp_path))
    assert find_problems(check.spec, ruleset.rules["SCH901"]) == []
    assert check.spec.rationale.startswith("Large rows fill the memstore sooner and leave few of them")
    assert check.translations["zh-CN"][check.spec.title] == "行过大"
    assert check.translations["zh-CN"][check.spec.rationale].startswith("行过大会")
    assert str(check.spec.since) == "4.2.1.0"


def problems(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_yaml_check(path)
    return [render_text(problem, "en") for problem in error.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("version: 1", "version: 2", 1, "version: write one of: 1"),
        ("code: SCH901", "code: large", 2, "code: write the code of a check"),
        ("schema.rows_are_large", "tables.large", 3, "name: write category.what_is_wrong"),
        ("schema.rows_are_large", "schema", 3, "name: write category.what_is_wrong"),
        ("unit: bytes", "unit: stones", 4, "unit: write one of: pct"),
        ("unit: bytes", "unit: text", 9, "value: with the unit text a text is expected"),
        ('"4.2.1.0"', '"four"', 6, "since: write a version"),
        ("facts: Table", "facts: Tables", 7, "facts: there is no such data set; known are"),
        ("facts: Table", "facts: os.system", 7, "facts: there is no such data set"),
        ("where: table_rows >= min_rows_count", "where: table_rows", 8, "where: a comparison is expected"),
        ("where: table_rows >= min_rows_count", "where: table_rows.bit_length() > 1", 8, "cannot stand in"),
        ("value: data_length", "value: data_lenght", 9, "value: there is no field or param data_lenght"),
        ("value: data_length / table_rows", "value: data_length > 1", 9, "value: with the unit text"),
        ("value: data_length / table_rows\n", "", 1, "value: this key is missing"),
        ("{table_schema}.", "{table_schema.__class__}.", 10, "resource: there is nothing to put in"),
        ("{table_schema}.", "{table_schema:>99999999}.", 10, "resource: write table_schema alone in its braces"),
        ("{table_schema}.", "{table_schema!r}.", 10, "resource: write table_schema alone in its braces"),
        ("{table_schema}.", "{}.", 10, "resource: there is nothing to put in"),
        ("{table_schema}.", "{table_schema.", 10, "resource: the braces do not fit; write {{ for a brace"),
        ("rows_count: table_rows", "rows_count: rows", 13, "evidence.rows_count: there is no field"),
        ("low: 100, high: 1000", "low: 100, high: 10, critical: 1000", 15, "rule.ladder: the numbers must rise"),
        ("low: 100", "awful: 100", 15, "rule.ladder.awful: one of low"),
        ("min_rows_count: 0", "min_rows_count: [0]", 16, "rule.params.min_rows_count: a number or a text"),
        ("min_rows_count: 0", "class: 0", 16, "rule.params.class: a plain name is expected"),
        ("min_rows_count: 0", "table_rows: 0", 16, "rule.params.table_rows: a plain name is expected"),
        ("min_rows_count: 0", "min_rows_count: true", 16, "rule.params.min_rows_count: a number or a text"),
        ("rows_count: table_rows", "rows.count: table_rows", 13, '"rows.count": a plain name is expected'),
        ("rows_count: table_rows", "limit: table_rows", 13, "evidence.limit: a plain name is expected"),
        ("{schema!i}.t", "{schema}.t", 18, "remediation.sql[0]: write schema!i for a name"),
        ("{schema!i}.t", "{schema!s}.t", 18, "remediation.sql[0]: write schema alone"),
        ("{resource!l}", "{nothing!l}", 18, "remediation.sql[0]: there is nothing to put in for nothing"),
        ("{value} of {limit}", "{value} of {most}", 22, "texts.finding.en: there is nothing to put in for most"),
        ("限值 {limit}", "限值 {limit.real}", 22, "texts.finding.zh-CN: there is nothing to put in"),
        (", zh-CN: 行过大}", "}", 21, "texts.title.zh-CN: this key is missing"),
        ("unit: bytes", "unit: bytes\nexec: rm", 5, "exec: unknown key"),
        ("facts: Table", "facts: !!python/object Table", 7, "tags (!name) are not used"),
        ("unit: bytes", "unit: *bytes", 4, "aliases (*name) are not used"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_line_and_path(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    path = written(tmp_path, (old, new))
    found = problems(path)
    assert any(said.startswith(f"{path}:{line}: ") and says in said for said in found), found


def test_all_mistakes_of_the_meaning_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path, ("where: table_rows", "where: a"), ("value: data_length", "value: b"), ("{schema!i}", "{schema}")
    )
    assert [said.split(": ")[1] for said in problems(path)] == ["where", "value", "remediation.sql[0]"]


def test_a_file_that_is_no_mapping_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "x.check.yaml").write_text("[]")
    assert problems(tmp_path / "x.check.yaml")
    assert "no such file" in problems(tmp_path / "y.check.yaml")[0]


def test_texts_from_rows_are_data_and_never_templates(tmp_path: Path) -> None:
    hostile: Any = table("{value}'`; DROP", 10, 10_000)
    (finding,) = judged(written(tmp_path), hostile).findings
    assert finding.resource == "shop.`{value}'``; DROP`"
    assert "x = 'shop.{value}''`; DROP'" in finding.sql[0]
    assert render_text(Text(finding.text.msgid, finding.text.args), "en").startswith("shop.`{value}'``; DROP`: ")

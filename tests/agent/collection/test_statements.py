"""Each source compiles for each version and kind of tenant, but for the listed ones that they lack."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import sqlglot
from sqlglot import expressions as exp

from agent.collection import gate
from agent.collection.statements import Statement, compile_source, list_columns_read, list_optional_columns
from agent.facts import CostClass, Privilege, expr, find_source_spec, list_sources, source
from agent.facts.accounts import Account
from agent.facts.definitions import TableDefinition
from agent.facts.resources import Memstore, ResourceUnit
from agent.facts.schema import Table
from agent.facts.sessions import Session
from agent.model.snapshot import Capabilities, Unavailable
from agent.model.terms import DataClass, TenantKind, UnavailableKind, Version
from agent.support.i18n import render_text

COLUMNS: dict[str, dict[str, str]] = json.loads((Path(__file__).parents[2] / "data" / "columns.json").read_text())
_NEWER = {"DynamicPartitions"}  # from 4.3.5 BP2 on
_NOT_IN_430 = {"SqlTotal", "RepositoryShape", "RepositoryText", "StatementWait", "ActiveMinute"}
EXPECTED = {
    "4.2.5 user": {"RecycledObject", "Server", "Zone"} | _NEWER, "4.2.5 sys": {"RecycledObject"} | _NEWER,
    "4.3.0 user": {"Server", "Zone"} | _NOT_IN_430 | _NEWER, "4.3.0 sys": _NOT_IN_430 | _NEWER,
    "4.3.3 user": {"RecycledObject", "Server", "Zone"} | _NEWER, "4.3.3 sys": {"RecycledObject"} | _NEWER,
}  # fmt: skip


def capabilities(target: str) -> Capabilities:
    """What preflight would find; information_schema is standard, and taken as declared where no list has it."""
    version, kind = target.split()
    columns: dict[str, frozenset[str]] = {}
    for row in list_sources():
        for view, names in list_columns_read(row).items():
            if view.startswith("information_schema."):
                short = view.partition(".")[2].upper()
                columns[short] = columns.get(short, frozenset()) | names
    columns |= {view.partition(".")[2].upper(): frozenset(names.split()) for view, names in COLUMNS[target].items()}
    privileges = frozenset({"SHOW VIEW", "PROCESS"})
    return Capabilities(
        version=Version.parse(version),
        tenant_kind=TenantKind(kind),
        account="r@%",
        columns=columns,
        privileges=privileges,
        grants={"*": frozenset()},
    )


@pytest.mark.parametrize("target", COLUMNS)
def test_every_source_compiles_or_is_listed(target: str) -> None:
    found = {row.__name__: compile_source(row, capabilities(target)) for row in list_sources()}
    missing = {name: item for name, item in found.items() if isinstance(item, Unavailable)}
    assert set(missing) == EXPECTED[target], {name: render_text(item.reason, "en") for name, item in missing.items()}
    assert {item.kind for item in missing.values()} == {UnavailableKind.NO_VIEW}
    for item in found.values():
        if isinstance(item, Statement) and item.sql:
            gate.check_statement(item.sql)


@pytest.mark.parametrize("target", COLUMNS)
def test_only_columns_that_the_target_has_are_named(target: str) -> None:
    has = capabilities(target).columns
    looked_at = 0
    for row in list_sources():
        statement, spec = compile_source(row, capabilities(target)), find_source_spec(row)
        if isinstance(statement, Statement) and statement.sql and spec and not spec.from_sql:
            tree = sqlglot.parse_one(statement.sql, read="mysql")
            named = {column.name.upper() for column in tree.find_all(exp.Column)}
            names = {field.name for field in dataclasses.fields(row)}
            labels = {field.name.upper() for field in dataclasses.fields(row) if "expr" in field.metadata}
            assert named - labels <= has[_short(statement.view)]
            assert set(statement.fields) <= names
            looked_at += len(named)
    assert looked_at > 100


def _short(view: str) -> str:
    return view.partition(".")[2].upper()


@source("oceanbase.HX", cost=CostClass.CHEAP, where="STATE = 'x'", order_by="A DESC", limit=7)
class Plain:
    a: int
    b: str | None = None
    share: float | None = expr("X / Y", default=None)


@source("oceanbase.HX", group_by="A", order_by="total DESC, A", limit=7)
class Grouped:
    a: int = expr("A")
    total: int = expr("SUM(B)")


@source("oceanbase.HX", group_by="A, X", order_by="total DESC", limit=7)
class GroupedWhereItIs:
    a: int = expr("A")
    x: str | None = expr("X", default=None)
    total: int = expr("COUNT(*)")


@source("oceanbase.HX", order_by="X, B DESC, A", limit=7)
class OrderedWhereItIs:
    a: int
    b: int | None = None
    x: str | None = expr("X", default=None)


@source("oceanbase.HX", from_sql="{HX} h JOIN {HY} y ON y.ID = h.HX_ID", also_reads=("oceanbase.HY",))
class Joined:
    name: str = expr("y.NAME")


def target(**parts: object) -> Capabilities:
    columns = {"HX": frozenset(["A", "B", "X", "Y", "STATE", "HX_ID"]), "HY": frozenset({"ID", "NAME"})}
    plain = Capabilities(
        version=Version(4, 2, 5, 1),
        tenant_kind=TenantKind.USER,
        account="r@%",
        columns=columns,
        privileges=frozenset({"SHOW VIEW"}),
        grants={"*": frozenset()},
    )
    return dataclasses.replace(plain, **parts)  # type: ignore[arg-type]


def sql(row: type, where: Capabilities) -> str:
    found = compile_source(row, where)
    assert isinstance(found, Statement), found
    return found.sql


def missing(
    row: type, where: Capabilities, data_classes: frozenset[DataClass] | None = None
) -> tuple[UnavailableKind, str, str]:
    found = compile_source(row, where, data_classes)
    assert isinstance(found, Unavailable), found
    return found.kind, render_text(found.reason, "en"), render_text(found.remedy, "en")


def test_the_select_is_built_from_the_columns_that_exist() -> None:
    assert sql(Plain, target()) == (
        "SELECT `A` AS a, `B` AS b, X / Y AS share FROM oceanbase.`HX` WHERE STATE = 'x' ORDER BY A DESC LIMIT 8"
    )
    fewer = target(columns={"HX": frozenset({"A", "X", "STATE"})})
    assert sql(Plain, fewer) == "SELECT `A` AS a FROM oceanbase.`HX` WHERE STATE = 'x' ORDER BY A DESC LIMIT 8"
    assert sql(Grouped, target()) == (
        "SELECT A AS a, SUM(B) AS total FROM oceanbase.`HX` GROUP BY A ORDER BY total DESC, A LIMIT 8"
    )
    assert "FROM `oceanbase`.`HX` h JOIN `oceanbase`.`HY` y ON y.ID = h.HX_ID" in sql(Joined, target())


def test_a_column_that_is_absent_is_not_ordered_by() -> None:
    assert sql(OrderedWhereItIs, target()).endswith(" ORDER BY X, B DESC, A LIMIT 8")
    assert sql(OrderedWhereItIs, target(columns={"HX": frozenset({"A"})})).endswith(" ORDER BY A LIMIT 8")


def test_a_column_that_is_absent_is_not_grouped_by() -> None:
    assert " GROUP BY A, X ORDER BY total DESC" in sql(GroupedWhereItIs, target())
    fewer = target(columns={"HX": frozenset({"A"})})
    assert sql(GroupedWhereItIs, fewer) == (
        "SELECT A AS a, COUNT(*) AS total FROM oceanbase.`HX` GROUP BY A ORDER BY total DESC LIMIT 8"
    )


def test_the_system_schema_has_another_name_where_a_cluster_is_held_as_data() -> None:
    held = target(system_schema="held")
    assert "FROM held.`HX`" in sql(Plain, held) and "`held`.`HX` h JOIN `held`.`HY` y" in sql(Joined, held)
    table = target(system_schema="held", columns={"TABLES": list_columns_read(Table)["information_schema.TABLES"]})
    assert "FROM held.`TABLES`" in sql(Table, table)


def test_a_missing_required_column_or_view_is_said() -> None:
    assert missing(Plain, target(columns={"HX": frozenset({"B"})}))[:2] == (
        UnavailableKind.NO_COLUMN,
        "oceanbase.HX has no column A in this version.",
    )
    kind, reason, _ = missing(Joined, target(columns={"HX": frozenset({"HX_ID"})}))
    assert (kind, reason) == (UnavailableKind.NO_VIEW, "The view oceanbase.HY does not exist in OceanBase 4.2.5.1.")
    embedded = target(columns={"HX": frozenset({"HX_ID"})}, embedded=True)
    assert missing(Joined, embedded)[1] == "The embedded kernel of 4.2.5.1 has no view oceanbase.HY."


def test_missing_grants_name_the_grant() -> None:
    nothing = target(grants={})
    assert missing(Plain, nothing)[1:] == (
        "The account may not read oceanbase.HX.",
        "GRANT SELECT ON oceanbase.`HX` TO 'r'@'%';",
    )
    some = target(grants={"HX": frozenset({"B"})})
    assert missing(Plain, some) == (
        UnavailableKind.PRIVILEGE,
        "The account may not read A of oceanbase.HX.",
        "GRANT SELECT (A) ON oceanbase.`HX` TO 'r'@'%';",
    )
    enough = target(grants={"HX": frozenset({"A", "STATE"})})
    assert sql(Plain, enough).startswith("SELECT `A` AS a FROM")


@pytest.mark.parametrize(("row", "privilege"), [(Table, Privilege.SHOW_VIEW), (Session, Privilege.PROCESS)])
def test_a_view_that_would_answer_empty_needs_its_privilege_proven(row: type, privilege: Privilege) -> None:
    all_but = capabilities("4.2.5 user").privileges - {privilege.value}
    kind, reason, remedy = missing(row, dataclasses.replace(capabilities("4.2.5 user"), privileges=all_but))
    assert kind is UnavailableKind.PRIVILEGE
    assert reason.startswith(f"Without the privilege {privilege.value} the view ")
    spec = find_source_spec(row)
    assert spec and reason.endswith(f" the view {spec.view} answers empty, which proves nothing.")
    assert remedy == f"GRANT {privilege.value} ON *.* TO 'r'@'%';"


def test_a_data_class_that_the_customer_did_not_grant_is_not_read() -> None:
    assert missing(Account, capabilities("4.2.5 user"), frozenset({DataClass.SETTINGS})) == (
        UnavailableKind.NOT_GRANTED,
        "The authorization does not grant the data class accounts.",
        "Sign an authorization that covers the data class accounts.",
    )
    assert isinstance(
        compile_source(ResourceUnit, capabilities("4.2.5 user"), frozenset({DataClass.STATISTICS})), Statement
    )


def test_what_is_shown_table_by_table_has_no_select_and_reads_no_column() -> None:
    found = compile_source(TableDefinition, capabilities("4.2.5 user"))
    fields = ("table_schema", "table_name", "definition")
    assert found == Statement("TableDefinition", "information_schema.TABLES", "", fields, 60)
    assert list_columns_read(TableDefinition) == {"information_schema.TABLES": frozenset()}
    all_but = dataclasses.replace(capabilities("4.2.5 user"), privileges=frozenset({"PROCESS"}))
    kind, _, remedy = missing(TableDefinition, all_but)
    assert kind is UnavailableKind.PRIVILEGE and remedy == "GRANT SHOW VIEW ON *.* TO 'r'@'%';"
    kind, _, remedy = missing(TableDefinition, capabilities("4.2.5 user"), frozenset({DataClass.PLANS}))
    assert kind is UnavailableKind.NOT_GRANTED and "definitions" in remedy


def test_columns_of_a_source_are_known_for_grants() -> None:
    assert list_columns_read(Plain) == {"oceanbase.HX": frozenset({"A", "B", "X", "Y", "STATE"})}
    assert list_optional_columns(Plain) == {"B", "X", "Y"}
    assert list_columns_read(Joined).keys() == {"oceanbase.HX", "oceanbase.HY"}
    assert "MEMSTORE_USED" in list_columns_read(Memstore)["oceanbase.GV$OB_MEMSTORE"]
    with pytest.raises(TypeError):
        list_columns_read(int)

"""The customer's script names exactly what is read. What the account then can do is tested on the kernel."""

from __future__ import annotations

import re

import pytest

from agent.collection.grants import EXPOSES, list_grants, write_grants_script
from agent.facts import MIXED_VIEWS, find_source_spec, list_sources
from agent.model.terms import DataClass, TenantKind

SOURCES = list(list_sources())


@pytest.mark.parametrize("kind", list(TenantKind))
def test_every_view_that_a_source_reads_is_granted_and_no_other(kind: TenantKind) -> None:
    seen = [spec.seen_from(kind) for row in SOURCES if (spec := find_source_spec(row))]
    read = {view for spec in seen for view in spec.views if view.startswith("oceanbase.")}
    script_of_kind = "\n".join(grant.sql for grant in list_grants(SOURCES, "r", "%", kind=kind))
    granted = re.findall(r"SELECT.* ON (\w+)\.`([^`]+)` TO", script_of_kind)
    assert {f"{schema}.{view}" for schema, view in granted} == read


def test_mixed_views_are_granted_by_column_without_secrets() -> None:
    mixed = [
        g.sql
        for g in list_grants(SOURCES, "r", "%")
        if any(f"`{view.partition('.')[2]}`" in g.sql for view in MIXED_VIEWS)
    ]
    assert mixed and all(sql.startswith("GRANT SELECT (") for sql in mixed)
    assert not [
        sql for sql in mixed if re.search(r"\b(PASSWD|QUERY_SQL|PARAMS_VALUE|INFO|AUTHENTICATION_STRING)\b", sql)
    ]


def test_nothing_but_reading_is_granted() -> None:
    what = {re.match(r"GRANT ([A-Z ]+?)(?= \(| ON)", grant.sql)[1] for grant in list_grants(SOURCES, "r", "%")}  # type: ignore[index]
    assert what == {"SHOW VIEW", "PROCESS", "SELECT"}
    assert all(grant.exposes for grant in list_grants(SOURCES, "r", "%"))


@pytest.mark.parametrize("data_class", list(DataClass))
def test_a_data_class_that_is_not_granted_is_not_in_the_script(data_class: DataClass) -> None:
    others = frozenset(DataClass) - {data_class}
    own = {
        view
        for row in SOURCES
        if (spec := find_source_spec(row)) and spec.data_class is data_class
        for view in spec.views
    }
    elsewhere = {
        view
        for row in SOURCES
        if (spec := find_source_spec(row)) and spec.data_class is not data_class
        for view in spec.views
    }
    printed = write_grants_script(SOURCES, "r", "%", data_classes=others)
    assert not [view for view in own - elsewhere if f"`{view.partition('.')[2]}`" in printed]
    assert data_class in EXPOSES


def test_what_is_exposed_is_said_in_both_languages() -> None:
    printed = write_grants_script(SOURCES, "r", "%")
    assert "OceanBase 健康评测：只读账号。" in printed and "评估" not in printed
    granted = [line for line in printed.splitlines() if line.startswith("GRANT")]
    assert granted and all(re.search(r"  -- .*[a-z?] / .*[\u4e00-\u9fff]", line) for line in granted)


def test_names_cannot_leave_their_quotes() -> None:
    sql = list_grants(SOURCES, "o'x\\", "10.%' IDENTIFIED BY 'y")[0].sql
    assert sql == "GRANT SHOW VIEW ON *.* TO 'o''x\\\\'@'10.%'' IDENTIFIED BY ''y';"


def test_the_script_makes_and_drops_the_account_with_tls_unless_told_otherwise() -> None:
    lines = write_grants_script(SOURCES, "reader", "10.%").splitlines()
    assert "CREATE USER 'reader'@'10.%' IDENTIFIED BY <password> REQUIRE SSL;" in lines
    assert "-- DROP USER 'reader'@'10.%';" in lines and "SHOW GRANTS FOR 'reader'@'10.%';" in lines
    assert "REQUIRE SSL" not in write_grants_script(SOURCES, "reader", "%", require_tls=False)
    assert all(line.startswith(("--", "CREATE USER", "GRANT ", "SHOW GRANTS")) or not line for line in lines)

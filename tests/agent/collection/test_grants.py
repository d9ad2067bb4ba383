"""The customer's script names exactly what is read. What the account then can do is tested on the kernel."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from agent.collection.grants import EXPOSES, list_grants, write_grants_script
from agent.collection.server_views import ServerViews, find_server_views
from agent.facts import MIXED_VIEWS, find_source_spec, list_sources, source
from agent.model.terms import DataClass, TenantKind
from agent.support.errors import ConfigError

SOURCES = list(list_sources())
SECRET = frozenset({DataClass.EMPTY_PASSWORDS, DataClass.SQL_TEXT_FULL})


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
        for g in list_grants(SOURCES, "r", "%", frozenset(DataClass) - SECRET)
        if any(f"`{view.partition('.')[2]}`" in g.sql for view in MIXED_VIEWS)
    ]
    assert mixed and all(sql.startswith("GRANT SELECT (") for sql in mixed)
    assert not [
        sql for sql in mixed if re.search(r"\b(PASSWD|QUERY_SQL|PARAMS_VALUE|INFO|AUTHENTICATION_STRING)\b", sql)
    ]


def test_texts_with_literals_are_granted_with_their_class_only() -> None:
    for classes in (frozenset({DataClass.STATISTICS}), frozenset({DataClass.STATISTICS, DataClass.SQL_TEXT_FULL})):
        found = [grant for grant in list_grants(SOURCES, "r", "%", classes) if "`DBA_WR_SQLTEXT`" in grant.sql]
        full = DataClass.SQL_TEXT_FULL in classes
        assert any("SQL_TYPE" in grant.sql for grant in found)
        assert any("QUERY_SQL" in grant.sql for grant in found) == full
        assert all((EXPOSES[DataClass.SQL_TEXT_FULL] in grant.exposes) == full for grant in found)


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
    first_words = ("--", "SET SESSION sql_mode", "CREATE USER", "GRANT ", "SHOW GRANTS")
    assert all(line.startswith(first_words) or not line for line in lines)


def test_no_grant_makes_an_account_without_a_password() -> None:
    """Where sql_mode lets it, a GRANT after a refused CREATE USER would."""
    script = write_grants_script(SOURCES, "reader", "%")
    statements = [line for line in script.splitlines() if line and not line.startswith("--")]
    assert "NO_AUTO_CREATE_USER" in statements[0] and statements[1].startswith("CREATE USER")


def test_no_comment_holds_a_semicolon_before_its_statement() -> None:
    """Some clients cut a script at each semicolon, also in a comment."""
    lines = write_grants_script(SOURCES, "reader", "%").splitlines()
    assert not [line for line in lines if line.startswith("--") and ";" in line and not line.startswith("-- DROP")]


VERSIONS = ("4.2.5", "4.3.0", "4.3.3")
COLUMNS: dict[str, dict[str, str]] = json.loads((Path(__file__).parents[2] / "data" / "columns.json").read_text())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", list(TenantKind))
def test_for_a_known_version_each_view_that_it_has_is_granted_once(version: str, kind: TenantKind) -> None:
    views = find_server_views(version, kind)
    grants = [g for g in list_grants(SOURCES, "r", "%", kind=kind, views=views) if " ON *.*" not in g.sql]
    matches = [re.fullmatch(r"GRANT SELECT(?: \((.*)\))? ON oceanbase\.`([^`]+)` TO 'r'@'%';", g.sql) for g in grants]
    known = {view.upper(): columns.split() for view, columns in COLUMNS[f"{version} {kind.value}"].items()}
    granted = {f"OCEANBASE.{match[2]}".upper(): match[1] for match in matches if match}
    assert len(granted) == len(grants) == len(set(granted))
    assert granted.keys() <= known.keys(), "nothing that fails with error 1146"
    for view, columns in granted.items():
        assert set((columns or "").split(", ")) - {""} <= set(known[view]), "nothing that fails with error 1054"
    seen = [spec.seen_from(kind) for row in SOURCES if (spec := find_source_spec(row))]
    read = {view.upper() for spec in seen for view in spec.views if view.startswith("oceanbase.")}
    assert granted.keys() == read & known.keys(), "and everything that it has"
    assert not any(grant.optional for grant in grants)


def test_a_script_for_a_known_version_has_no_line_that_may_fail() -> None:
    script = write_grants_script(SOURCES, "r", "%", views=find_server_views("4.2.5.1", TenantKind.USER))
    assert "[version]" not in script and "--force" not in script
    unknown = write_grants_script(SOURCES, "r", "%", views=find_server_views("4.2.1", TenantKind.USER))
    assert "[version]" in unknown and "--force" in unknown


@pytest.mark.parametrize(
    ("word", "target", "exact"),
    [
        ("4.2.5", "4.2.5 user", True),
        ("4.2.5.3-101", "4.2.5 user", True),
        ("4.2.1", "4.2.5 user", False),
        ("4.2.9", "4.2.5 user", False),
        ("4.3.2", "4.3.0 user", False),
        ("4.3.5.3", "4.3.3 user", False),
        ("4.4.0", "4.3.3 user", False),
        ("embedded", "embedded", True),
    ],
)
def test_the_nearest_known_version_is_taken(word: str, target: str, exact: bool) -> None:
    assert find_server_views(word, TenantKind.USER) == ServerViews(target, exact)


@pytest.mark.parametrize("word", ["", "4", "4.2", "new", "4.2.x"])
def test_what_is_no_version_is_refused(word: str) -> None:
    with pytest.raises(ConfigError, match="--for-version takes a version such as"):
        find_server_views(word, TenantKind.USER)


def test_columns_of_every_mixed_view_are_known() -> None:
    table = (files("agent.collection") / "views.tsv").read_text("utf-8")
    assert all(f"\n{view.partition('.')[2].upper()}." in table for view in MIXED_VIEWS)


def test_a_view_of_a_plug_in_is_granted_as_one_that_may_be_lacking() -> None:
    @source("oceanbase.DBA_OF_A_PLUGIN")
    class Theirs:
        a: int

    for version in VERSIONS:
        (grant,) = list_grants([Theirs], "r", "%", views=find_server_views(version, TenantKind.USER))[2:]
        assert grant.sql == "GRANT SELECT ON oceanbase.`DBA_OF_A_PLUGIN` TO 'r'@'%';"


@pytest.mark.parametrize("char", ["\n", "\r", "\x85", "\u2028"])
def test_a_title_stays_on_its_line(char: str) -> None:
    script = write_grants_script(SOURCES, "r", "%", title=f"Acme{char}DROP USER root;")
    assert "-- Acme DROP USER root;" in script.split("\n")

"""Another version of the agent reads what was signed, and nothing beyond it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from agent.catalogue import registry
from agent.collection.signed_scope import (
    compile_covered,
    covers_key_names,
    describe_scope,
    find_beyond_scope,
    list_covered,
)
from agent.collection.statements import Statement, compile_source
from agent.facts import expr, find_source_spec, source
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import NotableColumn, Table
from agent.model.authorization import Authorization, SourceScope
from agent.model.snapshot import Capabilities, Unavailable
from agent.model.terms import DataClass, TenantKind, UnavailableKind, Version
from agent.support.i18n import render_text

VIEW = "oceanbase.GV$OB_THING"
CAPABILITIES = Capabilities(
    version=Version(4, 3, 5), tenant_kind=TenantKind.USER, account="ob_health@%",
    columns={"GV$OB_THING": frozenset({"SVR_IP", "USED", "PEAK", "SECRET"}), "GV$OTHER": frozenset({"SVR_IP", "USED"})},
    grants={"*": frozenset()},
)  # fmt: skip
CLASSES = frozenset({DataClass.STATISTICS})


@source(VIEW, where="USED > 0", order_by="SVR_IP", limit=100)
class Thing:
    """What was asked for."""

    svr_ip: str
    used: int
    peak: int | None = None


SCOPE = describe_scope(Thing)


def later(**changes: object) -> dict[str, SourceScope]:
    """What was signed, if it was this instead."""
    return {"Thing": dataclasses.replace(SCOPE, **changes)}  # type: ignore[arg-type]


def permission(scopes: dict[str, SourceScope], data_class: DataClass = DataClass.STATISTICS) -> Authorization:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return Authorization(
        reference="T-1",
        approver="A DBA",
        not_before=now,
        not_after=now,
        data_classes=frozenset({data_class}),
        sources=scopes,
    )


def sent(row: type, scopes: dict[str, SourceScope]) -> Statement | Unavailable:
    return compile_covered(row, CAPABILITIES, CLASSES, scopes)


def test_what_was_signed_is_sent_as_it_is() -> None:
    assert sent(Thing, {"Thing": SCOPE}) == compile_source(Thing, CAPABILITIES)


@pytest.mark.parametrize(
    ("scopes", "what"),
    [
        ({}, "Thing: not listed"),
        (later(data_class=DataClass.SQL_TEXT_FULL), "data class statistics"),
        (later(views=frozenset({"oceanbase.GV$OTHER"})), VIEW),
        (later(columns=frozenset({"SVR_IP"})), "USED"),
        (later(filter="USED > 9"), "WHERE USED > 0"),
        (later(filter=""), "WHERE USED > 0"),
        (later(grouped_by="SVR_IP"), "GROUP BY"),
        (later(joined="a JOIN b"), "FROM"),
        (later(rows=99), "LIMIT 100"),
    ],
)
def test_what_goes_beyond_is_not_sent_and_named(scopes: dict[str, SourceScope], what: str) -> None:
    found = sent(Thing, scopes)
    assert isinstance(found, Unavailable) and found.kind is UnavailableKind.NOT_GRANTED
    assert what in render_text(found.reason, "en")
    assert found.remedy and render_text(found.remedy, "en") == "Sign a new authorization that covers Thing."
    assert list_covered([Thing], permission(scopes)) == []


def test_what_goes_beyond_is_told_with_its_source() -> None:
    found = sent(Thing, later(columns=frozenset({"SVR_IP"})))
    assert isinstance(found, Unavailable)
    assert render_text(found.reason, "en") == "The signed authorization does not cover the source Thing: USED."


def test_less_than_was_signed_is_fine() -> None:
    wider = later(rows=1000, columns=SCOPE.columns | {"MORE"}, views=SCOPE.views | {"oceanbase.GV$OTHER"})
    assert sent(Thing, wider) == sent(Thing, {"Thing": SCOPE})
    assert list_covered([Thing], permission(wider)) == [Thing]


def test_a_column_that_may_be_absent_is_left_out_where_it_was_not_signed() -> None:
    found = sent(Thing, later(columns=frozenset({"SVR_IP", "USED"})))
    assert isinstance(found, Statement)
    assert found.fields == ("svr_ip", "used") and "PEAK" not in found.sql


def test_an_expression_counts_by_its_columns() -> None:
    @source(VIEW, where="USED > 0", limit=100)
    class Thing:
        svr_ip: str
        used: int = expr("MAX(CASE WHEN SECRET = 'x' THEN USED ELSE 0 END)")

    assert find_beyond_scope(Thing, {"Thing": SCOPE}) == "SECRET"


def test_a_class_that_is_not_granted_is_named_before_anything_else() -> None:
    found = compile_covered(Thing, CAPABILITIES, frozenset({DataClass.SETTINGS}), {})
    assert isinstance(found, Unavailable)
    assert "data class statistics" in render_text(found.reason, "en")
    assert list_covered([Thing], permission({"Thing": SCOPE}, DataClass.SETTINGS)) == []


def test_every_shipped_source_is_within_what_is_asked_for_it() -> None:
    rows = [row for row in registry.load_registry().sources if find_source_spec(row)]
    scopes = {row.__name__: describe_scope(row) for row in rows}
    assert len(scopes) == len(rows) > 40
    assert [row for row in rows if find_beyond_scope(row, scopes)] == []
    assert not any("{" in scope.joined for scope in scopes.values())


def test_a_request_for_user_tenants_asks_for_no_view_of_sys() -> None:
    rows = [row for row in registry.load_registry().sources_of(TenantKind.USER) if find_source_spec(row)]
    scopes = {row.__name__: describe_scope(row, (TenantKind.USER,)) for row in rows}
    assert not [view for scope in scopes.values() for view in scope.views if ".CDB_" in view]
    assert [row for row in rows if find_beyond_scope(row, scopes, TenantKind.USER)] == []
    other = [row.__name__ for row in rows if find_beyond_scope(row, scopes, TenantKind.SYS)]
    assert other == [row.__name__ for row in rows if (spec := find_source_spec(row)) and spec.sys_view]
    both = {row.__name__: describe_scope(row) for row in rows}
    assert not any(find_beyond_scope(row, both, kind) for row in rows for kind in TenantKind)


def test_the_request_tells_how_slices_ask_for_the_columns_of_keys() -> None:
    told = describe_scope(NotableColumn)
    plain, _, in_slices = told.filter.partition("; or in slices of tables: ")
    assert "COLUMN_KEY <> ''" in plain and "COLUMN_NAME IN (...)" in in_slices and "COLUMN_KEY" not in in_slices
    assert ";" not in describe_scope(Table).filter, "another source has one form"
    before = {"NotableColumn": dataclasses.replace(told, filter=plain)}
    assert not find_beyond_scope(NotableColumn, before), "what was signed earlier is still read, in its own form"
    assert not covers_key_names(NotableColumn, before) and not covers_key_names(NotableColumn, {})
    assert covers_key_names(NotableColumn, {"NotableColumn": told}) and covers_key_names(NotableColumn, None)
    other = {"NotableColumn": dataclasses.replace(told, filter=in_slices)}
    assert "WHERE" in find_beyond_scope(NotableColumn, other)


SHOWN = describe_scope(TableDefinition)
SHOWING = dataclasses.replace(
    CAPABILITIES, columns={"TABLES": frozenset({"TABLE_NAME"})}, privileges=frozenset({"SHOW VIEW"})
)


def shown(**changes: object) -> Statement | Unavailable:
    scopes = {"TableDefinition": dataclasses.replace(SHOWN, **changes)}  # type: ignore[arg-type]
    return compile_covered(TableDefinition, SHOWING, frozenset({DataClass.DEFINITIONS}), scopes)


def test_for_definitions_the_customer_signs_the_statement_and_how_many_tables() -> None:
    assert (SHOWN.joined, SHOWN.rows, SHOWN.columns, SHOWN.filter) == ("SHOW CREATE TABLE", 60, frozenset(), "")
    assert isinstance(shown(), Statement) and isinstance(shown(rows=100), Statement)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"joined": ""}, "FROM SHOW CREATE TABLE"),
        ({"joined": "SHOW CREATE VIEW"}, "FROM SHOW CREATE TABLE"),
        ({"rows": 59}, "LIMIT 60"),
        ({"data_class": DataClass.SETTINGS}, "data class definitions"),
    ],
)
def test_another_statement_or_fewer_tables_cover_no_definition(changes: dict[str, object], what: str) -> None:
    found = shown(**changes)
    assert isinstance(found, Unavailable) and found.kind is UnavailableKind.NOT_GRANTED
    assert what in render_text(found.reason, "en")


@pytest.mark.parametrize("row", [PlanStep, TableDefinition])
def test_an_authorization_of_before_does_not_grant_the_new_classes(row: type) -> None:
    spec = find_source_spec(row)
    assert spec is not None
    before = frozenset({DataClass.SETTINGS, DataClass.STATISTICS, DataClass.SQL_TEXT_MASKED, DataClass.ACCOUNTS})
    found = compile_covered(row, SHOWING, before, {"Thing": SCOPE})
    assert isinstance(found, Unavailable) and found.kind is UnavailableKind.NOT_GRANTED
    assert spec.data_class.value in render_text(found.reason, "en")
    assert list_covered([row], permission({"Thing": SCOPE}, DataClass.SETTINGS)) == []

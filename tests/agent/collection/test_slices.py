"""A large dictionary is read in slices: every table once, nothing of others, and what fails is told."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.collection import gate, slices
from agent.collection.collect import collect_facts
from agent.collection.connect import Endpoint, ReadOnlySession
from agent.collection.server_errors import explain_shut
from agent.collection.signed_scope import describe_scope
from agent.collection.slices import Name, plan_slices, read_slices
from agent.collection.statements import Statement, compile_source
from agent.facts.schema import IndexColumn, NotableColumn, Table
from agent.model.cost import Cost
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import Text, UnavailableKind
from agent.support.errors import StatementError
from agent.support.i18n import render_text
from tests.agent.collection.test_gate import everything
from tests.agent.facts.rows import filled

NOW = datetime(2026, 11, 29, 6, 0, tzinfo=UTC)


def compiled(row: type = NotableColumn) -> Statement:
    statement = compile_source(row, everything())
    assert isinstance(statement, Statement)
    return statement


STATEMENT = compiled()


_TEXT = re.compile(r"_utf8mb4 X'([0-9a-f]+)'|'([A-Za-z0-9_$]+)'")


def asked_for(sql: str) -> set[Name]:
    """The tables that a slice asks for."""
    found = re.search(r" WHERE TABLE_SCHEMA = (\S+(?: X'\w+')?) AND TABLE_NAME IN \(([^)]*)\) AND ", sql)
    assert found
    (schema,), tables = (spelt(part) for part in found.groups())
    return {(schema, table) for table in tables}


def spelt(texts: str) -> list[str]:
    assert not _TEXT.sub("", texts).strip(", ")
    return [bytes.fromhex(coded).decode() or plain for coded, plain in _TEXT.findall(texts)]


NAMES = st.one_of(st.from_regex(r"[A-Za-z0-9_$]{1,64}", fullmatch=True), st.text(min_size=1, max_size=64))


@given(st.lists(st.tuples(st.sampled_from(["shop", "it's", "客户"]), NAMES), min_size=1, max_size=300))
def test_every_table_is_asked_for_once_whatever_its_name(names: list[Name]) -> None:
    names = [(schema, table.encode("utf-8", "ignore").decode() or "x") for schema, table in names]
    planned = plan_slices(STATEMENT, names)
    for part in planned:
        assert gate.check_statement(part.sql) == gate.check_statement(STATEMENT.sql)
        assert len({schema for schema, _ in part.names}) == 1
    told = [name for part in planned for name in part.names]
    assert len(told) == len(set(told)) and set(told) == set(names)


@pytest.mark.parametrize(
    "table", ["orders", "a-b", "表", "it's", "a\\b", "x;--y", "/*!50000 x*/", "# x", "x' OR '1' = '1"]
)
def test_a_slice_says_the_names_themselves(table: str) -> None:
    (part,) = plan_slices(STATEMENT, [("shop", table)])
    assert asked_for(part.sql) == {("shop", table)} and part.sql.isascii()
    assert part.sql.partition(" WHERE ")[0] == STATEMENT.sql.partition(" WHERE ")[0]
    assert part.sql.endswith(STATEMENT.sql.partition(" WHERE ")[2])


@pytest.mark.parametrize("length", [1, 20, 64])
@pytest.mark.parametrize("letter", ["x", "表", "-"])
def test_long_names_make_short_slices(letter: str, length: int) -> None:
    names = [
        ("shop", f"{letter * (length - 1)}{chr(0x4E00 + number) if letter == '表' else number}")
        for number in range(600)
    ]
    planned = plan_slices(STATEMENT, names)
    assert sum(len(part.names) for part in planned) == 600
    for part in planned:
        gate.check_statement(part.sql)
    texts = {part.sql.count(",") for part in planned}
    assert len(texts) <= 3, "few texts, so few plans"


def test_the_largest_tables_come_first() -> None:
    names = [("b", f"b{number}") for number in range(300)] + [("a", "a1")] + [("b", "b9999")]
    planned = plan_slices(STATEMENT, names)
    assert [sorted(part.names)[0][0] for part in planned] == ["b", "b", "b", "a"]
    assert ("b", "b0") in planned[0].names


class Dictionary:
    """A session before a tenant with these tables, each of which has one column; ``fail`` may raise for a slice."""

    def __init__(self, names: Sequence[Name], fail: Callable[[int], None] = lambda number: None, most: int = 1) -> None:
        self.endpoint = Endpoint(name="shop", host="h", port=1, user="r", password=str)
        self.cost, self.names, self.fail, self.most = Cost(), names, fail, most
        self.asked: list[str] = []
        self.sent: list[str] = []
        self.sliced = 0

    def fetch(self, sql: str, source: str) -> list[Any]:
        self.asked.append(source)
        self.sent.append(sql)
        if source == "Table":
            return [(schema, name, number, 0, "utf8mb4_bin", NOW) for number, (schema, name) in enumerate(self.names)]
        if source != "NotableColumn":
            return []
        if sql == STATEMENT.sql:
            return [self.column(name) for name in self.names]
        self.sliced += 1
        self.fail(self.sliced)
        wanted = asked_for(sql)
        return [self.column(name) for name in self.names if name in wanted] * self.most

    def column(self, name: Name) -> tuple[Any, ...]:
        values = {"table_schema": name[0], "table_name": name[1], "column_name": "id", "extra": "auto_increment"}
        values["column_key"] = "1"  # it is notable by itself
        numbers = {"ordinal_position": 1, "characters": 0}
        return tuple(numbers.get(field, values.get(field, "int")) for field in STATEMENT.fields)


def taken(session: Dictionary, *sources: type) -> Snapshot:
    wanted = sources or (Table, IndexColumn, NotableColumn)
    return collect_facts(cast(ReadOnlySession, session), wanted, everything(), None, NOW)


def tables(count: int) -> list[Name]:
    return [(f"shop{number % 3}", f"t{number}") for number in range(count)]


def record_of(snapshot: Snapshot) -> Any:
    return next(record for record in snapshot.records if record.source == "NotableColumn")


def columns_of(snapshot: Snapshot) -> set[Name]:
    found = snapshot.facts[NotableColumn]
    assert isinstance(found, tuple)
    return {(column.table_schema, column.table_name) for column in found}


def test_an_ordinary_tenant_is_read_in_one_statement() -> None:
    assert slices.MOST_IN_ONE == 500
    session = Dictionary(tables(slices.MOST_IN_ONE))
    snapshot = taken(session)
    assert session.asked.count("NotableColumn") == 1 and session.sliced == 0
    assert columns_of(snapshot) == set(session.names) and not record_of(snapshot).truncated


@pytest.mark.parametrize("count", [slices.MOST_IN_ONE + 1, 5_000])
def test_a_large_one_is_read_in_slices_and_nothing_is_lost(count: int) -> None:
    session = Dictionary(tables(count))
    snapshot = taken(session)
    assert session.sliced == sum(-(-len(range(start, count, 3)) // 128) for start in range(3))
    assert columns_of(snapshot) == set(session.names)
    assert (record_of(snapshot).rows, record_of(snapshot).truncated, record_of(snapshot).reason) == (count, False, None)
    assert session.asked[:2] == ["Table", "IndexColumn"] and set(session.asked[2:]) == {"NotableColumn"}


@pytest.mark.parametrize("is_told", [True, False])
def test_slices_ask_in_the_form_that_was_signed(is_told: bool) -> None:
    sources = (Table, IndexColumn, NotableColumn)
    scopes = {row.__name__: describe_scope(row) for row in sources}
    if not is_told:
        plain = scopes["NotableColumn"].filter.partition("; ")[0]
        scopes["NotableColumn"] = dataclasses.replace(scopes["NotableColumn"], filter=plain)
    session = Dictionary(tables(slices.MOST_IN_ONE + 1))
    snapshot = collect_facts(cast(ReadOnlySession, session), sources, everything(), None, NOW, scopes=scopes)
    sent = [sql for sql, source in zip(session.sent, session.asked, strict=True) if source == "NotableColumn"]
    assert all(("COLUMN_NAME IN (" in sql, "COLUMN_KEY" in sql) == (is_told, not is_told) for sql in sent)
    assert columns_of(snapshot) == set(session.names)


@pytest.mark.parametrize("kind", [UnavailableKind.TIMEOUT, UnavailableKind.BUDGET, UnavailableKind.CLOSED])
def test_a_slice_that_fails_ends_the_source_which_then_passes_no_check(kind: UnavailableKind) -> None:
    def fail(number: int) -> None:
        if number == 3:
            raise StatementError(Text("It took too long."), kind)

    session = Dictionary(tables(2_000), fail)
    snapshot = taken(session)
    record = record_of(snapshot)
    assert session.sliced == 3 and record.status == "ok" and record.truncated and record.rows == 256
    said = render_text(record.reason, "en")
    assert "was read for 256 of 2,000 tables" in said and "It took too long." in said
    assert said in [render_text(problem.what, "en") for problem in snapshot.problems]
    largest = {(f"shop{number % 3}", f"t{number}") for number in range(2_000 - 3, 2_000)}
    assert len(columns_of(snapshot) & largest) >= 2, "the largest tables were read first"


def test_a_first_slice_that_fails_leaves_nothing() -> None:
    def fail(number: int) -> None:
        raise explain_shut("NotableColumn", 10.0)

    snapshot = taken(Dictionary(tables(600), fail))
    missing = snapshot.facts[NotableColumn]
    assert isinstance(missing, Unavailable) and missing.kind is UnavailableKind.TIMEOUT
    assert any(render_text(problem.what, "en").startswith("1 statements") for problem in snapshot.problems)


def test_a_later_slice_that_is_shut_is_counted_too() -> None:
    def fail(number: int) -> None:
        if number == 2:
            raise explain_shut("NotableColumn", 10.0)

    snapshot = taken(Dictionary(tables(600), fail))
    assert any(render_text(problem.what, "en").startswith("1 statements") for problem in snapshot.problems)


def test_more_rows_than_are_kept_are_a_cut() -> None:
    session = Dictionary(tables(600), most=STATEMENT.limit // 128 + 1)
    record = record_of(taken(session))
    assert record.truncated and record.rows == STATEMENT.limit and session.sliced < 5


def test_a_list_of_tables_that_is_cut_cuts_what_is_read_by_it() -> None:
    record = record_of(taken(Dictionary(tables(20_001))))
    assert record.truncated and record.rows == 20_000


def test_without_the_tables_it_is_one_statement() -> None:
    session = Dictionary(tables(600))
    assert columns_of(taken(session, NotableColumn)) == set(session.names) and session.sliced == 0
    answer = read_slices(cast(ReadOnlySession, session), STATEMENT, [])
    assert (len(answer.rows), answer.tables, answer.failure) == (600, 0, None), "no table was asked for by its name"


def test_the_answer_to_another_slice_is_none() -> None:
    """Late or doubled packets: rows of the slice before, in the right form."""
    session = Dictionary(tables(600))
    planned = plan_slices(STATEMENT, session.names)
    first = session.fetch(planned[0].sql, "NotableColumn")
    late = cast(ReadOnlySession, Dictionary([]))
    late.fetch = lambda sql, source: first  # type: ignore[method-assign]
    answer = read_slices(late, STATEMENT, session.names)
    assert answer.failure is not None and answer.failure.kind is UnavailableKind.LOST
    assert len(answer.rows) == len(first)


def test_names_that_differ_in_case_only_have_each_their_own_rows() -> None:
    names = [("shop", f"T{number}") for number in range(300)] + [("shop", f"t{number}") for number in range(300)]

    class Forgiving(Dictionary):
        def fetch(self, sql: str, source: str) -> list[Any]:
            if source != "NotableColumn":
                return super().fetch(sql, source)
            wanted = {(schema.lower(), name.lower()) for schema, name in asked_for(sql)}
            return [self.column(name) for name in self.names if (name[0].lower(), name[1].lower()) in wanted]

    found = taken(Forgiving(names)).facts[NotableColumn]
    assert isinstance(found, tuple) and len(found) == 600


@pytest.mark.parametrize(("length", "count"), [(8746, 1), (8747, 2)])
def test_names_of_just_so_many_characters_fit_into_a_slice(length: int, count: int) -> None:
    names = [("shop", f"{letter}{'x' * (length - 1)}") for letter in "ab"]
    assert len(plan_slices(STATEMENT, names)) == count


def test_tables_whose_rows_nobody_counted_come_with_the_empty_ones() -> None:
    rows = [None] * 2 + [0, 5, 1] + [0] * 500
    listed = tuple(filled(Table, table_schema="s", table_name=f"t{at}", table_rows=rows[at]) for at in range(len(rows)))
    assert slices.list_slicing_names(NotableColumn, {Table: listed})[:5] == [("s", f"t{at}") for at in (3, 4, 0, 1, 2)]

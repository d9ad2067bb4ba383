"""``ob-health sql`` tells the statements of a snapshot: what they cost, how they run, and what is wrong with them."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.archive.snapshot import save_snapshot
from agent.facts.definitions import TableDefinition
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.plans import PlanStep, StatementHour, StatementWait
from agent.facts.schema import IndexColumn, NotableColumn
from agent.facts.sql import CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.model.snapshot import Snapshot
from agent.model.terms import TenantKind, Version
from tests.agent.cli.typed import Ended, run_here
from tests.agent.facts.rows import filled
from tests.checks.cases.sql import _shape

DEAR, CHEAP = "7B" + "A" * 30, "7B" + "C" * 30
ORDERS = "CREATE TABLE `orders` (\n  `id` bigint(20) NOT NULL,\n  `no` varchar(32) NOT NULL,\n  PRIMARY KEY (`id`)\n)"
HOSTILE = "SELECT id FROM orders WHERE no = ? AND x = \x1b[31m?"


def make_total(sql_id: str, elapsed_us: int) -> SqlTotal:
    zero = dict.fromkeys(("disk_reads", "retries", "wait_us", "remote_executions"), 0)
    return SqlTotal(
        sql_id=sql_id,
        db_name="shop",
        executions=1000,
        elapsed_us=elapsed_us,
        rows_processed=1000,
        rows_read=10**8,
        **zero,
    )


def make_plan(sql_id: str, statement: str) -> CachedPlan:
    return CachedPlan(
        sql_id=sql_id,
        db_id=1,
        plan_id=1,
        plan_hash=9,
        statement=statement,
        executions=1000,
        elapsed_time=1,
        param_infos="{1,0,0,0,5}",
        table_scan=1,
    )


def make_step(number: int, depth: int, operator: str, table: str = "") -> PlanStep:
    note = "table_rows:100000\n physical_range_rows:100000\n index_back_rows:0\n" if table else ""
    return PlanStep(
        sql_id=DEAR,
        plan_hash=9,
        id=number,
        depth=depth,
        operator=operator,
        object_alias=table,
        object_owner="shop" if table else "",
        object_name=table,
        object_type="BASIC TABLE" if table else "",
        partitions="partitions(p0)" if table else "",
        optimizer=note,
        cost=9,
        rows_estimated=1,
        rows_real=2,
        real_us=5,
    )


FACTS: dict[type, tuple[Any, ...]] = {
    SqlTotal: (make_total(DEAR, 9 * 10**8), make_total(CHEAP, 10**6)),
    CachedPlan: (make_plan(DEAR, "SELECT id FROM orders WHERE no = ?"), make_plan(CHEAP, HOSTILE)),
    PlanStep: (make_step(0, 0, "SORT"), make_step(1, 1, "TABLE FULL SCAN", "orders")),
    StatementWait: (
        StatementWait(
            sql_id=DEAR,
            session_state="WAITING",
            wait_class="USER_IO",
            event="db file data read",
            samples=7,
            planning=0,
            reading=7,
            writing=0,
            remote=0,
        ),
    ),
    StatementHour: (StatementHour(sql_id=DEAR, hour=3, samples=40),),
    TableDefinition: (TableDefinition(table_schema="shop", table_name="orders", definition=ORDERS),),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keep(tmp_path, FACTS)
    return tmp_path


def keep(
    folder: Path,
    facts: dict[type, tuple[Any, ...]],
    name: str = "shop.obh",
    *,
    day: int = 29,
    target: str = "shop",
    kind: TenantKind = TenantKind.USER,
) -> None:
    snapshot = Snapshot(
        target=target,
        tenant_kind=kind,
        version=Version(4, 3, 5, 3),
        as_of=datetime(2026, 11, day, tzinfo=UTC),
        facts=dict(facts),
    )
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    save_snapshot(snapshot, folder / name)


def sql(folder: Path, *words: str, **more: str) -> Ended:
    return run_here(folder, "sql", *words, "-s", "shop.obh", COLUMNS="200", **more)


def test_the_list_has_the_dearest_first_with_share_and_causes(folder: Path) -> None:
    lines = sql(folder, "list").out.decode().splitlines()[2:]
    assert lines[0].startswith(DEAR[:12]) and "99.9%" in lines[0] and "900 ms" in lines[0] and "SQL023" in lines[0]
    assert lines[1].startswith(CHEAP[:12]) and "0.1%" in lines[1]


def test_a_limit_says_how_many_are_left(folder: Path) -> None:
    out = sql(folder, "list", "--limit", "1").out.decode()
    table, _, after = out.partition("1 more; --limit shows them.")
    assert DEAR[:12] in table and CHEAP[:12] not in table
    assert f"Statements whose text could not be parsed: 1 ({CHEAP[:12]})" in after


def test_it_ranks_by_what_is_asked(folder: Path) -> None:
    first, second = (
        dataclasses.replace(make_total(sql_id, 10**6), io_wait_us=us) for sql_id, us in ((DEAR, 5), (CHEAP, 15))
    )
    keep(folder, {SqlTotal: (first, second)})
    lines = sql(folder, "list", "--by", "io").out.decode().splitlines()
    assert lines[0].split()[3] == "io" and lines[2].startswith(CHEAP[:12]) and "75%" in lines[2]
    assert "No record shows" in sql(folder, "list", "--by", "cpu").out.decode()
    ended = sql(folder, "list", "--by", "ioo")
    assert ended.code == 2 and b"there is no ioo; known are time, cpu, io, lock" in ended.err


def test_one_statement_is_told_whole(folder: Path) -> None:
    ended = sql(folder, "show", DEAR[:5])
    out = ended.out.decode()
    assert ended.code == 0, ended
    assert "SELECT id FROM orders WHERE no = ?" in out and ORDERS in out
    assert "└── SORT" in out and "    └── TABLE FULL SCAN orders" in out, "the plan is a tree"
    assert "1 estimated, 2 measured" in out and "goes through 100,000, looks up 0" in out and "partitions(p0)" in out
    assert "db file data read" in out and "03h 40" in out
    assert "SQL023" in out and "text column no of shop.orders" in out


def test_the_audit_tells_who_sends_it_and_when(folder: Path) -> None:
    seen: dict[str, Any] = {
        "first_us": 1_764_374_400_000_000,
        "last_us": 1_764_378_000_000_000,
        "trace_id": "Y0-7",
        "users": 2,
    }
    row = dataclasses.replace(_shape(DEAR, 20, elapsed_us=10**6), user_name="app", **seen)
    keep(folder, {**FACTS, SqlShape: (row,)})
    out = sql(folder, "show", DEAR).out.decode()
    assert "Sent by app; accounts in all: 2" in out and "TRACE_ID of its longest execution" in out and "Y0-7" in out
    assert "2025-11-29 00:00:00, 2025-11-29 01:00:00" in out


def test_it_says_where_the_time_goes(folder: Path) -> None:
    assert "Where its time goes (plan cache): rest 100%\n" in sql(folder, "show", DEAR).out.decode()
    nothing = dataclasses.replace(make_total(DEAR, 10**6), wait_us=None)
    keep(folder, {**FACTS, SqlTotal: (nothing,)})
    assert "no record of this version tells it" in sql(folder, "show", DEAR).out.decode()
    row = dataclasses.replace(_shape(DEAR, 20, elapsed_us=10**6), lock_wait_us=600_000, queue_us=100_000, io_wait_us=0)
    keep(folder, {**FACTS, SqlShape: (row,)})
    out = sql(folder, "show", DEAR).out.decode()
    assert "Where its time goes (SQL audit): locks, with retries 60% · CPU and other work 30% · queue 10%" in out
    shown = json.loads(sql(folder, "show", DEAR, "--json").out)
    assert shown["times"]["record"] == "audit ring" and shown["times"]["parts"][0]["stage"] == "queue"


def test_the_reader_has_it_in_chinese(folder: Path) -> None:
    out = sql(folder, "show", DEAR, OB_HEALTH_LANG="zh-CN").out.decode()
    assert "\u6267\u884c\u8ba1\u5212 9" in out and "\u4f30\u7b97 1" in out


def test_a_program_has_all_of_it(folder: Path) -> None:
    (shown,) = [json.loads(sql(folder, "show", DEAR, "--json").out)]
    listed = json.loads(sql(folder, "list", "--json").out)
    assert [item["sql_id"] for item in listed] == [DEAR, CHEAP] and listed[0] == shown
    assert shown["loads"][0]["elapsed_us"] == 9 * 10**8 and shown["plans"][0]["steps"][1]["object_name"] == "orders"
    assert (
        shown["definitions"][0]["definition"] == ORDERS
        and shown["waits"][0]["samples"] == 7
        and shown["hours"][0]["hour"] == 3
    )
    assert {cause["code"] for cause in shown["causes"]} >= {"SQL003", "SQL023"}


def test_what_a_database_says_moves_no_cursor(folder: Path) -> None:
    assert b"\x1b" not in sql(folder, "list").out + sql(folder, "show", CHEAP).out


@pytest.mark.parametrize(
    ("given", "said"),
    [("XY", "there is no statement XY"), ("7B", f"several statements begin with 7B: {DEAR}, {CHEAP}")],
)
def test_an_id_that_names_no_statement_or_several(folder: Path, given: str, said: str) -> None:
    ended = sql(folder, "show", given)
    assert ended.code == 2 and said in ended.err.decode() and not ended.out


def test_without_plans_waits_and_texts_it_says_what_is_not_known(tmp_path: Path) -> None:
    quick = dataclasses.replace(make_total(DEAR, 10**6), rows_read=1000)
    keep(tmp_path, {SqlTotal: (quick,)})
    out = sql(tmp_path, "show", DEAR).out.decode()
    assert (
        "Its text is not known" in out and "What it waits for is not known" in out and "No check found a cause" in out
    )
    assert "SQL022" in out.splitlines()[-1], "a check that needs plans did not judge"
    keep(tmp_path, {})
    assert "holds a statement" in sql(tmp_path, "list").out.decode()


SLOWER: dict[type, tuple[Any, ...]] = {
    SqlTotal: (dataclasses.replace(make_total(DEAR, 3 * 10**8)),),
    CachedPlan: FACTS[CachedPlan][:1],
    SqlShape: (),
    RepositoryShape: (),
}


def test_it_tells_what_became_of_a_statement_since_the_snapshot_before(folder: Path) -> None:
    keep(folder, SLOWER, "earlier/a/shop.obh", day=1)
    keep(folder, {}, "earlier/b/shop.obh", day=30)
    keep(folder, {}, "earlier/c/shop.obh", day=2, target="other")
    (folder / "earlier/d").mkdir()
    (folder / "earlier/d/shop.obh").write_text("no", "utf-8")
    dear, cheap = sql(folder, "list").out.decode().splitlines()[2:4]
    assert "\u00d73.0" in dear and " new " in cheap, "the newest that is earlier, of this target and readable"
    out = sql(folder, "show", DEAR).out.decode()
    assert "now / before" in out and "\u00d73.0" in out
    assert "Both figures are of one record: plan cache" in out
    assert "their spans overlap" in out, "nobody knows since when the plan is in the cache"
    assert "it is new" in sql(folder, "show", CHEAP).out.decode()
    listed = json.loads(sql(folder, "list", "--json").out)
    assert [item["trend"]["ratio"] for item in listed] == [3.0, None] and listed[1]["trend"]["is_new"]


def test_it_does_not_call_new_what_may_have_been_there_before(folder: Path) -> None:
    keep(folder, {**SLOWER, CachedPlan: ()}, "earlier/a/shop.obh", day=1)
    assert "Whether it is new is not known" in sql(folder, "show", CHEAP).out.decode()
    assert " new " not in sql(folder, "list").out.decode()


def test_on_sys_each_tenant_has_its_own_causes(folder: Path) -> None:
    rows: list[Any] = []
    for tenant, elapsed_us in ((1002, 9 * 10**8), (1004, 10**6)):
        rows.append(dataclasses.replace(make_total(DEAR, elapsed_us), tenant_id=tenant, rows_read=1000))
    keep(folder, {SqlTotal: tuple(rows), StatementWait: FACTS[StatementWait]}, kind=TenantKind.SYS)
    slow, quick = json.loads(sql(folder, "list", "--json").out)
    assert (slow["tenant_id"], quick["tenant_id"]) == (1002, 1004)
    codes = [{cause["code"] for cause in one["causes"]} for one in (slow, quick)]
    assert "SQL002" in codes[0] and "SQL002" not in codes[1]
    assert not slow["waits"] and not quick["waits"], "a sample of a session does not say of which tenant it is"


def test_the_snapshot_before_may_be_named(folder: Path) -> None:
    keep(folder, SLOWER, "old.obh", day=1)
    assert json.loads(sql(folder, "show", DEAR, "--json").out)["trend"] is None
    assert json.loads(sql(folder, "show", DEAR, "--json", "--before", "old.obh").out)["trend"]["ratio"] == 3.0
    for name, day, target in (("later.obh", 30, "shop"), ("other.obh", 1, "other")):
        keep(folder, SLOWER, name, day=day, target=target)
        ended = sql(folder, "list", "--before", name)
        assert ended.code == 2 and b"is no earlier snapshot of the target of" in ended.err
    assert sql(folder, "list", "--before", "none.obh").code == 2


def test_one_statement_under_several_ids_is_one(folder: Path) -> None:
    spelled = make_plan(CHEAP, "select id  from `orders` where no = ?")
    keep(folder, {**FACTS, CachedPlan: (FACTS[CachedPlan][0], spelled)})
    lines = sql(folder, "list").out.decode().splitlines()[2:]
    assert len(lines) == 1 and lines[0].startswith(f"{DEAR[:12]} +1") and "2,000" in lines[0] and "100" in lines[0]
    shown = json.loads(sql(folder, "show", CHEAP, "--json").out)
    assert shown["sql_ids"] == [DEAR, CHEAP] and shown["loads"][0]["elapsed_us"] == 901 * 10**6
    assert f"several ids, added up: {DEAR}, {CHEAP}" in sql(folder, "show", CHEAP).out.decode()


def test_without_a_definition_the_dictionary_tells_what_it_knows(folder: Path) -> None:
    column = NotableColumn(
        table_schema="shop",
        table_name="orders",
        column_name="no",
        data_type="varchar",
        column_type="varchar",
        extra="",
        column_key="MUL",
        character_set_name="utf8mb4",
        collation_name="utf8mb4_bin",
    )
    index = filled(IndexColumn, table_schema="shop", table_name="orders", index_name="ix_no", column_name="no")
    keep(folder, {**FACTS, TableDefinition: (), NotableColumn: (column,), IndexColumn: (index,)})
    out = sql(folder, "show", DEAR).out.decode()
    assert "The definition of shop.orders was not read" in out
    assert "no varchar utf8mb4 utf8mb4_bin" in out and "ix_no (no)" in out
    assert "SQL023" in out and "text column no" in out, "it is judged by what the dictionary tells"
    (known,) = json.loads(sql(folder, "show", DEAR, "--json").out)["known_tables"]
    assert known["indexes"] == {"ix_no": ["no"]} and known["columns"][0]["data_type"] == "varchar"


def test_a_text_of_the_repository_is_told_as_such(folder: Path) -> None:
    text = RepositoryText(sql_id=DEAR, sql_type=1, statement="SELECT id FROM orders WHERE no = ?")
    keep(folder, {SqlTotal: FACTS[SqlTotal], RepositoryText: (text,)})
    out = sql(folder, "show", DEAR).out.decode()
    assert text.statement and text.statement in out and "the text is from the WR" in out


def test_the_plans_that_it_has_had_are_told_with_their_times(folder: Path) -> None:
    past = {"db_name": "shop", "executions": 10, "elapsed_us": 10**7, "retries": 0, "last_snap": 2, "first_snap": 1}
    snaps = tuple(
        WorkloadSnapshot(snap_id=number, end_interval_time=datetime(2026, 11, 20 + number, tzinfo=UTC))
        for number in (1, 2)
    )
    rows = (filled(RepositoryShape, sql_id=DEAR, plan_hash=5, tenant_id=None, **past),)
    keep(folder, {**FACTS, RepositoryShape: rows, WorkloadSnapshot: snaps})
    out = sql(folder, "show", DEAR).out.decode()
    assert re.search(r"5 +workload repository .*2026-11-21 00:00 +2026-11-22 00:00 +10 +1 s", out)
    now, before = json.loads(sql(folder, "show", DEAR, "--json").out)["past_plans"]
    assert (now["plan_hash"], before["plan_hash"]) == ("9", "5")
    assert before["first"] == "2026-11-21T00:00:00+00:00" and before["average_us"] == [10**6, 10**6]


def test_executions_that_nobody_counted_are_told_as_two_numbers(folder: Path) -> None:
    other = {"db_name": "shop", "elapsed_us": 8 * 10**7, "plan_hash": 1, "first_snap": 1, "last_snap": 1}
    keep(folder, {RepositoryShape: (filled(RepositoryShape, sql_id=DEAR, executions=20, retries=60, **other),)})
    for command in (["list"], ["show", DEAR]):
        out = sql(folder, *command).out.decode()
        assert "20\u201380" in out and "1 s\u20134 s" in out
    (load,) = json.loads(sql(folder, "show", DEAR, "--json").out)["loads"]
    assert load["between"] == [20, 80]


def test_a_file_that_is_no_snapshot_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "shop.obh").write_text("no", "utf-8")
    ended = sql(tmp_path, "list")
    assert ended.code == 2 and b"shop.obh" in ended.err and b"Traceback" not in ended.err

"""``ob-health sql`` tells the statements of a snapshot: what they cost, how they run, and what is wrong with them."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.archive.snapshot import save_snapshot
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep, StatementHour, StatementWait
from agent.facts.sql import CachedPlan, SqlShape, SqlTotal
from agent.model.snapshot import Snapshot
from agent.model.terms import TenantKind, Version
from tests.agent.cli.typed import Ended, run_here
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


def keep(folder: Path, facts: dict[type, tuple[Any, ...]]) -> None:
    snapshot = Snapshot(
        target="shop",
        tenant_kind=TenantKind.USER,
        version=Version(4, 3, 5, 3),
        as_of=datetime(2026, 11, 29, tzinfo=UTC),
        facts=dict(facts),
    )
    save_snapshot(snapshot, folder / "shop.obh")


def sql(folder: Path, *words: str, **more: str) -> Ended:
    return run_here(folder, "sql", *words, "-s", "shop.obh", COLUMNS="200", **more)


def test_the_list_has_the_dearest_first_with_share_and_causes(folder: Path) -> None:
    lines = sql(folder, "list").out.decode().splitlines()[2:]
    assert lines[0].startswith(DEAR[:12]) and "99.9%" in lines[0] and "900 ms" in lines[0] and "SQL023" in lines[0]
    assert lines[1].startswith(CHEAP[:12]) and "0.1%" in lines[1]


def test_a_limit_says_how_many_are_left(folder: Path) -> None:
    out = sql(folder, "list", "--limit", "1").out.decode()
    assert DEAR[:12] in out and CHEAP[:12] not in out and "1 more; --limit shows them." in out


def test_it_ranks_by_what_is_asked(folder: Path) -> None:
    first, second = (
        dataclasses.replace(make_total(sql_id, 10**6), io_wait_us=us) for sql_id, us in ((DEAR, 5), (CHEAP, 15))
    )
    keep(folder, {SqlTotal: (first, second)})
    lines = sql(folder, "list", "--by", "io").out.decode().splitlines()
    assert lines[0].split()[3] == "io" and lines[2].startswith(CHEAP[:12]) and "75%" in lines[2]
    assert "No record says" in sql(folder, "list", "--by", "cpu").out.decode()
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
    assert "Sent by app; accounts in all: 2" in out and "TRACE_ID of one execution" in out and "Y0-7" in out
    assert "2025-11-29 00:00:00, 2025-11-29 01:00:00" in out


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


def test_a_file_that_is_no_snapshot_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "shop.obh").write_text("no", "utf-8")
    ended = sql(tmp_path, "list")
    assert ended.code == 2 and b"shop.obh" in ended.err and b"Traceback" not in ended.err

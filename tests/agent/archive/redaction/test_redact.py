"""A redacted snapshot holds no name, joins as before, and comes back with its key only."""

from __future__ import annotations

import dataclasses
import importlib
import os
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from agent.archive.redaction.key import RedactionKey, make_redaction_key, read_redaction_key
from agent.archive.redaction.pseudonyms import TELLING, Pseudonyms
from agent.archive.redaction.redact import PLAIN, redact_file, redact_snapshot, restore_file
from agent.archive.snapshot import load_snapshot, read_snapshot_file, save_snapshot, serialize_body
from agent.cli.snapshot import snapshot_app
from agent.collection.masking import mask_sql
from agent.facts import list_sources
from agent.facts.accounts import INTERNAL_PREFIX, PLATFORM
from agent.facts.definition_stripping import strip_definition
from agent.facts.definition_text import read_definition
from agent.facts.definitions import TableDefinition
from agent.facts.lexed_sql import MASKED
from agent.facts.plan_tree import read_access
from agent.facts.plans import PlanStep, StatementWait
from agent.facts.sql import CUT
from agent.facts.texts import COLUMNS, FIELDS, TextContent
from agent.judgement.evaluate import evaluate_checks
from agent.model.snapshot import Snapshot, SourceRecord
from agent.model.terms import Outcome, Scalar, Text
from agent.support.errors import ConfigError, HealthAgentError
from agent.support.i18n import render_text
from checks.schema import name_words
from checks.schema.float_for_exact_values import MONEY, RATE
from checks.security.admitted import find_admitting
from checks.security.tls_not_used import LOCAL
from tests.agent.archive.test_snapshot import SNAPSHOT, opened, packed
from tests.agent.facts.rows import filled
from tests.checks import cases
from tests.harness import Case, gathered, shipped, snapshot_of

KEY, OTHER = RedactionKey(b"k" * 32), RedactionKey(b"o" * 32)
NAMES = Pseudonyms(KEY)
HELD_BY_A_SNAPSHOT = {"target", "facts", "records", "problems", "receipt"}
# One case of each check for each answer that it can give.
CASES: dict[object, Case] = {
    (case.code, case.not_assessed, case.tenant_kind, tuple(severity for _, severity in case.found)): case
    for case in gathered(cases, "CASES")
}
PSEUDONYM = re.compile(r"[a-z]+_[0-9a-f]{12}")


def row_types() -> Iterator[type]:
    yield from list_sources()
    for name in ("agent.facts.given", "agent.facts.growth"):
        own = (one for one in vars(importlib.import_module(name)).values() if getattr(one, "__module__", "") == name)
        yield from filter(dataclasses.is_dataclass, own)


def may_be_text(hint: Any) -> bool:
    arms = typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return any(isinstance(arm, type) and issubclass(arm, str) for arm in arms)


def test_every_text_of_every_fact_is_declared() -> None:
    declared = set()
    for row in row_types():
        hints = typing.get_type_hints(row)
        for field in dataclasses.fields(row):
            if may_be_text(hints[field.name]):
                declared |= {field.name, f"{row.__name__}.{field.name}"}
                known = f"{row.__name__}.{field.name}" in FIELDS or field.name in COLUMNS
                assert known, f"say in agent.facts.texts what {row.__name__}.{field.name} holds"
    assert (COLUMNS.keys() | FIELDS.keys()) <= declared, "declared, but no fact has it"


def test_every_part_of_a_snapshot_is_known() -> None:
    parts = {field.name for field in dataclasses.fields(Snapshot) if field.init} | {"format"}
    assert parts == PLAIN | HELD_BY_A_SNAPSHOT


WIDE = (
    "%", "%%", "_%", "%.%.%.%", "%:%", "1%", "1__.%", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "0.0.0.0/0.0.0.0",
    "::/0", "::/::", "2000::/3",
)  # fmt: skip


@pytest.mark.parametrize(
    ("table", "original"),
    [("tmp_orders", "orders"), ("orders_bak", "orders"), ("orders_backup_20240131", "orders"),
     ("bak_a_b_2024", "a_b_2024"),
     ("orders", None), ("backup", None), ("orders_backup", None), ("orders_20240131", None)],
)  # fmt: skip
def test_a_copy_is_a_copy_of_the_same_table_without_names(table: str, original: str | None) -> None:
    other = NAMES.of(TextContent.TABLE, table)
    assert name_words.find_original(table) == original
    assert name_words.find_original(other) == (None if original is None else NAMES.of(TextContent.TABLE, original))
    assert "orders" not in other


@pytest.mark.parametrize("entry", WIDE)
def test_what_admits_very_many_addresses_is_judged_the_same_without_names(entry: str) -> None:
    assert find_admitting([entry])[0] >= 25
    assert NAMES.of(TextContent.HOST, entry) == entry


def test_what_checks_look_for_in_names_stays() -> None:
    assert TELLING >= MONEY | RATE
    assert TELLING >= name_words.EVENTS | name_words.MOMENTS | name_words.MOMENT_PREPOSITIONS
    for column in ("created_at", "paidOn", "valid_from", "birth_date", "role_ids", "valid_for", "gone_on", "ids"):
        other = NAMES.of(TextContent.COLUMN, column)
        assert name_words.names_moment(other) is name_words.names_moment(column), column
        assert name_words.names_keys(other) is name_words.names_keys(column), column
    for name in (*PLATFORM, *map(str.upper, PLATFORM), "root", f"{INTERNAL_PREFIX}_user"):
        assert NAMES.of(TextContent.ACCOUNT, name) == name
    for host in (*WIDE, "127.0.0.1", "127.0.0.1:4000", "localhost", "::1", "[::1]:4000", "::ffff:127.0.0.1"):
        assert NAMES.of(TextContent.HOST, host) == host
    assert not NAMES.of(TextContent.HOST, "10.1.2.3:4000").startswith(LOCAL)


@pytest.mark.parametrize(
    ("kind", "name", "spelled"),
    [
        (TextContent.TABLE, "orders", "table_X"),
        (TextContent.TABLE, "__recycle_$_1_1700000000", "__recycle_$_1_1700000000"),
        (TextContent.DATABASE, "oceanbase", "oceanbase"),
        (TextContent.DATABASE, "", ""),
        (TextContent.COLUMN, "unit_price", "column_X_price"),
        (TextContent.COLUMN, "feeRate", "column_X_fee_rate"),
        (TextContent.COLUMN, "SYS_NC19$", "SYS_NC19$"),
        (TextContent.COLUMN, "__word_id", "__column_X"),
        (TextContent.INDEX, "PRIMARY", "PRIMARY"),
        (TextContent.JOB, "MONDAY_WINDOW", "MONDAY_WINDOW"),
        (TextContent.JOB, "our_day_window", "job_X_DAY_WINDOW"),
        (TextContent.TENANT, "META$1002", "META$1002"),
        (TextContent.HOST, "10.0.0.1:2881", "host_X:2881"),
        (TextContent.HOST, "[fe80::1]:2882:1", "host_X:2882:1"),
        (TextContent.HOST, "fe80::1", "host_X"),
        (TextContent.HOSTS, "10.0.0.0/8, %,127.0.0.1", "host_X, %,127.0.0.1"),
        (TextContent.ZONES, "FULL{1}@east,READONLY{2}@west", "FULL{1}@zone_X,READONLY{2}@zone_X"),
        (TextContent.ZONES, "east;west,north", "zone_X;zone_X,zone_X"),
        (TextContent.ZONES, "RANDOM", "RANDOM"),
        (TextContent.BOUND, "'2026-01-01 00:00:00',?", "'2026-01-01 00:00:00',?"),
        (TextContent.BOUND, "gold", "bound_X"),
    ],
)
def test_pseudonyms(kind: TextContent, name: str, spelled: str) -> None:
    assert re.sub("[0-9a-f]{12}", "X", NAMES.of(kind, name)) == spelled
    assert NAMES.of(kind, name) == Pseudonyms(KEY).of(kind, name)
    if "X" in spelled:
        assert Pseudonyms(OTHER).of(kind, name) != NAMES.of(kind, name)


@pytest.mark.parametrize(
    ("name", "value", "spelled"),
    [
        ("memory_limit", "1.5G", "1.5G"),
        ("enable_rebalance", "True", "True"),
        ("major_freeze_duty_time", "02:00", "02:00"),
        ("sql_mode", "STRICT_ALL_TABLES,NO_ZERO_IN_DATE", "STRICT_ALL_TABLES,NO_ZERO_IN_DATE"),
        ("default_compress_func", "zstd_1.3.8", "zstd_1.3.8"),
        ("min_observer_version", "4.2.5.1", "4.2.5.1"),
        ("secure_file_priv", "/", "/"),
        ("secure_file_priv", "/data/acme", "setting_X"),
        ("local_ip", "10.0.0.1", "setting_X"),
        ("cluster", "acme", "cluster_X"),
        ("zone", "east", "zone_X"),
        ("ob_tcp_invited_nodes", "10.0.0.1,%", "host_X,%"),
        ("init_connect", "SET @acme = ?", "SET @name_X = ?"),
        ("last_restore_drill", "2026-09-12", "2026-09-12"),
        ("some_new_setting", "acme", "setting_X"),
        ("some_new_setting", None, None),
    ],
)
def test_settings(name: str, value: str | None, spelled: str | None) -> None:
    found = NAMES.setting(name, value)
    assert (found and re.sub("[0-9a-f]{12}", "X", found)) == spelled


@pytest.mark.parametrize(
    ("sql", "spelled"),
    [
        ("SELECT o.id, `acme id` FROM shop.orders AS o WHERE Orders.state = ?",
         "SELECT N.N, `N` FROM N.ORDERS AS N WHERE ORDERS.N = ?"),
        ("SELECT DATE(date), COUNT(*), acme_f(date) FROM orders", "SELECT DATE(DATE), COUNT(*), N(DATE) FROM ORDERS"),
        ("REPLACE INTO orders (date) VALUES (?)", "REPLACE INTO ORDERS (DATE) VALUES (?)"),
        ("SELECT a FROM orders FOR UPDATE SKIP LOCKED", "SELECT N FROM ORDERS FOR UPDATE SKIP LOCKED"),
        ("SELECT a + INTERVAL ? DAY, a COLLATE utf8mb4_bin FROM orders LIMIT ?, ?",
         "SELECT N + INTERVAL ? DAY, N COLLATE utf8mb4_bin FROM ORDERS LIMIT ?, ?"),
        ("to_days(`date`)", "to_days(`DATE`)"),
        ("UPDATE orders SET a = ?" + CUT, "UPDATE ORDERS SET N = ?" + CUT),
        (MASKED, MASKED),
        ("SELECT 'open", MASKED),
    ],
)  # fmt: skip
def test_names_in_sql(sql: str, spelled: str) -> None:
    names = Pseudonyms(KEY)
    names.learn(TextContent.TABLE, "orders")
    names.learn(TextContent.COLUMN, "date")
    found = str(names.of(TextContent.SQL, sql))
    found = found.replace(names.of(TextContent.TABLE, "orders"), "ORDERS").replace(
        names.of(TextContent.COLUMN, "date"), "DATE"
    )
    assert re.sub("name_[0-9a-f]{12}", "N", found) == spelled


@given(st.lists(st.from_regex(r"zq[a-z]{1,6}[0-9]?", fullmatch=True), min_size=3, max_size=3))
def test_no_name_survives_in_sql(words: list[str]) -> None:
    table, column, alias = words
    sql = mask_sql(f"SELECT {alias}.{column}, `{column} x` FROM {table} AS {alias} WHERE {column} = 1 ORDER BY {alias}")
    assert sql != MASKED and "zq" not in NAMES.of(TextContent.SQL, sql)


DEFINED = """CREATE TABLE `acme` (
  `Acme``s` varchar(20) CHARACTER SET latin1,
  `kind` enum('v1', 'v2'),
  PRIMARY KEY(`Acme``s`),
  KEY `acme ix`(`kind`(3), (concat(`kind`, 'v1')))
) DEFAULT CHARSET = utf8mb4 partition by range(to_days(KIND))(partition `acme1` values less than('2077-01-01'))"""


def test_names_in_a_definition() -> None:
    spelled = NAMES.of(TextContent.DEFINITION, DEFINED)
    assert "acme" not in spelled.lower() and "kind" not in spelled.lower()
    shape, before = read_definition(spelled), read_definition(DEFINED)
    assert [column.data_type for column in shape.columns.values()] == ["varchar", "enum"]
    first, second = shape.columns
    assert list(shape.indexes.values()) == [(first,), (second, "")] and shape.partitioned_by == (second,)
    assert len(before.partitioned_by) == 1 and "values less than('2077-01-01')" in spelled
    assert strip_definition(spelled) == spelled


@pytest.mark.parametrize("text", ["acme", "CREATE VIEW `acme`", DEFINED[:60], "CREATE TABLE acme (a int)"])
def test_what_is_no_definition_is_replaced_whole(text: str) -> None:
    assert re.fullmatch("definition_[0-9a-f]{12}", NAMES.of(TextContent.DEFINITION, text))


@pytest.mark.parametrize(
    ("alias", "spelled"),
    [
        ("acme", "name_X"),
        ("acme(ix)", "name_X(name_X)"),
        ("acme(Reverse)", "name_X(Reverse)"),
        ("acme(ix,Reverse)", "name_X(name_X,Reverse)"),
        ("acme(i(x))", "name_X(name_X)"),
        ("acme(", "name_X"),
    ],
)
def test_names_of_a_scan(alias: str, spelled: str) -> None:
    assert re.sub("[0-9a-f]{12}", "X", NAMES.of(TextContent.ALIAS, alias)) == spelled


def test_names_in_the_hints_of_a_plan() -> None:
    names = Pseudonyms(KEY)
    hints = '/*+ BEGIN_OUTLINE_DATA INDEX(@"SEL$1" "shop"."orders"@"SEL$1" "ix_no") END_OUTLINE_DATA */'
    names.learn(TextContent.TABLE, "orders")
    spelled = names.of(TextContent.HINTS, hints)
    table = names.of(TextContent.TABLE, "orders")
    assert f'"{table}"@"SEL$1"' in spelled and "INDEX(" in spelled
    assert not any(name in spelled for name in ("shop", "orders", "ix_no"))
    assert not names.of(TextContent.HINTS, "/*+ FULL(orders) */")


@pytest.mark.parametrize("name", ["MLOG$_ORDERS", "EMP$2024"])
def test_an_object_that_is_named_like_a_query_block_does_not_survive(name: str) -> None:
    hints = f'/*+ BEGIN_OUTLINE_DATA FULL(@"SEL$1" "shop"."{name}"@"SEL$1") END_OUTLINE_DATA */'
    spelled = NAMES.of(TextContent.HINTS, hints)
    assert name not in spelled and spelled.count('@"SEL$1"') == 2


def test_a_database_among_the_objects_is_one_in_sql_too() -> None:
    plain = {
        "facts": {
            "m:Object": {
                "columns": ["object_type", "object_name"],
                "rows": [["DATABASE", "shop"], ["TABLE", "orders"]],
            },
            "m:CachedPlan": {"columns": ["statement"], "rows": [["SELECT id FROM shop.orders"]]},
        },
        "records": [],
        "problems": [],
    }
    (statement,) = redact_snapshot(plain, KEY)["facts"]["m:CachedPlan"]["rows"][0]
    database, table = NAMES.of(TextContent.DATABASE, "shop"), NAMES.of(TextContent.TABLE, "orders")
    assert f"FROM {database}.{table}" in statement


def test_names_in_a_note_of_the_optimizer() -> None:
    note = (
        "  acme:\n      table_rows:7\n      acme:8\n      table_dop:acme\n      avaiable_index_name:[acme_ix, acme]\n"
        "      pruned_index_name:[]\n      stats info:[version=2026-11-29 12:06:59.000000, is_locked=0, is_expired=0]\n"
        "      physical_range_rows:acme\n      estimation method:[acme]\n"
    )
    spelled = NAMES.of(TextContent.NOTE, note)
    assert re.sub("[0-9a-f]{12}", "X", spelled).splitlines() == [
        "table_rows:7",
        "avaiable_index_name:[name_X, name_X]",
        "pruned_index_name:[]",
        "stats info:[version=2026-11-29 12:06:59.000000, is_locked=0, is_expired=0]",
    ]


def test_a_plan_and_a_definition_are_saved_shared_and_still_belong_together(tmp_path: Path) -> None:
    """Names of tables and indexes are those of the other facts; the one that could not be read is told by no name."""
    step = filled(
        PlanStep, operator="TABLE RANGE SCAN", object_alias="acme(acme ix)", object_owner="acme_db",
        object_name="acme", optimizer="table_rows:7\navaiable_index_name:[acme ix, acme]",
    )  # fmt: skip
    defined = TableDefinition(table_schema="acme_db", table_name="acme", definition=DEFINED)
    wait = filled(StatementWait, event="db file data read", wait_class="USER_IO")
    args: dict[str, Scalar | Text] = {
        "source": "TableDefinition",
        "read_count": 1,
        "all_count": 2,
        "names": "acme_db.acme",
    }
    left_out = Text("{source} was read for {read_count} of {all_count} tables; left out are: {names}", args)
    record = SourceRecord(source="TableDefinition", view="v", status="ok", rows=1, truncated=True, reason=left_out)
    given = snapshot_of([step, defined, wait])
    original = dataclasses.replace(given, records=(*given.records, record))
    save_snapshot(original, tmp_path / "s.obh")
    assert load_snapshot(tmp_path / "s.obh").facts == original.facts
    redact_file(tmp_path / "s.obh", KEY, tmp_path / "r.obh")
    assert "acme" not in opened(tmp_path / "r.obh")["body"]
    shared = load_snapshot(tmp_path / "r.obh").facts
    found: list[Any] = [shared[row] for row in (PlanStep, TableDefinition, StatementWait)]
    (step,), (defined,), (wait,) = found
    access = read_access(step)
    assert access is not None and (access.owner, access.table) == (defined.table_schema, defined.table_name)
    assert access.available == (access.index, access.table) and access.table_rows == 7
    assert access.index in read_definition(defined.definition).indexes
    assert defined.definition.startswith(f"CREATE TABLE `{access.table}` (")
    assert (wait.event, wait.wait_class) == ("db file data read", "USER_IO")


def test_what_nobody_declared_is_replaced_whole(tmp_path: Path) -> None:
    save_snapshot(SNAPSHOT, tmp_path / "s.obh")
    body = read_snapshot_file(tmp_path / "s.obh").plain
    row = ["acme", "acme", 7, {"t": "2026-11-23T06:00:00"}]
    theirs = {"columns": ["name", "table_name", "n", "seen"], "rows": [row]}
    body["facts"]["their_package.rows:Theirs"] = theirs
    body["of_a_newer_agent"] = {"list": ["acme", 7, None]}
    lost = {"msgid": "Lost {thing} of {target}.", "args": {"thing": "acme", "target": "acme"}}
    body["problems"].append({"what": lost, "remedy": None})
    found = redact_snapshot(body, KEY)
    assert "acme" not in serialize_body(found)
    shared = found["facts"]["their_package.rows:Theirs"]["rows"][0]
    assert shared[0].startswith("text_") and shared[1].startswith("table_") and shared[2:] == row[2:]
    assert PSEUDONYM.fullmatch(found["of_a_newer_agent"]["list"][0])
    assert found["problems"][-2]["what"]["args"]["target"].startswith("target_")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    make_redaction_key(tmp_path / "key")
    return tmp_path / "key"


def refusal(call: Any, *args: Any) -> str:
    with pytest.raises(HealthAgentError) as caught:
        call(*args)
    assert caught.value.exit_code == 2
    return render_text(caught.value.text, "en")


def test_there_and_back(tmp_path: Path) -> None:
    original, shared, back = tmp_path / "s.obh", tmp_path / "r.obh", tmp_path / "b.obh"
    digest = save_snapshot(SNAPSHOT, original)
    redact_file(original, KEY, shared)
    assert restore_file(shared, KEY, back) == digest
    assert back.read_bytes() == original.read_bytes()
    assert "shop" not in opened(shared)["body"] and "Li" not in opened(shared)["body"]
    found = load_snapshot(shared)
    assert found.facts.keys() == SNAPSHOT.facts.keys() and found.as_of == SNAPSHOT.as_of
    assert "redacted" in render_text(found.problems[-1].what, "en")
    redact_file(original, KEY, tmp_path / "again.obh")
    assert (tmp_path / "again.obh").read_bytes() == shared.read_bytes(), "same snapshot, same key, same file"


def test_what_cannot_be_restored(tmp_path: Path) -> None:
    original, shared, out = tmp_path / "s.obh", tmp_path / "r.obh", tmp_path / "out.obh"
    save_snapshot(SNAPSHOT, original)
    redact_file(original, KEY, shared)
    assert "another key" in refusal(restore_file, shared, OTHER, out)
    assert "not redacted" in refusal(restore_file, original, KEY, out)
    assert "redacted already" in refusal(redact_file, shared, KEY, out)
    assert "overwrite itself" in refusal(redact_file, original, KEY, original)
    assert "overwrite itself" in refusal(restore_file, shared, KEY, shared)
    outer = opened(shared)
    swapped = packed(tmp_path / "swapped", {**outer, "body": outer["body"].replace('"rows"', '"Rows"')}, rehash=True)
    assert "altered since" in refusal(restore_file, swapped, KEY, out)
    broken = packed(tmp_path / "broken", {**outer, "sealed": "no base64"})
    assert "altered since" in refusal(restore_file, broken, KEY, out)
    assert "cannot be read" in refusal(redact_file, tmp_path / "nowhere", KEY, out)
    nonsense = packed(tmp_path / "nonsense", {"body": '{"format": 1, "facts": []}'}, rehash=True)
    assert "does not fit this version" in refusal(redact_file, nonsense, KEY, out)
    assert not out.exists()


def test_the_key_is_for_its_owner_only(key_file: Path) -> None:
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert read_redaction_key(key_file).pseudonym("table", "t") == read_redaction_key(key_file).pseudonym("table", "t")
    assert "never overwritten" in refusal(make_redaction_key, key_file)
    os.chmod(key_file, 0o640)
    assert "chmod 600" in refusal(read_redaction_key, key_file)


@pytest.mark.parametrize("content", ["", "no key", "a2V5", "=" * 44, "中" * 12])
def test_what_is_no_key(tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content, encoding="utf-8")
    os.chmod(tmp_path / "key", 0o600)
    with pytest.raises(ConfigError):
        read_redaction_key(tmp_path / "key")


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OB_HEALTH_LANG", "en")
    monkeypatch.chdir(tmp_path)
    digest = save_snapshot(SNAPSHOT, Path("s.obh"))
    for line in (
        "key k",
        "redact s.obh --key k --out r.obh",
        "restore r.obh --key k --out b.obh",
    ):
        done = CliRunner().invoke(snapshot_app, line.split())
        assert done.exit_code == 0, done.exception
        assert f"written: {line.split()[-1]}" in done.output
        assert ("target_" in done.output) == line.startswith("redact")
    assert digest[:16] in done.output
    assert Path("b.obh").read_bytes() == Path("s.obh").read_bytes() != Path("r.obh").read_bytes()


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: f"{case.code}-{case.label or len(case.found)}")
def test_every_check_says_the_same_of_redacted_facts(case: Case, tmp_path: Path) -> None:
    """Whatever a check looks for in names, its cases show it."""
    registry, ruleset = shipped()
    original = snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)
    save_snapshot(original, tmp_path / "s.obh")
    redact_file(tmp_path / "s.obh", KEY, tmp_path / "r.obh")
    shared = load_snapshot(tmp_path / "r.obh")
    before, after = (evaluate_checks([registry.checks[case.code]], ruleset, facts)[0] for facts in (original, shared))
    assert before.outcome is not Outcome.ERROR
    assert (after.outcome, [(f.severity, f.risk_points) for f in after.findings]) == (
        before.outcome,
        [(f.severity, f.risk_points) for f in before.findings],
    )


def test_a_key_file_that_is_not_there_is_called_a_key_file(tmp_path: Path) -> None:
    """It is read as passwords are, but nobody asked for one."""
    said = refusal(read_redaction_key, tmp_path / "none")
    assert f"There is no key file {tmp_path / 'none'}" in said and "ob-health snapshot key" in said

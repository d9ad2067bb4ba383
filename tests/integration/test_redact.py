"""Redacted snapshots of the real kernel and of clusters held as data: judged alike, and without a single name."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from agent.archive.redaction.key import RedactionKey
from agent.archive.redaction.redact import redact_file, restore_file
from agent.archive.snapshot import load_snapshot, save_snapshot
from agent.cli.actions.assess import evaluate_file
from agent.engagement.loading import load_engagement
from agent.kernel.start import Kernel
from agent.model.terms import TenantKind
from tests.agent.engagements import MINIMAL
from tests.clusters.healthy import GIVEN, healthy
from tests.clusters.held import Shelf
from tests.clusters.schema import Target
from tests.clusters.troubled import KNOWN, troubled
from tests.harness import shipped
from tests.integration.reading import open_session, read, reader, rows_of

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
KEY = RedactionKey(b"k" * 32)
# Every name that a customer gives on the kernel has this in it, and every literal the other.
NAME, LITERAL = "qzname", "qzliteral"
OBJECTS = (
    f"CREATE DATABASE {NAME}_db",
    f"CREATE TABLE {NAME}_db.{NAME}_orders ({NAME}_id INT AUTO_INCREMENT PRIMARY KEY, {NAME}_unit_price FLOAT,"
    f" {NAME}_city VARCHAR(20) DEFAULT '{LITERAL}' COMMENT '{NAME}', made DATE, KEY {NAME}_i1 ({NAME}_city),"
    f" KEY {NAME}_i2 ({NAME}_city, made)) COMMENT '{NAME}'",
    f"CREATE TABLE {NAME}_db.{NAME}_parts (a INT, made DATE) PARTITION BY RANGE (TO_DAYS(made))"
    f" (PARTITION {NAME}_p1 VALUES LESS THAN (739900), PARTITION {NAME}_p2 VALUES LESS THAN (740230))",
    f"CREATE TABLE {NAME}_db.{NAME}_list (a VARCHAR(20)) PARTITION BY LIST COLUMNS (a)"
    f" (PARTITION {NAME}_p1 VALUES IN ('{LITERAL}'), PARTITION {NAME}_p2 VALUES IN ('{LITERAL}2'))",
    f"CREATE VIEW {NAME}_db.{NAME}_view AS SELECT {NAME}_id FROM {NAME}_db.{NAME}_orders",
    f"CREATE TABLE {NAME}_db.{NAME}_gone (a INT)",
    f"DROP TABLE {NAME}_db.{NAME}_gone",
    f"INSERT INTO {NAME}_db.{NAME}_orders ({NAME}_city) VALUES ('{LITERAL}'), ('x')",
    f"CREATE USER {NAME}_app IDENTIFIED BY 'Qz-1-secret'",
    f"GRANT ALL ON *.* TO {NAME}_app",
)
STATEMENTS = (
    f"SELECT /*+ QUERY_TIMEOUT(9000000) */ {NAME}_city FROM {NAME}_orders WHERE DATE(made) = '2026-01-02'"
    f" AND {NAME}_city <> '{LITERAL}'",
    f"SELECT /* {LITERAL} */ {NAME}_city AS {NAME}_alias FROM {NAME}_orders WHERE {NAME}_id IN (1, 2, 3) LIMIT 1, 2",
    f"UPDATE {NAME}_orders SET {NAME}_city = '{LITERAL}'",
)


# Otherwise the plans and the ring of so small a tenant forget them within seconds.
ROOM = ("SET GLOBAL ob_plan_cache_percentage = 20", "SET GLOBAL ob_sql_audit_percentage = 10")
USUAL = ("SET GLOBAL ob_plan_cache_percentage = {}", "SET GLOBAL ob_sql_audit_percentage = {}")
CACHED = f"SELECT COUNT(*) FROM oceanbase.GV$OB_PLAN_CACHE_PLAN_STAT WHERE STATEMENT LIKE '%{NAME}_alias%'"


@pytest.fixture
def lived_in(kernel: Kernel) -> Iterator[Kernel]:
    """The kernel with a customer's database, account and statements in it."""
    ((plans, ring),) = rows_of(kernel, "SELECT @@GLOBAL.ob_plan_cache_percentage, @@GLOBAL.ob_sql_audit_percentage")
    kernel.run([*ROOM, *OBJECTS])
    with contextlib.closing(kernel.connect(f"{NAME}_app", "Qz-1-secret", f"{NAME}_db")) as connection:
        with connection.cursor() as cursor:
            for _ in range(50):
                for sql in STATEMENTS:
                    cursor.execute(sql)
                if rows_of(kernel, CACHED) != [(0,)]:
                    break
                time.sleep(0.1)
        yield kernel
    usual = [sql.format(value) for sql, value in zip(USUAL, (plans, ring), strict=True)]
    kernel.run([f"DROP DATABASE {NAME}_db", f"DROP USER {NAME}_app", *usual])


def document(directory: Path, snapshot: Path) -> Any:
    """The assessment of a snapshot by an engagement that names its target, with its report beside it."""
    directory.mkdir()
    target = load_snapshot(snapshot).target
    engagement = directory / "engagement.yaml"
    engagement.write_text(MINIMAL.replace("  orders:\n", f"  {target}:\n"), encoding="utf-8")
    evaluate_file(
        load_engagement(engagement),
        None,
        snapshot,
        out=directory / "out",
        formats=["html", "json"],
        languages=["en", "zh-CN"],
        fail_on=None,
    )
    return json.loads((directory / "out" / "assessment.json").read_text(encoding="utf-8"))


def verdict(found: Any) -> Any:
    """What must not change: outcomes, severities, points and how many findings there are."""
    results = {
        item["code"]: (
            item["outcome"],
            item["severity"],
            item["risk_points"],
            item["points_lost"],
            sorted((finding["severity"], finding["risk_points"]) for finding in item["findings"]),
        )
        for item in found["results"]
    }
    return (
        found["score"]["value"],
        found["score"]["low"],
        found["score"]["coverage_pct"],
        found["score"]["band"],
        results,
    )


def content(path: Path) -> str:
    return zstandard.ZstdDecompressor().decompress(path.read_bytes()).decode().lower()


def test_a_tenant_without_its_names(lived_in: Kernel, tmp_path: Path) -> None:
    sources = shipped()[0].sources_of(TenantKind.USER)
    with reader(lived_in, "qz_reader") as user, open_session(lived_in, user) as session:
        taken = read(session, sources)
    original, shared, back = tmp_path / "s.obh", tmp_path / "r.obh", tmp_path / "b.obh"
    digest = save_snapshot(taken, original)
    assert LITERAL not in content(original), "literals never enter a snapshot"
    for name in ("db", "orders", "app", "i1", "id", "parts", "alias"):
        assert f"{NAME}_{name}" in content(original), "otherwise the test proves nothing"
    redact_file(original, KEY, shared)
    assert NAME not in content(shared)
    before, after = document(tmp_path / "before", original), document(tmp_path / "after", shared)
    assert verdict(after) == verdict(before)
    for path in (tmp_path / "before" / "out").iterdir():
        assert not path.is_file() or LITERAL not in path.read_text(encoding="utf-8").lower()
    found = {item["code"] for item in after["results"] if item["findings"]}
    assert found >= {"SCH002", "SEC003"}, "a redundant index and a powerful account, by their pseudonyms"
    written = [path for path in (tmp_path / "after" / "out").iterdir() if path.is_file()]
    assert {path.suffix for path in written} >= {".html", ".json"}
    assert not [path.name for path in written if NAME in path.read_text(encoding="utf-8").lower()]
    assert restore_file(shared, KEY, back) == digest and back.read_bytes() == original.read_bytes()


@pytest.fixture(scope="module")
def shelf(kernel: Kernel) -> Iterator[Shelf]:
    shelf = Shelf(kernel)
    yield shelf
    shelf.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", TenantKind)
@pytest.mark.parametrize(
    ("make", "given"),
    [pytest.param(healthy, GIVEN, marks=pytest.mark.long, id="healthy"), pytest.param(troubled, KNOWN, id="troubled")],
)
def test_clusters_are_judged_as_before(shelf: Shelf, tmp_path: Path, make: Any, given: Any, kind: TenantKind) -> None:
    target = Target("4.2.5", kind)
    shelf.put(make(target))
    save_snapshot(shelf.read(target, given), tmp_path / "s.obh")
    redact_file(tmp_path / "s.obh", KEY, tmp_path / "r.obh")
    before, after = (document(tmp_path / name, tmp_path / f"{name}.obh") for name in "sr")
    assert verdict(after) == verdict(before)
    for name in ("order_lines", "by_customer", "10.0.1.", "10.1.0.", "zone1", "m. chen", "year-end", "transfer-1"):
        assert name not in content(tmp_path / "r.obh")

"""What findings would have people run, on a real twin: taken, with its effect, undone, and no plan dearer, or why not.

Indexes that can go are hidden there for good as one set, and no plan gets worse.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
from collections.abc import Iterator, Mapping

import pytest

from agent.facts.definitions import TableDefinition
from agent.model.snapshot import Snapshot
from agent.support.i18n import render_text
from agent.twin.fidelity import match_statements
from agent.twin.matched import Match
from agent.twin.material import read_material
from agent.twin.remedies import try_remedies
from agent.twin.result import Remedy, Tried, Verdict
from agent.twin.retire import list_retirable
from agent.twin.setting_trial import SettingTrial
from agent.twin.trial import Failed, Scene
from agent.twin.twin import open_twin
from agent.twin.what_if import WhatIf
from tests.agent.twin.made import ORDERS, make_snapshot, make_step

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
T = "ALTER TABLE `shop`.`orders`"
LOGS = "CREATE TABLE `logs` (\n  `happened` datetime NOT NULL,\n  `what` varchar(80)\n)"
REMEDIES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "hidden": ((f"{T} ALTER INDEX `by_status` INVISIBLE;",), (f"{T} ALTER INDEX `by_status` VISIBLE;",)),
    "needed": ((f"{T} ALTER INDEX `by_status_made` INVISIBLE;",), (f"{T} ALTER INDEX `by_status_made` VISIBLE;",)),
    "redundant": (
        (f"{T} ALTER INDEX `by_status` INVISIBLE;", f"{T} DROP INDEX `by_status`;"),
        ("CREATE INDEX `by_status` ON `shop`.`orders` (`status`);",),
    ),
    "made": (
        ("CREATE INDEX `by_customer` ON `shop`.`orders` (`customer_id`);",),
        ("DROP INDEX `by_customer` ON `shop`.`orders`;",),
    ),
    "wider": ((f"{T} MODIFY COLUMN `amount` DECIMAL(14,2);",), (f"{T} MODIFY COLUMN `amount` DECIMAL(10,2);",)),
    "key": (
        (
            "ALTER TABLE `shop`.`logs` ADD COLUMN `ob_health_pk` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT;",
            "ALTER TABLE `shop`.`logs` ADD PRIMARY KEY (`ob_health_pk`);",
        ),
        ("ALTER TABLE `shop`.`logs` DROP PRIMARY KEY;", "ALTER TABLE `shop`.`logs` DROP COLUMN `ob_health_pk`;"),
    ),
    "no way back": ((f"{T} MODIFY COLUMN `amount` DECIMAL(14,2);",), (f"{T} MODIFY COLUMN `amount` DECIMAL(12,2);",)),
    "refused": ((f"{T} DROP INDEX `nothing`;",), ()),
    "no default": ((f"{T} ALTER COLUMN `made` DROP DEFAULT;",), (f"{T} ALTER COLUMN `made` SET DEFAULT '0';",)),
    "setting": (("SET GLOBAL wait_timeout = 600;",), ("SET GLOBAL wait_timeout = 28800;",)),
    "parameter": (("ALTER SYSTEM SET undo_retention = '900';",), ("ALTER SYSTEM SET undo_retention = '60';",)),
    "files": (("SET GLOBAL secure_file_priv = 'NULL';",), ("SET GLOBAL secure_file_priv = '/';",)),
    "session": (("KILL 7;",), ()),
    "choice": ((f"{T} MODIFY COLUMN `amount` DECIMAL(<digits>, <decimals>);",), ()),
    "reads": (("SELECT 1;",), ()),
    "elsewhere": (("ALTER TABLE `shop`.`gone` DROP INDEX `i`;",), ()),
    "two in one": ((f"{T} DROP INDEX `by_status`; DROP DATABASE shop",), ()),
}


def make_remedies() -> tuple[Remedy, ...]:
    return tuple(
        Remedy(code="X", fingerprint=name, resource=name, sql=sql, rollback=rollback)
        for name, (sql, rollback) in REMEDIES.items()
    )


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    definitions = tuple(
        TableDefinition(table_schema="shop", table_name=name, definition=text)
        for name, text in (("orders", ORDERS), ("logs", LOGS))
    )
    return make_snapshot(
        "SELECT id FROM orders WHERE status = ? AND made > ?",
        make_step(0, "TABLE RANGE SCAN", "orders(by_status_made)", rows_estimated=25),
        more={TableDefinition: definitions},
    )


@pytest.fixture(scope="module")
def scene(snapshot: Snapshot) -> Iterator[Scene]:
    material = read_material(snapshot)
    with open_twin(material, also=material.tables) as twin:
        matched = match_statements(twin, material)
        assert [one.match for one in matched] == [Match.SAME]
        yield Scene(twin, WhatIf(twin), material, matched)


@pytest.fixture(scope="module")
def tried(scene: Scene) -> dict[str, Tried]:
    return {one.fingerprint: one for one in try_remedies(scene, make_remedies(), lambda what, done, total: None)}


@pytest.mark.parametrize(
    ("name", "verdict", "why"),
    [
        ("hidden", Verdict.VERIFIED, ""),
        ("needed", Verdict.REJECTED, "cost more"),
        ("redundant", Verdict.VERIFIED, ""),
        ("made", Verdict.VERIFIED, ""),
        ("wider", Verdict.VERIFIED, ""),
        ("key", Verdict.VERIFIED, ""),
        ("no way back", Verdict.UNVERIFIED, "rollback does not restore"),
        ("refused", Verdict.UNVERIFIED, "server refuses it"),
        ("no default", Verdict.NOT_VERIFIABLE, "changes nothing"),
        ("setting", Verdict.VERIFIED, ""),
        ("parameter", Verdict.VERIFIED, ""),
        ("files", Verdict.NOT_VERIFIABLE, "setting of servers"),
        ("session", Verdict.NOT_VERIFIABLE, "sessions"),
        ("choice", Verdict.NOT_VERIFIABLE, "choose"),
        ("elsewhere", Verdict.NOT_VERIFIABLE, "not on the twin"),
        ("two in one", Verdict.NOT_VERIFIABLE, "not one plain statement"),
    ],
)
def test_each_remedy_has_its_verdict(tried: dict[str, Tried], name: str, verdict: Verdict, why: str) -> None:
    found = tried[name]
    said = render_text(found.why, "en")
    assert (found.verdict, why in said, bool(said)) == (verdict, True, bool(why)), found
    assert bool(found.dearer) == (verdict is Verdict.REJECTED)


def test_what_only_reads_is_no_remedy(tried: dict[str, Tried]) -> None:
    assert "reads" not in tried and len(tried) == len(REMEDIES) - 1


def test_indexes_that_can_go_are_hidden_as_one_set_and_no_plan_gets_worse(scene: Scene) -> None:
    twin, tables = scene.twin, list(scene.material.tables.values())
    twin.make_anew(tables)
    retired = list(list_retirable(scene.what_if, scene.material, scene.matched))
    assert [one.name for one in retired] == ["by_status"]
    for one in retired:
        twin.ask(one.sql.rstrip(";"))
    twin.write_statistics(tables)
    for statement in scene.matched:
        assert statement.base is not None
        assert twin.explain(statement.sql, statement.database).operators == statement.base.operators


@pytest.mark.parametrize(("mode", "is_refused"), [("ONLY_FULL_GROUP_BY", True), ("PIPES_AS_CONCAT", False)])
def test_a_setting_by_which_a_statement_is_refused_is_no_advice(scene: Scene, mode: str, is_refused: bool) -> None:
    (known,) = scene.matched
    text = "SELECT id, COUNT(*) FROM orders GROUP BY status"
    scene.twin.set_variable("sql_mode", "")
    grouped = dataclasses.replace(known, sql=text, base=scene.twin.explain(text, known.database))
    trial = SettingTrial(dataclasses.replace(scene, matched=(grouped,)))
    change = ([f"SET GLOBAL sql_mode = '{mode}'"], ["SET GLOBAL sql_mode = ''"])
    with pytest.raises(Failed) if is_refused else contextlib.nullcontext() as failed:
        trial.run(*change)
    if is_refused:
        assert failed is not None and failed.value.verdict is Verdict.REJECTED
        assert failed.value.dearer == (known.statement.sql_id,)
    assert scene.twin.ask("SELECT @@SESSION.sql_mode") == [("",)]


def test_a_kernel_that_ends_at_a_remedy_ends_no_run(scene: Scene) -> None:
    os.kill(scene.twin.kernel.pid, signal.SIGKILL)
    found = list(try_remedies(scene, make_remedies()[:3], lambda what, done, total: None))
    assert len(found) == 3 and {one.verdict for one in found} == {Verdict.NOT_VERIFIABLE}
    assert all("ended" in render_text(one.why, "en") for one in found)

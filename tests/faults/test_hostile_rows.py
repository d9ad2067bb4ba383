"""What a database may hold: each through the whole line to page, JSON and terminal. Nothing runs, nothing breaks."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pymysql
import pytest

from agent import pipeline
from agent.archive.document import build_document
from agent.archive.snapshot import load_snapshot, save_snapshot
from agent.engagement.loading import load_engagement
from agent.facts.sql import STATEMENT_CHARS, CachedPlan
from agent.kernel.start import Kernel
from agent.model.snapshot import Snapshot
from agent.model.terms import Outcome, TenantKind
from agent.pipeline import AssessmentJob
from agent.report.render import render_files
from agent.support import console
from tests.agent.engagements import MINIMAL
from tests.clusters.cluster import Cluster
from tests.clusters.healthy import GIVEN
from tests.clusters.held import SCHEMA, Shelf
from tests.clusters.schema import TYPES, Target
from tests.clusters.troubled import troubled
from tests.harness import shipped
from tests.integration.reading import open_session, read, reader
from tests.report_files import find_report

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
Record = Callable[[str, object], None]
TARGET = Target("4.2.5", TenantKind.USER)
ATTACKS = (
    "<script>document.body.id='owned'</script><img src=x onerror=alert(1)>", "\x1b[31mred\x1b]0;title\x07\x9b2J\r\x00",
    "=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "{{ 7*7 }}{% for x in y %}{0.__class__}%(x)s%s", "{resource}{value}{",
    "\u202egnp.exe\u2066\ufeff\u2028", "'; DROP TABLE x; -- `\"\\", "[bold red]x[/bold red]", "\U0001f4a9" * 30,
    "x" * 3000,
)  # fmt: skip
KEPT = re.compile(r"(?i)^(svr_ip|svr_port|zone|.*_id|level|name|stat.*|role.*|.*type|.*mode)$")
Change = Callable[[str, Any], Any]


@pytest.fixture(scope="module")
def shelf(kernel: Kernel) -> Iterator[Shelf]:
    made = Shelf(kernel)
    made.run("SET SESSION sql_mode = ''")  # a text that is too long for its column is cut
    yield made
    made.close()


def changed(change: Change) -> Cluster:
    """The troubled cluster, so that many findings print what the rows hold, with every value changed."""
    cluster = troubled(TARGET)
    for view, rows in cluster.rows.items():
        for row in rows:
            for column, value in row.items():
                row[column] = change(f"{view}.{column}", value)
    return cluster


def with_text(*attacks: str) -> Change:
    """One after the other. Words of the server's vocabulary stay, so that checks find what they look for."""
    following = itertools.cycle(attacks)

    def change(column: str, value: Any) -> Any:
        free = isinstance(value, str) and not KEPT.match(column.rpartition(".")[2]) and not value.isupper()
        return next(following) if free else value

    return change


def everything_with_text(attack: str) -> Change:
    return lambda column, value: attack if isinstance(value, str) else value


def with_number(number: int) -> Change:
    """As large as the column can be."""

    def change(column: str, value: Any) -> Any:
        whole = isinstance(value, int) and not isinstance(value, bool)
        view, _, name = column.rpartition(".")
        return number if whole and TYPES[view][name].startswith("bigint") else value

    return change


def printed(facts: Snapshot, directory: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, dict[str, Any]]:
    """Saved, read back, judged, and printed: the page and the document; what every output must be is asserted here."""
    save_snapshot(facts, directory / "snapshot.obh")
    facts = dataclasses.replace(load_snapshot(directory / "snapshot.obh"), target="orders")
    registry, ruleset = shipped()
    path = directory / "engagement.yaml"
    path.write_text(MINIMAL)
    job = AssessmentJob(
        engagement=load_engagement(path), target="orders", registry=registry, shipped=ruleset, now=facts.as_of
    )
    assessment = pipeline.judge_snapshot(job, "x", None, facts)
    # A setting that is no number stops the checks that reckon with it; they say so, and never pass. So do checks to
    # which the rows show two objects of one name. Nothing else stops one.
    broken = [result for result in assessment.results if result.outcome is Outcome.ERROR]
    assert all(result.reason and not result.findings for result in broken)
    stopped = [result.reason for result in broken if result.reason and "twice" not in result.reason.msgid]
    assert len(stopped) <= 8, stopped
    assert [reason for reason in stopped if not str(reason.args["reason"]).startswith("ValueError: ")] == []
    document = build_document(assessment)
    console.print_summary(document, render_files(document, ["json", "html"], ["en", "zh-CN"], directory))
    said = capsys.readouterr().out
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said)
    page = find_report(directory, "report.en.html").read_text(encoding="utf-8")
    for text in (page, find_report(directory, "report.zh-CN.html").read_text(encoding="utf-8")):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
        assert not re.search(r"<img src=x|<script>document\.", text)
    found: dict[str, Any] = json.loads((directory / "assessment.json").read_text(encoding="utf-8"))
    return page, found


CHANGES: dict[str, Change] = {
    "attack in free texts": with_text(" ".join(ATTACKS)),
    "an attack of its own in each free text": with_text(*ATTACKS[1:]),
    "attack in every text": everything_with_text(ATTACKS[0]),
    "NaN in every text": everything_with_text("NaN"),
    "numbers as texts": everything_with_text("-9" * 30),
    "empty texts": everything_with_text(""),
    "largest numbers": with_number(2**63 - 1),
    "least numbers": with_number(-(2**63)),
    "minus one": with_number(-1),
    "zero": with_number(0),
    "nothing": lambda column, value: None,
    "no numbers": lambda column, value: None if isinstance(value, int) else value,
    "no texts": lambda column, value: None if isinstance(value, str) else value,
}


# What of it must come through whole, or the test would prove nothing: the server cuts what is too long for a column.
ARRIVING = {
    "an attack of its own in each free text": ATTACKS[1:-1],
    "attack in every text": ATTACKS[:1],
    "NaN in every text": ("NaN",),
}


def texts_of(facts: Snapshot) -> set[str]:
    """Every text in the facts."""
    rows = [row for found in facts.facts.values() if isinstance(found, tuple) for row in found]
    values = [getattr(row, field.name) for row in rows for field in dataclasses.fields(row)]
    return {value for value in values if isinstance(value, str)}


@pytest.mark.parametrize(
    "name", [name if number % 2 else pytest.param(name, marks=pytest.mark.long) for number, name in enumerate(CHANGES)]
)
def test_hostile_rows(
    shelf: Shelf, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Record
) -> None:
    shelf.put(changed(CHANGES[name]))
    facts = shelf.read(TARGET, GIVEN)
    assert set(ARRIVING.get(name, ())) - texts_of(facts) == set()
    page, document = printed(facts, tmp_path, capsys)
    assert document["results"] and "</html>" in page
    record_property("faults", 1)


def test_a_statement_of_sixteen_megabytes_and_one_that_is_no_text(
    shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Record
) -> None:
    shelf.put(troubled(TARGET))
    table = f"`{SCHEMA}`.`GV$OB_PLAN_CACHE_PLAN_STAT`"
    shelf.run("SET SESSION ob_query_timeout = 600000000, ob_trx_timeout = 600000000")
    shelf.run(f"UPDATE {table} SET STATEMENT = CONCAT('SELECT ''', REPEAT('x', 16000000), '''')")
    facts = shelf.read(TARGET, GIVEN)
    plans = facts.facts[CachedPlan]
    assert isinstance(plans, tuple) and plans
    assert all(len(plan.statement or "") <= STATEMENT_CHARS for plan in plans), "cut where it lies, not here"
    assert facts.cost.bytes < 10_000_000
    printed(facts, tmp_path, capsys)
    record_property("faults", 1)


def test_bytes_that_are_no_text(
    shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Record
) -> None:
    """The server sends a column of bytes as it is; the driver gives it as bytes, we print what can be."""
    shelf.put(troubled(TARGET))
    shelf.run(f"DROP TABLE `{SCHEMA}`.`GV$OB_PARAMETERS`")
    shelf.run(f"CREATE TABLE `{SCHEMA}`.`GV$OB_PARAMETERS` {parameters_of_bytes()}")
    shelf.run(
        f"INSERT INTO `{SCHEMA}`.`GV$OB_PARAMETERS` (NAME, VALUE, SVR_IP) VALUES (%s, %s, '10.0.0.1')",
        [b"cpu_quota_concurrency", b"\xff\xfe\x00\xc3\x28\xed\xa0\x80"],
    )
    facts = shelf.read(TARGET, GIVEN)
    printed(facts, tmp_path, capsys)
    shelf.forget("oceanbase.GV$OB_PARAMETERS")
    record_property("faults", 1)


def parameters_of_bytes() -> str:
    columns = TYPES["oceanbase.GV$OB_PARAMETERS"]
    return "(" + ", ".join(f"`{name}` VARBINARY(300)" for name in columns) + ")"


NAMES = (
    "<script>document.body.id='owned'</script>", "=1+1|calc", "{{ 7*7 }}{resource}", "[red]x[/red]", "a'b\"c\\d",
    "\u202egnp.exe", "\x1b[31mred", "x\x07y", "名\U0001f600",
)  # fmt: skip


def test_objects_that_are_called_so(
    kernel: Kernel, tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Record
) -> None:
    """As far as the kernel takes the names: tables without a primary key, so that a finding names each."""
    taken: list[str] = []
    kernel.run(["DROP DATABASE IF EXISTS hx_names", "CREATE DATABASE hx_names"])
    try:
        for number, name in enumerate(NAMES):
            quoted = name.replace("`", "``")
            try:
                kernel.run(
                    [
                        f"CREATE TABLE hx_names.`{quoted}` (`{quoted}` FLOAT COMMENT '<script>document</script>',"
                        f" b INT, KEY `{quoted}` (`{quoted}`), KEY k{number} (`{quoted}`, b))"
                        " DEFAULT CHARSET gbk COMMENT '<img src=x onerror=alert(1)>'"
                    ]
                )
                taken.append(name)
            except pymysql.MySQLError:
                continue
        assert len(taken) >= 4, taken
        with reader(kernel, "hx_names") as user, open_session(kernel, user) as session:
            facts = read(session, shipped()[0].sources)
    finally:
        kernel.run(["DROP DATABASE hx_names"])
    page, document = printed(facts, tmp_path, capsys)
    found = {
        finding["resource"]
        for result in document["results"]
        for finding in result["findings"]
        if result["code"] == "SCH001" and "hx_names" in finding["resource"]
    }
    assert len(found) == len(taken), found
    plain = [name for name in taken if name.isprintable()]  # the others are shown in another way
    assert [name for name in plain if not any(name in resource for resource in found)] == []
    assert "&lt;script&gt;document" in page and "{{ 7*7 }}" in page
    record_property("faults", 1)

"""The line from account to report on whichever server tests/database.py gives: nothing here knows which one it is."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pymysql
import pytest

from agent.archive import snapshot
from agent.facts import list_sources
from agent.facts.schema import Table
from agent.judgement.evaluate import evaluate_checks
from agent.kernel.start import Kernel
from agent.model.terms import Outcome
from tests.database import Database, Server, Source, from_url, login, source_of
from tests.harness import shipped
from tests.integration.reading import PASSWORD, open_session, read, reader
from tests.report_files import find_report

READER = DB = f"hx_{source_of(os.environ).name.lower()}"  # runs of two sources may meet on one server
UNREAD = {"no_view", "no_column"}  # what a version may lack; anything else is a fault of ours


@pytest.mark.parametrize(
    ("environ", "source"),
    [
        ({}, Source.KERNEL),
        ({"OB_TEST_IMAGE": "any"}, Source.KERNEL),
        ({"OB_TEST_DOCKER": "0"}, Source.KERNEL),
        ({"OB_TEST_DOCKER": "1"}, Source.CONTAINER),
        ({"OB_TEST_URL": "", "OB_TEST_DOCKER": "1"}, Source.CONTAINER),
        ({"OB_TEST_URL": "mysql://root@h", "OB_TEST_DOCKER": "1"}, Source.URL),
    ],
)
def test_the_order_of_the_sources(environ: dict[str, str], source: Source) -> None:
    assert source_of(environ) is source


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("mysql://root:secret@db.example:3306", Server("db.example", 3306, "root", "secret")),
        ("mysql://root%40shop%23c1:a%2Fb%40c@db", Server("db", 2881, "root@shop#c1", "a/b@c")),
        ("mysql://root@shop:pw@[::1]:2881", Server("::1", 2881, "root@shop", "pw")),
    ],
)
def test_a_url_is_a_server(url: str, server: Server) -> None:
    assert from_url(url) == server


@pytest.mark.parametrize(
    "url",
    ["root:secret@db", "http://root:secret@db", "mysql://:secret@db", "mysql://u:secret@db:x", "mysql://[u:secret"],
)
def test_a_bad_url_is_said_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="must be mysql://user:password@host:port") as error:
        from_url(url)
    assert "secret" not in str(error.value)


def test_accounts_log_in_to_the_administrators_tenant() -> None:
    assert login(Server("h", 1, "root", ""), "hx") == "hx"
    assert login(Server("h", 1, "root@shop#c1", ""), "hx") == "hx@shop#c1"


@pytest.fixture(scope="module")
def account(database: Database) -> Iterator[str]:
    """An account with the printed grants, and a database with a table for it not to read."""
    database.run([f"DROP DATABASE IF EXISTS {DB}", f"CREATE DATABASE {DB}"])
    database.run([f"CREATE TABLE {DB}.orders (id INT, note VARCHAR(9))", f"INSERT INTO {DB}.orders VALUES (1, 'hx')"])
    with reader(database, READER) as user:
        yield user
    database.run([f"DROP DATABASE {DB}"])


def outcomes(database: Database, user: str) -> dict[str, Outcome]:
    """Every check by the shipped rules, on what the account may read; nothing may have gone wrong on the way."""
    with open_session(database, user) as session:
        facts = read(session, list_sources())
    assert not facts.problems, facts.problems
    assert {record.status for record in facts.records} - UNREAD == {"ok"}, facts.records
    tables = facts.facts[Table]
    assert isinstance(tables, tuple) and DB in {table.table_schema for table in tables}
    registry, ruleset = shipped()
    return {result.code: result.outcome for result in evaluate_checks(registry.checks.values(), ruleset, facts)}


def test_every_check_has_an_outcome_and_none_is_an_error(database: Database, account: str) -> None:
    found = outcomes(database, account)
    assert not [code for code, outcome in found.items() if outcome is Outcome.ERROR]
    judged = [code for code, outcome in found.items() if outcome in (Outcome.PASS, Outcome.FINDING)]
    assert len(judged) > len(found) / 2, found


def test_the_account_reads_no_business_row_and_writes_nothing(database: Database, account: str) -> None:
    table = f"{DB}.orders"
    refused = [f"SELECT * FROM {table}", f"DELETE FROM {table}", f"DROP TABLE {table}", "CREATE USER hx_x"]
    with contextlib.closing(database.connect(account, PASSWORD)) as connection, connection.cursor() as cursor:
        for sql in refused:
            with pytest.raises(pymysql.MySQLError) as error:
                cursor.execute(sql)
            assert error.value.args[0] in (1044, 1142, 1227), (sql, error.value)


def findings_of(document: dict[str, Any], code: str) -> set[str]:
    (result,) = [item for item in document["results"] if item["code"] == code]
    return {finding["resource"] for finding in result["findings"]}


@pytest.mark.slow
def test_a_fault_reaches_the_reports_and_its_cure_too(database: Database, account: str, tmp_path: Path) -> None:
    table = f"{DB}.orders"
    before = assessed(database, account, tmp_path / "before", "en")
    database.run([f"ALTER TABLE {table} ADD PRIMARY KEY (id)"])
    after = assessed(database, account, tmp_path / "after", "zh-CN")
    assert table in findings_of(before, "SCH001") and table not in findings_of(after, "SCH001")


def assessed(database: Database, user: str, place: Path, language: str) -> dict[str, Any]:
    """assessment.json and a report of what the account may read now, by the command line."""
    place.mkdir()
    with open_session(database, user) as session:
        snapshot.save_snapshot(read(session, list_sources()), place / "snapshot.obh")
    (place / "engagement.yaml").write_text(
        f"""customer: {{name: acme}}
service: {{tier: 顶级版, start: {datetime.now(UTC).date()}, months: 12}}
targets:
  shop: {{host: {database.host}, port: {database.port}, user: "{login(database, user)}", password: "env:NONE"}}
""",
        encoding="utf-8",
    )
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "agent",
            "evaluate",
            "-s",
            place / "snapshot.obh",
            "-e",
            place / "engagement.yaml",
            "-o",
            place,
            "-f",
            "html,json",
            "-l",
            language,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert find_report(place, f"report.{language}.html").is_file()
    found: dict[str, Any] = json.loads((place / "assessment.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.slow
@pytest.mark.kernel
def test_the_line_runs_on_a_server_named_by_url(kernel: Kernel) -> None:
    """A run of its own, as someone with a server at hand starts it."""
    url = f"mysql://{quote(kernel.user)}:{quote(kernel.password)}@{kernel.host}:{kernel.port}"
    tests = [
        test_every_check_has_an_outcome_and_none_is_an_error,
        test_the_account_reads_no_business_row_and_writes_nothing,
    ]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *(f"{__file__}::{test.__name__}" for test in tests)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, Source.URL: url},
    )
    assert run.returncode == 0, run.stdout
    assert "database: OB_TEST_URL" in run.stdout and f"{len(tests)} passed" in run.stdout

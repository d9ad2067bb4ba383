"""The account is what it says on a real kernel: one that may write is refused, the console's reader is accepted."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pymysql
import pytest

from agent.catalogue.registry import load_registry
from agent.collection import journal
from agent.collection.grants import write_grants_script
from agent.collection.server_views import EMBEDDED, find_server_views
from agent.demo.run_demo import ACCOUNT
from agent.kernel.start import Kernel
from agent.model.terms import TenantKind
from tests.agent.signing import authorized
from tests.harness import shipped
from tests.integration.test_authorization import engagement_at
from tests.report_files import find_report

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
SECRET = "Reader-1-only"
READS = ["GRANT SELECT ON oceanbase.* TO {}", "GRANT SHOW VIEW, PROCESS ON *.* TO {}"]
REASON = "the lab has no other account"


@pytest.fixture(scope="module")
def shop(kernel: Kernel) -> Iterator[None]:
    kernel.run(["CREATE DATABASE hx_shop", "CREATE TABLE hx_shop.orders (id INT PRIMARY KEY, note VARCHAR(10))"])
    yield
    kernel.run(["DROP DATABASE hx_shop"])


@contextlib.contextmanager
def account(kernel: Kernel, grants: Sequence[str]) -> Iterator[None]:
    name = f"'{ACCOUNT}'@'{kernel.host}'"
    kernel.run([f"DROP USER IF EXISTS {name}", f"CREATE USER {name} IDENTIFIED BY '{SECRET}'"])
    try:
        kernel.run([grant.format(name) for grant in grants])
        yield
    finally:
        kernel.run([f"DROP USER {name}", "DROP ROLE IF EXISTS hx_writer"])


def command(kernel: Kernel, directory: Path, name: str, *arguments: str, **request: Any) -> tuple[int, str, Path]:
    """Exit code, what it said, and the folder of the target."""
    directory.mkdir(exist_ok=True)
    path = authorized(engagement_at(directory, kernel.port), **request)
    done = subprocess.run(
        [sys.executable, "-m", "agent", name, "-e", path, "-o", directory / "out", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "OB_HEALTH_LANG": "en",
            "COLUMNS": "300",
            "OB_HEALTH_DEMO_PASSWORD": SECRET,
            "OB_HEALTH_HISTORY": f"sqlite:///{directory}/h.db",
        },
    )
    return done.returncode, done.stdout + done.stderr, directory / "out" / "shop"


WRITES = {
    "a column of a business table": (["GRANT INSERT (id) ON hx_shop.orders TO {}"], "INSERT ON `hx_shop`.`orders`"),
    "a schema, with the right to give it": (
        ["GRANT CREATE, DROP ON hx_shop.* TO {} WITH GRANT OPTION"], "CREATE, DROP, GRANT OPTION ON `hx_shop`.*"
    ),
    "a role": (["CREATE ROLE hx_writer", "GRANT hx_writer TO {}"], "hx_writer"),
    "administration": (["GRANT ALTER SYSTEM, CREATE USER ON *.* TO {}"], "ALTER SYSTEM, CREATE USER ON *.*"),
    "everything": (["GRANT ALL PRIVILEGES ON *.* TO {}"], "ALL PRIVILEGES ON *.*"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITES)
def test_more_than_reading_is_refused_before_any_fact_is_read(
    name: str, kernel: Kernel, shop: None, tmp_path: Path
) -> None:
    more, words = WRITES[name]
    with account(kernel, [*READS, *more]):
        code, said, out = command(kernel, tmp_path, "assess", "-f", "json")
    assert code == 3 and words in said and f"{ACCOUNT}@{kernel.host}" in said and "Traceback" not in said, said
    assert "ob-health grants" in said and "--allow-write-privileges" in said
    (file,) = out.iterdir()
    assert journal.verify_journal(file).state is journal.JournalState.INTACT
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    sent = {line["source"] for line in lines if line["event"] == "sent"}
    assert sent == {"driver", "session", "server", "identity", "grants", "columns"}
    (refused,) = [line for line in lines if line["event"] == "refused"]
    assert words in refused["reason"]


def test_what_the_customer_signed_for_is_read_and_the_report_says_so(
    kernel: Kernel, shop: None, tmp_path: Path
) -> None:
    with account(kernel, [*READS, "GRANT INSERT ON hx_shop.* TO {}"]):
        code, said, out = command(kernel, tmp_path, "assess", "-f", "html,json", "-l", "en", allow_privileges=REASON)
    assert code == 0, said
    found = json.loads((out / "assessment.json").read_text())
    assert found["authorization"]["allow_privileges"] == REASON
    problems = " ".join(problem["what"]["en"] for problem in found["problems"])
    assert "does not need: INSERT ON `hx_shop`.*" in problems and "allows an account that may do more" in problems
    html = find_report(out, "report.en.html").read_text()
    assert "The account may do more than read, because" in html and REASON in html


@pytest.mark.slow
@pytest.mark.parametrize(
    ("grants", "words"),
    [
        (["GRANT SELECT, PROCESS, SHOW VIEW ON *.* TO {}"], "read every business table"),
        pytest.param(
            [*READS, "GRANT SELECT ON hx_shop.* TO {}", "GRANT SELECT ON mysql.* TO {}"],
            "read business tables in `hx_shop`.*",
            marks=pytest.mark.long,
        ),
    ],
)
def test_the_reader_of_the_cloud_console_is_accepted_and_the_gate_is_the_wall(
    kernel: Kernel, shop: None, tmp_path: Path, grants: list[str], words: str
) -> None:
    with account(kernel, grants):
        code, said, out = command(kernel, tmp_path, "assess", "-f", "html,json", "-l", "en")
    assert code == 0, said
    found = json.loads((out / "assessment.json").read_text())
    (problem,) = [text for text in (p["what"]["en"] for p in found["problems"]) if "statement gate" in text]
    assert words in problem and "only the statement gate of the program protects them, not the account" in problem
    assert "statement gate" in find_report(out, "report.en.html").read_text("utf-8")
    # Minutes of load are no day of it: the checks that ask for one cannot judge here, whatever the account may read.
    day_long = {code for code, rule in shipped()[1].rules.items() if (rule.evidence.span_hours or 0) >= 24}
    applied = [one for one in found["results"] if one["outcome"] not in ("not_applicable", "disabled")]
    rest = [one for one in applied if one["code"] not in day_long]
    assert sum(one["outcome"] in ("pass", "finding") for one in rest) > 0.6 * len(rest)


def test_preflight_keeps_a_journal_of_what_it_sent(kernel: Kernel, tmp_path: Path) -> None:
    with account(kernel, READS):
        code, said, out = command(kernel, tmp_path, "preflight")
    (file,) = out.glob(journal.ALL_JOURNALS)
    assert code == 0 and str(file) in said, said
    verified = journal.verify_journal(file)
    assert verified.state is journal.JournalState.INTACT and verified.statements >= 6 and verified.target == "shop"
    shown = subprocess.run([sys.executable, "-m", "agent", "journal", "verify", file], check=False)
    assert shown.returncode == 0


@pytest.mark.slow
def test_what_is_missing_is_named_with_a_grant_that_runs_and_the_coverage_that_it_buys(
    kernel: Kernel, tmp_path: Path
) -> None:
    """The best unlock of the first report is run as printed, and the second report has the coverage it promised."""
    with account(kernel, ["GRANT SELECT ON oceanbase.* TO {}", "GRANT PROCESS ON *.* TO {}"]):
        _, said, out = command(kernel, tmp_path, "assess", "-f", "json")
        before = json.loads((out / "assessment.json").read_text())
        best = next(unlock for unlock in before["unlocks"] if len(unlock["needs"]) == 1)
        (grant,) = best["needs"]
        assert grant["en"].startswith("GRANT SHOW VIEW ON *.* TO '") and f"coverage: {grant['en']}" in said
        kernel.run([grant["en"].rstrip(";")])
        _, said, out = command(kernel, tmp_path / "again", "assess", "-f", "json")
        after = json.loads((out / "assessment.json").read_text())
    outcomes = {result["code"]: result["outcome"] for result in after["results"]}
    assert not [code for code in best["codes"] if outcomes[code] == "error"]
    # Other checks may have found what they lacked in the meantime, such as statements enough to judge.
    answered = {code for code in best["codes"] if outcomes[code] != "not_assessed"}
    applied = [result for result in before["results"] if result["outcome"] not in ("not_applicable", "disabled")]
    stakes = {result["code"]: result["risk_stake"] for result in applied if result["actor"] != "platform"}
    gained = 100 * sum(stakes.get(code, 0.0) for code in answered) / sum(stakes.values())
    assert best["coverage_pct"] > 5 and 0 < gained <= best["coverage_pct"] + 0.2
    assert after["score"]["coverage_pct"] > before["score"]["coverage_pct"]


def test_the_script_as_it_is_printed_makes_no_account(kernel: Kernel) -> None:
    """A placeholder in quotes would be a password that everybody knows, and a GRANT would make one without any."""
    script = write_grants_script(load_registry().sources, "nobody_yet", "%", require_tls=False)
    statements = [line.partition(";")[0] for line in script.splitlines() if line and not line.startswith("--")]
    with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION sql_mode = ''")
        refused = []
        for statement in statements:  # as "mysql --force" does
            try:
                cursor.execute(statement)
            except pymysql.MySQLError as error:
                refused.append((statement.split()[0], error.args[0]))
        assert ("CREATE", 1064) in refused
        assert cursor.execute("SELECT 1 FROM mysql.user WHERE user = 'nobody_yet'") == 0


@pytest.mark.parametrize("kind", list(TenantKind))
def test_every_statement_of_the_script_runs_as_it_is_printed(kernel: Kernel, kind: TenantKind) -> None:
    """Line by line, with nothing but a password put in: the version's script holds nothing that the server lacks."""
    views = find_server_views(EMBEDDED, kind)
    user = f"printed_{kind.value}"
    script = write_grants_script(load_registry().sources_of(kind), user, "%", require_tls=False, kind=kind, views=views)
    kernel.run([f"DROP USER IF EXISTS {user}"])
    lines = [line for line in script.splitlines() if line and not line.startswith("--")]
    assert sum(line.startswith("GRANT") for line in lines) > 20
    try:
        for line in lines:
            kernel.run([line.replace("<password>", "'Printed_1'").partition(";")[0]])
    finally:
        kernel.run([f"DROP USER IF EXISTS {user}"])

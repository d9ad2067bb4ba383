"""``make bench``: what an assessment costs, as a table and build/bench.json; exit 1 beyond twice a limit.

The demo tenant is assessed three times: "first" on a server just started, which has used none of the views before;
"cold" once it has, with its plan cache flushed, as after three months; "warm" with the plans still there. The shop's
application works before the first two, so that plans are there to be read, and tables to be shown. Server time
is the tenant's own: the sum of ELAPSED_TIME of our marked statements in GV$OB_SQL_AUDIT. The large dictionaries are on
servers of their own (tests/bench_tables.py).
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from agent import pipeline
from agent.archive.document import build_document
from agent.catalogue import registry, rules
from agent.demo import run_demo
from agent.demo.shop import READING, SHOP, Shop
from agent.engagement.loading import load_engagement
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep, StatementHour, StatementWait, WorkArea
from agent.facts.sql import RepositoryText
from agent.kernel.start import Kernel, run_kernel
from agent.report.docx.page_numbers import find_soffice
from agent.report.html.render_html import render_html
from agent.report.pdf.render_pdf import find_chromium
from tests.agent.report.sample import rich
from tests.bench_fleet import measure_fleet
from tests.bench_fleet_site import measure_site
from tests.bench_history import measure_history
from tests.bench_samples import measure_samples
from tests.bench_scale import scale
from tests.bench_statements import measure_statements
from tests.bench_tables import measure_tables
from tests.harness import MOST_STATEMENTS

FOR_DIAGNOSIS = (PlanStep, RepositoryText, StatementHour, StatementWait, TableDefinition, WorkArea)
OUT = Path(__file__).parent.parent / "build" / "bench.json"


@dataclass(frozen=True)
class Figure:
    """One measured number and its limit (None: for information)."""

    what: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.limit is None else self.value / self.limit


def timed(work: Callable[[], Any], runs: int = 3) -> float:
    """Best of some runs, in seconds."""
    best = float("inf")
    for _ in range(runs):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


# A child's peak begins at the size of the process that started it, so a small one starts it.
_LAUNCHER = """
import os, subprocess, sys, time
started = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(usage.ru_maxrss, time.perf_counter() - started)
sys.exit(status != 0)
"""


def whole_process(arguments: list[str], runs: int = 3) -> tuple[float, float]:
    """Peak memory in MB, the largest of some runs of a command, and wall seconds, the best of them."""
    command = [sys.executable, "-I", "-S", "-c", _LAUNCHER, sys.executable, *arguments]
    peaks, walls = [], []
    for _ in range(runs):
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        if done.returncode:
            raise SystemExit(f"{arguments} failed")
        peak_kb, wall = map(float, done.stdout.split())
        peaks.append(peak_kb / 1024)
        walls.append(wall)
    return max(peaks), min(walls)


class ServerSide(NamedTuple):
    """Statements, total and longest milliseconds of one assessment, and the milliseconds of each source."""

    statements: int
    total_ms: float
    longest_ms: float
    by_source: dict[str, float]

    @property
    def diagnosis_ms(self) -> float:
        """What is gathered to understand statements, beside the totals that were read before."""
        return sum(self.by_source.get(row.__name__, 0.0) for row in FOR_DIAGNOSIS)


def server_side(kernel: Kernel, assessment_id: str) -> ServerSide:
    """What one assessment cost, by the server's own audit. The marker of a statement ends with its source."""
    time.sleep(1.5)  # the audit lags
    with kernel.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT SUBSTRING_INDEX(SUBSTRING_INDEX(QUERY_SQL, '*/', 1), ' ', -1), COUNT(*), SUM(ELAPSED_TIME) / 1000,"
            " MAX(ELAPSED_TIME) / 1000 FROM oceanbase.GV$OB_SQL_AUDIT"
            f" WHERE QUERY_SQL LIKE '/*ob-health {assessment_id} %' GROUP BY 1"
        )
        rows = [(str(source), int(count), float(total), float(longest)) for source, count, total, longest in cursor]
    return ServerSide(
        statements=sum(row[1] for row in rows),
        total_ms=sum(row[2] for row in rows),
        longest_ms=max((row[3] for row in rows), default=0.0),
        by_source={row[0]: row[2] for row in rows},
    )


def on_the_demo_tenant(kernel: Kernel, directory: Path) -> list[Figure]:
    """The figures of the issue: one assessment of the demo tenant."""
    shop = Shop(kernel)
    shop.plant(SHOP)
    run_demo.make_account(kernel)
    engagement = run_demo.write_engagement(directory, kernel.port, datetime.now(UTC))
    run_demo.sign_as_customer(engagement, datetime.now(UTC))
    found = registry.load_registry()
    job = pipeline.AssessmentJob(
        engagement=load_engagement(engagement),
        target=run_demo.TARGET,
        registry=found,
        shipped=rules.load_rules(found.checks),
        now=datetime.now(UTC),
    )
    figures = []
    for label in ("first", "cold", "warm"):
        if label != "warm":
            kernel.run(["ALTER SYSTEM FLUSH PLAN CACHE"])
            shop.plant(READING)  # without plans of the business there would be no tables to show
        started = time.perf_counter()
        assessment_id = pipeline.make_assessment_id(job.now)
        _, facts = pipeline.collect_snapshot(job, assessment_id)
        wall = time.perf_counter() - started
        shown = sum(sent.source == TableDefinition.__name__ for sent in facts.statements)
        server = server_side(kernel, assessment_id)
        figures += [
            Figure(f"{label}: statements sent for facts", facts.cost.statements - shown, "", MOST_STATEMENTS),
            Figure(f"{label}: definitions shown", shown, "", 60),
            Figure(f"{label}: statements found in the audit", server.statements, ""),
            Figure(f"{label}: server time", server.total_ms, "ms", 500),
            Figure(f"{label}: server time of plans, waits, texts, definitions", server.diagnosis_ms, "ms", 400),
            Figure(f"{label}: longest statement", server.longest_ms, "ms"),
            Figure(f"{label}: connect, preflight, collect", wall, "s"),
        ]
    evaluated = timed(lambda: pipeline.judge_snapshot(job, "bench", None, facts))
    document = build_document(pipeline.judge_snapshot(job, "bench", None, facts))
    figures.append(Figure("evaluate, score, compare", evaluated, "s"))
    figures.append(Figure("HTML report of the demo", timed(lambda: render_html(document, "en")), "s"))
    figures.append(Figure("HTML report of the demo", len(render_html(document, "zh-CN")) / 1e6, "MB", 1.5))
    arguments = ["-m", "agent", "assess", "-e", str(engagement), "-o", str(directory / "out"), "-f"]
    first_memory, first_wall = whole_process([*arguments, "json"], runs=1)
    bare_memory, bare_wall = whole_process([*arguments, "json"])
    memory, wall = whole_process([*arguments, "html,json"])
    return [
        *figures,
        Figure("ob-health assess (JSON alone, makes the history), whole process", first_wall, "s"),
        Figure("peak memory of ob-health assess (JSON alone, makes the history)", first_memory, "MB"),
        Figure("ob-health assess (JSON alone), whole process", bare_wall, "s", 1.4),
        Figure("peak memory of ob-health assess (JSON alone)", bare_memory, "MB", 90),
        Figure("ob-health assess (HTML, JSON), whole process", wall, "s", 1.8),
        Figure("peak memory of ob-health assess (HTML, JSON)", memory, "MB", 110),
    ]


def elsewhere() -> list[Figure]:
    """Figures that need no kernel."""
    help_s = timed(
        lambda: subprocess.run([sys.executable, "-m", "agent", "--help"], check=True, capture_output=True), 5
    )
    large = rich(tables=1000)
    return [
        Figure("ob-health --help", help_s, "s", 0.12),
        Figure("HTML report of 1,000 findings", timed(lambda: render_html(large, "en")), "s", 3),
        *of_1000_findings("Word report", "agent.report.docx.render_docx", "render_docx"),
        *of_1000_findings("list of findings (XLSX)", "agent.report.xlsx.render_xlsx", "render_xlsx"),
        *printed_1000_findings(),
    ]


def of_1000_findings(what: str, module: str, function: str) -> list[Figure]:
    """A whole process that makes one file: imports, sample, charts and all."""
    code = f"from tests.agent.report.sample import rich; from {module} import {function}; {function}(rich(1000), 'en')"
    memory, wall = whole_process(["-c", code], runs=1)
    return [
        Figure(f"{what} of 1,000 findings, whole process", wall, "s", 15),
        Figure(f"peak memory of the {what}", memory, "MB", 250),
    ]


def printed_1000_findings() -> list[Figure]:
    """What other programs do for 1,000 findings: two prints of the browser, and LibreOffice for the pages of Word."""
    sample = (
        "from pathlib import Path; from tests.agent.report.sample import rich; from agent.report.style import OURS; "
    )
    pdf = "from agent.report.pdf.render_pdf import render_pdf; render_pdf(rich(1000), 'en')"
    word = "from agent.report.docx.render_docx import render_docx; render_docx(rich(1000), 'en', OURS, Path({!r}))"
    figures = []
    if find_chromium():
        figures.append(Figure("PDF report of 1,000 findings", whole_process(["-c", sample + pdf], runs=1)[1], "s", 20))
    if find_soffice():
        with tempfile.TemporaryDirectory() as place:
            wall = whole_process(["-c", sample + word.format(place)], runs=1)[1]
        figures.append(Figure("Word report of 1,000 findings, its pages counted by LibreOffice", wall, "s", 30))
    return figures


def main() -> int:
    """Measure, print, keep; the exit code."""
    figures = elsewhere()
    with tempfile.TemporaryDirectory() as place, run_kernel() as kernel, run_demo.demo_password():
        figures += on_the_demo_tenant(kernel, Path(place))
        figures += [Figure(*line) for line in scale(kernel, Path(place))]
        figures += [Figure(*line) for line in measure_fleet(kernel, Path(place) / "fleet")]
    figures += [Figure(*line) for line in measure_tables()]
    figures += [Figure(*line) for line in measure_statements()]
    figures += [Figure(*line) for line in measure_history()]
    figures += [Figure(*line) for line in measure_samples()]
    figures += [Figure(*line) for line in measure_site()]
    table = Table("figure", "measured", "limit", "ratio")
    for figure in figures:
        limit = "–" if figure.limit is None else f"{figure.limit:g} {figure.unit}"
        ratio = "–" if figure.ratio is None else f"{figure.ratio:.2f}"
        table.add_row(figure.what, f"{figure.value:.3g} {figure.unit}", limit, ratio)
    Console().print(table)
    OUT.parent.mkdir(exist_ok=True)
    records = [{**asdict(figure), "ratio": figure.ratio} for figure in figures]
    OUT.write_text(
        json.dumps({"figures": records, "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}, indent=1)
    )
    return 1 if any((figure.ratio or 0) > 2 for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())

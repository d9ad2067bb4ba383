"""The timeline of a fault on the real kernel: within the authorization, through the gate, and it sees what happened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.archive.timeline_file import load_timeline
from agent.catalogue import registry
from agent.demo.run_demo import ACCOUNT, PASSWORD_VARIABLE, demo_password, make_account
from agent.engagement.loading import load_engagement
from agent.kernel.start import Kernel
from tests.agent.signing import BLOCK, DOCUMENT, request_text, signed

pytestmark = [pytest.mark.kernel, pytest.mark.slow]


def write(folder: Path, port: int, sources: list[type]) -> Path:
    path = folder / "engagement.yaml"
    path.write_text(
        f"""customer: {{name: acme}}
service: {{tier: 顶级版, start: {datetime.now(UTC).date() - timedelta(days=10)}, months: 12}}
targets:
  shop:
    {{host: 127.0.0.1, port: {port}, user: {ACCOUNT}, password: "env:{PASSWORD_VARIABLE}", tls: {{mode: disabled}},
     limits: {{statement_timeout_s: 60, total_database_ms: 300000}}}}
history: sqlite:///{folder}/history.sqlite
""",
        encoding="utf-8",
    )
    signed(folder / DOCUMENT, request_text(load_engagement(path), sources))
    path.write_text(path.read_text("utf-8") + BLOCK, "utf-8")
    return path


def collect(folder: Path, engagement: Path, begun: datetime) -> Path:
    span = ("--from", begun.isoformat(), "--to", datetime.now(UTC).isoformat())
    command = [sys.executable, "-m", "agent", "incident", "collect", "-e", str(engagement), "-o", str(folder), *span]
    environment = {**os.environ, "OB_HEALTH_LANG": "en", "COLUMNS": "200"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next((folder / "shop").glob("timeline_*.json"))


def test_what_happened_is_seen_within_what_was_signed(kernel: Kernel, tmp_path: Path) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=1)
    with demo_password():
        kernel.run([f"DROP USER IF EXISTS '{ACCOUNT}'@'{kernel.host}'"])  # another test may have left it
        make_account(kernel)
        try:
            kernel.run(
                ["CREATE DATABASE incident_test", "CREATE TABLE incident_test.altered_then (id INT PRIMARY KEY)"]
            )
            sources = list(registry.load_registry().sources)
            plain = load_timeline(collect(tmp_path / "plain", write(tmp_path, kernel.port, sources), begun))
            wide = write(tmp_path, kernel.port, [*sources, *registry.FOR_INCIDENTS])
            path = collect(tmp_path / "wide", wide, begun)
        finally:
            kernel.run([f"DROP USER '{ACCOUNT}'@'{kernel.host}'", "DROP DATABASE IF EXISTS incident_test"])
    told = load_timeline(path)
    assert any("incident_test.altered_then" in event.texts["en"] for event in told.events)
    assert all(begun <= event.at or event.until for event in told.events)
    unsigned = {one.view for one in plain.unseen}
    assert {"GV$OB_SQL_AUDIT", "DBA_WR_ACTIVE_SESSION_HISTORY"} <= unsigned, "not signed, so not read"
    refused = {one.view for one in told.unseen if "authorization does not cover" in one.texts["en"]}
    assert not refused, "signed, so read"
    journal = next((tmp_path / "wide" / "shop").glob("journal-*.jsonl")).read_text("utf-8").splitlines()
    sent = [json.loads(line) for line in journal]
    assert any("AuditMinute" in json.dumps(line) for line in sent) and len(sent) < 60

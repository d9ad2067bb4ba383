"""A fleet on one kernel: a tree of signed engagements whose targets reach it by loopback addresses of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.archive.history.store import History
from agent.collection.journal import ALL_JOURNALS
from tests.agent.signing import authorized

PASSWORD_VARIABLE = "OB_HEALTH_FLEET_PASSWORD"
TODAY = datetime.now(UTC).date()
WAIT_S = 300


@dataclass
class FleetGround:
    """``root`` holds the tree. ``add`` writes an engagement; every loopback address is another tenant to the fleet."""

    directory: Path
    port: int
    account: str
    statement_timeout_s: int = 10
    _count: int = 0

    @property
    def root(self) -> Path:
        return self.directory / "customers"

    @property
    def out(self) -> Path:
        return self.directory / "out"

    @property
    def history(self) -> str:
        return f"sqlite:///{self.directory / 'history.sqlite'}"

    def add(self, name: str, *targets: str, port: int | None = None, signed: bool = True, host: str = "") -> Path:
        """Write ``name/engagement.yaml``; ``port`` where the kernel's is not meant."""
        path = self.root / name / "engagement.yaml"
        path.parent.mkdir(parents=True)
        lines = []
        for target in targets or ("shop",):
            self._count += 1
            where = host or f"127.0.0.{self._count + 1}"
            lines.append(
                f"  {target}: {{host: {where}, port: {port or self.port}, user: {self.account},"
                f' password: "env:{PASSWORD_VARIABLE}", tls: {{mode: disabled}},'
                f" limits: {{statement_timeout_s: {self.statement_timeout_s}, total_database_ms: 300000}}}}"
            )
        path.write_text(
            f"customer: {{name: {path.parent.name}}}\n"
            f"service: {{tier: 顶级版, start: {TODAY - timedelta(days=10)}, months: 12}}\n"
            "schedule: {major_compaction: none}\n"
            "targets:\n" + "\n".join(lines) + f"\nhistory: {self.history}\n",
            encoding="utf-8",
        )
        return authorized(path) if signed else path

    def start(self, *words: str | Path, script: str = "") -> subprocess.Popen[str]:
        """Start ``ob-health`` with these words in a process group of its own."""
        signal.signal(signal.SIGINT, signal.default_int_handler)  # or what we start would ignore it
        environment = {**os.environ, "OB_HEALTH_LANG": "en", "COLUMNS": "1000"}
        program = ["-c", script] if script else ["-m", "agent"]
        return subprocess.Popen(
            [sys.executable, *program, *map(str, words)],
            cwd=self.directory,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def assess(self, *words: str, script: str = "") -> subprocess.Popen[str]:
        """Start ``fleet assess`` over the tree, for JSON alone unless ``words`` say otherwise."""
        formats = () if "-f" in words else ("-f", "json", "-l", "en")
        return self.start("fleet", "assess", self.root, "-o", self.out, *formats, *words, script=script)

    def run(self, *words: str) -> tuple[int, str]:
        """Assess to the end; exit code and all that was said."""
        return end(self.assess(*words))

    @property
    def summary(self) -> dict[str, Any]:
        """The summary for programs."""
        found: dict[str, Any] = json.loads((self.out / "fleet.json").read_text(encoding="utf-8"))
        return found

    @property
    def states(self) -> dict[str, str]:
        """What came of each target of the last run, by customer and target."""
        return {f"{one['customer']}/{one['target']}": one["state"] for one in self.summary["targets"]}

    def journals(self, name: str, target: str = "shop") -> int:
        """How often a target was connected, or refused."""
        return len(list((self.out / name / target).glob(ALL_JOURNALS)))

    def recorded(self, name: str, target: str = "shop") -> int:
        """How many assessments of a target are in the history."""
        with History.open(self.history) as history:
            return len(history.list(name, target))


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for the end; exit code and all that was said."""
    out, err = process.communicate(timeout=WAIT_S)
    assert "Traceback" not in out + err, out + err
    return process.returncode, out + err

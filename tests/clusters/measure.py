"""What evaluating a saved snapshot costs, measured in a process of its own.

python -m tests.clusters.measure SNAPSHOT
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from agent.archive import snapshot
from agent.judgement.evaluate import evaluate_checks
from agent.model.snapshot import Snapshot
from tests.harness import shipped
from tests.memory import read_peak_mb


class Spent(NamedTuple):
    """CPU seconds of evaluating all checks, and the peak memory in MB of the whole process, which reads the snapshot.

    CPU time and not the clock's: evaluating waits for nothing, and other processes shall not count.
    """

    cpu_s: float
    peak_mb: float


def spent_on(facts: Snapshot, place: Path) -> Spent:
    """Save the snapshot at ``place`` and evaluate it elsewhere."""
    snapshot.save_snapshot(facts, place)
    command = [sys.executable, "-m", "tests.clusters.measure", str(place)]
    return Spent(**json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def main(place: Path) -> None:
    registry, ruleset = shipped()
    facts = snapshot.load_snapshot(place)
    started = time.process_time()
    evaluate_checks(registry.checks.values(), ruleset, facts)
    cpu_s = time.process_time() - started
    print(json.dumps({"cpu_s": cpu_s, "peak_mb": read_peak_mb()}))  # noqa: T201 - what the parent reads


if __name__ == "__main__":
    main(Path(sys.argv[1]))

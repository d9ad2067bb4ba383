"""What evaluating a saved snapshot costs, measured in a process of its own.

    python -m tests.clusters.measure SNAPSHOT
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from agent import snapshot
from agent.evaluate import evaluate
from agent.model import Snapshot
from tests.harness import shipped


class Spent(NamedTuple):
    """Seconds of evaluating all checks, and the peak memory of the whole process in MB, reading the snapshot included."""

    seconds: float
    peak_mb: float


def spent_on(facts: Snapshot, place: Path) -> Spent:
    """Save the snapshot at ``place`` and evaluate it elsewhere."""
    snapshot.save(facts, place)
    command = [sys.executable, "-m", "tests.clusters.measure", str(place)]
    return Spent(**json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def main(place: Path) -> None:
    registry, ruleset = shipped()
    facts = snapshot.load(place)
    started = time.perf_counter()
    evaluate(registry.checks.values(), ruleset, facts)
    seconds = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))  # noqa: T201 - what the parent reads


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""What OceanBase's own diagnostic tool says of the same faults, where it is installed.

It is asked for the checks that it makes by SQL alone. It counts as having named what was planted if its report has the
whole name in it; it gives no structured name of the object.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.kernel.start import Kernel
from tests.accuracy.cases import Fault
from tests.accuracy.planting import Planted

_PATIENCE_S = 600


@dataclass(frozen=True, kw_only=True)
class ObdiagFigures:
    """How many faults and look-alikes its report names; ``failed`` is why there is no report."""

    seeded: int = 0
    named: int = 0
    accused: int = 0
    failed: str = ""


def measure_obdiag(command: str, kernel: Kernel, places: Sequence[Planted]) -> ObdiagFigures | None:
    """Run it against the kernel; None if no command is given."""
    if not command:
        return None
    with tempfile.TemporaryDirectory() as folder:
        failed = _run(command, kernel, Path(folder))
        report = "\n".join(path.read_text(errors="replace") for path in Path(folder).rglob("*") if path.is_file())
    if failed or not report.strip():
        return ObdiagFigures(failed=failed or "it wrote no report")
    standing = [planted for planted in places if not planted.error]
    named = [planted for planted in standing if _names(report, planted.place.where)]
    faults = [planted for planted in named if isinstance(planted.place, Fault)]
    seeded = sum(isinstance(planted.place, Fault) for planted in standing)
    return ObdiagFigures(seeded=seeded, named=len(faults), accused=len(named) - len(faults))


def _names(report: str, where: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(where)}(?![\w.])", report) is not None


def _run(command: str, kernel: Kernel, folder: Path) -> str:
    """Its check, written to the folder; returns why it failed, or nothing."""
    settings = {
        "db_host": kernel.host,
        "db_port": str(kernel.port),
        "tenant_sys.user": kernel.user,
        "tenant_sys.password": kernel.password,
    }
    given = [part for key, value in settings.items() for part in ("--config", f"{key}={value}")]
    words = [*shlex.split(command), "check", "run", "--store_dir", str(folder), *given]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    (folder / "printed.txt").write_text(done.stdout)
    return f"exit code {done.returncode}" if done.returncode else ""

"""The report word for word: a change of what readers read is seen before it is committed."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from tests.agent.report.golden import KINDS, cases


@pytest.mark.parametrize(("name", "language", "kind", "path"), list(cases()), ids=str)
def test_the_report_reads_as_agreed(name: str, language: str, kind: str, path: Path) -> None:
    kept, now = path.read_text("utf-8").splitlines(), KINDS[kind](name, language).splitlines()
    changed = "\n".join(difflib.unified_diff(kept, now, "kept", "now", lineterm="", n=1))
    assert not changed, f"{changed}\nIf this is meant: python -m tests.agent.report.golden"

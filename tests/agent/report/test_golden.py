"""The HTML report word for word: a change of what readers read is seen before it is committed."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from tests.agent.report.browser import html
from tests.agent.report.golden import cases, lines_of


@pytest.mark.parametrize(("name", "language", "path"), list(cases()), ids=str)
def test_the_report_reads_as_agreed(name: str, language: str, path: Path) -> None:
    kept, now = path.read_text("utf-8").splitlines(), lines_of(html(name, language).decode()).splitlines()
    changed = "\n".join(difflib.unified_diff(kept, now, "kept", "now", lineterm="", n=1))
    assert not changed, f"{changed}\nIf this is meant: python -m tests.agent.report.golden"

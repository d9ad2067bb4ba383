"""The canvas leaves nothing behind and gives no password away."""

from __future__ import annotations

import gc
from pathlib import Path

from agent.report.charts.draw import draw_charts
from agent.report.words import Words
from tests.agent.report import sample
from tests.agent.report.charts.test_draw import run

FC_LIST = """#!/bin/sh
env >> "$0.said"
"""


def test_the_program_that_lists_fonts_gets_no_password(tmp_path: Path) -> None:
    """It runs when matplotlib is imported and has no list of fonts yet, or later on to find new ones."""
    program = tmp_path / "fc-list"
    program.write_text(FC_LIST)
    program.chmod(0o755)
    script = "from agent.report.charts import canvas; canvas.can_print('zh-CN')"
    for _ in range(2):
        said = tmp_path / "fc-list.said"
        said.unlink(missing_ok=True)
        environment = {"MPLCONFIGDIR": str(tmp_path), "OB_HEALTH_PASSWORD": "S3CRET"}
        made = run(script, tmp_path, PATH=f"{tmp_path}:/usr/bin:/bin", **environment)
        assert made.returncode == 0, made.stderr
        assert "MPLCONFIGDIR=" in said.read_text() and "S3CRET" not in said.read_text()


def test_a_picture_is_freed_before_the_next_is_drawn() -> None:
    gc.collect()
    gc.disable()
    try:
        for number in range(4):
            for chart in draw_charts(sample.healthy(), Words("en"), f"#0000{number:02}"):
                assert chart.png and chart.wide
        assert sum(type(found).__name__ == "Figure" for found in gc.get_objects()) <= 1
    finally:
        gc.enable()

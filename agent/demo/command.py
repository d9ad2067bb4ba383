"""``ob-health demo``."""

from __future__ import annotations

from pathlib import Path

import typer

from agent.cli.options import ALL_FORMATS, Formats, Languages, OutDir, read_clock, split_words


def demo_command(
    ctx: typer.Context,
    out: OutDir = Path("build/demo"),
    lang: Languages = "zh-CN,en",
    format: Formats = ALL_FORMATS,
) -> None:
    """Show all of it on an embedded OceanBase kernel with a faulty shop workload.

    Each demo takes the place of the one before in DIR. What this machine cannot write, such as a PDF without Chromium,
    is named and left out.
    """
    from agent.demo.run_demo import run_demo
    from agent.service.outcome import FAILED

    is_asked_for = str(getattr(ctx.get_parameter_source("format"), "name", "")) != "DEFAULT"
    if not run_demo(out, split_words(format), split_words(lang), read_clock) and is_asked_for:
        raise SystemExit(FAILED)

"""``ob-health demo``."""

from __future__ import annotations

from pathlib import Path

from agent.cli.options import ALL_FORMATS, Context, Formats, Languages, OutDir, is_given, read_clock, split_words


def demo_command(
    ctx: Context,
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

    if not run_demo(out, split_words(format), split_words(lang), read_clock) and is_given(ctx, "format"):
        raise SystemExit(FAILED)

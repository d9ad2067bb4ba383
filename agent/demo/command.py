"""``ob-health demo``."""

from __future__ import annotations

from pathlib import Path

from agent.cli.options import ALL_FORMATS, Formats, Languages, OutDir, read_clock, split_words


def demo_command(
    out: OutDir = Path("build/demo"),
    lang: Languages = "zh-CN,en",
    format: Formats = ALL_FORMATS,
) -> None:
    """Show all of it on an embedded OceanBase kernel with a faulty shop workload."""
    from agent.demo.run_demo import run_demo
    from agent.service.outcome import FAILED

    if not run_demo(out, split_words(format), split_words(lang), read_clock):
        raise SystemExit(FAILED)

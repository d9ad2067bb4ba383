"""``ob-health sample``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.options import EngagementFile, TargetName, open_engagement, read_clock


def sample_command(
    engagement: EngagementFile,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Directory for the journals: DIR/<target>/samples/.")
    ],
    target: TargetName = None,
) -> None:
    """Take a sample of capacity and load, between assessments, as the customer signed it."""
    from agent.cli.actions.sample import sample_all

    with open_engagement(engagement) as (loaded, history):
        code = sample_all(loaded, history, out=out, target=target, now=read_clock())
    raise typer.Exit(code)

"""Options and values that several commands take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.archive.history.store import History
    from agent.engagement.engagement_file import Engagement

EngagementFile = Annotated[Path, typer.Option("--engagement", "-e", help="The engagement file (YAML).")]
TargetName = Annotated[str | None, typer.Option("--target", "-t", help="One target; without it, all of them.")]
ALL_FORMATS = "html,docx,xlsx,pdf,json"
OutDir = Annotated[Path, typer.Option("--out", "-o", help="Directory for the artifacts; made if missing.")]
Formats = Annotated[str, typer.Option("--format", "-f", help="Comma-separated: html, docx, xlsx, pdf, json.")]
Languages = Annotated[
    str | None, typer.Option("--lang", "-l", help="Comma-separated: zh-CN, en. Default: the engagement's.")
]
FailOn = Annotated[
    str | None, typer.Option("--fail-on", help="Exit 1 for findings at or above: low, medium, high, critical.")
]
UpdatedList = Annotated[
    Path | None, typer.Option("--update", metavar="FILE", help="An earlier findings.*.xlsx; what people wrote is kept.")
]
OutsideService = Annotated[
    str, typer.Option("--outside-service", metavar="REASON", help="Assess although the subscription does not cover it.")
]


def split_words(words: str | None) -> list[str]:
    """``"a, b"`` -> ``["a", "b"]``."""
    return [word.strip() for word in (words or "").split(",") if word.strip()]


def read_clock() -> datetime:
    """Return the current time, aware, in UTC. Each command reads it once."""
    return datetime.now(UTC)


@contextmanager
def open_engagement(path: Path) -> Iterator[tuple[Engagement, History | None]]:
    """Yield the engagement and its history. A history that cannot be opened is None, with a warning."""
    from agent.cli.actions.targets import open_history
    from agent.engagement.loading import load_engagement

    engagement = load_engagement(path)
    history = open_history(engagement)
    try:
        yield engagement, history
    finally:
        if history:
            history.close()

"""Options and values that several commands take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli.completion import (
    FORMATS,
    complete_document_formats,
    complete_formats,
    complete_report_languages,
    complete_severities,
    complete_targets,
)
from agent.cli.usage_errors import UsageProblem
from agent.model.labels import N_
from agent.model.terms import Text
from agent.support import console
from agent.support.errors import ConfigError

if TYPE_CHECKING:
    from agent.archive.history.store import History
    from agent.engagement.engagement_file import Engagement

USUAL_ENGAGEMENT = Path("engagement.yaml")
ALL_FORMATS = ",".join(FORMATS)
Context = typer.Context
_NO_ENGAGEMENT = Text(
    "No engagement is named, and this folder has no {file}. Give -e FILE, or make one: ob-health init NAME",
    {"file": str(USUAL_ENGAGEMENT)},
)
_assumed_engagement: ContextVar[Path | None] = ContextVar("assumed_engagement", default=None)


def _assume_engagement(ctx: typer.Context, value: Path | None) -> Path | None:
    """Take the engagement of this folder where none is named. A history that is named needs none."""
    if value is not None or ctx.resilient_parsing:
        return value
    if USUAL_ENGAGEMENT.is_file() and not ctx.params.get("history"):
        return _remember_assumed()
    return None


def _require_engagement(ctx: typer.Context, value: Path | None) -> Path | None:
    if value is None and not ctx.resilient_parsing:
        if not USUAL_ENGAGEMENT.is_file():
            raise UsageProblem(_NO_ENGAGEMENT, ctx)
        return _remember_assumed()
    return value


def _require_engagements(ctx: typer.Context, value: list[Path]) -> list[Path]:
    one = _require_engagement(ctx, value[0] if value else None)
    return value or ([one] if one else [])


def _remember_assumed() -> Path:
    console.tell_more("engagement: {path}", path=str(USUAL_ENGAGEMENT))
    _assumed_engagement.set(USUAL_ENGAGEMENT)
    return USUAL_ENGAGEMENT


def forget_assumed_engagement() -> None:
    """Begin anew: no engagement has been taken."""
    _assumed_engagement.set(None)


def say_assumed_engagement() -> None:
    """Say which engagement was taken, if nobody named it."""
    path = _assumed_engagement.get()
    if path:
        console.warn(Text("The engagement was {path} of this folder; -e names another.", {"path": str(path)}))


_FOUND_HERE = N_("engagement.yaml of this folder")

EngagementFile = Annotated[
    Path,
    typer.Option(
        "--engagement",
        "-e",
        metavar="FILE",
        help="The engagement file (YAML).",
        default_factory=lambda: None,
        show_default=_FOUND_HERE,
        callback=_require_engagement,
    ),
]
EngagementFiles = Annotated[
    list[Path],
    typer.Option(
        "--engagement",
        "-e",
        metavar="FILE",
        help="An engagement file (YAML).",
        default_factory=list,
        show_default=_FOUND_HERE,
        callback=_require_engagements,
    ),
]


def make_engagement_option(help: str) -> Any:
    """Return the option of a command that can do without an engagement."""
    return typer.Option(
        "--engagement", "-e", metavar="FILE", help=help, show_default=_FOUND_HERE, callback=_assume_engagement
    )


TargetName = Annotated[
    str | None,
    typer.Option(
        "--target",
        "-t",
        metavar="TARGET",
        help="One target; without it, all of them.",
        autocompletion=complete_targets,
    ),
]
OutDir = Annotated[
    Path, typer.Option("--out", "-o", metavar="DIR", help="Directory for the artifacts; made if missing.")
]
Formats = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT,...",
        help="Comma-separated: html, docx, xlsx, pdf, json.",
        autocompletion=complete_formats,
    ),
]
DocumentFormats = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT,...",
        help="Comma-separated: html, docx, pdf.",
        autocompletion=complete_document_formats,
    ),
]
Languages = Annotated[
    str | None,
    typer.Option(
        "--lang",
        "-l",
        metavar="LANG,...",
        help="Languages of the report, comma-separated: zh-CN, en.",
        show_default=N_("the engagement's"),
        envvar="OB_HEALTH_REPORT_LANG",
        autocompletion=complete_report_languages,
    ),
]
FailOn = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="SEVERITY",
        help="Exit with code 1 for findings at or above: low, medium, high, critical.",
        autocompletion=complete_severities,
    ),
]
UpdatedList = Annotated[
    Path | None, typer.Option("--update", metavar="FILE", help="An earlier findings_*.xlsx; what people wrote is kept.")
]
OutsideService = Annotated[
    str, typer.Option("--outside-service", metavar="REASON", help="Assess although the subscription does not cover it.")
]
OutsideDocument = Annotated[
    str,
    typer.Option("--outside-service", metavar="REASON", help="Do it although the service tier does not cover it."),
]
Deliver = Annotated[
    bool, typer.Option("--deliver/--no-deliver", help="Deliver the report, where the engagement says where to.")
]
Verify = Annotated[
    bool | None,
    typer.Option(
        "--verify/--no-verify",
        help="Try indexes and the findings' SQL on a twin, on this machine: about a minute. Default: as the engagement"
        " has it, or not.",
    ),
]
HistoryPlace = Annotated[
    str | None,
    typer.Option(
        "--history", metavar="FILE|URL", help="History database. Without it, the engagement's, or the usual one."
    ),
]


def split_words(words: str | None) -> list[str]:
    """``"a, b"`` -> ``["a", "b"]``."""
    return [word.strip() for word in (words or "").split(",") if word.strip()]


def is_given(ctx: Context, name: str) -> bool:
    """Whether an option was given, on the command line or by its variable."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name not in ("DEFAULT", "DEFAULT_MAP")


def read_clock() -> datetime:
    """Return the current time, aware, in UTC. Each command reads it once."""
    return datetime.now(UTC)


@contextmanager
def open_engagement(path: Path) -> Iterator[tuple[Engagement, History | None]]:
    """Yield the engagement and its history. A history that cannot be opened is None, with a warning."""
    from agent.engagement.loading import load_engagement

    with _open_its_history(load_engagement(path)) as opened:
        yield opened


@contextmanager
def open_engagement_of(snapshot: Path, path: Path | None) -> Iterator[tuple[Engagement, History | None]]:
    """Yield the engagement by which a snapshot is judged, and its history, like ``open_engagement``."""
    from agent.cli.actions.redacted import choose_engagement

    engagement = choose_engagement(path, snapshot, is_named=path != _assumed_engagement.get())
    if engagement is None:
        raise ConfigError(_NO_ENGAGEMENT)
    with _open_its_history(engagement) as opened:
        yield opened


@contextmanager
def _open_its_history(engagement: Engagement) -> Iterator[tuple[Engagement, History | None]]:
    from agent.cli.actions.targets import open_history

    if engagement.path != _assumed_engagement.get():
        console.tell_more("engagement: {path}", path=str(engagement.path))
    history = open_history(engagement)
    if history:
        console.tell_more("history: {place}", place=history.where)
    try:
        yield engagement, history
    finally:
        if history:
            history.close()

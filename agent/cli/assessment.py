"""``ob-health assess``, ``collect``, ``evaluate`` and ``render``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.completion import complete_assessments
from agent.cli.options import (
    ALL_FORMATS,
    Deliver,
    EngagementFile,
    FailOn,
    Formats,
    HistoryPlace,
    Languages,
    OutDir,
    OutsideService,
    TargetName,
    UpdatedList,
    Verify,
    make_engagement_option,
    open_engagement,
    open_engagement_of,
    read_clock,
    split_words,
)


def assess_command(
    *,
    engagement: EngagementFile,
    out: OutDir,
    target: TargetName = None,
    format: Formats = ALL_FORMATS,
    lang: Languages = None,
    fail_on: FailOn = None,
    if_due: Annotated[bool, typer.Option("--if-due", help="Only targets whose quarter is not yet done.")] = False,
    outside_service: OutsideService = "",
    update: UpdatedList = None,
    verify: Verify = None,
    deliver: Deliver = True,
) -> None:
    """Assess one target or all of them: report, assessment.json and snapshot in DIR/<target>/."""
    from agent.cli.actions.assess import AssessOptions, assess_all

    options = AssessOptions(
        out=out,
        formats=split_words(format),
        languages=split_words(lang) or None,
        target=target,
        fail_on=fail_on,
        if_due=if_due,
        outside_service=outside_service,
        update=update,
        verify=verify,
        deliver=deliver,
    )
    with open_engagement(engagement) as (loaded, history):
        code = assess_all(loaded, history, options, read_clock())
    raise typer.Exit(code)


def collect_command(
    engagement: EngagementFile,
    out: OutDir,
    target: TargetName = None,
    outside_service: OutsideService = "",
) -> None:
    """Only collect: a snapshot per target that can be evaluated later, anywhere."""
    from agent.cli.actions.assess import collect_all

    with open_engagement(engagement) as (loaded, history):
        code = collect_all(loaded, history, out=out, target=target, now=read_clock(), outside_service=outside_service)
    raise typer.Exit(code)


def evaluate_command(
    *,
    snapshot: Annotated[
        Path, typer.Option("--snapshot", "-s", metavar="FILE", help="A snapshot that collect or assess wrote.")
    ],
    engagement: Annotated[
        Path | None, make_engagement_option("The engagement file (YAML). A redacted snapshot needs none.")
    ] = None,
    out: OutDir,
    format: Formats = ALL_FORMATS,
    lang: Languages = None,
    fail_on: FailOn = None,
    verify: Verify = None,
) -> None:
    """Evaluate a saved snapshot again, by today's rules; nothing is connected."""
    from agent.cli.actions.assess import evaluate_file

    with open_engagement_of(snapshot, engagement) as (loaded, history):
        code = evaluate_file(
            loaded,
            history,
            snapshot,
            out=out,
            formats=split_words(format),
            languages=split_words(lang) or None,
            fail_on=fail_on,
            verify=verify,
        )
    raise typer.Exit(code)


def render_command(
    *,
    assessment: Annotated[
        str,
        typer.Option(
            "--assessment",
            "-a",
            metavar="FILE|ID",
            help="An assessment.json, or an id from history.",
            autocompletion=complete_assessments,
        ),
    ],
    out: OutDir,
    engagement: Annotated[
        Path | None, make_engagement_option("Its house style, languages and history are used.")
    ] = None,
    format: Formats = ALL_FORMATS,
    lang: Languages = None,
    history: HistoryPlace = None,
    update: UpdatedList = None,
) -> None:
    """Render an old assessment again, of any earlier agent."""
    from agent.cli.actions.assess import render_again
    from agent.engagement.loading import load_engagement

    loaded = load_engagement(engagement) if engagement else None
    code = render_again(
        assessment,
        loaded,
        history=history,
        out=out,
        formats=split_words(format),
        languages=split_words(lang) or None,
        update=update,
    )
    raise typer.Exit(code)

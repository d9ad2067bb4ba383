"""``ob-health document ...``: what the service owes beside the assessment report."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from agent.cli.options import (
    DocumentFormats,
    EngagementFile,
    Languages,
    OutDir,
    OutsideDocument,
    read_clock,
    split_words,
)

document_app = typer.Typer(
    help="Documents of the service: list of questions, quarterly service report, closing list.", no_args_is_help=True
)


@document_app.command("questions")
def list_questions_command(
    *,
    engagement: EngagementFile,
    out: OutDir,
    first: Annotated[
        datetime | None,
        typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"], help="First day; else that of the quarter."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", metavar="DATE", formats=["%Y-%m-%d"], help="Last day; else today."),
    ] = None,
    format: DocumentFormats = "html,docx,pdf",
    lang: Languages = None,
) -> None:
    """Write the list of questions of technical support, from the service log."""
    from agent.cli.actions.documents import DocumentOptions, write_question_list
    from agent.engagement.loading import load_engagement

    options = DocumentOptions(out=out, formats=split_words(format), languages=split_words(lang) or None)
    write_question_list(
        load_engagement(engagement),
        options,
        first.date() if first else None,
        last.date() if last else None,
        read_clock(),
    )


@document_app.command("quarter")
def report_quarter_command(
    *,
    engagement: EngagementFile,
    out: OutDir,
    period: Annotated[
        int, typer.Option("--period", min=0, help="Number of the quarter in the term, from 1; 0: the running one.")
    ] = 0,
    format: DocumentFormats = "html,docx,pdf",
    lang: Languages = None,
    outside_service: OutsideDocument = "",
) -> None:
    """Write the quarterly service report, from the service log and the history of assessments."""
    from agent.cli.actions.documents import DocumentOptions, write_quarterly_report
    from agent.engagement.loading import load_engagement

    options = DocumentOptions(
        out=out,
        formats=split_words(format),
        languages=split_words(lang) or None,
        outside_service=outside_service,
    )
    write_quarterly_report(load_engagement(engagement), options, period, read_clock())


@document_app.command("closing")
def close_term_command(
    *,
    engagement: EngagementFile,
    out: OutDir,
    format: DocumentFormats = "html,docx,pdf",
    lang: Languages = None,
    outside_service: OutsideDocument = "",
) -> None:
    """Write the closing list of the term: all that was owed, and all that was delivered."""
    from agent.cli.actions.documents import DocumentOptions, write_closing_list
    from agent.engagement.loading import load_engagement

    options = DocumentOptions(
        out=out,
        formats=split_words(format),
        languages=split_words(lang) or None,
        outside_service=outside_service,
    )
    write_closing_list(load_engagement(engagement), options, read_clock())

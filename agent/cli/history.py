"""``ob-health history ...``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.completion import complete_assessments
from agent.cli.options import EngagementFile, HistoryPlace, make_engagement_option

history_app = typer.Typer(help="Earlier assessments.", no_args_is_help=True)

HistoryEngagement = Annotated[Path | None, make_engagement_option("Its history is used.")]
OneCustomer = Annotated[str | None, typer.Option("--customer", metavar="CUSTOMER", help="Only this customer.")]
OneTarget = Annotated[str | None, typer.Option("--target", "-t", metavar="TARGET", help="Only this target.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON for programs.")]


@history_app.command("list")
def list_history_command(
    customer: OneCustomer = None,
    target: OneTarget = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    history: HistoryPlace = None,
    engagement: HistoryEngagement = None,
) -> None:
    """Assessments, newest first."""
    from agent.cli.actions.history import open_recorded_history, print_history

    with open_recorded_history(history, engagement) as opened:
        code = print_history(opened, customer, target, limit)
    raise typer.Exit(code)


@history_app.command("show")
def show_assessment_command(
    assessment: Annotated[
        str,
        typer.Argument(metavar="ID", help="An id, or its unique beginning.", autocompletion=complete_assessments),
    ],
    history: HistoryPlace = None,
    engagement: HistoryEngagement = None,
) -> None:
    """One assessment's summary."""
    from agent.cli.actions.history import open_recorded_history, print_assessment

    with open_recorded_history(history, engagement) as opened:
        print_assessment(opened, assessment)


@history_app.command("purge")
def purge_history_command(
    history: HistoryPlace = None,
    engagement: HistoryEngagement = None,
    today: Annotated[
        datetime | None,
        typer.Option("--today", metavar="DATE", formats=["%Y-%m-%d"], help="The day, if the clock is not to be asked."),
    ] = None,
) -> None:
    """Remove assessments that the customer lets nobody keep any longer; each assess does so for its customer."""
    from agent.cli.actions.history import open_recorded_history, purge_history

    with open_recorded_history(history, engagement) as opened:
        purge_history(opened, today.date() if today else None)


@history_app.command("trend")
def print_trend_command(
    customer: OneCustomer = None,
    target: OneTarget = None,
    as_json: AsJson = False,
    history: HistoryPlace = None,
    engagement: HistoryEngagement = None,
) -> None:
    """Score, coverage and findings of each target, oldest first."""
    from agent.cli.actions.history import open_recorded_history
    from agent.cli.actions.history_curves import print_trend

    with open_recorded_history(history, engagement) as opened:
        code = print_trend(opened, customer, target, as_json=as_json)
    raise typer.Exit(code)


@history_app.command("diff")
def print_difference_command(
    first: Annotated[
        str, typer.Argument(metavar="A", help="An id, or its unique beginning.", autocompletion=complete_assessments)
    ],
    second: Annotated[
        str, typer.Argument(metavar="B", help="A later one of the same target.", autocompletion=complete_assessments)
    ],
    as_json: AsJson = False,
    history: HistoryPlace = None,
    engagement: HistoryEngagement = None,
) -> None:
    """What changed from assessment A to assessment B."""
    from agent.cli.actions.history import open_recorded_history
    from agent.cli.actions.history_curves import print_difference

    with open_recorded_history(history, engagement) as opened:
        print_difference(opened, first, second, as_json=as_json)


@history_app.command("restate")
def restate_history_command(
    engagement: EngagementFile,
    target: OneTarget = None,
    as_json: AsJson = False,
    history: HistoryPlace = None,
) -> None:
    """Judge earlier assessments by today's rules: published and restated side by side."""
    from agent.cli.actions.history import open_recorded_history
    from agent.cli.actions.history_keeping import restate_history
    from agent.engagement.loading import load_engagement

    with open_recorded_history(history, engagement) as opened:
        code = restate_history(opened, load_engagement(engagement), target, as_json=as_json)
    raise typer.Exit(code)


@history_app.command("track-record")
def print_track_record_command(
    customer: OneCustomer = None,
    target: OneTarget = None,
    as_json: AsJson = False,
    history: HistoryPlace = None,
    engagement: HistoryEngagement = None,
) -> None:
    """What advice promised, and what was measured once it was followed."""
    from agent.cli.actions.history import open_recorded_history
    from agent.cli.actions.history_curves import print_track_record

    with open_recorded_history(history, engagement) as opened:
        code = print_track_record(opened, customer, target, as_json=as_json)
    raise typer.Exit(code)


@history_app.command("export")
def export_history_command(
    *,
    form: Annotated[
        str,
        typer.Option(
            "--format", "-f", metavar="FORMAT", help="csv, json or openmetrics.", envvar="OB_HEALTH_EXPORT_FORMAT"
        ),
    ] = "csv",
    subject: Annotated[str, typer.Option("--what", metavar="WHAT", help="assessments or findings.")] = "assessments",
    only_latest: Annotated[
        bool, typer.Option("--latest", help="With openmetrics: only the newest of each target, without times.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="The file to write; without it, standard output.",
            envvar="OB_HEALTH_EXPORT_OUT",
        ),
    ] = None,
    customer: OneCustomer = None,
    target: OneTarget = None,
    history: HistoryPlace = None,
    engagement: HistoryEngagement = None,
) -> None:
    """Assessments or findings for other programs."""
    from agent.cli.actions.history import open_recorded_history
    from agent.cli.actions.history_keeping import export_history

    with open_recorded_history(history, engagement) as opened:
        code = export_history(opened, customer, target, form=form, subject=subject, only_latest=only_latest, out=out)
    raise typer.Exit(code)


@history_app.command("prune")
def prune_history_command(
    *,
    before: Annotated[
        datetime | None,
        typer.Option(
            "--before",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="Only what was assessed before this day.",
            envvar="OB_HEALTH_PRUNE_BEFORE",
        ),
    ] = None,
    keep: Annotated[int, typer.Option(min=0, help="The newest of each target that stay in any case.")] = 0,
    only_snapshots: Annotated[
        bool, typer.Option("--snapshots", help="Only the snapshots; the assessments stay.")
    ] = False,
    sure: Annotated[bool, typer.Option("--yes", help="Remove them; without it they are only listed.")] = False,
    customer: OneCustomer = None,
    target: OneTarget = None,
    history: HistoryPlace = None,
    engagement: HistoryEngagement = None,
) -> None:
    """Remove old assessments, or only their snapshots."""
    from agent.archive.history.removal import PruneWish
    from agent.cli.actions.history import open_recorded_history
    from agent.cli.actions.history_keeping import prune_history

    moment = before.replace(tzinfo=UTC) if before else None
    wish = PruneWish(customer=customer, target=target, before=moment, keep=keep)
    with open_recorded_history(history, engagement) as opened:
        prune_history(opened, wish, only_snapshots=only_snapshots, sure=sure)


@history_app.command("verify")
def verify_history_command(history: HistoryPlace = None, engagement: HistoryEngagement = None) -> None:
    """Check that all that was recorded is as it was."""
    from agent.cli.actions.history import open_recorded_history
    from agent.cli.actions.history_keeping import verify_history

    with open_recorded_history(history, engagement) as opened:
        code = verify_history(opened)
    raise typer.Exit(code)

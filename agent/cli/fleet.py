"""``ob-health fleet ...``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.options import (
    ALL_FORMATS,
    Deliver,
    FailOn,
    Formats,
    HistoryPlace,
    Languages,
    OutDir,
    read_clock,
    split_words,
)

fleet_app = typer.Typer(help="All targets of many customers.", no_args_is_help=True)
_PLACES_HELP = "Folders with engagement files, at any depth, and engagement files."
FleetPlaces = Annotated[list[Path], typer.Argument(metavar="DIR|FILE", help=_PLACES_HELP, show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


@fleet_app.command("assess")
def assess_fleet_command(
    *,
    places: FleetPlaces,
    out: OutDir,
    format: Formats = ALL_FORMATS,
    lang: Languages = None,
    fail_on: FailOn = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", metavar="NUMBER", min=1, max=64, help="Targets under way at a time.")
    ] = 8,
    processes: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER", min=1, max=64, help="Processes that judge and write; default: one for each core."
        ),
    ] = None,
    deliver: Deliver = True,
    as_json: AsJson = False,
) -> None:
    """Assess every target whose quarter is not yet done; the same command again does what is left."""
    from agent.cli.actions.fleet import FleetOptions, assess_fleet

    options = FleetOptions(
        out=out,
        formats=split_words(format),
        languages=split_words(lang) or None,
        fail_on=fail_on,
        at_once=jobs,
        processes=min(processes or os.cpu_count() or 1, jobs),
        deliver=deliver,
        as_json=as_json,
    )
    raise typer.Exit(assess_fleet(places, options))


@fleet_app.command("list")
def list_fleet_command(places: FleetPlaces, as_json: AsJson = False) -> None:
    """The customers and targets of the engagement files; nothing is connected."""
    from agent.cli.actions.fleet_standing import list_fleet

    raise typer.Exit(list_fleet(places, as_json=as_json))


@fleet_app.command("status")
def print_standing_command(places: FleetPlaces, as_json: AsJson = False) -> None:
    """The last assessment of each target and what is owed, by the histories; nothing is connected."""
    from agent.cli.actions.fleet_standing import print_standing

    raise typer.Exit(print_standing(places, as_json=as_json))


@fleet_app.command("site")
def write_fleet_site_command(
    out: OutDir,
    places: Annotated[list[Path] | None, typer.Argument(metavar="DIR|FILE", help=_PLACES_HELP)] = None,
    history: HistoryPlace = None,
    lang: Languages = None,
) -> None:
    """Write static pages on all targets in history: worst first, what is overdue, what ends, what runs out next.

    Without engagement files they show what history alone knows. The pages need no server and no network.
    """
    from agent.cli.actions.fleet_site import make_fleet_site

    raise typer.Exit(make_fleet_site(out, places or [], history, lang, read_clock()))

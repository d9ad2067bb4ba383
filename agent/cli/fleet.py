"""``ob-health fleet ...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.options import HistoryPlace, Languages, OutDir, read_clock

fleet_app = typer.Typer(help="All targets of many customers.", no_args_is_help=True)


@fleet_app.command("site")
def write_fleet_site_command(
    out: OutDir,
    places: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DIR|FILE", help="Engagement files, and folders that are searched for engagement.yaml."),
    ] = None,
    history: HistoryPlace = None,
    lang: Languages = None,
) -> None:
    """Write static pages on all targets in history: worst first, what is overdue, what ends, what runs out next.

    Without engagement files they show what history alone knows. The pages need no server and no network.
    """
    from agent.cli.actions.fleet_site import make_fleet_site

    raise typer.Exit(make_fleet_site(out, places or [], history, lang, read_clock()))

"""``ob-health journal ...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

journal_app = typer.Typer(help="The journal of every statement sent.", no_args_is_help=True)


@journal_app.callback()
def _describe_group() -> None:
    """The journal of every statement sent."""


@journal_app.command("verify")
def verify_journal_command(
    file: Annotated[Path, typer.Argument(metavar="FILE|DIR", help="A journal, or the folder of a report.")],
) -> None:
    """Find any change, removal or reordering, and whether it is the journal of the report beside it.

    Exit code 0: intact; 1: its end is missing; 2: altered, not as in the report, or no journal.
    """
    from agent.cli.actions.journal import verify_place

    raise typer.Exit(verify_place(file))

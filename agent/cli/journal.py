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
def verify_journal_command(file: Annotated[Path, typer.Argument(help="A journal.jsonl.", show_default=False)]) -> None:
    """Find any change, removal or reordering. Exit code 0: intact; 1: its end is missing; 2: altered, or no journal."""
    from agent.collection.journal import JournalState, verify_journal
    from agent.support import console

    found = verify_journal(file)
    console.say(
        "{target}, assessment {assessment}: {statements_count} statements",
        target=found.target,
        assessment=found.assessment_id,
        statements_count=found.statements,
    )
    if found.state is JournalState.INTACT:
        console.say("Intact. Hash of its last line, as in the report: {digest}", "bold", digest=found.head)
        return
    if found.reason:
        console.warn(found.reason)
    console.say(
        "Altered: it is not as it was written." if found.state is JournalState.ALTERED else "Cut short.", "bold"
    )
    raise typer.Exit(2 if found.state is JournalState.ALTERED else 1)

"""``ob-health sql ...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

sql_app = typer.Typer(
    help="Slow statements of a saved snapshot: text, plan, waits, causes. Nothing is connected.", no_args_is_help=True
)

SnapshotFile = Annotated[Path, typer.Option("--snapshot", "-s", metavar="FILE", help="A saved snapshot.")]
EarlierFile = Annotated[
    Path | None,
    typer.Option(
        "--before",
        metavar="FILE",
        help="An earlier snapshot of the same target; default: the newest that lies in earlier/ beside the snapshot.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: all that is known.")]


@sql_app.command("list")
def list_statements_command(
    *,
    snapshot: SnapshotFile,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="WHAT",
            help="Sort by: time, cpu, io (waiting for disks) or lock (waiting for rows).",
            autocompletion=lambda: ["time", "cpu", "io", "lock"],
        ),
    ] = "time",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Only so many, the most expensive ones.")] = 20,
    before: EarlierFile = None,
    as_json: AsJson = False,
) -> None:
    """The statements that take most time, each with its causes."""
    from agent.cli.actions.statements import print_statements

    print_statements(snapshot, by, limit, before=before, as_json=as_json)


@sql_app.command("show")
def show_statement_command(
    sql_id: Annotated[str, typer.Argument(metavar="ID", help="A SQL_ID, or how it begins.")],
    *,
    snapshot: SnapshotFile,
    before: EarlierFile = None,
    as_json: AsJson = False,
) -> None:
    """One statement: its text, load, plan as a tree, waits, busy hours, causes, and the definitions of its tables."""
    from agent.cli.actions.statements import print_statement

    print_statement(snapshot, sql_id, before=before, as_json=as_json)
